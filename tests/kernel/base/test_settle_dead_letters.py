"""Dead letters over HTTP: the system administrator decides, with a reason, and it is in the journal."""

from typing import Any

import pytest
from django.test import Client

from anlan.kernel.base.clock import now
from anlan.kernel.base.models import DeadLetter, Journal
from tests.cast import Cast, assemble, csrf, signed_in

pytestmark = pytest.mark.django_db
LETTERS = "/api/v1/operations/dead-letters"


@pytest.fixture
def cast() -> Cast:
    return assemble()


@pytest.fixture
def letter() -> DeadLetter:
    event = {
        "id": "01J00000000000000000000001",
        "type": "alerts.alarm.raised",
        "object": "01J00000000000000000000002",
        "data": {"value": 91.0},
    }
    return DeadLetter.objects.create(
        slice="plans", position=7, event=event, error="not now", tries=5, failed_at=now()
    )


def act(client: Client, letter: DeadLetter, verb: str, body: Any = None, version: int = 1) -> Any:
    return client.post(
        f"{LETTERS}/{letter.id}/{verb}",
        body or {},
        content_type="application/json",
        headers=csrf(client) | {"If-Match": f'"{version}"'},
    )


def test_the_list_says_what_failed_and_not_what_the_event_says(
    cast: Cast, letter: DeadLetter
) -> None:
    page = signed_in(cast.system_administrator).get(LETTERS).json()
    [found] = page["items"]
    assert (found["slice"], found["event_type"], found["error"]) == (
        "plans",
        "alerts.alarm.raised",
        "not now",
    )
    assert found["title"].startswith("报警产生")
    assert "91.0" not in str(found)
    assert found["id"] == letter.id


def test_discarding_needs_a_reason_and_settles_the_letter(cast: Cast, letter: DeadLetter) -> None:
    client = signed_in(cast.system_administrator)
    assert act(client, letter, "discard", {"reason": "  "}).json()["code"] == "base.reason_missing"

    answer = act(client, letter, "discard", {"reason": "对象已退役，无需通知"})

    assert (answer.status_code, answer.json()["outcome"]) == (200, "discarded")
    assert answer.json()["settled_by"] == f"user:{cast.system_administrator.id}"
    row = Journal.objects.get(type="base.dead_letter.discarded")
    assert (row.object, row.data["reason"]) == (letter.id, "对象已退役，无需通知")
    assert "data" not in row.data
    again = act(client, letter, "retry", version=2)
    assert again.json()["code"] == "base.already_settled"


def test_a_wish_to_retry_waits_for_the_worker_and_is_asked_once(
    cast: Cast, letter: DeadLetter
) -> None:
    client = signed_in(cast.system_administrator)

    answer = act(client, letter, "retry")

    assert answer.status_code == 200
    assert answer.json()["retry_at"] is not None
    assert answer.json()["settled_at"] is None
    assert act(client, letter, "retry", version=2).json()["code"] == "base.retry_waiting"
    assert act(client, letter, "retry", version=1).status_code == 412


@pytest.mark.parametrize("who", ["audit_administrator", "security_administrator", "duty_officer"])
def test_nobody_but_the_system_administrator_settles_one(
    cast: Cast, letter: DeadLetter, who: str
) -> None:
    client = signed_in(cast.people[who])
    assert act(client, letter, "discard", {"reason": "x"}).status_code == 403
    assert client.get(LETTERS).status_code == (200 if who == "audit_administrator" else 403)
