"""The bench of history compares equals and keeps its published names."""

import pytest

from anlan.app.bench import history
from anlan.app.bench.history_peer import PostgresTable

NAMES = [
    "history.write.rate",
    "history.write.cpu",
    "history.compact.rate",
    "history.size.day",
    "history.size.bound",
    "history.query.day_raw",
    "history.query.30d_500_points",
]


@pytest.fixture(autouse=True)
def small_load(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "DATASTREAMS", {True: 3, False: 3})
    monkeypatch.setattr(history, "QUERIES", {True: 3, False: 3})
    monkeypatch.setattr(history, "DAYS", 2)


def test_without_a_peer_the_figures_stand_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PostgresTable, "open", classmethod(lambda _cls: None))
    report = history.run(quick=True)
    assert [row.name for row in report.rows] == NAMES
    assert {row.peer for row in report.rows} == {None}
    size, bound = (report.rows[index].value for index in (3, 4))
    assert 0 < bound < size < 40


@pytest.mark.slow
def test_history_and_a_postgresql_table_find_the_same() -> None:
    report = history.run(quick=True)
    compared = [row.name for row in report.rows if row.peer == "postgresql"]
    assert compared == [NAMES[0], NAMES[3], NAMES[5], NAMES[6]]


def test_answers_that_differ_stop_the_bench() -> None:
    with pytest.raises(RuntimeError, match="differ"):
        history._agree([1440, 1440], [1440, 1439])
    with pytest.raises(RuntimeError, match="differ"):
        history._agree([0], [0])


def test_the_bound_is_the_entropy_of_what_was_drawn() -> None:
    import numpy as np

    assert history._entropy_bits(np.arange(256)) == pytest.approx(8.0)
    assert history._entropy_bits(np.zeros(9)) == 0.0
