"""The bench of history compares equals and keeps its published names."""

import json
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from anlan.adapters.parquet_history.compact import Compactor
from anlan.app.bench import history
from anlan.app.bench.history_load import FIRST_DAY, new_load
from anlan.app.bench.history_measure import agree
from anlan.app.bench.history_peer import PostgresTable
from anlan.app.bench.history_sets import _spacing_bits, bound_of, entropy_bits, sizes
from anlan.app.bench.history_victoria import Victoria, payload_of
from tests.left_out import leave_out

NAMES = [
    "history.write.rate",
    "history.write.cpu",
    "history.compact.rate",
    "history.compact.cpu",
    "history.kept.cpu",
    "history.size.day",
    "history.size.bound",
    "history.size.pressure.of_bound",
    "history.size.level.of_bound",
    "history.size.temperature.of_bound",
    "history.size.gas.of_bound",
    "history.roll.rate",
    "history.query.day_raw",
    "history.query.firm_10_min",
    "history.query.30d_500_points",
    "history.query.30d_500_points.fresh",
    "history.query.30d_500_points.raw",
    "history.query.30d_500_points.cold",
]
RECORDED = {"tep", "skab", "nab"}
COMPARED = [NAMES[place] for place in (0, 1, 5, 12, 13, 14)]


@pytest.fixture(autouse=True)
def small_load(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "DATASTREAMS", {True: 8, False: 8})
    monkeypatch.setattr(history, "QUERIES", {True: 3, False: 3})
    monkeypatch.setattr(history, "DAYS", 3)
    monkeypatch.setattr(history, "SETS", (8, 1, 60_000))


def test_without_peers_the_figures_stand_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANLAN_SHARED", "/nowhere")
    monkeypatch.setattr(PostgresTable, "open", classmethod(lambda _cls: None))
    monkeypatch.setattr(Victoria, "open", classmethod(lambda _cls: None))
    said: list[str] = []
    report = history.run(quick=True, say=said.append)
    assert [row.name for row in report.rows] == NAMES
    assert {row.peer for row in report.rows} == {None}
    assert sum(line.startswith("no peer: ") for line in said) == 2
    size, bound = (report.rows[index].value for index in (5, 6))
    assert 0 < bound < size < 40


def test_a_day_of_more_than_a_files_rows_is_put_together_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ANLAN_SHARED", "/nowhere")
    monkeypatch.setattr(PostgresTable, "open", classmethod(lambda _cls: None))
    monkeypatch.setattr(Victoria, "open", classmethod(lambda _cls: None))
    monkeypatch.setattr(history, "Compactor", partial(Compactor, file_rows=2_000))
    report = history.run(quick=True)
    assert [row.name for row in report.rows] == NAMES


@pytest.mark.slow
def test_history_and_a_postgresql_table_find_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Victoria, "open", classmethod(lambda _cls: None))
    report = history.run(quick=True)
    assert [row.name for row in report.rows if row.peer == "postgresql"] == COMPARED


@pytest.mark.slow
def test_history_and_victoria_metrics_find_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    peer = Victoria.open()
    if peer is None:
        leave_out("victoria-metrics is not installed (Debian: victoria-metrics)")
    monkeypatch.setattr(PostgresTable, "open", classmethod(lambda _cls: None))
    monkeypatch.setattr(Victoria, "open", classmethod(lambda _cls: peer))
    report = history.run(quick=True)
    beside = [row.name for row in report.rows if row.peer == "victoria-metrics"]
    compared = [*COMPARED[:2], "history.kept.cpu", *COMPARED[2:]]
    assert beside == [f"{name}.vm" for name in compared]


def test_answers_that_differ_stop_the_bench() -> None:
    with pytest.raises(RuntimeError, match="differ"):
        agree([1440, 1440], [1440, 1439])
    with pytest.raises(RuntimeError, match="differ"):
        agree([0], [0])


def test_the_bound_is_the_entropy_of_what_was_drawn() -> None:
    assert entropy_bits(np.arange(256)) == pytest.approx(8.0)
    assert entropy_bits(np.zeros(9)) == 0.0
    # steps that never come again: a normal law of 10,000 grains has log2(10,000 sqrt(2 pi e)) bits
    drawn = np.rint(np.random.default_rng(1).normal(0, 10_000, 100_000))
    assert _spacing_bits(drawn) == pytest.approx(
        np.log2(10_000 * np.sqrt(2 * np.pi * np.e)), abs=0.05
    )


def test_the_bound_of_a_load_is_that_of_its_kinds_by_how_many_they_are() -> None:
    load = new_load(6, 1, 60_000)  # two of pressure and of level, one of the others
    kinds = [one for one in sizes(load, "n000000", history.EPOCH) if one.name not in RECORDED]
    whole = sum(one.bound * one.readings for one in kinds) / load.rows_a_day
    assert bound_of(load) == pytest.approx(whole)


def test_messages_and_day_files_hold_the_same_readings() -> None:
    load = new_load(7, 2, 60_000)
    said = {
        (number, time, value)
        for message in load.messages(1, 1)
        for number, time, value in zip(
            message.numbers.tolist(),
            message.times_ms.tolist(),
            message.values.tolist(),
            strict=True,
        )
    }
    kept = {
        row
        for rows in load.day_rows(1, 9)
        for row in zip(
            rows.numbers.tolist(), rows.times_ms.tolist(), rows.values.tolist(), strict=True
        )
    }
    assert said == kept
    assert len(said) == load.rows_a_day == 7 * 1440
    assert {
        message.arrived_ms - int(message.times_ms.max()) < 2_000 for message in load.messages(1, 1)
    } == {True}
    assert min(time for _, time, _ in said) > FIRST_DAY


def test_a_line_for_victoria_metrics_has_every_reading_of_its_series() -> None:
    load = new_load(3, 1, 3_600_000)
    lines = [json.loads(line) for line in payload_of(load.messages(0, 1)).splitlines()]
    times, values = load.day(0)
    assert [line["timestamps"] for line in lines] == times.tolist()
    assert [line["values"] for line in lines] == values.tolist()


def test_recorded_series_are_measured_where_they_are(
    monkeypatch: pytest.MonkeyPatch, shared: Path
) -> None:
    monkeypatch.setenv("ANLAN_SHARED", str(shared))
    found = {one.name: one for one in sizes(new_load(4, 1, 60_000), "n000000", history.EPOCH)}
    assert set(found) == {"pressure", "level", "temperature", "gas", "tep", "skab", "nab"}
    assert found["tep"].readings == 4 * 52 * 960
    for one in found.values():
        assert 0 < one.bound < one.kept < 9
