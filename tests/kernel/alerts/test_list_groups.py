"""A list shows a group once; its members when they are asked for, and each for itself once it is closed."""

from collections.abc import Callable

import pytest
from django.test import Client

from anlan.kernel.alerts.models import Alarm
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from tests.cast import assemble, signed_in
from tests.kernel.alerts.test_write_groups import apply, lost, silent, sites_of, write_all
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
