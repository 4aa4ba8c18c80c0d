"""What a plant plays when: the normal run in a loop, faults over it, moving from firm to firm."""

import numpy as np
import pytest

from anlan.app.demo.limits import DemoLimit
from anlan.app.demo.plants import Plant, read_plants
from anlan.app.demo.rehearse import raised_at
from anlan.app.demo.schedule import Episode, Playback, playback_of, read_schedule
from anlan.app.demo.series import Series


@pytest.fixture
def plant() -> Plant:
    return next(plant for plant in read_plants() if plant.code == "F01")


@pytest.fixture
def play(plant: Plant, series: dict[str, Series]) -> Playback:
    return Playback(plant=plant, series=series, row_s=1.0)


def on(play: Playback, second: float) -> tuple[str, int]:
    run, row = play.row_at(second)
    return run.name, row


def test_the_normal_run_goes_round(play: Playback) -> None:
    length = len(play.series["normal-1"])
    assert on(play, 0) == ("normal-1", 0)
    assert on(play, length - 1) == ("normal-1", length - 1)
    assert on(play, length) == ("normal-1", 0)


def test_before_the_start_the_plant_was_running_too(play: Playback) -> None:
    assert on(play, -1) == ("normal-1", len(play.series["normal-1"]) - 1)


def test_an_episode_lies_over_the_normal_run_until_it_ends(play: Playback) -> None:
    play.inject(Episode(at_s=10, run="overfill", from_row=20))
    length = len(play.series["overfill"])
    assert on(play, 9)[0] == "normal-1"
    assert on(play, 10) == ("overfill", 20)
    assert on(play, 10 + length - 21) == ("overfill", length - 1)
    assert on(play, 10 + length - 20)[0] == "normal-1"


def test_the_last_episode_that_began_is_the_one_that_is_on(play: Playback) -> None:
    play.inject(Episode(at_s=50, run="idv-06"))
    play.inject(Episode(at_s=10, run="overfill"))
    assert on(play, 49)[0] == "overfill"
    assert on(play, 51) == ("idv-06", 1)


def test_a_lagging_tag_shows_the_fault_later(play: Playback) -> None:
    play.inject(Episode(at_s=0, run="overfill", from_row=60))
    tags = [name for name, _ in play.plant.mapping.tags()]
    prompt, late = tags.index("V201.LI"), tags.index("V204.LIA")
    normal = play.values_at(-1)
    assert play.values_at(1)[prompt] > normal[prompt] + 5
    assert play.values_at(1)[late] == pytest.approx(normal[late], rel=0.01)
    assert play.values_at(95)[late] > normal[late] + 30


def test_values_are_whole_steps_of_the_instrument(play: Playback) -> None:
    for (name, tag), value in zip(play.plant.mapping.tags(), play.values_at(3), strict=True):
        steps = value / tag.resolution
        assert steps == pytest.approx(round(steps), abs=1e-6), name


def test_faults_move_on_and_reach_every_firm_within_hours() -> None:
    schedule = read_schedule()
    assert {row["place"] for row in schedule.episodes} < set(range(len(schedule.order)))
    first = {firm: schedule.of(firm)[0].at_s for firm in schedule.order}
    assert first["F01"] == 25
    assert max(first.values()) < 3 * 3600
    gaps = {firm: np.diff([one.at_s for one in schedule.of(firm)]).max() for firm in schedule.order}
    assert max(gaps.values()) < 3 * 3600


def test_a_firm_whose_series_is_not_at_hand_is_not_there(series: dict[str, Series]) -> None:
    there = {plant.code for plant in read_plants() if playback_of(plant, series)}
    assert there == {f"F{n:02d}" for n in range(1, 12)} | {"W01", "W02"}


def test_recorded_series_are_read_in_place(shared: "object", series_files: "object") -> None:
    from pathlib import Path

    from anlan.app.demo.series import read_all

    found = read_all(Path(str(series_files)), Path(str(shared)))
    pump = next(plant for plant in read_plants() if plant.code == "F12")
    assert len(found["skab-normal"]) == 9405
    assert {tag.column for _, tag in pump.mapping.tags()} <= set(found["skab-normal"].columns)
    machine = found["nab-machine"].columns
    assert len(machine["machine_temperature"]) == len(machine["ambient_temperature"]) == 22695


LIMIT = DemoLimit(
    condition="H",
    value=10.0,
    deadband=1.0,
    on_delay_ms=2000,
    off_delay_ms=3000,
    standard="",
    clause="",
    confidence="default",
    reason="",
)


def test_a_rehearsed_limit_waits_for_its_delay_and_its_deadband() -> None:
    fleeting = [9, 11, 11, 9, 9]
    lasting = [9, 11, 11, 11, 9.5, 9.5, 9.5, 9.5, 11, 11, 11, 11]
    again = [11, 11, 11, 8, 8, 8, 8, 8, 11, 11, 11]
    assert raised_at(np.array(fleeting), LIMIT) == []
    assert raised_at(np.array(lasting), LIMIT) == [3]
    assert raised_at(np.array(again), LIMIT) == [2, 10]
