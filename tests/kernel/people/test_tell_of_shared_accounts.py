"""An account is one person's: used from two addresses at once, the journal tells of it."""

from datetime import timedelta

import pytest
from django.test import Client

from anlan.kernel.base.clock import now
from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.people.models import User
from anlan.kernel.people.queries import sessions
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def officer() -> User:
    factories.division("640181")
    return factories.officer(factories.organisation())


def come_in(user: User, address: str, client: Client | None = None) -> Client:
    client = client or Client()
    answer = client.post(
        "/api/v1/session",
        {"username": user.username, "password": factories.PASSWORD},
        content_type="application/json",
        headers={"X-Real-IP": address},
    )
    assert answer.status_code == 200
    return client


def told() -> list[tuple[str, list[str]]]:
    with unit_of_work(machine("test"), read_only=True):
        rows = Journal.objects.filter(type="people.user.used_elsewhere").order_by("id")
        return [(row.data["address"], row.data["others"]) for row in rows]


def test_8_1_4_2_c_an_account_used_from_two_addresses_at_once_is_told_of(officer: User) -> None:
    come_in(officer, "10.0.0.1")
    assert told() == []
    come_in(officer, "10.0.0.2")
    come_in(officer, "10.0.0.3")
    assert told() == [("10.0.0.2", ["10.0.0.1"]), ("10.0.0.3", ["10.0.0.1", "10.0.0.2"])]


def test_two_browsers_at_one_desk_and_another_person_are_nobody_elses_use(officer: User) -> None:
    come_in(officer, "10.0.0.1")
    come_in(officer, "10.0.0.1")
    come_in(factories.officer(factories.organisation()), "10.0.0.2")
    assert told() == []


def test_who_has_left_one_place_is_in_one_place(
    officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = come_in(officer, "10.0.0.1")
    first.delete("/api/v1/session")
    second = come_in(officer, "10.0.0.2")
    come_in(officer, "10.0.0.3", second)  # the same browser carried elsewhere: one session
    assert told() == []
    much_later = now() + timedelta(hours=5)
    monkeypatch.setattr(sessions, "now", lambda: much_later)  # nobody used that session since
    come_in(officer, "10.0.0.4")
    assert told() == []
