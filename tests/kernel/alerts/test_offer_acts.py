"""Each alarm says which acts the asking person may do on it, so that no page offers a refusal."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.cast import Cast, assemble, csrf, signed_in
from tests.kernel.alerts.test_apply_transitions import apply, step
from tests.plant import Plant, build_plant

pytestmark = pytest.mark.django_db
OPEN = "/api/v1/alerts/alarms/open"
SEEN = {"If-Match": '"1"'}
SAID = {"outcome": "verified_by_phone", "note": "电话核实：中控称正在倒罐"}


@pytest.fixture
def plant(acting_as: Callable[[str], None]) -> Plant:
    made = build_plant(streams=6)
    acting_as("anlan_engine")
    apply([step(made, "raised", 1)], 0, 1)
    acting_as("anlan_app")
    return made


@pytest.fixture
def cast(plant: Plant) -> Cast:
    return assemble(site=plant.site.id)


def only(client: Client) -> dict[str, Any]:
    [alarm] = client.get(OPEN).json()["items"]
    found: dict[str, Any] = alarm
    return found


def test_the_county_is_offered_no_check_on_the_zones_firm_and_would_be_refused(cast: Cast) -> None:
    for person in (cast.duty_officer, cast.leader):
        client = signed_in(person)
        alarm = only(client)
        assert alarm["may"] == []
        path = f"/api/v1/alerts/alarms/{alarm['id']}/check"
        answer = client.post(
            path, SAID, content_type="application/json", headers=csrf(client) | SEEN
        )
        assert answer.status_code == 403


def test_the_bureau_in_charge_is_offered_the_check_and_the_answer_offers_it_again(
    cast: Cast,
) -> None:
    client = signed_in(cast.monitor)
    alarm = only(client)
    assert alarm["may"] == ["check"]
    assert client.get(f"/api/v1/alerts/alarms/{alarm['id']}").json()["may"] == ["check"]
    path = f"/api/v1/alerts/alarms/{alarm['id']}/check"
    answer = client.post(path, SAID, content_type="application/json", headers=csrf(client) | SEEN)
    assert (answer.status_code, answer.json()["may"]) == (200, ["check"])


def test_the_firm_is_offered_its_own_acts(cast: Cast) -> None:
    assert only(signed_in(cast.control_room))["may"] == ["confirm", "close", "shelve"]


def test_an_alarm_names_the_site_it_is_at(cast: Cast, plant: Plant) -> None:
    assert only(signed_in(cast.monitor))["site_name"] == plant.site.name


def test_deciding_costs_no_query_an_alarm(
    cast: Cast, plant: Plant, acting_as: Callable[[str], None]
) -> None:
    client = signed_in(cast.monitor)
    with CaptureQueriesContext(
        connection,
    ) as one:
        assert len(client.get(OPEN).json()["items"]) == 1
    acting_as("anlan_engine")
    apply([step(plant, "raised", n, stream=n) for n in range(1, 6)], 1, 6)
    acting_as("anlan_app")
    with CaptureQueriesContext(connection) as many:
        assert len(client.get(OPEN).json()["items"]) == 6
    assert len(many) == len(one)
