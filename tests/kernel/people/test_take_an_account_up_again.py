"""An account that was stopped and is taken up again: by two administrators, if it had two factors."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from anlan.kernel.base.config import config
from anlan.kernel.people.models import User
from anlan.kernel.people.queries.second_factor import is_enrolled
from anlan.kernel.people.services import second_factor
from tests import factories
from tests.cast import Cast, assemble, csrf
from tests.person import FACTOR, MOMENT, SESSION, Person, enrolled

pytestmark = pytest.mark.django_db
DELETED = (409, "people.factor_deleted")


@pytest.fixture(autouse=True)
def two_factors(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("ANLAN_SECOND_FACTOR", "1")
    monkeypatch.setattr(second_factor, "now", lambda: MOMENT)
    config.cache_clear()
    yield
    config.cache_clear()


@pytest.fixture
def cast() -> Cast:
    return assemble()


def inside(user: User) -> Client:
    """Return the browser of somebody who is signed in by two factors."""
    person = enrolled(user)
    person.sign_in()
    assert person.post(FACTOR, code=person.code())[0] == 200
    return person.client


def act(keeper: Client, method: str, user: User, path: str = "", **body: Any) -> Any:
    version = User.objects.get(pk=user.pk).version
    return getattr(keeper, method)(
        f"/api/v1/people/users/{user.id}{path}",
        body,
        content_type="application/json",
        headers=csrf(keeper) | {"If-Match": f'"{version}"'},
    )


def stop_and_wake(keeper: Client, user: User) -> None:
    for is_active in (False, True):
        answer = act(keeper, "patch", user, is_active=is_active)
        assert answer.status_code == 200, answer.content.decode()


def test_8_1_4_1_d_a_stop_gets_no_administrator_round_a_second_factor(cast: Cast) -> None:
    keeper, security = inside(cast.system_administrator), inside(cast.security_administrator)
    user = cast.duty_officer
    enrolled(user)
    stop_and_wake(keeper, user)
    refused = act(keeper, "post", user, "/password/reset")
    assert (refused.status_code, refused.json()["code"]) == DELETED

    assert act(security, "post", user, "/second-factor/reset").status_code == 200
    answer = act(keeper, "post", user, "/password/reset")
    assert answer.status_code == 200
    person = Person(user)
    status, body = person.post(f"{SESSION}/link", token=answer.json()["link_token"])
    assert (status, body["must_change_password"]) == (200, True)
    changed = person.post(f"{SESSION}/password", old="", new="Fresh-Goose-9-Lantern")[1]
    assert changed["second_factor"] == "must_enrol"


def test_nothing_proves_a_second_factor_that_was_deleted(cast: Cast) -> None:
    keeper = inside(cast.system_administrator)
    user = cast.duty_officer
    before = enrolled(user)
    stop_and_wake(keeper, user)
    woken = User.objects.get(pk=user.pk)
    assert not woken.has_usable_password()
    # as if somebody had a password all the same
    woken.set_password(factories.PASSWORD)
    woken.must_change_password = False
    woken.save(update_fields=["password", "must_change_password"])

    person = Person(user)
    assert person.sign_in()[1]["second_factor"] == "needed"
    for code in (before.code(), "aaaa-bbbb-cccc"):
        status, body = person.post(FACTOR, code=code)
        assert (status, body["code"]) == DELETED
    assert not person.is_in()


def test_who_had_one_factor_only_comes_again_by_a_first_link(cast: Cast) -> None:
    keeper = inside(cast.system_administrator)
    stop_and_wake(keeper, cast.duty_officer)
    answer = act(keeper, "post", cast.duty_officer, "/password/reset")
    assert answer.status_code == 200
    assert not is_enrolled(cast.duty_officer)
