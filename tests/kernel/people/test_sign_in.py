"""Signing in: by password, with a lock, under a new session key, and nobody learns who exists."""

import pytest
from django.test import Client

from anlan.kernel.base.models import Journal
from anlan.kernel.people.models import User
from tests import factories
from tests.cast import csrf, signed_in

pytestmark = pytest.mark.django_db
SESSION = "/api/v1/session"


def visitor() -> Client:
    client = Client(enforce_csrf_checks=True)
    client.get(SESSION)
    return client


def post(
    client: Client, body: dict[str, str], path: str = SESSION
) -> "tuple[int, dict[str, object]]":
    answer = client.post(path, body, content_type="application/json", headers=csrf(client))
    return answer.status_code, answer.json()


def test_before_the_log_in_the_page_learns_what_it_needs_and_no_name() -> None:
    client = Client(enforce_csrf_checks=True)

    answer = client.get(SESSION)

    body = answer.json()
    assert answer.status_code == 200
    assert body["user"] is None
    assert body["permissions"] == []
    assert "严禁存储、处理、传输国家秘密" in body["notice"]
    assert body["csrf_token"]
    assert "anlan_csrf" in client.cookies


def test_a_right_password_signs_in_and_says_who_and_what() -> None:
    bureau = factories.organisation("灵武市应急管理局")
    bureau.name_en = "Lingwu Emergency Management Bureau"
    bureau.save()
    user = factories.officer(bureau, "duty_officer", "王值班", "wang")

    client = signed_in(user)

    body = client.get(SESSION).json()
    assert body["user"]["name"] == "王值班"
    assert body["posts"][0]["role"] == "duty_officer"
    assert body["posts"][0]["organisation"] == {
        "id": bureau.id,
        "name": "灵武市应急管理局",
        "name_en": "Lingwu Emergency Management Bureau",
    }
    assert "alerts.alarm.check" in body["permissions"]
    row = Journal.objects.get(type="people.user.signed_in", object=user.id)
    assert (row.data["how"], row.data["address"]) == ("password", "127.0.0.1")


def test_signing_in_without_the_csrf_token_is_refused() -> None:
    user = factories.user("wang")
    client = visitor()

    answer = client.post(
        SESSION,
        {"username": user.username, "password": factories.PASSWORD},
        content_type="application/json",
    )

    assert answer.status_code == 403
    assert answer["Content-Type"] == "application/problem+json"


def test_an_unknown_name_and_a_wrong_password_answer_alike() -> None:
    factories.user("wang")

    wrong = post(visitor(), {"username": "wang", "password": "not the password"})
    unknown = post(visitor(), {"username": "nobody", "password": "not the password"})

    assert wrong == unknown
    assert wrong[0] == 401
    assert wrong[1]["code"] == "people.sign_in_refused"


def test_a_stopped_account_answers_as_a_wrong_password_does() -> None:
    user = factories.user("wang")
    User.objects.filter(pk=user.pk).update(is_active=False)

    status, body = post(visitor(), {"username": "wang", "password": factories.PASSWORD})

    assert (status, body["code"]) == (401, "people.sign_in_refused")


@pytest.mark.parametrize("username", ["wang", "nobody"])
def test_8_1_4_1_b_five_wrong_tries_lock_a_name_whether_it_exists_or_not(username: str) -> None:
    factories.user("wang")
    client = visitor()
    for _ in range(5):
        post(client, {"username": username, "password": "not the password"})

    status, body = post(client, {"username": username, "password": factories.PASSWORD})

    assert (status, body["code"]) == (429, "people.locked")


def test_a_lock_holds_for_the_address_that_guessed() -> None:
    factories.user("wang")
    guesser, owner = visitor(), visitor()
    for _ in range(6):
        wrong = {"username": "wang", "password": "not the password"}
        headers = csrf(guesser) | {"X-Real-IP": "203.0.113.9"}
        guesser.post(SESSION, wrong, content_type="application/json", headers=headers)

    right = {"username": "wang", "password": factories.PASSWORD}
    headers = csrf(owner) | {"X-Real-IP": "198.51.100.7"}
    answer = owner.post(SESSION, right, content_type="application/json", headers=headers)

    assert answer.status_code == 200


def test_a_right_password_forgets_the_wrong_tries_before_it() -> None:
    user = factories.user("wang")
    for _ in range(2):
        for _ in range(4):
            post(visitor(), {"username": "wang", "password": "not the password"})
        status, _ = post(visitor(), {"username": "wang", "password": factories.PASSWORD})
        assert status == 200
    assert signed_in(user).get(SESSION).json()["user"]["username"] == "wang"


def test_8_1_4_3_b_a_refused_attempt_is_in_the_journal_without_what_was_typed() -> None:
    factories.user("wang")

    post(visitor(), {"username": "my secret in the wrong box", "password": "x"})
    post(visitor(), {"username": "wang", "password": "another secret"})

    rows = list(Journal.objects.filter(type="people.user.sign_in_refused").order_by("id"))
    assert [row.data["user_id"] is None for row in rows] == [True, False]
    assert {row.data["address"] for row in rows} == {"127.0.0.1"}
    assert all("secret" not in str((row.data, row.change)) for row in rows)


def test_a_session_from_before_the_log_in_is_not_carried_over() -> None:
    user = factories.user("wang")
    attacker = visitor()
    planted = attacker.session
    planted["planted"] = True
    planted.save()
    key = planted.session_key or ""
    attacker.cookies["anlan_session"] = key

    status, _ = post(attacker, {"username": "wang", "password": factories.PASSWORD})

    assert status == 200
    assert attacker.cookies["anlan_session"].value != key
    assert "planted" not in attacker.session
    victim_s_old_key = Client()
    victim_s_old_key.cookies["anlan_session"] = key
    assert victim_s_old_key.get(SESSION).json()["user"] is None
    assert user.username == "wang"


def test_signing_out_ends_the_session_on_the_server() -> None:
    client = signed_in(factories.user("wang"))
    key = client.cookies["anlan_session"].value

    answer = client.delete(SESSION, headers=csrf(client))

    again = Client()
    again.cookies["anlan_session"] = key
    assert answer.json()["user"] is None
    assert again.get(SESSION).json()["user"] is None
    assert Journal.objects.filter(type="people.user.signed_out").count() == 1


def test_the_cookie_is_out_of_reach_of_scripts_and_foreign_pages() -> None:
    cookie = signed_in(factories.user("wang")).cookies["anlan_session"]

    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


@pytest.mark.parametrize(
    "body",
    [
        {"username": "x" * 65, "password": "x"},
        {"username": "wang\x00", "password": "x"},
        {"username": "wang", "password": "x" * 257},
        {"username": "wang"},
    ],
    ids=["long name", "NUL", "long password", "no password"],
)
def test_a_body_that_cannot_be_is_refused_field_by_field(body: dict[str, str]) -> None:
    status, problem = post(visitor(), body)

    assert (status, problem["code"]) == (422, "base.invalid")
    assert problem["errors"]
