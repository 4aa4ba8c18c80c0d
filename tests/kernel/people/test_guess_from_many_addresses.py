"""GB/T 22239-2019, 8.1.4.1 b: ever new addresses give no further tries, and lock no owner out of his room."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.test import Client

from anlan.kernel.base.clock import now
from anlan.kernel.base.config import config
from anlan.kernel.people.models import User
from tests import factories

pytestmark = pytest.mark.django_db
SESSION = "/api/v1/session"
OWN_ROOM, ON_THE_ROAD = "10.0.0.8", "198.51.100.7"
LOCKED = (429, "people.locked")


@pytest.fixture(autouse=True)
def ten(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Allow ten wrong tries a name: two addresses use them up."""
    monkeypatch.setenv("ANLAN_WRONG_TRIES_A_NAME", "10")
    config.cache_clear()
    yield
    config.cache_clear()


@pytest.fixture
def officer() -> User:
    return factories.officer(factories.organisation(), username="wang")


def send(client: Client, path: str, address: str, **body: Any) -> tuple[int, str]:
    answer = client.post(
        path, body, content_type="application/json", headers={"X-Real-IP": address}
    )
    return answer.status_code, answer.json().get("code", "")


def attempt(address: str, password: str, username: str = "wang") -> tuple[int, str]:
    return send(Client(), SESSION, address, username=username, password=password)


def guess(addresses: int, tries: int = 5, username: str = "wang") -> None:
    for address in range(addresses):
        for _ in range(tries):
            attempt(f"203.0.113.{address}", "not the password", username)


def counted() -> list[tuple[Any, ...]]:
    rows = AccessAttempt.objects.order_by("id")
    return list(rows.values_list("ip_address", "failures_since_start", "attempt_time"))


@pytest.mark.parametrize("username", ["wang", "nobody"])
def test_8_1_4_1_b_a_name_that_many_addresses_guess_at_is_locked_for_further_ones(
    officer: User, username: str
) -> None:
    guess(1, username=username)
    assert attempt(ON_THE_ROAD, "not the password", username)[0] == 401
    guess(2, username=username)

    assert attempt("203.0.113.77", factories.PASSWORD, username) == LOCKED
    assert attempt(ON_THE_ROAD, factories.PASSWORD, username) == LOCKED


def test_8_1_4_1_b_its_owner_goes_on_where_he_has_signed_in_before(officer: User) -> None:
    here = Client()
    right = {"username": "wang", "password": factories.PASSWORD}
    assert send(here, SESSION, OWN_ROOM, **right)[0] == 200
    guess(2)

    assert attempt(ON_THE_ROAD, factories.PASSWORD) == LOCKED
    assert attempt(OWN_ROOM, factories.PASSWORD)[0] == 200
    registry = here.get("/api/v1/registry", headers={"X-Real-IP": OWN_ROOM})
    assert registry.status_code == 200
    new = {"old": factories.PASSWORD, "new": "Fresh-Goose-9-Lantern"}
    assert send(here, f"{SESSION}/password", ON_THE_ROAD, **new)[0] == 200


def test_in_his_own_room_five_wrong_tries_lock_him_all_the_same(officer: User) -> None:
    assert attempt(OWN_ROOM, factories.PASSWORD)[0] == 200
    for _ in range(5):
        attempt(OWN_ROOM, "not the password")
    assert attempt(OWN_ROOM, factories.PASSWORD) == LOCKED


def test_what_a_lock_refuses_makes_it_no_longer(officer: User) -> None:
    guess(2)
    before = counted()
    guess(3)
    assert attempt(ON_THE_ROAD, "not the password") == LOCKED
    assert counted() == before

    AccessAttempt.objects.update(attempt_time=now() - timedelta(minutes=31))
    assert attempt(ON_THE_ROAD, factories.PASSWORD)[0] == 200


def test_one_address_alone_never_locks_a_name_for_others(officer: User) -> None:
    guess(1, tries=12)
    assert attempt(ON_THE_ROAD, factories.PASSWORD)[0] == 200
