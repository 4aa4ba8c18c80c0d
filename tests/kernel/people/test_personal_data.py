"""GB/T 22239-2019, 8.1.4.8 b and 8.1.4.11: a phone is encrypted, masked, shown for a reason, found, forgotten."""

from datetime import timedelta
from json import dumps
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from anlan.kernel.base import personal, vault
from anlan.kernel.base.clock import now
from anlan.kernel.base.config import config
from anlan.kernel.base.errors import InvalidError
from anlan.kernel.base.listing import Field, ListSpec
from anlan.kernel.base.models import Journal
from anlan.kernel.people.models import Contact, User
from anlan.kernel.people.services import users
from anlan.kernel.people.services.forgetting import forget_phones
from tests import factories
from tests.cast import Cast, assemble, csrf, signed_in

pytestmark = pytest.mark.django_db
NUMBER, MASKED = "13800001234", "138******34"


@pytest.fixture
def cast() -> Cast:
    return assemble()


@pytest.fixture
def keeper(cast: Cast) -> Client:
    client = signed_in(cast.system_administrator)
    status, _ = call(client, "PUT", cast.duty_officer, phone="+86 138-0000-1234")
    assert status == 200
    return client


def call(client: Client, method: str, of: User, path: str = "", **body: str) -> tuple[int, Any]:
    version = User.objects.get(pk=of.pk).version
    answer = client.generic(
        method,
        f"/api/v1/people/users/{of.id}/phone{path}",
        dumps(body),
        content_type="application/json",
        headers=csrf(client) | {"If-Match": f'"{version}"'},
    )
    return answer.status_code, answer.json()


def find(client: Client, phone: str) -> tuple[int, Any]:
    answer = client.post(
        "/api/v1/people/users/by-phone",
        {"phone": phone},
        content_type="application/json",
        headers=csrf(client),
    )
    return answer.status_code, answer.json()


def everything_stored() -> str:
    """Return every row of every table of people and of the journal as text."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE anlan_owner")
        cursor.execute(
            "SELECT string_agg(row_to_json(c)::text, ' ') FROM people_contact c"
            " UNION ALL SELECT string_agg(row_to_json(j)::text, ' ') FROM base_journal j"
            " UNION ALL SELECT string_agg(row_to_json(u)::text, ' ') FROM people_user u"
        )
        found = " ".join(str(row[0]) for row in cursor.fetchall())
        cursor.execute("SET LOCAL ROLE anlan_app")
    return found


def test_8_1_4_8_b_the_number_stands_nowhere_in_the_database(cast: Cast, keeper: Client) -> None:
    find(keeper, NUMBER)
    call(keeper, "POST", cast.duty_officer, "/reveal", reason="核对排班")
    stored = everything_stored()
    assert MASKED in stored
    assert NUMBER not in stored
    assert NUMBER.encode().hex() not in stored
    row = Contact.objects.get()
    with pytest.raises(vault.SealedTextError):
        vault.open_sealed(bytes(row.sealed), f"people.contact:{cast.leader.id}")


def test_8_1_4_11_b_lists_show_it_masked(cast: Cast, keeper: Client) -> None:
    items = keeper.get("/api/v1/people/users?limit=500").json()["items"]
    assert {one["id"]: one["phone"] for one in items}[cast.duty_officer.id] == MASKED
    assert {one["phone"] for one in items} == {"", MASKED}


def test_8_1_4_3_a_who_unmasks_says_why_and_the_journal_keeps_it(
    cast: Cast, keeper: Client
) -> None:
    status, body = call(keeper, "POST", cast.duty_officer, "/reveal", reason="  ")
    assert (status, body["code"]) == (422, "people.reason_missing")
    assert not Journal.objects.filter(type="people.contact.revealed").exists()

    status, body = call(keeper, "POST", cast.duty_officer, "/reveal", reason="核对排班")
    assert (status, body) == (200, {"phone": NUMBER})
    row = Journal.objects.get(type="people.contact.revealed")
    assert row.actor == f"user:{cast.system_administrator.id}"
    assert (row.data["user_id"], row.change) == (
        cast.duty_officer.id,
        {"reason": [None, "核对排班"]},
    )


def test_8_1_4_11_b_it_is_found_by_its_keyed_hash_and_the_search_is_recorded(
    cast: Cast, keeper: Client
) -> None:
    assert find(keeper, "138 0000 1234") == (200, {"users": [cast.duty_officer.id]})
    assert find(keeper, "13800001235") == (200, {"users": []})
    said = [
        row.data for row in Journal.objects.filter(type="people.contact.searched").order_by("id")
    ]
    assert [one["found"] for one in said] == [1, 0]
    key = Contact.objects.get().search_key
    assert key == personal.search_key(NUMBER, "phone")
    assert key != personal.search_key(NUMBER, "identity")


@pytest.mark.parametrize("who", ["duty_officer", "security_administrator", "audit_administrator"])
def test_8_1_4_11_b_nobody_else_sets_unmasks_or_searches(
    cast: Cast, keeper: Client, who: str
) -> None:
    other = signed_in(cast.people[who])
    assert call(other, "PUT", cast.leader, phone=NUMBER)[0] == 403
    assert call(other, "POST", cast.duty_officer, "/reveal", reason="想看")[0] == 403
    assert find(other, NUMBER)[0] == 403


def test_8_1_4_11_a_a_stopped_accounts_phone_goes_on_its_day_and_a_woken_ones_stays(
    cast: Cast, keeper: Client
) -> None:
    with factories.working():
        users.set_active(user=User.objects.get(pk=cast.duty_officer.pk), is_active=False)
    row = Contact.objects.get()
    assert row.stopped_at is not None
    kept = timedelta(days=config().keep_phones_days)
    with factories.working():
        assert forget_phones(now() - kept, 500) == 0
        users.set_active(user=User.objects.get(pk=cast.duty_officer.pk), is_active=True)
        assert Contact.objects.get().stopped_at is None
        assert forget_phones(now(), 500) == 0
        users.set_active(user=User.objects.get(pk=cast.duty_officer.pk), is_active=False)
        Contact.objects.update(stopped_at=now() - kept - timedelta(minutes=1))
        assert forget_phones(now() - kept, 500) == 1
    assert not Contact.objects.exists()
    assert Journal.objects.filter(
        type="people.contact.forgotten", object=cast.duty_officer.id
    ).exists()


def test_an_empty_number_takes_it_away(cast: Cast, keeper: Client) -> None:
    assert call(keeper, "PUT", cast.duty_officer, phone="")[1]["phone"] == ""
    assert call(keeper, "POST", cast.duty_officer, "/reveal", reason="x")[1]["code"] == (
        "people.no_contact"
    )


@pytest.mark.parametrize(
    ("text", "number", "shown"),
    [
        ("＋８６ 138 0000 1234", NUMBER, MASKED),
        ("0951-123 4567", "09511234567", "095******67"),
        ("(0951)1234567", "09511234567", "095******67"),
        ("12350", "12350", "***50"),
        ("+1 202 555 0100", "+12025550100", "+12*******00"),
    ],
)
def test_a_number_has_one_form_and_one_mask(text: str, number: str, shown: str) -> None:
    assert personal.phone(text) == number
    assert personal.masked(number) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("李某 13800001234 称已处置", "李某 138******34 称已处置"),
        ("身份证 11010519491231002X。", "身份证 110*************2X。"),
        ("序列号 110105194912310021", "序列号 110105194912310021"),
        ("代码 91640181MA76H3GN1X，罐 13", "代码 91640181MA76H3GN1X，罐 13"),
        ("位号 A13800001234、138000012345", "位号 A13800001234、138000012345"),
    ],
)
def test_8_1_4_11_b_numbers_that_people_write_into_words_are_masked(text: str, shown: str) -> None:
    assert personal.without_numbers(text) == shown
    row = {"id": "1", "reason": text, "code": text}
    fields = {name: Field(path=name) for name in row}
    assert ListSpec(fields=fields, sort="id").renamed(row) == row | {"reason": shown}


@pytest.mark.parametrize("text", ["", "123", "138x0000123", "1" * 16, "++8613800001234"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(InvalidError):
        personal.phone(text)
