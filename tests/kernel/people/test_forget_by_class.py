"""GB/T 22239-2019, 8.1.4.11 a: each class of personal data goes by its date, and no trace repeats it."""

from collections.abc import Callable
from datetime import timedelta
from json import dumps

import pytest
from axes.models import AccessLog
from django.db import connection
from psycopg import sql

from anlan.kernel.base.clock import now
from anlan.kernel.base.config import Config
from anlan.kernel.base.errors import InvalidError
from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.services.forgetting import forget, forget_outlived
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.people.models import Contact, User
from anlan.kernel.people.services import contacts, users
from anlan.kernel.sensing.models import QuarantinedMessage
from tests import factories

pytestmark = pytest.mark.django_db
NUMBER, NAME = "13800001234", "欧阳待忘"
LONG_AGO = timedelta(days=5000)


@pytest.fixture
def gone() -> User:
    """Return somebody who was stopped long ago, with everything that is kept of a person."""
    user = factories.user("ouyang", NAME)
    stays = factories.user("stays", "在职")
    with unit_of_work(machine("test")):
        contacts.set_phone(user=user, phone=NUMBER)
        contacts.set_phone(user=stays, phone="13900001234")
        contacts.reveal_phone(user=user, reason=f"核对{NAME}")
        users.set_active(user=user, is_active=False)
        QuarantinedMessage.objects.create(
            door="mqtt", code="unreadable", reason="x", payload=f"{NAME}{NUMBER}".encode(),
            received_at=now(), settled_at=now() - LONG_AGO, settled_how="discarded",
        )  # fmt: skip
    old = now() - LONG_AGO
    User.objects.filter(pk=user.pk).update(updated_at=old)
    Contact.objects.filter(user=user).update(stopped_at=old)
    for name in (user.username, stays.username):
        AccessLog.objects.create(username=name, ip_address="10.0.0.7", user_agent="Firefox")
    AccessLog.objects.filter(username=user.username).update(attempt_time=old)
    return user


def stored() -> str:
    """Return what every table with personal data holds, as text."""
    tables = (
        "people_user",
        "people_contact",
        "axes_accesslog",
        "sensing_quarantinedmessage",
        "base_journal",
    )
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE anlan_owner")
        found = ""
        for table in tables:
            rows = sql.SQL("SELECT coalesce(string_agg(row_to_json(t)::text, ' '), '') FROM {} t")
            cursor.execute(rows.format(sql.Identifier(table)).as_string())
            found += cursor.fetchone()[0]
        cursor.execute("SET LOCAL ROLE anlan_worker")
    return found


def test_8_1_4_11_a_each_class_goes_by_its_date_and_the_journal_does_not_repeat_it(
    gone: User, acting_as: Callable[[str], None]
) -> None:
    acting_as("anlan_worker")
    bytes_of_number = f"{NAME}{NUMBER}".encode().hex()
    assert NAME in stored()
    assert bytes_of_number in stored()
    with unit_of_work(machine("test")):
        for kind in ("phone", "name", "sign_in", "quarantine"):
            assert forget(kind, now() - timedelta(days=4000), "清理") == 1, kind
            assert forget(kind, now() - timedelta(days=4000), "清理") == 0, kind
        assert forget("private_half", now(), "清理") >= 1
    left = stored()
    for trace in (NAME, "ouyang", NUMBER, bytes_of_number):
        assert trace not in left, trace
    assert User.objects.get(pk=gone.pk).username == f"gone-{gone.id.lower()}"
    with unit_of_work(machine("test"), read_only=True):
        rows = list(Journal.objects.filter(type="base.personal.forgotten").order_by("id"))
    assert [row.data["kind"] for row in rows][:4] == ["phone", "name", "sign_in", "quarantine"]
    assert all(row.data["rows"] >= 1 and NAME not in dumps(row.data) for row in rows)
    assert User.objects.get(username="stays").name == "在职"
    assert AccessLog.objects.filter(username="stays").exists()
    assert Contact.objects.count() == 1


def test_the_settings_say_for_how_long_and_nought_is_for_ever(
    gone: User, acting_as: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    acting_as("anlan_worker")
    never = Config(
        keep_phones_days=0, keep_names_days=0, keep_sign_ins_days=0, keep_quarantine_days=0
    )
    monkeypatch.setattr("anlan.kernel.base.services.forgetting.config", lambda: never)
    with unit_of_work(machine("worker")):
        assert forget_outlived() == 0
    monkeypatch.setattr("anlan.kernel.base.services.forgetting.config", Config)
    with unit_of_work(machine("worker")):
        assert forget_outlived() == 4
        assert forget_outlived() == 0
    assert not Contact.objects.filter(user=gone).exists()


def test_a_class_that_is_none_a_missing_reason_and_the_future_are_refused() -> None:
    with unit_of_work(machine("test")):
        for kind, before, reason, code in (
            ("shoes", now(), "x", "base.unknown_class"),
            ("phone", now(), " ", "base.reason_missing"),
            ("phone", now() + timedelta(days=1), "x", "base.not_past"),
        ):
            with pytest.raises(InvalidError) as refused:
                forget(kind, before, reason)
            assert refused.value.code == code
