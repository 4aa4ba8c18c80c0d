"""Early signs on the real runs, and files of other shapes."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from anlan.app.bench.early_signs import Found, as_json, looked, table
from anlan.app.bench.early_signs_data import TEP_TAGS, UnreadableRunError, sets_in
from anlan.app.cli.bench import app


def _by_run(found: list[Found], method: str) -> dict[str, Found]:
    return {one.run: one for one in found if one.method == method}


def test_on_the_real_runs_signs_come_early_and_seldom_for_nothing(shared: Path) -> None:
    found = looked(shared / "data" / "sensors")
    early, plain = _by_run(found, "early_signs"), _by_run(found, "plain_limits")
    assert early.keys() == plain.keys() >= {"d00_te", "d01_te", "d04_te", "d06_te", "valve1/0"}
    for name, one in early.items():
        if one.onset is None:
            continue
        assert one.false_alarms_per_day == 0, name
        assert one.delay_min is not None, name
        assert one.detected_at is not None, name
        assert 0 <= one.delay_min <= 15, name
        assert one.detected_at == pytest.approx(one.onset + one.delay_min)
    # two normal days that the unit was not learned from
    assert (early["d00_te"].false_alarms_per_day or 0) <= 0.5
    # the cooling water of the reactor and its valve; the loss of feed A
    assert {"XMEAS(9)", "XMV(10)"} <= set(early["d04_te"].top_tags)
    assert {"XMEAS(1)", "XMV(3)"} <= set(early["d06_te"].top_tags)
    # the pump's runs stand elsewhere than its normal run: limits from there tell of nothing else, and all the time
    assert (plain["valve1/0"].false_alarms_per_day or 0) > 100
    assert table(found).count("\n") == len(found) + 2
    assert as_json(found)[0].keys() >= {
        "run", "onset", "detected_at", "delay_min", "false_alarms_per_day", "top_tags",
    }  # fmt: skip


def _tep(folder: Path, name: str, rows: int, *, sideways: bool = False) -> None:
    values = np.random.default_rng(len(name)).normal(size=(rows, len(TEP_TAGS)))
    np.savetxt(folder / name, values.T if sideways else values)


def test_every_shape_of_the_files_is_read(tmp_path: Path) -> None:
    _tep(tmp_path, "d00.dat", 300, sideways=True)
    _tep(tmp_path, "d00_te.dat", 200)
    _tep(tmp_path, "d05.dat", 180)
    _tep(tmp_path, "d21_te.dat", 200)
    [found] = sets_in(tmp_path)
    assert found.normal.rows.shape == (300, 52)
    assert {one.name: one.onset for one in found.runs} == {"d00_te": None, "d05": 0, "d21_te": 160}
    told = _by_run(looked(tmp_path), "early_signs")
    assert told["d05"].false_alarms_per_day is None  # no quiet minute to count in
    assert told["d00_te"].delay_min is None


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("d01_te.dat", "1 2 3\n", "d00.dat"),
        ("d00.dat", "1 2 3\n", "52 tags"),
        ("d00.dat", "1 two\n", "two"),
        ("notes.txt", "", "neither"),
        ("a.csv", "datetime;Pressure;anomaly\n2020;1;0\n", "anomaly-free"),
        ("anomaly-free.csv", "datetime;Pressure\n2020;high\n", "high"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, name: str, text: str, why: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(UnreadableRunError, match=why):
        list(sets_in(tmp_path))


def test_the_command_writes_what_it_prints(tmp_path: Path) -> None:
    _tep(tmp_path, "d00.dat", 300, sideways=True)
    _tep(tmp_path, "d04_te.dat", 200)
    file = tmp_path / "found.json"
    said = CliRunner().invoke(app, ["early-signs", "--data", str(tmp_path), "--json", str(file)])
    assert said.exit_code == 0, said.output
    written = json.loads(file.read_text(encoding="utf-8"))
    assert [one["method"] for one in written] == ["early_signs", "plain_limits"]
    assert "| d04_te | early_signs | 480 |" in said.output
    refused = CliRunner().invoke(app, ["early-signs", "--data", str(tmp_path / "nowhere")])
    assert refused.exit_code == 2
