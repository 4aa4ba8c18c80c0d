"""Limits keep normal operation quiet and stand in the right order."""

from dataclasses import replace

import numpy as np
import pytest

from anlan.app.demo.limits import DEADBAND_SHARE, limits_of, normal_spread
from anlan.app.demo.mapping import TagMapping, read_mapping
from anlan.app.demo.plants import read_plants
from anlan.app.demo.rehearse import rehearse
from anlan.app.demo.schedule import Playback, playback_of
from anlan.app.demo.series import Series
from anlan.kernel.sensing.rules import Asked, limit_error

TAG = TagMapping(
    tag="PI",
    name="压力",
    property="pressure",
    unit="kPa",
    column="x",
    resolution=0.1,
    spread={"HH": 3.0, "H": 2.0, "L": 2.0},
)


def flat(name: str, values: list[float]) -> Series:
    return Series(name=name, columns={"x": np.array(values)})


PLANT = read_mapping("process_plant")
RUNS = {
    "normal-1": flat("normal-1", [10.0, 10.0, 11.0]),
    "normal-2": flat("normal-2", [10.0, 10.0, 8.0]),
    "normal-3": flat("normal-3", [10.0, 10.0, 10.0]),
}


def test_the_spread_is_the_furthest_normal_value_of_all_runs() -> None:
    assert normal_spread(TAG, "tep", RUNS) == (10.0, 2.0)


def test_limits_by_spread_stand_outside_it_on_their_own_side() -> None:
    found = {limit.condition: limit for limit in limits_of(TAG, PLANT, RUNS)}
    assert {name: limit.value for name, limit in found.items()} == {
        "HH": 16.0, "H": 14.0, "L": 6.0, "silent": PLANT.silent_s,
    }  # fmt: skip
    assert found["H"].deadband == pytest.approx(DEADBAND_SHARE * 2.0)
    assert "演示" in found["H"].reason
    assert found["H"].confidence == "default"


def test_a_fixed_limit_names_its_standard_and_its_mark() -> None:
    plant = read_mapping("process_plant")
    tag = dict(plant.tags())["GD301.AI"]
    found = {limit.condition: limit for limit in limits_of(tag, plant, {})}
    assert (found["H"].value, found["HH"].value) == (25.0, 50.0)
    assert found["H"].standard == "GB/T 50493-2019"
    assert found["H"].confidence == "unverified"


def test_every_limit_of_every_firm_can_be_filed(series: dict[str, Series]) -> None:
    for plant in read_plants():
        if plant.normal not in series:
            continue
        for name, tag in plant.mapping.tags():
            others: dict[str, float] = {}
            for limit in limits_of(tag, plant.mapping, series):
                asked = Asked(condition=limit.condition, value=limit.value, deadband=limit.deadband)
                error = limit_error(asked, others)
                assert error is None, f"{plant.code} {name}: {error}"
                others[limit.condition] = limit.value


def test_every_tag_of_every_plant_is_missed_within_minutes() -> None:
    for plant in read_plants():
        assert 0 < plant.mapping.silent_s <= 300
        for name, tag in plant.mapping.tags():
            bare = replace(tag, spread={})
            assert "silent" in {one.condition for one in limits_of(bare, plant.mapping, {})}, name


@pytest.mark.slow
def test_really_simulated_normal_operation_raises_nothing(simulated: dict[str, Series]) -> None:
    quiet = [
        Playback(plant=play.plant, series=simulated, row_s=play.row_s)
        for plant in read_plants()
        if (play := playback_of(plant, simulated))
    ]
    assert len(quiet) == 13
    assert rehearse(quiet, simulated, 1800) == []


@pytest.mark.slow
def test_the_first_high_high_alarm_comes_within_three_minutes(
    simulated: dict[str, Series],
) -> None:
    plays = [play for plant in read_plants() if (play := playback_of(plant, simulated))]
    raised = rehearse(plays, simulated, 180)
    first = next(one for one in raised if one.condition == "HH")
    assert first.firm == "F01"
    assert any((one.tag, one.condition) == ("V201.LI", "HH") for one in raised)


@pytest.mark.slow
def test_every_fault_of_the_schedule_is_noticed(simulated: dict[str, Series]) -> None:
    plays = [play for plant in read_plants() if (play := playback_of(plant, simulated))]
    hit = {one.firm for one in rehearse(plays, simulated, 2400)}
    assert hit == {"F01", "F09", "F05", "F03", "F11", "F02", "F10", "F04", "F08"}
