"""How a person is told is his own to say; a test shows him that it works, once a minute."""

from typing import Any

import pytest
from django.test import Client

from anlan.kernel.base.models import Journal
from anlan.kernel.messaging.channels import Outside, Way
from anlan.kernel.messaging.models import Dispatch
from anlan.kernel.people.models import Contact, ContactKind
from tests.cast import Cast, assemble, csrf, signed_in
from tests.kernel.messaging.channel import Recorder, with_phone

pytestmark = pytest.mark.django_db
URL = "/api/v1/messaging/wishes"


@pytest.fixture
def cast() -> Cast:
    made = assemble()
    with_phone(made.leader, made.system_administrator)
    return made


@pytest.fixture(autouse=True)
def channels(monkeypatch: pytest.MonkeyPatch) -> None:
    found = (
        Recorder(name="sms"),
        Recorder(name="mail", way=Way.MAIL),
        Recorder(name="group", way=Way.GROUP),
    )
    monkeypatch.setattr(Outside, "of", staticmethod(lambda: found))


def put(client: Client, path: str = "", **body: Any) -> Any:
    return client.put(f"{URL}{path}", body, content_type="application/json", headers=csrf(client))


def test_one_sees_his_channels_and_his_addresses_masked(cast: Cast) -> None:
    said = signed_in(cast.leader).get(URL).json()
    assert (said["phone"], said["mail"]) == ("138******00", "")
    ways = [(one["name"], one["is_reachable"], one["is_wanted"]) for one in said["channels"]]
    assert ways == [("sms", True, True), ("mail", False, True)]


def test_the_last_word_stands(cast: Cast) -> None:
    client = signed_in(cast.leader)
    put(client, without=["sms"], quiet_from="22:00", quiet_to="07:00")
    said = put(client, without=["mail"], quiet_from=None, quiet_to=None).json()
    assert [one["is_wanted"] for one in said["channels"]] == [True, False]
    assert said["quiet_from"] is None


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"without": ["pager"], "quiet_from": None, "quiet_to": None}, "messaging.no_such_channel"),
        ({"without": [], "quiet_from": "22:00", "quiet_to": None}, "messaging.quiet_half"),
    ],
)
def test_what_cannot_be_is_refused(cast: Cast, body: dict[str, Any], code: str) -> None:
    answer = put(signed_in(cast.leader), **body)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_a_mail_address_is_sealed_and_shown_masked(cast: Cast) -> None:
    client = signed_in(cast.leader)
    assert put(client, "/mail", mail="not one").json()["code"] == "base.not_a_mail"
    assert put(client, "/mail", mail=" Li@Example.GOV.cn ").json()["mail"] == "L***@example.gov.cn"

    row = Contact.objects.get(user=cast.leader, kind=ContactKind.MAIL)
    assert b"Example" not in bytes(row.sealed)
    assert "xample" not in str(
        Journal.objects.get(type="people.contact.changed", data__kind="mail").data
    )
    assert put(client, "/mail", mail="").json()["mail"] == ""
    assert not Contact.objects.filter(user=cast.leader, kind=ContactKind.MAIL).exists()


@pytest.mark.parametrize("who", ["leader", "system_administrator"])
def test_a_test_goes_by_every_channel_that_reaches_him_once_a_minute(cast: Cast, who: str) -> None:
    client = signed_in(cast.people[who])

    said = client.post(f"{URL}/test", headers=csrf(client)).json()
    again = client.post(f"{URL}/test", headers=csrf(client))

    assert [(one["channel"], one["is_test"]) for one in said["lately"]] == [("sms", True)]
    assert (again.status_code, again.json()["code"]) == (409, "messaging.test_too_soon")
    assert Dispatch.objects.get().urgent


def test_whom_nothing_reaches_is_told_so(cast: Cast) -> None:
    client = signed_in(cast.monitor)
    answer = client.post(f"{URL}/test", headers=csrf(client))
    assert (answer.status_code, answer.json()["code"]) == (422, "messaging.no_way_to_you")
