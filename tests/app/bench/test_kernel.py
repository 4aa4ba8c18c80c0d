"""The bench of the alarm kernel compares equals and writes what was published."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from anlan.app.bench import kernel
from anlan.app.cli.bench import app
from anlan.engines.alarms.twin import Twin

KEYS = {"name", "value", "unit", "target", "met", "peer", "peer_value", "ratio"}


@pytest.fixture(autouse=True)
def small_cases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel, "SENSORS", (50, 20))
    monkeypatch.setattr(kernel, "BATCHES", (100,))


def test_the_command_writes_the_published_json_and_a_table(tmp_path: Path) -> None:
    file = tmp_path / "kernel.json"
    result = CliRunner().invoke(app, ["kernel", "--quick", "--json", str(file)])
    assert result.exit_code == 0, result.output
    report = json.loads(file.read_text(encoding="utf-8"))
    assert set(report) == {"bench", "quick", "git", "machine", "rows"}
    assert (report["bench"], report["quick"]) == ("kernel", True)
    assert all(set(row) == KEYS for row in report["rows"])
    names = [row["name"] for row in report["rows"]]
    assert names == [
        *(
            f"{feed}.{sensors}.100.{figure}"
            for sensors in (50, 20)
            for feed in ("quiet", "noisy")
            for figure in ("rate.vs_twin", "rate.vs_loop", "batch_p99.vs_twin")
        ),
        "tick.50.vs_twin",
        "tick.50.all_due.vs_twin",
    ]
    assert all(name in result.output for name in names)


def test_a_missed_target_is_a_figure_not_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel, "TARGET_TICK_MS", 0.0)
    result = CliRunner().invoke(app, ["kernel", "--quick"])
    assert result.exit_code == 0
    assert " NO " in result.output


def test_it_stops_when_the_peers_do_not_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = Twin.batch

    def forgetful(*given: object) -> object:
        transitions, *tally = honest(*given)  # type: ignore[arg-type]
        return (transitions[1:], *tally)

    monkeypatch.setattr(Twin, "batch", forgetful)
    with pytest.raises(RuntimeError, match="transitions"):
        kernel.run(quick=True)


def test_a_noisy_feed_turns_conditions_and_a_quiet_one_seldom() -> None:
    turned = {}
    for name in kernel.FEEDS:
        given = kernel.feed(name, 50, 100, 10_000)
        book = kernel.records(50)
        found = [Twin().batch(batch, 0, book)[0] for batch in given.batches]
        turned[name] = len(np.concatenate(found)) / given.readings
    assert turned["quiet"] < 0.01
    assert turned["noisy"] > 0.1
