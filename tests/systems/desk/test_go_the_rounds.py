"""Online rounds: who is due today, what was missed, one look with its list, and who may do it."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from anlan.kernel.base.clock import SHANGHAI, now
from anlan.systems.desk.rules import CHECKS, due_day
from tests import factories
from tests.cast import Cast, assemble, csrf, signed_in
from tests.plant import Plant, build_plant

pytestmark = pytest.mark.django_db
URL = "/api/v1/desk"
MONDAY = date(2026, 6, 1)


@pytest.fixture
def plant() -> Plant:
    return build_plant()


@pytest.fixture
def cast(plant: Plant) -> Cast:
    return assemble(site=plant.site.id)


@pytest.fixture
def desk(cast: Cast) -> Client:
    return signed_in(cast.monitor)


@pytest.fixture
def leader(cast: Cast) -> Client:
    return signed_in(factories.officer(cast.zone_bureau, "bureau_director", "何局长", "director"))


def today() -> date:
    return now().astimezone(SHANGHAI).date()


def post(client: Client, path: str, body: Any, row: Any = None) -> Any:
    headers = csrf(client) | ({"If-Match": f'"{row["version"]}"'} if row else {})
    return client.post(f"{URL}{path}", body, content_type="application/json", headers=headers)


def planned(leader: Client, plant: Plant, days_ago: int, every: int = 7) -> dict[str, Any]:
    body = {"name": "日常巡查", "level": "county", "every_days": every, "sites": [plant.site.id],
            "starts_on": str(today() - timedelta(days=days_ago))}  # fmt: skip
    answer = post(leader, "/plans", body)
    assert answer.status_code == 200, answer.content
    made: dict[str, Any] = answer.json()
    return made


def due(client: Client) -> list[dict[str, Any]]:
    firms: list[dict[str, Any]] = client.get(f"{URL}/rounds/today").json()["firms"]
    return firms


def begun(client: Client, plan: dict[str, Any], plant: Plant) -> dict[str, Any]:
    answer = post(client, "/rounds", {"plan_id": plan["id"], "site_id": plant.site.id})
    assert answer.status_code == 200, answer.content
    row: dict[str, Any] = answer.json()
    return row


def looked(**wrong: str) -> list[dict[str, Any]]:
    return [
        {"key": key, "is_normal": key not in wrong, "note": wrong.get(key, "")} for key in CHECKS
    ]


def test_firms_are_spread_over_the_days_of_a_plan_and_come_again() -> None:
    first = [due_day(place, 3, MONDAY, MONDAY) for place in range(3)]
    assert first == [MONDAY, None, None]
    third = MONDAY + timedelta(days=2)
    assert [due_day(place, 3, MONDAY, third) for place in range(4)] == [
        MONDAY, MONDAY + timedelta(days=1), third, MONDAY,
    ]  # fmt: skip
    assert due_day(0, 3, MONDAY, MONDAY + timedelta(days=3)) == MONDAY + timedelta(days=3)


def test_what_was_missed_stays_until_somebody_has_looked(
    desk: Client, leader: Client, plant: Plant
) -> None:
    plan = planned(leader, plant, days_ago=2)
    [firm] = due(desk)
    assert (firm["days_late"], firm["is_done"], firm["name"]) == (2, False, plant.site.name)
    row = begun(desk, plan, plant)
    assert begun(desk, plan, plant)["id"] == row["id"]  # one's own goes on
    assert (row["facts"]["datastreams"], row["facts"]["gateways_unheard"]) == (2, 1)
    assert due(desk)[0]["is_done"] is False
    done = post(desk, f"/rounds/{row['id']}/finish", {"checks": looked()}, row).json()
    assert (done["result"], done["looked_by_name"]) == ("normal", "赵监测")
    assert done["seconds"] >= 0
    assert due(desk) == []  # missed days are made up for, and today is not its day


def test_what_is_due_today_stands_as_done_for_the_rest_of_the_day(
    desk: Client, leader: Client, plant: Plant
) -> None:
    plan = planned(leader, plant, days_ago=7)
    assert [(one["days_late"], one["is_done"]) for one in due(desk)] == [(0, False)]
    row = begun(desk, plan, plant)
    post(desk, f"/rounds/{row['id']}/finish", {"checks": looked()}, row)
    assert [(one["is_done"], one["round_id"]) for one in due(desk)] == [(True, row["id"])]


def test_everything_is_looked_at_and_what_is_wrong_is_said_and_assigned(
    desk: Client, leader: Client, plant: Plant
) -> None:
    row = begun(desk, planned(leader, plant, days_ago=0), plant)
    path = f"/rounds/{row['id']}/finish"
    refusals: dict[str, dict[str, Any]] = {
        "desk.checks_missing": {"checks": looked()[1:]},
        "desk.finding_missing": {"checks": looked(gateway="离线")},
        "desk.assignment_unclear": {"checks": looked(gateway="离线"), "finding": "网关离线", "assigned": "企业"},
    }  # fmt: skip
    for code, body in refusals.items():
        assert post(desk, path, body, row).json()["code"] == code
    whole = refusals["desk.assignment_unclear"] | {"assigned_until": "2026-12-31"}
    assert post(leader, path, whole, row).json()["code"] == "desk.round_of_another"
    done = post(desk, path, whole, row).json()
    assert (done["result"], done["assigned"], done["assigned_until"]) == (
        "abnormal",
        "企业",
        "2026-12-31",
    )
    assert post(desk, path, whole, done).json()["code"] == "desk.round_done"
    listed = desk.get(f"{URL}/rounds", {"filter": "result.eq:abnormal"}).json()["items"]
    assert [one["id"] for one in listed] == [row["id"]]


def test_a_plan_that_ended_makes_nothing_due_and_no_neighbour_sees_any_of_it(
    cast: Cast, desk: Client, leader: Client, plant: Plant
) -> None:
    plan = planned(leader, plant, days_ago=1)
    neighbour = signed_in(cast.neighbour)
    assert due(neighbour) == []
    assert (
        post(neighbour, "/rounds", {"plan_id": plan["id"], "site_id": plant.site.id}).status_code
        == 404
    )
    assert post(desk, f"/plans/{plan['id']}/end", {"reason": "换"}, plan).status_code == 403
    ended = post(leader, f"/plans/{plan['id']}/end", {"reason": "换新计划"}, plan)
    assert ended.status_code == 200
    assert due(desk) == []
    assert (
        post(leader, f"/plans/{plan['id']}/end", {"reason": "再"}, ended.json()).status_code == 409
    )
