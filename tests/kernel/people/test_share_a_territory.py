"""A share (共享) gives exactly what it says, from its minute to its minute, by the giver's side's word."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from anlan.kernel.base.clock import SHANGHAI, now, utc_text
from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import Facts, Reach, decide, machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.people.models import ScopeGrant
from anlan.kernel.people.queries import principals
from anlan.kernel.places.models import Area
from tests import factories
from tests.cast import (
    DIV_IN_TOWN,
    DIV_IN_ZONE,
    TOWNSHIP,
    ZONE,
    Cast,
    assemble,
    csrf,
    principal,
    signed_in,
)
from tests.plant import build_plant

pytestmark = pytest.mark.django_db(transaction=True)
LOOK = "subjects.subject.view"


@pytest.fixture
def cast() -> Cast:
    return assemble()


def sent(client: Client, path: str, body: Any = None, version: int = 0) -> Any:
    headers = csrf(client) | ({"If-Match": f'"{version}"'} if version else {})
    return client.post(
        f"/api/v1/people/shares{path}",
        body or {},
        content_type="application/json",
        headers=headers,
    )


def wish(cast: Cast, **otherwise: Any) -> dict[str, Any]:
    return {
        "organisation_id": cast.neighbour_bureau.id,
        "territory_code": TOWNSHIP,
        "reason": "冬季联防",
        "valid_from": now().isoformat(),
        "valid_to": (now() + timedelta(days=30)).isoformat(),
    } | otherwise


@pytest.fixture
def chief(cast: Cast) -> Client:
    return signed_in(factories.officer(cast.bureau, "shift_chief", "马值班长"))


@pytest.fixture
def leader(cast: Cast) -> Client:
    return signed_in(cast.leader)


def sees(cast: Cast, div: int) -> bool:
    return decide(principal(cast.neighbour), LOOK, Facts(div=div)).allowed


def test_a_share_gives_nothing_before_another_of_the_givers_side_has_approved_it(
    cast: Cast, chief: Client, leader: Client
) -> None:
    until = (now() + timedelta(days=30)).astimezone(SHANGHAI)
    asked = sent(chief, "", wish(cast, valid_to=until.isoformat())).json()
    assert (asked["state"], asked["asked_by_name"], asked["approved_by_name"]) == (
        "waiting",
        "马值班长",
        "",
    )
    assert not sees(cast, DIV_IN_ZONE)
    given = sent(leader, f"/{asked['id']}/approve", version=asked["version"]).json()
    assert (given["state"], given["approved_by_name"]) == ("running", "李带班")
    assert sees(cast, DIV_IN_ZONE)
    with unit_of_work(machine("test"), read_only=True):
        told = Journal.objects.filter(object=asked["id"]).order_by("id")
        assert [row.type for row in told] == ["people.scope.asked", "people.scope.granted"]
        assert told[1].data["approved_by"] == f"user:{cast.leader.id}"
        # said in Shanghai's time, kept in UTC: an approval changes no moment
        assert {row.data["valid_to"] for row in told} == {utc_text(until)}


def test_a_share_is_for_looking_at_what_it_names_and_nothing_else(
    cast: Cast, chief: Client, leader: Client
) -> None:
    asked = sent(chief, "", wish(cast)).json()
    sent(leader, f"/{asked['id']}/approve", version=asked["version"])
    assert sees(cast, DIV_IN_ZONE)
    assert not sees(cast, DIV_IN_TOWN)
    in_zone = Facts(div=DIV_IN_ZONE)
    for needs in (Reach.HOME, Reach.IN_CHARGE):
        found = decide(principal(cast.neighbour), "alerts.alarm.check", in_zone, needs)
        assert not found.allowed


def test_a_share_begins_and_ends_at_its_minute(
    cast: Cast, chief: Client, leader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    begins, ends = now() + timedelta(hours=1), now() + timedelta(hours=3)
    span = {"valid_from": begins.isoformat(), "valid_to": ends.isoformat()}
    asked = sent(chief, "", wish(cast, **span)).json()
    given = sent(leader, f"/{asked['id']}/approve", version=asked["version"]).json()
    assert given["state"] == "planned"
    second = timedelta(seconds=1)
    for moment, expected in (
        (begins - second, False),
        (begins, True),
        (ends - second, True),
        (ends, False),
    ):
        monkeypatch.setattr(principals, "now", lambda moment=moment: moment)
        assert sees(cast, DIV_IN_ZONE) is expected


def test_a_share_ended_early_stops_at_once_and_says_by_whom_and_why(
    cast: Cast, chief: Client, leader: Client
) -> None:
    asked = sent(chief, "", wish(cast)).json()
    given = sent(leader, f"/{asked['id']}/approve", version=asked["version"]).json()
    assert sent(chief, f"/{asked['id']}/end", {"reason": " "}, given["version"]).status_code == 422
    ended = sent(chief, f"/{asked['id']}/end", {"reason": "联防结束"}, given["version"]).json()
    assert (ended["state"], ended["ended_by_name"], ended["end_reason"]) == (
        "ended",
        "马值班长",
        "联防结束",
    )
    assert not sees(cast, DIV_IN_ZONE)
    again = sent(leader, f"/{asked['id']}/approve", version=ended["version"])
    assert (again.status_code, again.json()["code"]) == (409, "people.share_over")


def test_nobody_approves_what_he_asked_for_and_the_receiver_decides_nothing(
    cast: Cast, leader: Client
) -> None:
    asked = sent(leader, "", wish(cast)).json()
    own = sent(leader, f"/{asked['id']}/approve", version=asked["version"])
    assert (own.status_code, own.json()["code"]) == (403, "people.own_share")
    receiver = signed_in(factories.officer(cast.neighbour_bureau, "bureau_director", "邻县局长"))
    listed = receiver.get("/api/v1/people/shares").json()["items"]
    assert [(one["id"], one["is_given"]) for one in listed] == [(asked["id"], False)]
    for act in ("approve", "end"):
        body = {"reason": "不要"}
        refused = sent(receiver, f"/{asked['id']}/{act}", body, asked["version"])
        assert refused.status_code == 403
    assert ScopeGrant.objects.get(pk=asked["id"]).approved_at is None
    assert sent(receiver, "", wish(cast)).status_code == 403


@pytest.mark.parametrize(
    ("otherwise", "status", "code"),
    [
        ({"reason": "  "}, 422, "people.reason_missing"),
        ({"valid_to": "2026-01-01T00:00:00+08:00"}, 422, "people.share_past"),
        ({"valid_to": "2036-01-01T00:00:00+08:00"}, 422, "people.share_too_long"),
        ({"territory_code": "640181999"}, 404, "places.division_not_found"),
    ],
)
def test_what_cannot_be_shared_is_refused_with_words(
    cast: Cast, chief: Client, otherwise: dict[str, Any], status: int, code: str
) -> None:
    answer = sent(chief, "", wish(cast, **otherwise))
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.fixture
def keeper(cast: Cast) -> Client:
    return signed_in(factories.officer(cast.zone_bureau, "shift_chief", "宁东值班长"))


def of_zone(cast: Cast, **otherwise: Any) -> dict[str, Any]:
    return wish(cast, zone=ZONE, **otherwise) | {"territory_code": ""}


def sees_zone(cast: Cast) -> bool:
    in_zone = Facts(div=DIV_IN_ZONE, zone=ZONE)
    return decide(principal(cast.neighbour), LOOK, in_zone).allowed


def test_a_zone_is_shared_by_its_own_bureau_to_look_at(cast: Cast, keeper: Client) -> None:
    head = signed_in(factories.officer(cast.zone_bureau, "bureau_director", "宁东局长"))
    asked = sent(keeper, "", of_zone(cast)).json()
    assert (asked["zone"], asked["territory_code"], asked["territory_name"], asked["is_given"]) == (
        ZONE,
        "",
        "宁东能源化工基地",
        True,
    )
    assert not sees_zone(cast)
    given = sent(head, f"/{asked['id']}/approve", version=asked["version"]).json()
    assert given["state"] == "running"
    assert sees_zone(cast)
    # the zone and nothing beside it, and nobody acts by it
    assert not sees(cast, DIV_IN_ZONE)
    assert not decide(
        principal(cast.neighbour), LOOK, Facts(div=DIV_IN_ZONE, zone=ZONE + 1)
    ).allowed
    in_zone = Facts(div=DIV_IN_ZONE, zone=ZONE)
    for needs in (Reach.HOME, Reach.IN_CHARGE):
        found = decide(principal(cast.neighbour), "alerts.alarm.check", in_zone, needs)
        assert not found.allowed
    # what was lent is not given on
    lent = signed_in(factories.officer(cast.neighbour_bureau, "bureau_director", "邻县局长"))
    third = factories.organisation("青铜峡局", territory_code="640381")
    assert sent(lent, "", of_zone(cast, organisation_id=third.id)).status_code == 403
    with unit_of_work(machine("test"), read_only=True):
        told = Journal.objects.filter(object=asked["id"]).order_by("id")
        assert [(row.schema, row.data["zone"]) for row in told] == [(3, ZONE), (3, ZONE)]

    ended = sent(head, f"/{asked['id']}/end", {"reason": "联防结束"}, given["version"]).json()
    assert ended["state"] == "ended"
    assert not sees_zone(cast)


def test_rows_of_a_shared_zone_come_through_row_security(cast: Cast, keeper: Client) -> None:
    inside = build_plant("inside", div=DIV_IN_ZONE, zone=ZONE).site
    beside = build_plant("beside", div=DIV_IN_TOWN, zone=None).site
    neighbour = signed_in(cast.neighbour)

    def listed() -> set[str]:
        items = neighbour.get("/api/v1/subjects?limit=100").json()["items"]
        return {one["id"] for one in items}

    asked = sent(keeper, "", of_zone(cast)).json()
    assert inside.id not in listed()
    head = signed_in(factories.officer(cast.zone_bureau, "bureau_director", "宁东局长"))
    sent(head, f"/{asked['id']}/approve", version=asked["version"])
    assert inside.id in listed()
    assert beside.id not in listed()


def test_nobody_but_its_own_bureau_shares_a_zone(
    cast: Cast, chief: Client, leader: Client, keeper: Client
) -> None:
    above = signed_in(
        factories.officer(
            factories.organisation("自治区厅", territory_code="64"), "bureau_director", "厅长"
        )
    )
    for giver in (chief, leader, above):
        refused = sent(giver, "", of_zone(cast))
        assert (refused.status_code, refused.json()["reason"]) == (403, "out_of_reach_home")
    asked = sent(keeper, "", of_zone(cast)).json()
    for stranger in (leader, above):
        assert stranger.get("/api/v1/people/shares").json()["items"] == []
        hidden = sent(stranger, f"/{asked['id']}/approve", version=asked["version"])
        assert hidden.status_code == 404
    # and its bureau shares no township of the county
    assert sent(keeper, "", wish(cast)).status_code == 403


def test_a_share_names_one_place_that_is_there(cast: Cast, chief: Client, keeper: Client) -> None:
    for otherwise in ({"territory_code": ""}, {"zone": ZONE}):
        answer = sent(chief, "", wish(cast, **otherwise))
        assert (answer.status_code, answer.json()["code"]) == (422, "people.share_names_one")
    assert sent(chief, "", wish(cast, zone=2**63, territory_code="")).status_code == 422
    Area.objects.filter(number=ZONE).update(valid_to="2020-01-01")
    gone = sent(keeper, "", of_zone(cast))
    assert (gone.status_code, gone.json()["code"]) == (404, "places.zone_not_found")


def test_a_zone_is_shared_once_and_with_nobody_who_has_it(cast: Cast, keeper: Client) -> None:
    second = factories.organisation("宁东消防", territory_code="", zone=ZONE)
    assert sent(keeper, "", of_zone(cast)).status_code == 200
    refused = [
        sent(keeper, "", of_zone(cast, organisation_id=one.id)).json()["code"]
        for one in (cast.firm, second, cast.zone_bureau, cast.neighbour_bureau)
    ]
    assert refused == [
        "people.share_to_firm",
        "people.share_needless",
        "people.own_grant",
        "people.share_stands",
    ]


def test_a_firm_gets_no_territory_and_nobody_gets_one_twice_or_his_own(
    cast: Cast, chief: Client
) -> None:
    above = factories.organisation("银川市局", territory_code="6401")
    assert sent(chief, "", wish(cast)).status_code == 200
    refused = [
        sent(chief, "", wish(cast, organisation_id=one.id)).json()["code"]
        for one in (cast.firm, above, cast.bureau, cast.neighbour_bureau)
    ]
    assert refused == [
        "people.share_to_firm",
        "people.share_needless",
        "people.own_grant",
        "people.share_stands",
    ]
