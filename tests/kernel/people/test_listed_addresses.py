"""GB/T 22239-2019, 8.1.4.4 c: administration only from listed addresses."""

from collections.abc import Callable, Iterator

import pytest
from django.test import Client

from anlan.kernel.base.addresses import is_within, networks
from anlan.kernel.base.config import config
from anlan.kernel.base.models import Journal
from tests import factories
from tests.cast import Cast, assemble, csrf

pytestmark = pytest.mark.django_db
SESSION = "/api/v1/session"


@pytest.fixture
def cast() -> Cast:
    return assemble()


@pytest.fixture
def listed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    def only(text: str) -> None:
        monkeypatch.setenv("ANLAN_ADMIN_NETWORKS", text)
        config.cache_clear()

    yield only
    monkeypatch.undo()
    config.cache_clear()


def sign_in(username: str, address: str) -> "tuple[Client, int, str]":
    client = Client(enforce_csrf_checks=True, headers={"X-Real-IP": address})
    client.get(SESSION)
    answer = client.post(
        SESSION,
        {"username": username, "password": factories.PASSWORD},
        content_type="application/json",
        headers=csrf(client),
    )
    return client, answer.status_code, answer.json().get("code", "")


def test_8_1_4_4_c_an_administrator_signs_in_from_a_listed_address_only(
    cast: Cast, listed: Callable[[str], None]
) -> None:
    listed("10.1.0.0/16")
    name = cast.system_administrator.username
    assert sign_in(name, "10.1.2.3")[1] == 200
    assert sign_in(name, "10.2.2.3")[1:] == (403, "people.address_not_listed")
    row = Journal.objects.filter(type="people.user.sign_in_refused").latest("id")
    assert row.data["reason"] == "people.address_not_listed"
    assert sign_in(cast.duty_officer.username, "10.2.2.3")[1] == 200


def test_8_1_4_4_c_a_session_carried_to_another_address_opens_no_door(
    cast: Cast, listed: Callable[[str], None]
) -> None:
    listed("10.1.0.0/16")
    client, _, _ = sign_in(cast.audit_administrator.username, "10.1.2.3")
    assert client.get("/api/v1/audit/seals").status_code == 200
    elsewhere = client.get("/api/v1/audit/seals", headers={"X-Real-IP": "203.0.113.9"})
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (403, "people.address_not_listed")


def test_8_1_4_4_c_by_default_nobody_administers_from_the_internet(cast: Cast) -> None:
    name = cast.security_administrator.username
    assert sign_in(name, "203.0.113.9")[2] == "people.address_not_listed"
    assert sign_in(name, "192.168.7.7")[1] == 200


def test_a_header_is_believed_from_this_machine_only(cast: Cast) -> None:
    client = Client(
        enforce_csrf_checks=True, REMOTE_ADDR="203.0.113.9", headers={"X-Real-IP": "10.0.0.1"}
    )
    client.get(SESSION)
    answer = client.post(
        SESSION,
        {"username": cast.system_administrator.username, "password": factories.PASSWORD},
        content_type="application/json",
        headers=csrf(client),
    )
    assert answer.json()["code"] == "people.address_not_listed"


def test_networks_are_read_and_what_is_none_is_within_none() -> None:
    allowed = networks("10.1.0.0/16, fc00::/7, 192.0.2.1")
    inside = ("10.1.255.255", "fd00::1", "192.0.2.1", "::ffff:10.1.0.1")
    outside = ("10.2.0.0", "192.0.2.2", "", "unknown", "2001:db8::1")
    assert all(is_within(address, allowed) for address in inside)
    assert not any(is_within(address, allowed) for address in outside)
    with pytest.raises(ValueError, match="host bits"):
        networks("10.1.2.3/16")
