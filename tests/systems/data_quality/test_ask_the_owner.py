"""Whoever is in charge asks the owner of a finding to mend it, by a message, once a day; nobody else does."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from anlan.kernel.base.clock import now, now_ms
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.people.models import PostHolding, SiteReach, User
from anlan.kernel.sensing.models import Limit
from anlan.kernel.sensing.services.receipts import note_gateways
from tests import factories
from tests.cast import Cast, assemble, csrf, signed_in
from tests.plant import Plant, build_plant

pytestmark = pytest.mark.django_db
URL = "/api/v1/data-quality/findings"


@pytest.fixture
def plant() -> Plant:
    """A plant whose gateway's clock is off, with a datastream without limits."""
    made = build_plant(streams=2)
    with unit_of_work(machine("test")):
        note_gateways({made.gateway.id: (now_ms(), {"skew_ms": -7000})})
        Limit.objects.filter(datastream=made.streams[1]).update(superseded_at=now())
    return made


@pytest.fixture
def cast(plant: Plant) -> Cast:
    return assemble(site=plant.site.id)


@pytest.fixture
def keeper(cast: Cast) -> User:
    return factories.officer(cast.zone_bureau, "data_keeper", "钱数据")


@pytest.fixture
def desk(cast: Cast, keeper: User, acting_as: Callable[[str], None]) -> Client:
    """The duty officer of the bureau in charge."""
    officer = factories.officer(cast.zone_bureau, "duty_officer", "王值班")
    acting_as("anlan_app")
    return signed_in(officer)


def ask(client: Client, finding: str, reason: str = "周五前修好", key: str = "") -> Any:
    headers = csrf(client) | ({"Idempotency-Key": key} if key else {})
    return client.post(
        f"{URL}/{finding}/ask", {"reason": reason}, "application/json", headers=headers
    )


def inbox(user: User) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = signed_in(user).get("/api/v1/messaging/messages").json()["items"]
    return rows


def test_the_firm_is_asked_for_its_gateway_in_both_languages_and_the_desk_sees_that_it_was(
    plant: Plant, cast: Cast, keeper: User, desk: Client
) -> None:
    answer = ask(desk, f"gateway_clock:{plant.gateway.id}")

    assert (answer.status_code, answer.json()["names"]) == (200, ["孙中控"])
    [message] = inbox(cast.control_room)
    assert message["title"] == f"请处理数据问题：网关时钟偏差 {plant.gateway.name}"
    assert plant.site.name in message["body"]
    assert "王值班：周五前修好" in message["body"]
    assert message["title_en"].startswith("Please mend: clock off, ")
    assert (message["about_kind"], message["about_id"]) == ("sensing.gateway", plant.gateway.id)
    rows = desk.get(URL, {"filter": "kind.in:gateway_clock,no_limits"}).json()["items"]
    asked = {row["kind"]: row["asked_at"] for row in rows}
    assert asked["gateway_clock"] is not None
    assert asked["no_limits"] is None
    assert inbox(keeper) == []


def test_the_data_keeper_is_asked_for_what_is_his(plant: Plant, keeper: User, desk: Client) -> None:
    answer = ask(desk, f"no_limits:{plant.streams[1].id}")

    assert answer.json()["names"] == ["钱数据"]
    [message] = inbox(keeper)
    assert message["about_kind"] == "sensing.datastream"
    # himself he does not ask
    own = signed_in(keeper)
    refused = ask(own, f"no_limits:{plant.streams[1].id}")
    assert (refused.status_code, refused.json()["code"]) == (422, "data_quality.nobody_to_ask")


def test_the_security_administrator_is_asked_who_supervises_a_site(
    plant: Plant, cast: Cast, desk: Client, acting_as: Callable[[str], None]
) -> None:
    del desk
    county = signed_in(cast.duty_officer)  # its territory, where nobody is in charge
    finding = f"no_supervisor:{plant.site.id}"
    acting_as("anlan_owner")
    SiteReach.objects.filter(site=plant.site.id, relation="supervisor").update(
        valid_to=now() - timedelta(days=1)
    )
    acting_as("anlan_app")

    assert ask(county, finding).json()["names"] == ["冯安全"]
    assert [one["about_kind"] for one in inbox(cast.security_administrator)] == [
        "people.supervision"
    ]
    assert ask(signed_in(cast.neighbour), finding).status_code == 404


def test_he_asks_once_a_day_with_a_reason(plant: Plant, desk: Client, cast: Cast) -> None:
    finding = f"gateway_clock:{plant.gateway.id}"
    assert ask(desk, finding, "  ").json()["code"] == "data_quality.reason_missing"
    assert ask(desk, finding).status_code == 200
    again = ask(desk, finding)
    assert (again.status_code, again.json()["code"]) == (409, "data_quality.asked_already")
    assert len(inbox(cast.control_room)) == 1


def test_the_same_press_sent_again_under_its_key_is_answered_the_same(
    plant: Plant, desk: Client, cast: Cast
) -> None:
    first, again = (ask(desk, f"gateway_clock:{plant.gateway.id}", key="k1") for _ in range(2))
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert first.json()["names"] == ["孙中控"]
    assert len(inbox(cast.control_room)) == 1


def test_who_only_looks_asks_nobody(
    plant: Plant, cast: Cast, desk: Client, acting_as: Callable[[str], None]
) -> None:
    del desk
    finding = f"gateway_clock:{plant.gateway.id}"
    county = signed_in(cast.duty_officer)  # sees the zone's firm, which another bureau supervises
    rows = county.get(URL, {"filter": "kind.eq:gateway_clock"}).json()["items"]
    assert [row["may"] for row in rows] == [[]]
    assert ask(county, finding).status_code == 403
    unknown = ask(signed_in(cast.neighbour), finding)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "data_quality.finding_not_found")
    assert ask(signed_in(cast.control_room), finding).status_code == 403
    assert inbox(cast.control_room) == []


def test_where_nobody_stands_that_is_said(
    plant: Plant, cast: Cast, desk: Client, acting_as: Callable[[str], None]
) -> None:
    acting_as("anlan_owner")
    PostHolding.objects.filter(user=cast.control_room).update(held_to=now())
    acting_as("anlan_app")

    refused = ask(desk, f"gateway_clock:{plant.gateway.id}")
    assert (refused.status_code, refused.json()["code"]) == (422, "data_quality.nobody_to_ask")
