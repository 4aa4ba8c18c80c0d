"""A list shows a group once; its members when they are asked for, and each for itself once it is closed."""

from collections.abc import Callable

import pytest
from django.test import Client
from msgspec import structs

from anlan.kernel.alerts.models import Alarm
from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.sensing.services.equipment import register_device
from tests.cast import assemble, signed_in
from tests.kernel.alerts.test_write_groups import Site, apply, lost, silent, sites_of, write_all
from tests.plant import build_plant

pytestmark = pytest.mark.django_db
OPEN, ALL = "/api/v1/alerts/alarms/open", "/api/v1/alerts/alarms"
FOLDED = "in_open_group.eq:false"


def conditions(client: Client, path: str, *filters: str) -> list[str]:
    answer = client.get(path, {"filter": list(filters)})
    assert answer.status_code == 200, answer.content
    return sorted(one["condition"] for one in answer.json()["items"])


def test_members_of_an_open_group_are_folded_into_it_and_found_below_it(
    acting_as: Callable[[str], None],
) -> None:
    plant = build_plant(streams=1)
    [site] = sites_of(plant, gateways=1, streams=3)
    acting_as("anlan_engine")
    alone = silent(site, plant.streams[0].number, 2_000)
    apply([*lost(site, 1_000), alone], 1)
    write_all()
    acting_as("anlan_app")
    monitor = signed_in(assemble(site=plant.site.id).monitor)
    assert conditions(monitor, OPEN) == ["gateway", "silent", "silent", "silent", "silent"]
    assert conditions(monitor, OPEN, FOLDED) == ["gateway", "silent"]
    with unit_of_work(machine("test"), read_only=True):
        group = Alarm.objects.get(datastream=None).id
    assert conditions(monitor, OPEN, f"parent_id.eq:{group}") == ["silent"] * 3
    with unit_of_work(machine("test")):
        Alarm.objects.filter(pk=group).update(instrument_state="returned", firm_state="closed")
    assert conditions(monitor, ALL, FOLDED) == ["gateway", *["silent"] * 4]


def test_a_group_of_a_failing_instrument_is_called_as_the_instrument_is_in_both_languages(
    acting_as: Callable[[str], None],
) -> None:
    plant = build_plant(streams=1)
    with unit_of_work(machine("test")):
        device = register_device(
            gateway=plant.gateway,
            subject_id=plant.streams[0].subject_id,
            name="雷达液位计",
            name_en="Radar gauge",
            serial="LT-101",
        )
    acting_as("anlan_engine")
    group = structs.replace(
        lost(Site(plant.gateway, []), 1_000)[0],
        condition="device",
        cause_key=f"device:{device.id}",
    )
    apply([group], 1)
    with unit_of_work(machine("test"), read_only=True):
        told = Journal.objects.get(type="alerts.alarm.raised").data
    acting_as("anlan_app")
    monitor = signed_in(assemble(site=plant.site.id).monitor)
    [listed] = monitor.get(OPEN).json()["items"]
    for one in (told, listed):
        assert (one["datastream_name"], one["datastream_name_en"]) == ("雷达液位计", "Radar gauge")
        assert one["tag"] == "LT-101"
