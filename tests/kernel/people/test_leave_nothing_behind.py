"""What proved a person, and what was sensitive, is gone from the database once it is let go (8.1.4.10)."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client

from anlan.kernel.base.clock import now
from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.people.models import (
    Contact,
    OneTimeLink,
    RecoveryCode,
    SecondFactor,
    SecurityKey,
    User,
)
from anlan.kernel.people.queries.second_factor import is_enrolled, is_factor_deleted
from anlan.kernel.people.services import contacts, second_factor, sessions, users
from tests import factories
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


def half_way(user: User) -> str:
    """Open a session in which somebody's second factor is awaited; return its key."""
    store = SessionStore()
    store["second_factor_of"] = {"user": user.id, "at": 0, "bound_to": "", "how": "password"}
    store.create()
    store.save()
    return store.session_key or ""


def proofs_of(user: User) -> list[str]:
    """Give somebody one of everything that proves a person; return by what each is found."""
    moment = now()
    times = {"created_at": moment, "updated_at": moment}
    SecondFactor.objects.create(user=user, secret=b"app secret", confirmed_at=moment, **times)
    RecoveryCode.objects.create(user=user, code_digest="a" * 64, **times)
    SecurityKey.objects.create(
        user=user, kind="webauthn", name="k", credential=b"credential", public_key=b"half", **times
    )
    OneTimeLink.objects.create(
        user=user, purpose="first", token_digest="b" * 64, expires_at=moment, **times
    )
    present, earlier = make_password("Fresh-Goose-9-Lantern"), make_password("Old-Heron-3-Barrel")
    User.objects.filter(pk=user.pk).update(password=present, earlier_passwords=[earlier])
    blobs = [one.hex() for one in (b"app secret", b"credential")]
    return ["a" * 64, "b" * 64, present, earlier, *blobs]


def test_8_1_4_10_a_of_an_account_that_is_stopped_nothing_that_proved_its_owner_is_left(
    cast: Cast,
) -> None:
    user = cast.duty_officer
    colleague = signed_in(cast.leader)
    cookies = [signed_in(user).cookies["anlan_session"].value, half_way(user)]
    run_out = half_way(user)
    Session.objects.filter(pk=run_out).update(expire_date=now() - timedelta(days=1))
    with unit_of_work(machine("test")):
        marks = [*proofs_of(user), *cookies, run_out]
        assert all(anywhere(mark) for mark in marks)
    with unit_of_work(machine("test")):
        users.set_active(user=User.objects.get(pk=user.pk), is_active=False)
    with unit_of_work(machine("test")):
        assert {mark: anywhere(mark) for mark in marks} == {mark: [] for mark in marks}
    assert not User.objects.get(pk=user.pk).has_usable_password()
    assert colleague.get("/api/v1/session").json()["user"]["id"] == cast.leader.id


def test_8_1_4_10_a_the_journal_says_what_a_stop_deleted(cast: Cast) -> None:
    user = cast.duty_officer
    with unit_of_work(machine("test")):
        marks = proofs_of(user)
    for _ in range(2):
        with unit_of_work(machine("test")):
            users.set_active(user=User.objects.get(pk=user.pk), is_active=False)
    with unit_of_work(machine("test")):
        rows = Journal.objects.filter(object=user.id, type="people.user.changed").order_by("id")
        first, again = rows.values_list("change", flat=True)
    assert first == {
        "is_active": [True, False],
        "password": [True, False],
        "authenticator_app": [True, False],
        "security_keys": [["k"], []],
        "recovery_codes": [1, 0],
        "one_time_links": [1, 0],
    }
    assert again == {"is_active": [False, False]}
    assert not [mark for mark in marks if mark in str(first)]


def test_8_1_4_10_a_accounts_stopped_before_the_upgrade_keep_no_more(cast: Cast) -> None:
    stopped, one_factor, at_work = cast.duty_officer, cast.monitor, cast.leader
    migration = import_module("anlan.kernel.people.migrations.0013_nothing_of_the_stopped")
    with unit_of_work(machine("test")):
        marks = proofs_of(stopped)
        User.objects.filter(pk__in=[stopped.pk, one_factor.pk]).update(is_active=False)
        OneTimeLink.objects.create(
            user=at_work, purpose="first", token_digest="d" * 64,
            expires_at=now(), created_at=now(), updated_at=now(),
        )  # fmt: skip
        before = User.objects.get(pk=stopped.pk).updated_at
        migration.delete_proofs(apps, None)
        assert {mark: anywhere(mark) for mark in marks} == {mark: [] for mark in marks}
        assert anywhere("d" * 64) == ["people_onetimelink"]
    for user in (stopped, one_factor):
        found = User.objects.get(pk=user.pk)
        assert (found.has_usable_password(), found.must_change_password) == (False, True)
    # forgetting counts from the stop
    assert User.objects.get(pk=stopped.pk).updated_at == before
    assert is_factor_deleted(stopped)
    assert not is_enrolled(one_factor)
    assert User.objects.get(pk=at_work.pk).has_usable_password()


def test_8_1_4_10_a_an_account_taken_up_again_starts_with_a_new_first_link(cast: Cast) -> None:
    user = cast.duty_officer
    with unit_of_work(machine("test")):
        users.reset_password(user=(found := User.objects.get(pk=user.pk)))
        before = sessions.issue_first_link(user=found)
    for is_active in (False, True):
        with unit_of_work(machine("test")):
            users.set_active(user=User.objects.get(pk=user.pk), is_active=is_active)

    def come(path: str, body: dict[str, str]) -> "tuple[int, dict[str, object]]":
        answer = Client().post(f"/api/v1/{path}", body, content_type="application/json")
        return answer.status_code, answer.json()

    password = {"username": user.username, "password": factories.PASSWORD}
    assert come("session", password)[1]["code"] == "people.sign_in_refused"
    assert come("session/link", {"token": before})[0] != 200
    with unit_of_work(machine("test")):
        link = sessions.issue_first_link(user=User.objects.get(pk=user.pk))
    status, body = come("session/link", {"token": link})
    assert (status, body["must_change_password"]) == (200, True)


def test_8_1_4_10_a_of_the_sessions_before_a_new_password_nothing_is_left(cast: Cast) -> None:
    here, elsewhere = signed_in(cast.duty_officer), signed_in(cast.duty_officer)
    before = [one.cookies["anlan_session"].value for one in (here, elsewhere)]
    before.append(half_way(cast.duty_officer))
    answer = here.post(
        "/api/v1/session/password",
        {"old": factories.PASSWORD, "new": "Fresh-Goose-9-Lantern"},
        content_type="application/json",
        headers=csrf(here),
    )
    assert answer.status_code == 200
    with unit_of_work(machine("test")):
        assert [anywhere(key) for key in before] == [[], [], []]
    assert here.get("/api/v1/registry").status_code == 200
    assert elsewhere.get("/api/v1/registry").status_code == 401


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
