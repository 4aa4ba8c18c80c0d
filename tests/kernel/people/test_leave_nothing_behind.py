"""What proved a person, and what was sensitive, is gone from the database once it is let go (8.1.4.10)."""

import pytest
from django.contrib.sessions.models import Session
from django.db import connection

from anlan.kernel.base.clock import now
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.people.models import Contact, RecoveryCode, SecondFactor, SecurityKey
from anlan.kernel.people.services import contacts, second_factor
from tests.cast import Cast, assemble, csrf, signed_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast() -> Cast:
    return assemble()


def anywhere(word: str) -> list[str]:
    """Return the tables in which a text stands, whatever the column."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [row[0] for row in cursor.fetchall() if not row[0].startswith("spatial_")]
        found = []
        for table in tables:
            sql = f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE %s'  # noqa: S608  names of tables
            cursor.execute(sql, [f"%{word}%"])
            if cursor.fetchone()[0]:
                found.append(table)
    return found


def test_8_1_4_10_a_of_a_session_that_has_ended_nothing_is_left(cast: Cast) -> None:
    client = signed_in(cast.duty_officer)
    key = client.cookies["anlan_session"].value
    with unit_of_work(machine("test")):
        assert anywhere(key) == ["django_session"]
    client.delete("/api/v1/session", headers=csrf(client))
    with unit_of_work(machine("test")):
        assert anywhere(key) == []
    assert not Session.objects.filter(session_key=key).exists()


def test_8_1_4_10_a_of_a_second_factor_that_was_reset_nothing_is_left(cast: Cast) -> None:
    user, moment = cast.duty_officer, now()
    times = {"created_at": moment, "updated_at": moment}
    SecondFactor.objects.create(user=user, secret=b"sealed", confirmed_at=moment, **times)
    RecoveryCode.objects.create(user=user, code_digest="a" * 64, **times)
    SecurityKey.objects.create(
        user=user, kind="webauthn", name="k", credential=b"c", public_key=b"p", **times
    )
    with unit_of_work(machine("test")):
        second_factor.reset(user=user)
    for model in (SecondFactor, RecoveryCode, SecurityKey):
        assert not model.objects.filter(user=user).exists()
    with unit_of_work(machine("test")):
        assert anywhere("a" * 64) == []


def test_8_1_4_10_b_of_a_phone_that_is_taken_away_nothing_is_left(cast: Cast) -> None:
    user = cast.duty_officer
    with unit_of_work(machine("test")):
        contacts.set_phone(user=user, phone="13800001234")
    kept = Contact.objects.get(user=user)
    marks = (bytes(kept.sealed).hex(), kept.search_key, kept.masked)
    with unit_of_work(machine("test")):
        assert all(anywhere(mark) == ["people_contact"] for mark in marks)
        contacts.set_phone(user=user, phone="")
    with unit_of_work(machine("test")):
        assert all(anywhere(mark) == [] for mark in marks)
        assert anywhere("13800001234") == []


def test_8_1_4_10_b_no_answer_is_kept_by_a_browser(cast: Cast) -> None:
    client = signed_in(cast.system_administrator)
    for path in ("people/users", "session", "people/organisations"):
        assert client.get(f"/api/v1/{path}")["Cache-Control"] == "no-store"
