"""Simulating ahead: resumable by recipe, quiet or disturbed as the plan says."""

import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest

from anlan.app.demo import simulate
from anlan.app.demo.prepare import SimulatorMissingError, prepare_series
from anlan.app.demo.schedule import read_schedule
from anlan.app.demo.series import NORMAL, Series
from anlan.kernel.base.config import Config

PLAN = tomllib.loads(simulate.RUNS.read_text(encoding="utf-8"))


def test_the_plan_has_every_run_that_firms_and_schedule_name() -> None:
    planned = {run["name"] for run in PLAN["run"]}
    assert {row["run"] for row in read_schedule().episodes} | set(NORMAL["tep"]) == planned


def test_a_changed_recipe_is_another_recipe() -> None:
    run = PLAN["run"][0]
    same = simulate.recipe_digest(dict(run), 10)
    assert same == simulate.recipe_digest(run, 10)
    assert same != simulate.recipe_digest({**run, "seed": 99}, 10)
    assert same != simulate.recipe_digest(run, 20)


def test_a_finished_file_is_known_by_its_first_line(tmp_path: Path) -> None:
    file = tmp_path / "run.csv"
    assert not simulate.is_finished(file, "abc")
    simulate.write(file, "recipe=abc a title", ["t_s", "x"], np.array([[0.0, 1.5]]))
    assert simulate.is_finished(file, "abc")
    assert not simulate.is_finished(file, "def")
    assert [one.name for one in tmp_path.iterdir()] == ["run.csv"]


def test_a_disturbance_is_on_from_its_hour_to_its_hour() -> None:
    schedule = simulate.disturbance_schedule({"disturbance": {"idv": 4, "on": 0.2, "off": 0.6}})
    assert schedule is not None
    assert schedule(0.1).sum() == 0
    assert schedule(0.2)[3] == 1
    assert schedule(0.3).sum() == 1
    assert schedule(0.6).sum() == 0
    assert simulate.disturbance_schedule({}) is None


def test_a_stuck_valve_is_stuck_only_for_its_while() -> None:
    class Controller:
        def compute_action(self, _measurements: object, *, time: float) -> tuple[object, object]:
            return np.array([50.0, 50.0]), time

    stuck = simulate.StuckValve(Controller(), 1, {"on": 0.1, "off": 0.2, "opening": 0.0})
    openings = [stuck.compute_action(np.zeros(2), time=at)[0][1] for at in (0.0, 0.1, 0.2)]
    assert openings == [50.0, 0.0, 50.0]


def test_the_script_needs_nothing_of_anlan() -> None:
    """It runs in the simulators' environment, where Anlan is not installed."""
    folder = str(simulate.RUNS.parent)
    code = (
        f"import sys; sys.path.insert(0, {folder!r}); import simulate; "
        "assert not [name for name in sys.modules if name.startswith('anlan')]"
    )
    subprocess.run([sys.executable, "-I", "-c", code], check=True)


def test_missing_simulators_are_named_with_their_remedy(tmp_path: Path) -> None:
    with pytest.raises(SimulatorMissingError, match="make demo"):
        prepare_series(Config(home=tmp_path), tmp_path / "python")


@pytest.mark.slow
def test_a_stuck_valve_overfills_the_simulated_separator(simulated: dict[str, Series]) -> None:
    level = simulated["overfill"].columns["separator_level"]
    assert level[:20].max() < 56
    assert level.max() > 90
    assert level[-20:].max() < 60


@pytest.mark.slow
def test_the_weather_is_a_whole_year_of_numbers(simulated: dict[str, Series]) -> None:
    weather = simulated["weather"]
    assert len(weather) == 8760
    assert all(np.isfinite(column).all() for column in weather.columns.values())
