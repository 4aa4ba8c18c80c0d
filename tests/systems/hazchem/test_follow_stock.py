"""The live stock: over-stock is found at once and ended well below, grades do not flutter, silence changes nothing."""

from dataclasses import replace
from datetime import timedelta
from math import pi
from typing import Any

import pytest
from django.test import Client

from anlan.kernel.base.clock import now
from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.sensing.batch import BAD, CLOCK, UNCERTAIN
from anlan.systems.hazchem.models import MajorHazardInstallation
from anlan.systems.hazchem.services.installations import change_installation, retire_installation
from anlan.systems.hazchem.services.live import EVERY, follow_stock
from tests import hazards
from tests.cast import Cast, assemble, signed_in
from tests.factories import working
from tests.plant import Plant, build_plant
from tests.systems.hazchem.levels import Levels

pytestmark = pytest.mark.django_db
URL = "/api/v1/hazchem/installations"
#: The tank of `hazards.tank`: 10 m high, level in % of that; methanol of 791 kg/m3.
T_A_PERCENT = pi * 10.0**2 * 10.0 / 100 * 0.791


@pytest.fixture
def plant() -> Plant:
    return build_plant(streams=2)


@pytest.fixture
def cast(plant: Plant) -> Cast:
    return assemble(site=plant.site.id)


@pytest.fixture
def levels() -> Levels:
    return Levels()


@pytest.fixture
def unit(plant: Plant, levels: Levels) -> MajorHazardInstallation:
    """One methanol tank: design 2,200 t (88.5 %), permit 2,000 t (80.5 %)."""
    levels.say(plant.streams[0], 50.0)
    held = hazards.tank(hazards.chemical(), plant.streams[0].id, 2200.0, permit_t=2000.0)
    return hazards.installation(plant.tank, "M1", held)


def follow(unit: MajorHazardInstallation) -> MajorHazardInstallation:
    """Have the sweep come round as if its time had passed; return what then stands."""
    with unit_of_work(machine("test")):
        MajorHazardInstallation.objects.update(live_at=unit.created_at - 2 * EVERY)
        assert follow_stock(500) == 1
        return MajorHazardInstallation.objects.get(pk=unit.pk)


def over_of(unit: MajorHazardInstallation) -> str:
    with unit_of_work(machine("test")):
        return str(unit.holdings.get().over)


def told(unit: MajorHazardInstallation, kind: str) -> list[dict[str, Any]]:
    with unit_of_work(machine("test")):
        rows = Journal.objects.filter(object=unit.id, type=f"hazchem.installation.{kind}")
        return [row.data for row in rows.order_by("id")]


def test_the_stock_is_level_times_geometry_times_density(
    unit: MajorHazardInstallation, cast: Cast, plant: Plant, levels: Levels
) -> None:
    levels.say(plant.streams[0], 40.0)
    sheet = signed_in(cast.monitor).get(f"{URL}/{unit.id}/sheet").json()
    [row] = sheet["rows"]
    assert row["stock_t"] == pytest.approx(40 * T_A_PERCENT)
    assert (row["level"], row["level_unit"], row["tag"]) == (40.0, "%", "T101.LI0")
    assert sheet["live"]["s"] == pytest.approx(40 * T_A_PERCENT / 500)
    assert (sheet["design"]["s"], sheet["design"]["grade"]) == (4.4, 4)


def test_over_stock_is_found_at_once_graver_again_and_ended_well_below(
    unit: MajorHazardInstallation, plant: Plant, levels: Levels
) -> None:
    stream = plant.streams[0]
    steps = [
        (80.0, ""),
        (80.6, "permit"),
        (80.4, "permit"),
        (89.0, "design"),
        (88.3, "design"),
        (81.0, "permit"),
        (79.0, ""),
    ]
    for level, over in steps:
        levels.say(stream, level)
        follow(unit)
        assert over_of(unit) == over, level
    found = told(unit, "overstock_found")
    assert [one["over"] for one in found] == ["permit", "design", "permit"]
    assert found[0]["stock_t"] == pytest.approx(80.6 * T_A_PERCENT)
    assert (found[0]["permit_t"], found[0]["chemical"]) == (2000.0, "甲醇")
    assert [one["over"] for one in told(unit, "overstock_ended")] == [""]


def test_it_is_over_since_it_was_first_beyond_either_maximum(
    unit: MajorHazardInstallation, plant: Plant, levels: Levels
) -> None:
    since = []
    for level in (85.0, 90.0, 81.0, 70.0, 85.0):
        levels.say(plant.streams[0], level)
        follow(unit)
        with unit_of_work(machine("test")):
            since.append(unit.holdings.get().over_since)
    first, graver, milder, ended, again = since
    assert first == graver == milder
    assert ended is None
    assert first is not None
    assert again is not None
    assert again > first


def test_over_stock_ends_with_what_is_held_no_more_and_with_the_unit(
    plant: Plant, levels: Levels
) -> None:
    methanol = hazards.chemical()
    over = hazards.lot(methanol, 100.0, permit_t=60.0, fixed_t=61.0, name="一号库")
    unit = hazards.installation(plant.tank, "M1", over, replace(over, name="二号库"))
    first, second = told(unit, "overstock_found")
    with working():
        change_installation(
            installation=MajorHazardInstallation.objects.get(pk=unit.pk),
            reason="移出",
            held=[replace(over, name="二号库", id=second["holding_id"])],
        )
    [ended] = told(unit, "overstock_ended")
    assert (ended["holding_id"], ended["over"]) == (first["holding_id"], "")
    with working():
        row = MajorHazardInstallation.objects.get(pk=unit.pk)
        retire_installation(installation=row, reason="拆除")
        one = unit.holdings.get()
        assert (one.over, one.over_since) == ("", None)
    ends = [one["holding_id"] for one in told(unit, "overstock_ended")]
    assert ends == [first["holding_id"], second["holding_id"]]
    assert len(told(unit, "overstock_found")) == 2


def test_a_filed_stock_above_the_permit_is_found_with_the_filing(
    plant: Plant, levels: Levels
) -> None:
    unit = hazards.installation(
        plant.tank, "M1", hazards.lot(hazards.chemical(), 100.0, permit_t=60.0, fixed_t=61.0)
    )
    assert over_of(unit) == "permit"
    assert len(told(unit, "overstock_found")) == 1
    follow(unit)
    assert len(told(unit, "overstock_found")) == 1


@pytest.mark.parametrize("silence", ["bad", "stale", "none", "away"])
def test_what_is_not_heard_ends_no_finding_and_makes_nothing_milder(
    unit: MajorHazardInstallation, plant: Plant, levels: Levels, silence: str
) -> None:
    stream = plant.streams[0]
    levels.say(stream, 85.0)
    before = follow(unit)
    assert (over_of(unit), before.live_grade) == ("permit", 4)
    if silence == "bad":
        levels.say(stream, 0.0, quality=BAD)
    elif silence == "stale":
        levels.say(stream, 1.0, age_ms=3_700_000)
        with unit_of_work(machine("test")):
            unit.holdings.update(stock_at=now() - timedelta(hours=2))
    elif silence == "none":
        levels.readings.clear()
    else:
        levels.is_away = True
    after = follow(unit)
    assert (over_of(unit), after.live_grade) == ("permit", 4)
    assert after.is_live_whole is (silence == "away")
    assert told(unit, "overstock_ended") == []


@pytest.mark.parametrize("quality", [UNCERTAIN, CLOCK])
def test_a_doubtful_reading_makes_graver_at_once_and_never_milder(
    unit: MajorHazardInstallation, plant: Plant, levels: Levels, cast: Cast, quality: int
) -> None:
    stream = plant.streams[0]
    levels.say(stream, 85.0)
    assert (follow(unit).live_grade, over_of(unit)) == (4, "permit")
    # a tank in maintenance says nothing of what it holds, however often it is asked
    levels.say(stream, 0.0, quality=quality)
    for _ in range(2):
        after = follow(unit)
        assert (over_of(unit), after.live_grade, after.is_live_whole) == ("permit", 4, False)
        with unit_of_work(machine("test")):
            assert unit.holdings.get().stock_t is None
    sheet = signed_in(cast.monitor).get(f"{URL}/{unit.id}/sheet").json()
    [row] = sheet["rows"]
    assert (row["stock_t"], row["is_sure"], row["over"]) == (0.0, False, "permit")
    assert (sheet["live"]["grade"], sheet["live"]["is_whole"]) == (4, False)
    levels.say(stream, 90.0, quality=quality)
    follow(unit)
    assert over_of(unit) == "design"
    assert told(unit, "overstock_found")[-1]["stock_t"] == pytest.approx(90 * T_A_PERCENT)
    levels.say(stream, 50.0, quality=quality)
    follow(unit)
    assert (over_of(unit), told(unit, "overstock_ended")) == ("design", [])
    levels.say(stream, 50.0)
    assert (follow(unit).is_live_whole, over_of(unit)) == (True, "")


def test_a_doubtful_rise_turns_the_grade_after_a_doubtful_fall(
    plant: Plant, levels: Levels
) -> None:
    """Ammonia, 610 kg/m3, 60 people: grade 4 from 10 t, grade 3 from 33.3 t on."""
    stream = plant.streams[0]
    levels.say(stream, 0.0)
    ammonia = hazards.chemical("C-2", **hazards.AMMONIA)
    held = hazards.tank(ammonia, stream.id, 900.0, density_kg_m3=610.0)
    unit = hazards.installation(plant.tank, "M1", held)
    t_a_percent = pi * 10.0**2 * 10.0 / 100 * 0.61
    grades = []
    for tonnes in (12.0, 11.9, 34.0, 9.0):
        levels.say(stream, tonnes / t_a_percent, quality=CLOCK)
        grades.append(follow(unit).live_grade)
    assert grades == [4, 4, 3, 3]


def test_a_reading_from_before_what_is_known_says_nothing(
    unit: MajorHazardInstallation, plant: Plant, levels: Levels
) -> None:
    stream = plant.streams[0]
    levels.say(stream, 85.0)
    follow(unit)
    with unit_of_work(machine("test")):
        known = unit.holdings.get()
    levels.tail_missing = True
    levels.say(stream, 10.0, age_ms=50 * 60_000)
    follow(unit)
    with unit_of_work(machine("test")):
        row = unit.holdings.get()
    assert (row.over, row.stock_t, row.stock_at) == ("permit", known.stock_t, known.stock_at)


def test_the_last_stock_stands_for_an_hour_while_history_cannot_be_asked(
    unit: MajorHazardInstallation, plant: Plant, levels: Levels
) -> None:
    levels.say(plant.streams[0], 85.0)
    follow(unit)
    levels.is_away = True
    for minutes, is_known in ((59, True), (61, False)):
        with unit_of_work(machine("test")):
            unit.holdings.update(stock_at=now() - timedelta(minutes=minutes))
        after = follow(unit)
        with unit_of_work(machine("test")):
            row = unit.holdings.get()
        assert (row.stock_t is not None, after.is_live_whole) == (is_known, is_known)
        assert (row.over, after.live_grade) == ("permit", 4)


def test_the_live_grade_is_graver_at_once_and_milder_only_five_per_cent_below(
    plant: Plant, levels: Levels, cast: Cast
) -> None:
    """Ammonia, 610 kg/m3: Q 10 t, beta 2, alpha 1.5 with 60 people; grade 3 from R 10, that is 33.3 t, on."""
    stream, kg_m3 = plant.streams[0], 610.0
    levels.say(stream, 0.0)
    ammonia = hazards.chemical("C-2", **hazards.AMMONIA)
    unit = hazards.installation(
        plant.tank, "M1", hazards.tank(ammonia, stream.id, 900.0, density_kg_m3=kg_m3)
    )
    t_a_percent = pi * 10.0**2 * 10.0 / 100 * kg_m3 / 1000
    grades = []
    for tonnes in (9.0, 10.1, 34.0, 33.0, 32.0, 31.0, 9.7, 9.4):
        levels.say(stream, tonnes / t_a_percent)
        grades.append(follow(unit).live_grade)
    assert grades == [0, 4, 3, 3, 3, 4, 4, 0]
    assert [(one["before"], one["grade"]) for one in told(unit, "live_grade_turned")] == [
        (0, 4),
        (4, 3),
        (3, 4),
        (4, 0),
    ]
    # the page says both: what is held, and what the sums say
    levels.say(stream, 34.0 / t_a_percent)
    follow(unit)
    levels.say(stream, 33.0 / t_a_percent)
    live = signed_in(cast.monitor).get(f"{URL}/{unit.id}/sheet").json()["live"]
    assert (live["grade"], live["grade_now"]) == (3, 4)


def test_each_unit_is_followed_every_ten_seconds_and_a_retired_one_no_more(
    unit: MajorHazardInstallation,
) -> None:
    with unit_of_work(machine("test")):
        assert follow_stock(500) == 0
        MajorHazardInstallation.objects.update(live_at=unit.created_at - timedelta(seconds=11))
        assert follow_stock(500) == 1
        assert follow_stock(500) == 0
        MajorHazardInstallation.objects.update(live_at=None, retired_at=unit.created_at)
        assert follow_stock(500) == 0


def test_one_whose_sum_cannot_be_made_is_incomplete_and_stops_no_other(
    unit: MajorHazardInstallation,
    plant: Plant,
    levels: Levels,
    cast: Cast,
    caplog: pytest.LogCaptureFixture,
) -> None:
    lot = hazards.lot(hazards.chemical(), 100.0, fixed_t=50.0)
    broken = hazards.installation(plant.tank, "M0", lot)
    levels.say(plant.streams[0], 85.0)
    before = unit.created_at - 2 * EVERY
    with unit_of_work(machine("test")):
        # nobody can file it, but a row may have it
        broken.holdings.update(fixed_t=-1.0)
        MajorHazardInstallation.objects.filter(pk=broken.pk).update(live_at=before)
        MajorHazardInstallation.objects.filter(pk=unit.pk).update(live_at=before)
        assert follow_stock(500) == 2
        broken.refresh_from_db()
        assert not broken.is_live_whole
        assert broken.live_at is not None
        assert now() - broken.live_at < EVERY
        # what it had begun is undone
        assert broken.holdings.get().stock_t == 50.0
        assert follow_stock(500) == 0
    assert over_of(unit) == "permit"
    assert broken.id in caplog.text


def test_a_strapping_table_below_nothing_tells_no_stock(
    unit: MajorHazardInstallation, plant: Plant, levels: Levels, cast: Cast
) -> None:
    """Kept before such a table was refused."""
    with unit_of_work(machine("test")):
        unit.holdings.update(tank={"strapping": [[0, -0.5], [10, 100]]})
    levels.say(plant.streams[0], 0.2)
    after = follow(unit)
    assert (after.is_live_whole, after.live_grade) == (False, unit.live_grade)
    [row] = signed_in(cast.monitor).get(f"{URL}/{unit.id}/sheet").json()["rows"]
    assert row["stock_t"] is None


def test_a_level_stays_a_filed_machine_word_and_grows_no_version(
    unit: MajorHazardInstallation, plant: Plant, levels: Levels, cast: Cast
) -> None:
    levels.say(plant.streams[0], 85.0)
    assert follow(unit).version == unit.version
    desk: Client = signed_in(cast.monitor)
    [row] = desk.get(URL, {"filter": "overstock.eq:permit"}).json()["items"]
    assert (row["id"], row["overstock"], row["stock_t"]) == (
        unit.id,
        "permit",
        pytest.approx(85 * T_A_PERCENT),
    )
    # the tank has no place of its own: it stands where its site does
    [point] = desk.get(f"{URL}/points.geojson").json()["features"]
    assert point["geometry"]["coordinates"] == [106.6, 38.1]
    assert (point["properties"]["overstock"], point["properties"]["grade"]) == ("permit", 4)
