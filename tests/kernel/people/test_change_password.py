"""A new password is none of the last ones, guessing at the old one locks, secrets stay secret."""

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client

from anlan.kernel.base.models import Journal
from anlan.kernel.people.models import User
from tests import factories
from tests.cast import csrf, signed_in

pytestmark = pytest.mark.django_db
SESSION = "/api/v1/session"
NEW = "Fresh-Goose-9-Lantern"


def change(client: Client, old: str, new: str) -> "tuple[int, str]":
    answer = client.post(
        f"{SESSION}/password",
        {"old": old, "new": new},
        content_type="application/json",
        headers=csrf(client),
    )
    return answer.status_code, answer.json().get("code", "")


def is_signed_in(client: Client) -> bool:
    return client.get(SESSION).json()["user"] is not None


@pytest.fixture
def officer() -> User:
    return factories.officer(factories.organisation(), username="wang")


def test_8_1_4_1_a_none_of_the_last_five_passwords_is_taken_again_and_the_sixth_last_is(
    officer: User,
) -> None:
    oldest = "Ancient-Heron-3-Barrel"
    officer.earlier_passwords = [make_password(f"{NEW}-{number}") for number in range(3)]
    officer.earlier_passwords.append(make_password(oldest))
    officer.save(update_fields=["earlier_passwords"])
    client = signed_in(officer)

    assert change(client, factories.PASSWORD, oldest) == (422, "people.used_password")
    assert change(client, factories.PASSWORD, NEW) == (200, "")
    assert change(client, NEW, factories.PASSWORD) == (422, "people.used_password")
    assert change(client, NEW, oldest) == (200, "")


def test_8_1_4_1_b_five_wrong_old_passwords_lock_the_name_and_sign_out(officer: User) -> None:
    client = signed_in(officer)
    for _ in range(4):
        assert change(client, "not the password", NEW) == (422, "people.wrong_password")
        assert is_signed_in(client)
    change(client, "not the password", NEW)
    assert not is_signed_in(client)

    again = Client(enforce_csrf_checks=True)
    again.get(SESSION)
    body = {"username": "wang", "password": factories.PASSWORD}
    answer = again.post(SESSION, body, content_type="application/json", headers=csrf(again))
    assert (answer.status_code, answer.json()["code"]) == (429, "people.locked")


def test_a_locked_person_who_is_still_signed_in_elsewhere_changes_nothing(officer: User) -> None:
    here, elsewhere = signed_in(officer), signed_in(officer)
    for _ in range(5):
        change(elsewhere, "not the password", NEW)

    assert change(here, factories.PASSWORD, NEW) == (429, "people.locked")
    assert User.objects.get(pk=officer.pk).check_password(factories.PASSWORD)


def test_the_journal_says_that_it_was_changed_and_refused_and_never_what_was_typed(
    officer: User,
) -> None:
    client = signed_in(officer)
    change(client, "not the password", NEW)
    change(client, factories.PASSWORD, NEW)

    changed = Journal.objects.get(type="people.user.password_changed")
    assert (changed.object, changed.actor) == (officer.id, f"user:{officer.id}")
    refused = Journal.objects.get(type="people.user.sign_in_refused")
    assert refused.data["how"] == "password_change"
    hashes = User.objects.get(pk=officer.pk)
    for row in Journal.objects.all():
        said = str((row.data, row.change))
        assert not any(
            secret in said
            for secret in (NEW, factories.PASSWORD, "not the password", hashes.password)
        )
