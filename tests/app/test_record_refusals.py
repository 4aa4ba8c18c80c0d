"""A refused act leaves its row: who wanted what, on which, why not, from where; a flood of them does not."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from anlan.kernel.base import clock
from anlan.kernel.base.ids import new_ulid
from anlan.kernel.base.models import Journal, RefusalTally
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.services import refusals
from anlan.kernel.base.unit_of_work import unit_of_work
from tests import factories
from tests.cast import Cast, assemble, csrf, signed_in

pytestmark = pytest.mark.django_db(transaction=True)
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
def cast() -> Cast:
    return assemble()


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Return how time passes for the refusals."""

    def passed(span: timedelta) -> None:
        moment = clock.now() + span
        monkeypatch.setattr(refusals, "now", lambda: moment)

    return passed  # type: ignore[return-value]


def refused() -> list[Journal]:
    with unit_of_work(machine("test"), read_only=True):
        return list(Journal.objects.filter(type="base.act.refused").order_by("id"))


def settle() -> None:
    with unit_of_work(machine("deadlines")):
        refusals.settle_refusals(500)


def post(client: Client, path: str, body: dict[str, Any]) -> Any:
    headers = csrf(client) | {"X-Real-IP": "10.3.2.1"}
    return client.post(f"/api/v1/{path}", body, content_type="application/json", headers=headers)


def test_8_1_4_3_a_a_refused_act_is_written_down_with_who_what_why_and_from_where(
    cast: Cast,
) -> None:
    officer = cast.duty_officer
    client = signed_in(officer)
    spare = factories.post(cast.bureau)
    answer = post(client, f"people/posts/{spare.id}/holdings", {"user_id": officer.id})
    [row] = refused()
    assert (answer.status_code, row.actor) == (403, f"user:{officer.id}")
    assert row.object != spare.id
    begun = row.data.pop("since")
    assert begun
    assert row.data == {
        "method": "POST",
        "route": "/api/v1/people/posts/{post_id}/holdings",
        "permission": "people.post.edit",
        "object_id": spare.id,
        "reason": "no_post_with_permission",
        "why": "没有权限",
        "why_en": "Your posts do not allow this.",
        "address": "10.3.2.1",
        "times": 1,
    }


def test_8_1_4_3_a_what_is_out_of_reach_is_written_down_though_nobody_is_told_that_it_is_there(
    cast: Cast,
) -> None:
    neighbour = signed_in(cast.neighbour)
    paper = factories.document(cast.duty_officer)
    assert neighbour.get(f"/api/v1/documents/{paper.id}").status_code == 404
    [row] = refused()
    assert (row.data["reason"], row.data["object_id"]) == ("not_there_or_out_of_reach", paper.id)
    assert (row.data["why"], row.actor) == ("", f"user:{cast.neighbour.id}")
    # nobody on the other side learns who asked: that is the auditor's
    story = signed_in(cast.duty_officer).get(f"/api/v1/audit/history/{row.object}").json()
    assert story["items"] == []
    auditor = signed_in(cast.audit_administrator)
    listed = auditor.get("/api/v1/audit/journal", {"filter": "type.eq:base.act.refused"}).json()
    assert [one["title"] for one in listed["items"]] == ["操作被拒绝"]


def test_8_1_4_3_a_the_journal_itself_and_an_export_refused_are_written_down(cast: Cast) -> None:
    client = signed_in(cast.duty_officer)
    assert client.get("/api/v1/audit/journal").status_code == 403
    assert client.get("/api/v1/people/users", headers={"Accept": SHEET}).status_code == 403
    said = [(row.data["method"], row.data["permission"]) for row in refused()]
    assert said == [("GET", "audit.journal.read"), ("EXPORT", "people.user.view")]


def test_8_1_4_3_a_a_flood_of_refusals_is_counted_and_does_not_fill_the_journal(
    cast: Cast, later: Any
) -> None:
    client = signed_in(cast.duty_officer)
    for _n in range(5):
        client.get("/api/v1/audit/journal")
    assert [row.data["times"] for row in refused()] == [1]
    settle()
    assert len(refused()) == 1  # the minute is not over
    for _n in range(refusals.KINDS_MAX + 10):
        client.get(f"/api/v1/subjects/{new_ulid()}")
    told = refused()
    assert len(told) == refusals.KINDS_MAX + 1
    assert [row.data["reason"] for row in told].count("many") == 1
    later(timedelta(minutes=1, seconds=1))
    settle()
    counted = refused()[len(told) :]
    assert sorted((row.data["reason"], row.data["times"]) for row in counted) == [
        ("many", 10),
        ("no_post_with_permission", 4),
    ]
    assert {row.actor for row in counted} == {f"user:{cast.duty_officer.id}"}
    assert not RefusalTally.objects.exists()
    client.get("/api/v1/audit/journal")
    assert len(refused()) == len(told) + 3


def test_a_minute_that_nobody_settled_is_settled_by_the_next_refusal(
    cast: Cast, later: Any
) -> None:
    client = signed_in(cast.duty_officer)
    for _n in range(3):
        client.get("/api/v1/audit/journal")
    later(timedelta(minutes=2))
    client.get("/api/v1/audit/journal")
    assert [row.data["times"] for row in refused()] == [1, 2, 1]


def test_8_1_4_3_b_what_was_typed_into_a_refused_act_is_not_kept(cast: Cast) -> None:
    client = signed_in(cast.duty_officer)
    post(client, "people/users/by-phone?x=13800001234", {"phone": "13800001234"})
    post(client, "people/users", {"username": "secret-name", "name": "某人", "password": "x"})
    kept = str([row.data for row in refused()]) + str(list(RefusalTally.objects.values()))
    assert "secret-name" not in kept
    assert "13800001234" not in kept
    assert [row.data["permission"] for row in refused()][-1] == "people.user.edit"


def test_8_1_4_3_a_a_change_without_the_token_of_its_page_is_written_down_once_a_minute(
    cast: Cast, later: Any
) -> None:
    client = signed_in(cast.duty_officer)
    kept = client.session
    kept["seen_at"] -= 120_000
    kept.save()
    spare = factories.post(cast.bureau)
    path = f"/api/v1/people/posts/{spare.id}/holdings"
    for _n in range(3):
        answer = client.post(path, {"user_id": "13800001234"}, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (403, "base.token_missing")
    assert client.session["seen_at"] == kept["seen_at"], "a foreign page keeps no session awake"
    assert client.delete("/api/v1/session").status_code == 403
    told = [(row.data["route"], row.data["permission"], row.data["object_id"]) for row in refused()]
    assert told == [
        ("/api/v1/people/posts/{post_id}/holdings", "people.post.edit", spare.id),
        ("/api/v1/session", "", ""),
    ]
    assert {row.data["reason"] for row in refused()} == {"base.token_missing"}
    assert {row.actor for row in refused()} == {f"user:{cast.duty_officer.id}"}
    later(timedelta(minutes=1, seconds=1))
    settle()
    assert [row.data["times"] for row in refused()] == [1, 1, 2]
    stranger = Client(enforce_csrf_checks=True)
    assert stranger.post("/api/v1/session", {}, content_type="application/json").status_code == 403
    assert len(refused()) == 3


def test_who_is_not_signed_in_and_who_errs_leave_no_refusal(cast: Cast) -> None:
    assert Client().get("/api/v1/audit/journal").status_code == 401
    client = signed_in(cast.security_administrator)
    assert post(client, "people/posts", {}).status_code == 422
    assert refused() == []
