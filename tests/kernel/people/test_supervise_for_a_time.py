"""Supervision by matter holds from its first minute to its end, and neither before nor behind."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from anlan.kernel.base.clock import now
from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import Facts, Reach, decide, machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.people.models import SiteReach
from anlan.kernel.people.queries import principals
from tests import factories
from tests.cast import DIV_IN_TOWN, Cast, assemble, csrf, principal, signed_in

pytestmark = pytest.mark.django_db(transaction=True)
CHECK = "alerts.alarm.check"


@pytest.fixture
def cast() -> Cast:
    return assemble()


@pytest.fixture
def security(cast: Cast) -> Client:
    return signed_in(cast.security_administrator)


def sent(client: Client, path: str, body: Any, version: int = 0) -> Any:
    headers = csrf(client) | ({"If-Match": f'"{version}"'} if version else {})
    return client.post(
        f"/api/v1/people/supervisions{path}",
        body,
        content_type="application/json",
        headers=headers,
    )


def span(begins: datetime | None, ends: datetime | None) -> dict[str, Any]:
    said = {"valid_from": begins, "valid_to": ends}
    return {key: one.isoformat() for key, one in said.items() if one}


def wish(cast: Cast, begins: datetime | None, ends: datetime | None) -> dict[str, Any]:
    """The neighbour's bureau over the firm in town, by name: it lies outside its territory."""
    about = {"organisation_id": cast.neighbour_bureau.id, "site": cast.town_site}
    return about | {"matter": "mining"} | span(begins, ends)


def in_charge(cast: Cast) -> tuple[bool, bool]:
    """Tell whether the neighbour sees the firm in town, and whether he may act there."""
    at = Facts(div=DIV_IN_TOWN, site=cast.town_site, matter="mining")
    asking = principal(cast.neighbour)
    return (
        decide(asking, CHECK, at).allowed,
        decide(asking, CHECK, at, Reach.IN_CHARGE).allowed,
    )


def listed(client: Client, **query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get("/api/v1/people/supervisions", query).json()["items"]
    return found


def test_a_supervision_sees_from_its_first_minute_to_its_end(
    cast: Cast, security: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    begins, ends = now() + timedelta(hours=1), now() + timedelta(hours=3)
    assert sent(security, "", wish(cast, begins, ends)).json() == {"is_new": True}
    assert in_charge(cast) == (False, False)
    [row] = listed(security, filter="matter.eq:mining")
    assert (row["state"], row["firm_name"]) == ("planned", "灵武油品（演示）")
    second = timedelta(seconds=1)
    for moment, expected in (
        (begins - second, False),
        (begins, True),
        (ends - second, True),
        (ends, False),
    ):
        monkeypatch.setattr(principals, "now", lambda moment=moment: moment)
        assert in_charge(cast) == (expected, expected)


def test_a_supervision_that_is_ended_stops_at_once_and_the_journal_says_why(
    cast: Cast, security: Client
) -> None:
    sent(security, "", wish(cast, None, None))
    assert in_charge(cast) == (True, True)
    [row] = listed(security, filter="matter.eq:mining")
    silent = sent(security, f"/{row['id']}/end", {"reason": ""}, row["version"])
    assert (silent.status_code, silent.json()["code"]) == (422, "people.end_reason_missing")
    ended = sent(security, f"/{row['id']}/end", {"reason": "移交"}, row["version"]).json()
    assert (ended["state"], in_charge(cast)) == ("over", (False, False))
    with unit_of_work(machine("test"), read_only=True):
        told = Journal.objects.get(object=row["id"], type="people.site_reach.ended")
        assert told.change is not None
        assert told.change["reason"] == [None, "移交"]
    again = sent(security, f"/{row['id']}/end", {"reason": "移交"}, ended["version"])
    assert (again.status_code, again.json()["code"]) == (409, "people.supervision_over")
    # once it is over the same may begin anew
    assert sent(security, "", wish(cast, None, None)).json() == {"is_new": True}


def test_an_end_may_be_set_for_later_and_never_for_the_past(cast: Cast, security: Client) -> None:
    sent(security, "", wish(cast, None, None))
    [row] = listed(security, filter="matter.eq:mining")
    for hours, status in ((-1, 422), (5, 200)):
        body = {"reason": "移交", "valid_to": (now() + timedelta(hours=hours)).isoformat()}
        assert sent(security, f"/{row['id']}/end", body, row["version"]).status_code == status
    assert in_charge(cast) == (True, True)


@pytest.mark.parametrize(
    ("begins", "ends", "overlaps"),
    [(-5, 1, True), (1, 3, True), (9, 12, True), (-5, 20, True), (5, None, True),
     (-5, 0, False), (10, 12, False), (10, None, False)],
)  # fmt: skip
def test_two_spans_of_the_same_supervision_never_overlap(
    cast: Cast, security: Client, *, begins: int, ends: int | None, overlaps: bool
) -> None:
    start = now() + timedelta(days=30)

    def at(hours: int | None) -> datetime | None:
        return None if hours is None else start + timedelta(hours=hours)

    assert sent(security, "", wish(cast, at(0), at(10))).status_code == 200
    answer = sent(security, "", wish(cast, at(begins), at(ends)))
    if overlaps:
        assert (answer.status_code, answer.json()["code"]) == (409, "people.supervision_overlaps")
        assert answer.json()["title"]
    else:
        assert answer.json() == {"is_new": True}
    # another matter is another supervision
    other = wish(cast, at(begins), at(ends)) | {"matter": "fire"}
    assert sent(security, "", other).json() == {"is_new": True}


def test_the_same_span_again_changes_nothing(cast: Cast, security: Client) -> None:
    begins, ends = now() + timedelta(hours=1), now() + timedelta(hours=3)
    answers = [sent(security, "", wish(cast, begins, ends)).json() for _n in range(2)]
    assert answers == [{"is_new": True}, {"is_new": False}]
    turned = sent(security, "", wish(cast, ends, begins))
    assert (turned.status_code, turned.json()["code"]) == (422, "people.bad_period")
    assert SiteReach.objects.filter(matter="mining").count() == 1


def test_nobody_but_the_security_administrator_lists_who_supervises_which_firm(cast: Cast) -> None:
    for name, who in cast.people.items():
        client = signed_in(who)
        for path in ("supervisions", "sites"):
            answer = client.get(f"/api/v1/people/{path}")
            is_his = name == "security_administrator"
            assert answer.status_code == (200 if is_his else 403), (name, path)
            if not is_his:
                assert cast.town_firm.name not in answer.content.decode()


def test_only_the_security_administrator_begins_and_ends_one(cast: Cast) -> None:
    reach = factories.supervision(cast.neighbour_bureau, cast.town_site, "mining")
    for who in (cast.leader, cast.system_administrator, cast.audit_administrator):
        client = signed_in(who)
        assert sent(client, "", wish(cast, None, None)).status_code == 403
        assert sent(client, f"/{reach.id}/end", {"reason": "x"}, 1).status_code == 403
    own = factories.own_site(cast.firm)
    refused = sent(
        signed_in(cast.security_administrator), f"/{own.id}/end", {"reason": "x"}, own.version
    )
    assert refused.json()["code"] == "people.not_supervision"
