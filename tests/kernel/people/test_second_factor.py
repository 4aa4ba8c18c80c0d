"""GB/T 22239-2019, 8.1.4.1 d: two kinds of proof for every person, one of them cryptographic."""

import base64
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from anlan.kernel.base import vault
from anlan.kernel.base.clock import now
from anlan.kernel.base.config import config
from anlan.kernel.base.models import Journal
from anlan.kernel.people import totp
from anlan.kernel.people.models import RecoveryCode, SecondFactor, User
from anlan.kernel.people.services import second_factor
from tests import factories
from tests.cast import Cast, assemble, csrf
from tests.person import FACTOR, MOMENT, SESSION, Person, enrolled

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def required(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("ANLAN_SECOND_FACTOR", "1")
    config.cache_clear()
    yield
    config.cache_clear()


@pytest.fixture(autouse=True)
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second_factor, "now", lambda: MOMENT)


@pytest.fixture
def officer() -> User:
    return factories.officer(factories.organisation(), username="wang")


def test_8_1_4_1_d_without_a_second_factor_a_password_opens_nothing_but_its_enrolment(
    officer: User,
) -> None:
    person = Person(officer)
    status, body = person.sign_in()

    assert (status, body["second_factor"]) == (200, "must_enrol")
    refused = person.client.get("/api/v1/registry")
    assert (refused.status_code, refused.json()["code"]) == (
        403,
        "people.must_enrol_second_factor",
    )
    assert person.client.get("/api/v1/live-ticket").status_code == 401

    codes = person.enrol()
    assert len(set(codes)) == totp.RECOVERY_CODES
    assert person.is_in()
    assert person.client.get(SESSION).json()["second_factor"] == "enrolled"


def test_8_1_4_1_d_once_enrolled_the_password_alone_signs_nobody_in(officer: User) -> None:
    person = enrolled(officer)

    status, body = person.sign_in()
    assert (status, body["user"], body["second_factor"]) == (200, None, "needed")
    assert not person.is_in()

    status, body = person.post(FACTOR, code=person.code())
    assert (status, body["user"]["username"], body["second_factor"]) == (200, "wang", "enrolled")
    assert person.is_in()
    row = Journal.objects.filter(type="people.user.signed_in").latest("id")
    assert row.data["how"] == "password+totp"


def test_a_code_is_good_once(officer: User) -> None:
    person = enrolled(officer)
    person.sign_in()
    code = person.code()
    assert person.post(FACTOR, code=code)[0] == 200

    other = Person(officer)
    other.sign_in()
    status, body = other.post(FACTOR, code=code)
    assert (status, body["code"]) == (422, "people.wrong_code")


def test_a_recovery_code_stands_for_the_app_once(officer: User) -> None:
    person = Person(officer)
    codes = person.enrol()
    for _ in range(2):
        other = Person(officer)
        other.sign_in()
        answers = [other.post(FACTOR, code=codes[0].upper())]
    assert answers[-1][1]["code"] == "people.wrong_code"
    used = Journal.objects.get(type="people.recovery_code.used")
    assert used.data["recovery_left"] == totp.RECOVERY_CODES - 1


def test_five_wrong_codes_lock_the_name_and_a_right_one_comes_too_late(officer: User) -> None:
    person = enrolled(officer)
    person.sign_in()
    for _ in range(5):
        status, body = person.post(FACTOR, code="000000")
    assert (status, body["code"]) == (422, "people.wrong_code")
    assert person.post(FACTOR, code=person.code())[1]["code"] == "people.nothing_awaited"
    assert person.sign_in()[1]["code"] == "people.locked"
    refusals = Journal.objects.filter(type="people.user.sign_in_refused")
    assert {row.data["how"] for row in refusals} == {"second_factor", "password"}


def test_the_second_step_waits_five_minutes_and_ends_with_a_new_password(officer: User) -> None:
    person = enrolled(officer)
    person.sign_in()
    session = person.client.session
    session["second_factor_of"] = session["second_factor_of"] | {"at": 0}
    session.save()
    assert person.post(FACTOR, code=person.code())[1]["code"] == "people.nothing_awaited"

    person.sign_in()
    User.objects.filter(pk=officer.pk).update(sessions_epoch=99)
    assert person.post(FACTOR, code=person.code())[1]["code"] == "people.nothing_awaited"


def test_enrolling_ends_every_session_that_was_opened_without_it(officer: User) -> None:
    elsewhere, person = Person(officer), Person(officer)
    elsewhere.sign_in()
    person.enrol()
    assert elsewhere.client.get(SESSION).json()["user"] is None


def test_another_app_needs_password_and_code_and_the_old_one_counts_until_then(
    officer: User,
) -> None:
    person = enrolled(officer)
    person.sign_in()
    person.post(FACTOR, code=person.code())

    status, body = person.post(f"{FACTOR}/offer", password="not the password", code=person.code())
    assert (status, body["code"]) == (422, "people.wrong_password")
    status, body = person.post(f"{FACTOR}/offer", password=factories.PASSWORD)
    assert (status, body["code"]) == (422, "people.wrong_code")

    moment = SecondFactor.objects.get(confirmed_at__isnull=False)
    status, body = person.post(f"{FACTOR}/offer", password=factories.PASSWORD, code=_later(person))
    assert status == 200, body
    assert SecondFactor.objects.get(confirmed_at__isnull=False).id == moment.id
    person.secret, person.step = base64.b32decode(body["secret"]), 0
    assert person.post(f"{FACTOR}/confirmation", code=person.code())[0] == 200
    assert SecondFactor.objects.get().id != moment.id


def _later(person: Person) -> str:
    """Return a code of a step that has not been taken: the server's memory goes back a minute."""
    SecondFactor.objects.filter(user=person.user).update(last_step=0)
    person.step = 0
    return person.code()


def test_8_1_4_8_b_neither_the_secret_nor_a_code_can_be_read_in_database_or_journal(
    officer: User,
) -> None:
    person = Person(officer)
    codes = person.enrol()
    factor = SecondFactor.objects.get()

    assert person.secret not in bytes(factor.secret)
    assert vault.open_sealed(bytes(factor.secret), f"people.second_factor:{officer.id}") == (
        person.secret
    )
    with pytest.raises(vault.SealedTextError):
        vault.open_sealed(bytes(factor.secret), "people.second_factor:somebody else")
    digests = set(RecoveryCode.objects.values_list("code_digest", flat=True))
    assert not digests & set(codes)
    said = " ".join(str((row.data, row.change)) for row in Journal.objects.all())
    texts = [*codes, base64.b32encode(person.secret).decode()]
    assert not any(text in said for text in texts)


@pytest.fixture
def cast() -> Cast:
    return assemble()


def administrator(user: User) -> Person:
    person = enrolled(user)
    person.sign_in()
    person.post(FACTOR, code=person.code())
    return person


def reset(by: Person, of: User) -> "tuple[int, dict[str, Any]]":
    answer = by.client.post(
        f"/api/v1/people/users/{of.id}/second-factor/reset",
        content_type="application/json",
        headers=csrf(by.client) | {"If-Match": f'"{User.objects.get(pk=of.pk).version}"'},
    )
    return answer.status_code, answer.json()


def test_the_security_administrator_resets_a_lost_one_and_its_owner_must_enrol_anew(
    cast: Cast,
) -> None:
    officer = cast.duty_officer
    person = enrolled(officer)
    person.sign_in()
    person.post(FACTOR, code=person.code())
    security = administrator(cast.security_administrator)

    status, body = reset(security, officer)

    assert (status, body["has_second_factor"]) == (200, False)
    row = Journal.objects.get(type="people.second_factor.reset")
    assert (row.object, row.actor) == (officer.id, f"user:{cast.security_administrator.id}")
    assert person.client.get(SESSION).json()["user"] is None
    assert Person(officer).sign_in()[1]["second_factor"] == "must_enrol"


def test_the_system_administrator_resets_passwords_and_not_second_factors_and_nobody_his_own(
    cast: Cast,
) -> None:
    enrolled(cast.duty_officer)
    system = administrator(cast.system_administrator)
    assert reset(system, cast.duty_officer)[0] == 403
    security = administrator(cast.security_administrator)
    assert reset(security, cast.security_administrator)[1]["code"] == "people.own_account"


def test_only_the_invented_cast_of_a_demo_comes_without(
    officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANLAN_DEMO", "1")
    config.cache_clear()
    cast_member, real = Person(officer), Person(factories.officer(factories.organisation()))
    User.objects.filter(pk=real.user.pk).update(is_invented=False)

    assert cast_member.sign_in()[1]["second_factor"] == "none"
    assert cast_member.is_in()
    assert real.sign_in()[1]["second_factor"] == "must_enrol"


def test_codes_are_those_of_rfc_6238() -> None:
    # RFC 6238, appendix B, SHA-1, the last six of the eight digits
    secret = b"12345678901234567890"
    vectors = {59: "287082", 1111111109: "081804", 2000000000: "279037", 20000000000: "353130"}
    epoch = now().replace(year=1970, month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
    for seconds, code in vectors.items():
        at = epoch + timedelta(seconds=seconds)
        assert totp.matching_step(secret, code, at, 0) == seconds // 30
        assert totp.matching_step(secret, code, at + timedelta(seconds=29), 0) == seconds // 30
        assert totp.matching_step(secret, code, at + timedelta(seconds=61), 0) is None
    for wrong in ("28708", "2870822", "28708a", "２８７０８２"):
        assert totp.matching_step(secret, wrong, epoch + timedelta(seconds=59), 0) is None
