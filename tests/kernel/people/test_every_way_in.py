"""GB/T 22239-2019, 8.1.4.4 c and 8.1.4.2 c: no way in goes round the listed addresses or a long sleep."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from anlan.kernel.base import tickets
from anlan.kernel.base.clock import now
from anlan.kernel.base.config import config
from anlan.kernel.base.models import Journal
from anlan.kernel.people.models import OneTimeLink, User
from anlan.kernel.people.services import second_factor, sessions, users
from tests import factories
from tests.cast import Cast, assemble, csrf, signed_in
from tests.person import FACTOR, MOMENT, SESSION, Person, enrolled
from tests.software_key import SoftwareKey

pytestmark = pytest.mark.django_db
ELSEWHERE = "203.0.113.9"
ORIGIN, RP_ID = "https://yingji.example:8443", "yingji.example"
KEYS = f"{FACTOR}/keys"
OWN_DOORS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("post", f"{SESSION}/password", {"old": factories.PASSWORD, "new": "Fresh-Goose-9-Lantern"}),
    ("get", FACTOR, {}),
    ("post", f"{FACTOR}/offer", {"password": factories.PASSWORD}),
    ("post", f"{FACTOR}/confirmation", {"code": "000000"}),
    ("post", f"{FACTOR}/recovery-codes", {"code": "000000"}),
    ("post", f"{KEYS}/question", {}),
    ("post", f"{KEYS}/offer", {"password": factories.PASSWORD}),
    ("post", KEYS, {"kind": "webauthn", "credential": {}, "name": "x"}),
    ("patch", f"{KEYS}/x", {"name": "x"}),
    ("post", f"{KEYS}/x/remove", {"password": factories.PASSWORD}),
)


@pytest.fixture
def cast() -> Cast:
    return assemble()


@pytest.fixture
def two_factors(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("ANLAN_SECOND_FACTOR", "1")
    monkeypatch.setenv("ANLAN_PUBLIC_URL", ORIGIN)
    monkeypatch.setattr(second_factor, "now", lambda: MOMENT)
    config.cache_clear()
    yield
    config.cache_clear()


def move(client: Client, _user: User) -> None:
    """Carry a browser to an address that is not listed."""
    client.defaults["HTTP_X_REAL_IP"] = ELSEWHERE


def sleep(_client: Client, user: User) -> None:
    """Let an account go unused too long."""
    User.objects.filter(pk=user.pk).update(last_login=now() - timedelta(days=91))


HINDRANCES = pytest.mark.parametrize(
    ("hinder", "code"),
    [(move, "people.address_not_listed"), (sleep, "people.asleep")],
    ids=["8_1_4_4_c", "8_1_4_2_c"],
)
Hinder = Callable[[Client, User], None]


def freed(client: Client, user: User) -> None:
    """Take away what hindered him."""
    client.defaults.pop("HTTP_X_REAL_IP", None)
    User.objects.filter(pk=user.pk).update(last_login=now())


def call(client: Client, method: str, path: str, body: dict[str, Any]) -> tuple[int, Any]:
    if method == "get":
        answer = client.get(path)
    else:
        answer = getattr(client, method)(
            path, body, content_type="application/json", headers=csrf(client)
        )
    return answer.status_code, answer.json()


def first_link(user: User) -> str:
    with factories.working():
        row = users.reset_password(user=User.objects.get(pk=user.pk))
        return sessions.issue_first_link(user=row)


def refusals() -> list[tuple[str, str]]:
    with factories.working():
        rows = Journal.objects.filter(type="people.user.sign_in_refused").order_by("id")
        return [(row.data["how"], row.data["reason"]) for row in rows]


@HINDRANCES
def test_8_1_4_4_c_a_first_link_lets_nobody_in_and_is_not_used_up_by_it(
    cast: Cast, hinder: Hinder, code: str
) -> None:
    user = cast.system_administrator
    token = first_link(user)
    client = Client(enforce_csrf_checks=True)
    client.get(SESSION)
    hinder(client, user)

    status, body = call(client, "post", f"{SESSION}/link", {"token": token})
    assert (status, body["code"]) == (403, code)
    assert client.get(SESSION).json()["user"] is None
    assert OneTimeLink.objects.get(user=user).used_at is None
    assert refusals() == [("link", code)]

    freed(client, user)
    status, body = call(client, "post", f"{SESSION}/link", {"token": token})
    assert (status, body["user"]["username"]) == (200, user.username)


@HINDRANCES
@pytest.mark.usefixtures("two_factors")
def test_8_1_4_4_c_a_code_after_the_password_lets_nobody_in_and_is_not_used_up_by_it(
    cast: Cast, hinder: Hinder, code: str
) -> None:
    user = cast.system_administrator
    person = enrolled(user)
    assert person.sign_in()[1]["second_factor"] == "needed"
    shown = person.code()
    hinder(person.client, user)

    status, body = person.post(FACTOR, code=shown)
    assert (status, body["code"]) == (403, code)
    assert person.client.get(SESSION).json()["user"] is None
    assert refusals() == [("second_factor", code)]

    freed(person.client, user)
    status, body = person.post(FACTOR, code=shown)
    assert (status, body["user"]["username"]) == (200, user.username)


@HINDRANCES
@pytest.mark.usefixtures("two_factors")
def test_8_1_4_4_c_a_key_after_the_password_is_not_asked_and_lets_nobody_in(
    cast: Cast, hinder: Hinder, code: str
) -> None:
    user = cast.system_administrator
    first, key = Person(user), SoftwareKey(origin=ORIGIN, rp_id=RP_ID)
    first.sign_in()
    options = first.post(f"{KEYS}/offer", password=factories.PASSWORD)[1]["options"]
    made = first.post(KEYS, kind="webauthn", name="x", credential=key.make(options))
    assert made[0] == 200, made[1]
    person = Person(user)
    assert person.sign_in()[1]["second_factor"] == "needed"
    question = person.post(f"{KEYS}/question")[1]["questions"]["webauthn"]
    answer = key.sign(question)
    hinder(person.client, user)

    status, body = person.post(f"{KEYS}/question")
    assert (status, body["code"]) == (403, code)
    status, body = person.post(f"{KEYS}/answer", kind="webauthn", credential=answer)
    assert (status, body["code"]) == (403, code)
    assert person.client.get(SESSION).json()["user"] is None
    assert refusals() == [("second_factor", code)]


@HINDRANCES
@pytest.mark.parametrize(("method", "path", "body"), OWN_DOORS, ids=[one[1] for one in OWN_DOORS])
def test_8_1_4_4_c_no_door_of_ones_own_account_opens(
    cast: Cast, hinder: Hinder, code: str, method: str, path: str, body: dict[str, Any]
) -> None:
    user = cast.system_administrator
    client = signed_in(user)
    hinder(client, user)

    status, answer = call(client, method, path, body)
    assert (status, answer["code"]) == (403, code)
    assert User.objects.get(pk=user.pk).check_password(factories.PASSWORD)

    freed(client, user)
    assert call(client, method, path, body)[1].get("code") != code


@HINDRANCES
def test_8_1_4_4_c_no_ticket_for_the_live_stream_is_given(
    cast: Cast, hinder: Hinder, code: str
) -> None:
    user = cast.audit_administrator
    client = signed_in(user)
    given = client.get("/api/v1/live-ticket").json()["ticket"]
    assert tickets.check(given, settings.SECRET_KEY).is_bound
    hinder(client, user)

    status, body = call(client, "get", "/api/v1/live-ticket", {})
    assert (status, body["code"]) == (403, code)


def test_a_ticket_of_who_is_no_administrator_is_good_from_anywhere(cast: Cast) -> None:
    client = signed_in(cast.duty_officer)
    move(client, cast.duty_officer)
    given = client.get("/api/v1/live-ticket").json()["ticket"]
    assert not tickets.check(given, settings.SECRET_KEY).is_bound


@HINDRANCES
def test_whoever_is_hindered_can_still_sign_out(cast: Cast, hinder: Hinder, code: str) -> None:
    client = signed_in(cast.system_administrator)
    hinder(client, cast.system_administrator)
    assert call(client, "get", "/api/v1/registry", {})[1]["code"] == code
    assert call(client, "delete", SESSION, {})[0] == 200
    freed(client, cast.system_administrator)
    assert client.get(SESSION).json()["user"] is None


def test_8_1_4_2_c_a_first_link_wakes_who_slept_and_the_journal_says_by_whom(cast: Cast) -> None:
    officer = cast.duty_officer
    keeper = signed_in(cast.system_administrator)
    sleep(keeper, officer)
    version = User.objects.get(pk=officer.pk).version
    answer = keeper.post(
        f"/api/v1/people/users/{officer.id}/password/reset",
        {},
        content_type="application/json",
        headers=csrf(keeper) | {"If-Match": f'"{version}"'},
    )
    assert answer.status_code == 200, answer.content.decode()
    with factories.working():
        woken = Journal.objects.filter(type="people.user.changed", object=officer.id).latest("id")
    assert woken.change == {"is_asleep": [True, False]}
    assert woken.actor == f"user:{cast.system_administrator.id}"

    client = Client(enforce_csrf_checks=True)
    client.get(SESSION)
    status, body = call(client, "post", f"{SESSION}/link", {"token": answer.json()["link_token"]})
    assert (status, body["user"]["username"]) == (200, officer.username)


def test_8_1_4_2_c_a_first_link_for_who_is_awake_wakes_nobody(cast: Cast) -> None:
    first_link(cast.duty_officer)
    with factories.working():
        rows = Journal.objects.filter(type="people.user.changed", object=cast.duty_officer.id)
        assert not rows.exists()
