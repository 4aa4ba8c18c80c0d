"""The wall's figures: the last day, the firms in red and orange, who reports; each within one's own reach."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from anlan.kernel.alerts.models import Alarm
from anlan.kernel.base.clock import now
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from tests.cast import Cast, assemble, signed_in
from tests.kernel.alerts.test_apply_transitions import apply, step
from tests.kernel.alerts.test_write_groups import lost, sites_of, write_all
from tests.plant import Plant, build_plant

pytestmark = pytest.mark.django_db


@pytest.fixture
def plant(acting_as: Callable[[str], None]) -> Plant:
    made = build_plant(streams=6)
    acting_as("anlan_engine")
    apply([step(made, "raised", 1)], 0, 1)
    apply([step(made, "raised", 1, stream=1)], 1, 2)
    acting_as("anlan_app")
    return made


@pytest.fixture
def cast(plant: Plant) -> Cast:
    return assemble(site=plant.site.id)


def read(client: Client, what: str) -> dict[str, Any]:
    answer = client.get(f"/api/v1/alerts/{what}")
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def turn(plant: Plant, stream: int, **columns: Any) -> None:
    with unit_of_work(machine("test")):
        Alarm.objects.filter(datastream=plant.streams[stream]).update(**columns)


def test_the_day_counts_by_hour_and_level_beside_the_day_before(plant: Plant, cast: Cast) -> None:
    hour = now().replace(minute=0, second=0, microsecond=0)
    turn(plant, 0, raised_at=hour - timedelta(hours=2), priority=1)
    turn(plant, 1, raised_at=hour - timedelta(hours=30), priority=3)
    day = read(signed_in(cast.monitor), "day")
    assert [one["at"] for one in day["hours"]] == sorted(one["at"] for one in day["hours"])
    assert len(day["hours"]) == 24
    assert day["hours"][-3]["counts"] == [1, 0, 0, 0]
    assert sum(sum(one["counts"]) for one in day["hours"]) == day["raised"] == 1
    assert (day["unanswered"], day["closed"], day["false"]) == (1, 0, 0)
    # 30 hours ago lies within the 24 hours before these
    assert day["raised_before"] == 1


def test_an_alarm_confirmed_and_raised_again_is_unanswered_and_a_closed_one_is_not(
    plant: Plant, cast: Cast
) -> None:
    turn(plant, 0, raised_at=now(), firm_state="confirmed", confirmed_occurrence=1, occurrences=2)
    turn(plant, 1, raised_at=now(), firm_state="closed", is_false=True)
    day = read(signed_in(cast.monitor), "day")
    assert (day["raised"], day["unanswered"], day["closed"], day["false"]) == (2, 1, 1, 1)


def test_a_firm_is_red_by_its_worst_open_alarm_and_none_once_both_are_closed(
    plant: Plant, cast: Cast
) -> None:
    turn(plant, 0, priority=1)
    turn(plant, 1, priority=2)
    client = signed_in(cast.monitor)
    told = read(client, "firms")
    [firm] = told["firms"]
    assert (told["red"], told["orange"]) == (1, 0)
    assert (firm["site_id"], firm["priority"], firm["count"]) == (plant.site.id, 1, 2)
    assert firm["name"] == plant.site.name
    turn(plant, 0, priority=3)
    assert (read(client, "firms")["red"], read(client, "firms")["orange"]) == (0, 1)
    turn(plant, 1, firm_state="closed", instrument_state="returned")
    assert read(client, "firms")["firms"] == []


def test_silence_is_counted_once_a_datastream_and_a_lost_gateway_beside_it(
    acting_as: Callable[[str], None], plant: Plant, cast: Cast
) -> None:
    client = signed_in(cast.monitor)
    before = read(client, "reporting")
    assert (before["datastreams"], before["silent"], before["lost"]) == (6, 0, 0)
    [site] = sites_of(plant, gateways=1, streams=3)
    acting_as("anlan_engine")
    apply(lost(site, 1_000), 2, 3)
    write_all()
    acting_as("anlan_app")
    after = read(client, "reporting")
    assert (after["datastreams"], after["silent"], after["lost"]) == (9, 3, 1)
    assert after["gateways"] == before["gateways"] + 1
    assert [(one["silent"], one["of"]) for one in after["firms"]] == [(3, 9)]
    with unit_of_work(machine("test")):
        Alarm.objects.filter(condition="silent").update(instrument_state="returned")
    assert read(client, "reporting")["silent"] == 0


def test_late_is_counted_by_owner_and_what_is_set_aside_is_not_late(
    plant: Plant, cast: Cast
) -> None:
    client, moment = signed_in(cast.monitor), now()
    assert (read(client, "late")["firm_count"], read(client, "late")["bureau_count"]) == (0, 0)
    # red: the firm has ten minutes to confirm; it is listed, and the bureau has ten to phone
    turn(plant, 0, last_raised_at=moment - timedelta(minutes=11), priority=1)
    turn(plant, 1, last_raised_at=moment - timedelta(minutes=9), priority=1)
    told = read(client, "late")
    assert [(one["site_id"], one["count"]) for one in told["firms"]] == [(plant.site.id, 1)]
    assert (told["firm_count"], told["bureau_count"]) == (1, 1)
    turn(plant, 0, shelved_until=moment + timedelta(hours=1))
    assert (read(client, "late")["firm_count"], read(client, "late")["bureau_count"]) == (0, 0)


def test_a_neighbour_counts_nothing_of_ours(plant: Plant, cast: Cast) -> None:
    turn(plant, 0, priority=1, raised_at=now())
    neighbour = signed_in(cast.neighbour)
    assert read(neighbour, "day")["raised"] == 0
    assert read(neighbour, "firms")["firms"] == []
    assert read(neighbour, "reporting")["datastreams"] == 0
