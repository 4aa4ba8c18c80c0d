"""What strangers type at a name keeps its owner out nowhere for good: half-way, listed or unlocked, he comes in."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from anlan.kernel.base.config import config
from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.people.models import User
from anlan.kernel.people.services import second_factor
from tests import factories
from tests.cast import Cast, assemble, csrf, signed_in
from tests.kernel.people.test_guess_from_many_addresses import LOCKED, ON_THE_ROAD, SESSION, send
from tests.person import FACTOR, MOMENT, enrolled

pytestmark = pytest.mark.django_db
OFFICE, OTHER_OFFICE = "10.0.0.9", "10.0.0.10"


@pytest.fixture(autouse=True)
def ten(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Allow ten wrong tries a name: two addresses use them up."""
    monkeypatch.setenv("ANLAN_WRONG_TRIES_A_NAME", "10")
    monkeypatch.setattr(second_factor, "now", lambda: MOMENT)
    config.cache_clear()
    yield
    config.cache_clear()


@pytest.fixture
def cast() -> Cast:
    return assemble()


def attempt(user: User, address: str, password: str = factories.PASSWORD) -> tuple[int, str]:
    return half_way(user, address, password)[1]


def half_way(
    user: User, address: str, password: str = factories.PASSWORD
) -> tuple[Client, tuple[int, str]]:
    client = Client()
    body = {"username": user.username, "password": password}
    return client, send(client, SESSION, address, **body)


def guess(user: User, *addresses: str) -> None:
    for address in addresses:
        for _ in range(5):
            attempt(user, address, "not the password")


STRANGERS = ("203.0.113.1", "203.0.113.2")


def test_whose_password_was_right_is_stopped_by_no_strangers_tries(cast: Cast) -> None:
    person = enrolled(cast.duty_officer)
    client, (status, _) = half_way(person.user, ON_THE_ROAD)
    assert status == 200
    guess(person.user, *STRANGERS)
    assert attempt(person.user, ON_THE_ROAD) == LOCKED

    assert send(client, FACTOR, ON_THE_ROAD, code="000000") == (422, "people.wrong_code")
    assert send(client, FACTOR, ON_THE_ROAD, code=person.code())[0] == 200


def test_8_1_4_1_b_whoever_knows_a_password_guesses_no_code_from_ever_new_addresses(
    cast: Cast,
) -> None:
    person = enrolled(cast.duty_officer)
    addresses = [*STRANGERS, ON_THE_ROAD, "127.0.0.1"]
    # all of them half-way before the first wrong code
    first, second, third, own = (half_way(person.user, one)[0] for one in addresses)
    for client, address in ((first, STRANGERS[0]), (second, STRANGERS[1])):
        for _ in range(5):
            assert send(client, FACTOR, address, code="000000")[1] == "people.wrong_code"
    assert send(third, FACTOR, ON_THE_ROAD, code=person.code()) == LOCKED
    # where its owner has signed in before, only his own five count
    assert send(own, FACTOR, "127.0.0.1", code=person.code())[0] == 200


def test_tries_at_an_administrators_name_from_where_none_could_come_in_lock_no_listed_address(
    cast: Cast,
) -> None:
    keeper = cast.system_administrator
    guess(keeper, *STRANGERS)
    # outside it answers as for anybody
    assert attempt(keeper, "203.0.113.3") == LOCKED
    assert attempt(keeper, OFFICE)[0] == 200

    guess(cast.audit_administrator, "10.0.0.1", "10.0.0.2")
    assert attempt(cast.audit_administrator, OTHER_OFFICE) == LOCKED
    guess(cast.duty_officer, *STRANGERS)
    assert attempt(cast.duty_officer, OFFICE) == LOCKED


def act(keeper: Client, user: User) -> Any:
    return keeper.post(
        f"/api/v1/people/users/{user.id}/unlock",
        headers=csrf(keeper) | {"If-Match": f'"{User.objects.get(pk=user.pk).version}"'},
    )


def is_shown_locked(keeper: Client, user: User) -> bool:
    rows = keeper.get("/api/v1/people/users", {"filter": f"username.eq:{user.username}"})
    [row] = rows.json()["items"]
    return bool(row["is_locked"])


def test_the_system_administrator_takes_a_lock_off_and_the_journal_says_so(cast: Cast) -> None:
    keeper, user = signed_in(cast.system_administrator), cast.duty_officer
    refused = act(keeper, user)
    assert (refused.status_code, refused.json()["code"]) == (409, "people.not_locked")
    guess(user, *STRANGERS)
    assert is_shown_locked(keeper, user)
    assert not is_shown_locked(keeper, cast.leader)
    assert attempt(user, ON_THE_ROAD) == LOCKED

    answer = act(keeper, user)
    assert (answer.status_code, answer.json()["is_locked"]) == (200, False)
    assert not is_shown_locked(keeper, user)
    assert attempt(user, ON_THE_ROAD)[0] == 200
    with unit_of_work(machine("test")):
        row = Journal.objects.get(type="people.user.unlocked")
    assert (row.actor, row.object) == (f"user:{cast.system_administrator.id}", user.id)


def test_five_wrong_tries_at_one_address_are_taken_off_as_well(cast: Cast) -> None:
    keeper, user = signed_in(cast.system_administrator), cast.duty_officer
    guess(user, ON_THE_ROAD)
    assert is_shown_locked(keeper, user)
    assert act(keeper, user).status_code == 200
    assert attempt(user, ON_THE_ROAD)[0] == 200


def test_nobody_takes_the_lock_off_himself_and_no_other_administrator_does(cast: Cast) -> None:
    keeper = signed_in(cast.system_administrator)
    guess(cast.system_administrator, OFFICE)
    refused = act(keeper, cast.system_administrator)
    assert (refused.status_code, refused.json()["code"]) == (403, "people.own_lock")
    assert act(signed_in(cast.security_administrator), cast.system_administrator).status_code == 403
