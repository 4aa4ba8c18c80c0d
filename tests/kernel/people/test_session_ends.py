"""A session ends with the post, the password, the account, and by the clock."""

from datetime import timedelta

import pytest
from django.test import Client

from anlan.kernel.base.clock import now, now_ms
from anlan.kernel.base.errors import InvalidError
from anlan.kernel.people.models import PostHolding, User
from anlan.kernel.people.queries.sessions import SEEN, SIGNED_IN
from anlan.kernel.people.rules import WEAKNESSES
from anlan.kernel.people.services import posts, sessions, users
from anlan.kernel.people.services.users import check_password_rules
from tests import factories
from tests.cast import csrf, signed_in

pytestmark = pytest.mark.django_db
SESSION = "/api/v1/session"
MINUTE_MS = 60_000


def is_signed_in(client: Client) -> bool:
    return client.get(SESSION).json()["user"] is not None


def age(client: Client, key: str, minutes: int) -> None:
    session = client.session
    session[key] = now_ms() - minutes * MINUTE_MS
    session.save()


@pytest.fixture
def officer() -> User:
    return factories.officer(factories.organisation())


def test_8_1_4_2_a_an_appointment_ends_open_sessions(officer: User) -> None:
    client = signed_in(officer)

    factories.holding(officer, factories.post(factories.organisation()))

    assert not is_signed_in(client)


def test_8_1_4_2_a_leaving_a_post_ends_open_sessions(officer: User) -> None:
    client = signed_in(officer)

    with factories.working():
        posts.end_holding(holding=PostHolding.objects.get(user=officer))

    assert not is_signed_in(client)


def test_8_1_4_2_c_a_stopped_account_is_out_at_once_and_a_woken_one_signs_in_again(
    officer: User,
) -> None:
    client = signed_in(officer)

    with factories.working():
        users.set_active(user=User.objects.get(pk=officer.pk), is_active=False)
    assert not is_signed_in(client)

    with factories.working():
        woken = users.set_active(user=User.objects.get(pk=officer.pk), is_active=True)
        token = sessions.issue_first_link(user=woken)
    assert not is_signed_in(client)
    again = Client()
    answer = again.post(f"{SESSION}/link", {"token": token}, content_type="application/json")
    assert answer.status_code == 200
    assert is_signed_in(again)


def test_8_1_4_1_b_an_idle_session_ends(officer: User) -> None:
    client = signed_in(officer)
    age(client, SEEN, 29)
    assert is_signed_in(client)
    age(client, SEEN, 31)

    assert client.get("/api/v1/registry").status_code == 401
    assert not is_signed_in(client)


def test_8_1_4_1_b_a_session_ends_after_twelve_hours_however_busy(officer: User) -> None:
    client = signed_in(officer)
    age(client, SIGNED_IN, 12 * 60 + 1)

    assert not is_signed_in(client)


def test_what_a_person_does_keeps_the_session_awake_and_what_a_page_does_by_itself_does_not(
    officer: User,
) -> None:
    client = signed_in(officer)
    age(client, SEEN, 20)

    client.get("/api/v1/live-ticket")
    client.get(SESSION)
    assert now_ms() - client.session[SEEN] >= 20 * MINUTE_MS

    client.get("/api/v1/registry")
    assert now_ms() - client.session[SEEN] < MINUTE_MS


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(officer: User) -> None:
    here, elsewhere = signed_in(officer), signed_in(officer)
    key = here.cookies["anlan_session"].value

    answer = here.post(
        f"{SESSION}/password",
        {"old": factories.PASSWORD, "new": "Another-Horse-8-Staple"},
        content_type="application/json",
        headers=csrf(here),
    )

    assert answer.status_code == 200
    assert is_signed_in(here)
    assert here.cookies["anlan_session"].value != key
    assert not is_signed_in(elsewhere)


def test_a_temporary_password_opens_nothing_but_its_own_change() -> None:
    user = factories.user("new", must_change_password=True)
    factories.holding(user, factories.post(factories.organisation()))
    client = signed_in(user)

    refused = client.get("/api/v1/registry")
    body = client.get(SESSION).json()
    client.post(
        f"{SESSION}/password",
        {"old": factories.PASSWORD, "new": "Another-Horse-8-Staple"},
        content_type="application/json",
        headers=csrf(client),
    )

    assert (refused.status_code, refused.json()["code"]) == (403, "people.must_change_password")
    assert body["must_change_password"]
    assert client.get("/api/v1/registry").status_code == 200


def test_8_1_4_1_a_an_old_password_must_be_changed_before_anything_else(officer: User) -> None:
    User.objects.filter(pk=officer.pk).update(password_changed_at=now() - timedelta(days=91))

    answer = signed_in(officer).get("/api/v1/registry")

    assert answer.json()["code"] == "people.must_change_password"


def test_8_1_4_2_c_an_account_unused_for_ninety_days_sleeps(officer: User) -> None:
    User.objects.filter(pk=officer.pk).update(last_login=now() - timedelta(days=91))
    client = Client()
    client.get(SESSION)

    answer = client.post(
        SESSION,
        {"username": officer.username, "password": factories.PASSWORD},
        content_type="application/json",
    )

    assert (answer.status_code, answer.json()["code"]) == (403, "people.asleep")


@pytest.mark.parametrize(
    ("new", "code"),
    [
        ("short-A1", "people.weak_password"),
        ("onlysmallletters", "people.weak_password"),
        ("password12345A", "people.weak_password"),
        (factories.PASSWORD, "people.used_password"),
    ],
)
def test_8_1_4_1_a_a_weak_or_an_old_password_is_refused_with_its_reasons(
    officer: User, new: str, code: str
) -> None:
    client = signed_in(officer)
    User.objects.filter(pk=officer.pk).update(username="password12345a")

    answer = client.post(
        f"{SESSION}/password",
        {"old": factories.PASSWORD, "new": new},
        content_type="application/json",
        headers=csrf(client),
    )

    assert (answer.status_code, answer.json()["code"]) == (422, code)
    if code == "people.weak_password":
        assert answer.json()["reasons"]
        assert len(answer.json()["reasons_en"]) == len(answer.json()["reasons"])


def test_every_reason_against_a_password_is_said_in_chinese_and_in_english(officer: User) -> None:
    said: dict[str, str] = {}
    for weak in ("12345678", "password", officer.username):
        with pytest.raises(InvalidError) as refusal:
            check_password_rules(weak, officer)
        facts = refusal.value.problem()
        said |= dict(zip(facts["reasons"], facts["reasons_en"], strict=True))
    assert said == dict(WEAKNESSES.values())


def test_changing_a_password_needs_the_old_one_and_a_session(officer: User) -> None:
    client = signed_in(officer)
    body = {"old": "not the password", "new": "Another-Horse-8-Staple"}
    wrong = client.post(
        f"{SESSION}/password", body, content_type="application/json", headers=csrf(client)
    )
    stranger = Client().post(f"{SESSION}/password", body, content_type="application/json")

    assert wrong.json()["code"] == "people.wrong_password"
    assert stranger.status_code == 401
