"""A screen on a wall reads and does nothing; it is not idle, and it ends with whoever put it up."""

from datetime import timedelta

import pytest
from django.test import Client

from anlan.kernel.base.clock import now_ms
from anlan.kernel.base.models import Journal
from anlan.kernel.people.models import AdministratorKind, User
from anlan.kernel.people.queries.sessions import SEEN, SIGNED_IN
from anlan.kernel.people.rules import DISPLAY_LIMIT
from tests import factories
from tests.cast import csrf, signed_in

pytestmark = pytest.mark.django_db
SESSION = "/api/v1/session"
ALARMS = "/api/v1/alerts/alarms/open"
DAY_MS = 86_400_000


def put_up(client: Client, status: int = 200) -> dict[str, object]:
    answer = client.post(f"{SESSION}/display", {}, "application/json", headers=csrf(client))
    assert answer.status_code == status, answer.content
    found: dict[str, object] = answer.json()
    return found


def age(client: Client, key: str, by_ms: int) -> None:
    session = client.session
    session[key] = now_ms() - by_ms
    session.save()


@pytest.fixture
def officer() -> User:
    return factories.officer(factories.organisation(), "duty_officer")


def test_a_display_stands_for_days_untouched_and_ends_after_a_month(officer: User) -> None:
    client = signed_in(officer)
    assert put_up(client)["display"] is True
    for key in (SEEN, SIGNED_IN):
        age(client, key, 20 * DAY_MS)
    assert client.get(ALARMS).status_code == 200
    age(client, SIGNED_IN, int(DISPLAY_LIMIT / timedelta(milliseconds=1)) + 1)
    assert client.get(ALARMS).status_code == 401


def test_a_display_does_nothing_and_reads_neither_accounts_nor_messages(officer: User) -> None:
    client = signed_in(officer)
    before = set(client.get(SESSION).json()["permissions"])
    assert {"alerts.alarm.check", "messaging.message.view"} <= before
    told = put_up(client)
    held = set(told["permissions"])  # type: ignore[call-overload]
    assert held < before
    assert "alerts.alarm.view" in held
    assert all(one.endswith(".view") for one in held)
    assert not held & {"people.user.view", "messaging.message.view", "audit.journal.view"}
    assert told["ceiling"] == 1
    answer = client.post(
        "/api/v1/audit/prints",
        {"path": "/", "title": "一张图"},
        "application/json",
        headers=csrf(client),
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "people.display_reads_only")
    assert client.get("/api/v1/people/users").status_code == 403


def test_a_display_is_bound_to_the_machine_that_it_was_put_up_on(officer: User) -> None:
    client = signed_in(officer)
    put_up(client)
    assert client.get(ALARMS, headers={"X-Real-IP": "10.9.8.7"}).status_code == 401


def test_a_display_ends_with_its_persons_post(officer: User) -> None:
    client = signed_in(officer)
    put_up(client)
    factories.holding(officer, factories.post(factories.organisation()))
    assert client.get(ALARMS).status_code == 401


def test_it_stands_in_the_journal_under_a_new_key_and_is_taken_down_by_hand(officer: User) -> None:
    client = signed_in(officer)
    key = client.session.session_key
    put_up(client)
    assert client.session.session_key != key
    last = Journal.objects.filter(type="people.user.signed_in").latest("id")
    assert (last.data["user_id"], last.data["how"]) == (officer.id, "display")
    assert client.delete(SESSION, headers=csrf(client)).status_code == 200
    assert client.get(ALARMS).status_code == 401


def test_an_administrator_has_nothing_to_hang_up() -> None:
    client = signed_in(factories.user("system", "郑系统", AdministratorKind.SYSTEM))
    assert put_up(client, 403)["code"] == "people.display_not_for_administrators"


def test_what_a_page_asks_by_itself_keeps_nobody_signed_in(officer: User) -> None:
    client = signed_in(officer)
    age(client, SEEN, 5 * 60_000)
    seen = client.session[SEEN]
    assert client.get(ALARMS, headers={"Anlan-Unattended": "1"}).status_code == 200
    assert client.session[SEEN] == seen
    assert client.get(ALARMS).status_code == 200
    assert client.session[SEEN] > seen
