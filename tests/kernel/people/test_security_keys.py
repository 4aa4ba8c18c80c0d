"""GB/T 22239-2019, 8.1.4.1 d: a security key as the second proof (WebAuthn), beside the app."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from anlan.kernel.base.config import config
from anlan.kernel.base.models import Journal
from anlan.kernel.people.models import RecoveryCode, SecurityKey, User
from anlan.kernel.people.services import keys, second_factor
from tests import factories
from tests.cast import assemble
from tests.person import FACTOR, MOMENT, SESSION, Person, enrolled
from tests.software_key import SoftwareKey

pytestmark = pytest.mark.django_db
ORIGIN, RP_ID = "https://yingji.example:8443", "yingji.example"
KEYS = f"{FACTOR}/keys"


@pytest.fixture(autouse=True)
def required(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("ANLAN_SECOND_FACTOR", "1")
    monkeypatch.setenv("ANLAN_PUBLIC_URL", ORIGIN)
    monkeypatch.setattr(second_factor, "now", lambda: MOMENT)
    config.cache_clear()
    yield
    config.cache_clear()


@pytest.fixture
def officer() -> User:
    return factories.officer(factories.organisation(), username="wang")


def a_key() -> SoftwareKey:
    return SoftwareKey(origin=ORIGIN, rp_id=RP_ID)


def offered(person: Person, /, **proof: Any) -> dict[str, Any]:
    """Ask for a new key with what proves the person; return the options."""
    status, body = person.post(f"{KEYS}/offer", password=factories.PASSWORD, **proof)
    assert status == 200, body
    options: dict[str, Any] = body["options"]
    return options


def registered(person: Person, key: SoftwareKey, name: str = "蓝色", /, **proof: Any) -> Any:
    answer = key.make(offered(person, **proof))
    status, body = person.post(KEYS, kind="webauthn", name=name, credential=answer)
    assert status == 200, body
    return body


def asked(person: Person) -> dict[str, Any]:
    question: dict[str, Any] = person.post(f"{KEYS}/question")[1]["questions"]["webauthn"]
    return question


def answered(person: Person, key: SoftwareKey) -> tuple[int, dict[str, Any]]:
    answer = key.sign(asked(person))
    return person.post(f"{KEYS}/answer", kind="webauthn", credential=answer)


def proof_of(person: Person, key: SoftwareKey) -> dict[str, Any]:
    return {"kind": "webauthn", "credential": key.sign(asked(person))}


def copy_with(key: SoftwareKey, field: str, value: str) -> SoftwareKey:
    copy = replace(key)
    setattr(copy, field, value)
    return copy


def test_8_1_4_1_d_a_key_is_a_second_factor_of_its_own(officer: User) -> None:
    person, key = Person(officer), a_key()
    assert person.sign_in()[1]["second_factor"] == "must_enrol"
    made = registered(person, key)

    assert len(made["codes"]) == 10
    assert made["key"]["name"] == "蓝色"
    assert person.is_in()

    other = Person(officer)
    status, body = other.sign_in()
    assert (body["user"], body["second_factor"], body["second_factor_kinds"]) == (
        None,
        "needed",
        ["webauthn"],
    )
    assert not other.is_in()
    status, body = answered(other, key)
    assert (status, body["user"]["username"], body["second_factor"]) == (200, "wang", "enrolled")
    assert other.is_in()
    row = Journal.objects.filter(type="people.user.signed_in").latest("id")
    assert row.data["how"] == "password+webauthn"


@pytest.mark.parametrize(
    ("field", "value"), [("origin", "https://yingji.example.evil"), ("rp_id", "evil")]
)
def test_8_1_4_1_d_a_key_that_another_page_has_asked_proves_nothing(
    officer: User, field: str, value: str
) -> None:
    person, key = Person(officer), a_key()
    person.sign_in()
    registered(person, key)
    other = Person(officer)
    other.sign_in()
    status, body = answered(other, copy_with(key, field, value))
    assert (status, body["code"]) == (422, keys.WRONG_KEY)
    assert not other.is_in()


def test_8_1_4_1_d_somebody_elses_key_proves_nothing(officer: User) -> None:
    mine, theirs = a_key(), a_key()
    person, other = Person(officer), Person(factories.officer(factories.organisation()))
    for one, key in ((person, mine), (other, theirs)):
        one.sign_in()
        registered(one, key)
    again = Person(officer)
    again.sign_in()
    assert answered(again, theirs)[1]["code"] == keys.WRONG_KEY
    forged = replace(theirs, id=mine.id)
    assert answered(again, forged)[1]["code"] == keys.WRONG_KEY


def test_8_1_4_1_d_a_question_is_good_once_for_its_purpose_and_its_person(officer: User) -> None:
    person, key = Person(officer), a_key()
    person.sign_in()
    registered(person, key)
    again = Person(officer)
    again.sign_in()
    answer = key.sign(asked(again))
    foreign = Person(officer)
    foreign.sign_in()
    asked(foreign)
    status, body = foreign.post(f"{KEYS}/answer", kind="webauthn", credential=answer)
    assert (status, body["code"]) == (422, keys.WRONG_KEY)  # of another browser's question
    assert again.post(f"{KEYS}/answer", kind="webauthn", credential=answer)[0] == 200
    again.post(f"{SESSION}", username="wang", password=factories.PASSWORD)
    status, body = again.post(f"{KEYS}/answer", kind="webauthn", credential=answer)
    assert (status, body["code"]) == (409, "people.no_challenge")


def test_8_1_4_1_d_a_question_runs_out_after_five_minutes(officer: User) -> None:
    person, key = Person(officer), a_key()
    person.sign_in()
    registered(person, key)
    again = Person(officer)
    again.sign_in()
    answer = key.sign(asked(again))
    session = again.client.session
    session["key_challenge"] = session["key_challenge"] | {"at": 0}
    session.save()
    status, body = again.post(f"{KEYS}/answer", kind="webauthn", credential=answer)
    assert (status, body["code"]) == (409, "people.no_challenge")


def test_8_1_4_1_d_a_copied_key_is_refused_and_the_journal_says_so(officer: User) -> None:
    person, key = Person(officer), a_key()
    person.sign_in()
    registered(person, key)
    copy = replace(key)
    again = Person(officer)
    again.sign_in()
    assert answered(again, key)[0] == 200
    third = Person(officer)
    third.sign_in()
    status, body = answered(third, copy)
    assert (status, body["code"]) == (422, "people.key_copied")
    refused = Journal.objects.filter(type="people.user.sign_in_refused").latest("id")
    assert refused.data["reason"] == "people.key_copied"


def test_8_1_4_1_b_five_wrong_keys_lock_the_name(officer: User) -> None:
    person, key, wrong = Person(officer), a_key(), a_key()
    person.sign_in()
    registered(person, key)
    again = Person(officer)
    again.sign_in()
    for _ in range(5):
        assert answered(again, wrong)[1]["code"] == keys.WRONG_KEY
    assert again.sign_in()[1]["code"] == "people.locked"


def test_several_keys_are_named_renamed_and_removed(officer: User) -> None:
    person, blue, red = Person(officer), a_key(), a_key()
    person.sign_in()
    first = registered(person, blue, "蓝色")
    second = registered(person, red, "红色", key=proof_of(person, blue))
    assert second["codes"] == []

    path = f"{KEYS}/{second['key']['id']}"
    status, body = person.patch(path, name=" 备用 ")
    assert (status, body["name"]) == (200, "备用")
    named = [one["name"] for one in person.client.get(FACTOR).json()["keys"]]
    assert named == ["蓝色", "备用"]

    elsewhere = Person(officer)
    elsewhere.sign_in()
    assert answered(elsewhere, red)[0] == 200
    status, body = person.post(
        f"{KEYS}/{first['key']['id']}/remove",
        password=factories.PASSWORD,
        key=proof_of(person, red),
    )
    assert (status, body["second_factor"]) == (200, "enrolled")
    assert elsewhere.client.get(SESSION).json()["user"] is None  # other sessions end
    gone = Person(officer)
    gone.sign_in()
    assert answered(gone, blue)[1]["code"] == keys.WRONG_KEY
    types = list(
        Journal.objects.filter(type__startswith="people.security_key")
        .order_by("id")
        .values_list("type", flat=True)
    )
    assert [one.rpartition(".")[2] for one in types] == ["added", "added", "renamed", "removed"]


def test_a_key_is_changed_by_nobody_who_only_found_the_session_open(officer: User) -> None:
    person, key = Person(officer), a_key()
    person.sign_in()
    made = registered(person, key)
    path = f"{KEYS}/{made['key']['id']}/remove"
    assert person.post(f"{KEYS}/offer", password="guess")[1]["code"] == "people.wrong_password"
    password = factories.PASSWORD
    assert person.post(f"{KEYS}/offer", password=password)[1]["code"] == "people.wrong_code"
    assert person.post(path, password=password)[1]["code"] == "people.wrong_code"
    assert SecurityKey.objects.count() == 1


def test_the_only_second_factor_is_not_removed_and_another_persons_key_is_not_found(
    officer: User,
) -> None:
    person, key = Person(officer), a_key()
    person.sign_in()
    made = registered(person, key)
    status, body = person.post(
        f"{KEYS}/{made['key']['id']}/remove",
        password=factories.PASSWORD,
        key=proof_of(person, key),
    )
    assert (status, body["code"]) == (409, "people.last_factor")

    other, theirs = Person(factories.officer(factories.organisation())), a_key()
    other.sign_in()
    registered(other, theirs)
    status, body = other.patch(f"{KEYS}/{made['key']['id']}", name="mine")
    assert (status, body["code"]) == (404, "people.key_not_found")


def test_a_recovery_code_stands_for_a_lost_key_once(officer: User) -> None:
    person, key = Person(officer), a_key()
    person.sign_in()
    codes = registered(person, key)["codes"]
    for expected in (200, 422):
        other = Person(officer)
        other.sign_in()
        assert other.post(FACTOR, code=codes[0])[0] == expected
    assert RecoveryCode.objects.filter(used_at__isnull=False).count() == 1


def test_whoever_has_the_app_adds_a_key_by_a_code_and_may_use_either(officer: User) -> None:
    person, key = enrolled(officer), a_key()
    person.sign_in()
    person.post(FACTOR, code=person.code())
    assert registered(person, key, code=person.code())["codes"] == []
    other = Person(officer)
    assert other.sign_in()[1]["second_factor_kinds"] == ["totp", "webauthn"]
    assert answered(other, key)[0] == 200


def test_the_same_key_is_not_registered_twice(officer: User) -> None:
    person, key = Person(officer), a_key()
    person.sign_in()
    registered(person, key)
    options = offered(person, key=proof_of(person, key))
    answer = key.make(options)  # as a key would that does not look at `excludeCredentials`
    assert [one["id"] for one in options["excludeCredentials"]] == [answer["id"]]
    status, body = person.post(KEYS, kind="webauthn", name="x", credential=answer)
    assert (status, body["code"]) == (409, "people.key_known")


@pytest.mark.parametrize(
    "credential",
    [{}, {"id": 1}, {"id": "!"}, {"id": "AA", "rawId": "AA", "type": "x", "response": {}}],
)
def test_an_answer_that_is_none_is_refused_as_a_wrong_one(
    officer: User, credential: dict[str, Any]
) -> None:
    person = Person(officer)
    person.sign_in()
    offered(person)
    status, body = person.post(KEYS, kind="webauthn", name="x", credential=credential)
    assert (status, body["code"]) == (422, keys.WRONG_KEY)
    registered(person, a_key())
    again = Person(officer)
    again.sign_in()
    asked(again)
    status, body = again.post(f"{KEYS}/answer", kind="webauthn", credential=credential)
    assert (status, body["code"]) == (422, keys.WRONG_KEY)


def test_the_security_administrator_resets_keys_too() -> None:
    cast = assemble()
    person, key = Person(cast.duty_officer), a_key()
    person.sign_in()
    registered(person, key)
    with factories.working():
        second_factor.reset(user=User.objects.get(pk=cast.duty_officer.pk))
    assert not SecurityKey.objects.exists()
    assert Person(cast.duty_officer).sign_in()[1]["second_factor"] == "must_enrol"


@pytest.mark.parametrize(
    ("public_url", "rp_id", "kinds"),
    [
        ("https://10.1.2.3", "", []),
        ("https://yingji.example", "", ["webauthn"]),
        ("https://anlan.yingji.example", "yingji.example", ["webauthn"]),
        ("http://localhost:8080", "", ["webauthn"]),
    ],
)
def test_keys_are_offered_where_the_address_is_a_name(
    officer: User,
    monkeypatch: pytest.MonkeyPatch,
    public_url: str,
    rp_id: str,
    kinds: list[str],
) -> None:
    monkeypatch.setenv("ANLAN_PUBLIC_URL", public_url)
    monkeypatch.setenv("ANLAN_WEBAUTHN_RP_ID", rp_id)
    config.cache_clear()
    person = Person(officer)
    assert person.client.get(SESSION).json()["key_kinds"] == kinds
    person.sign_in()
    status, body = person.post(f"{KEYS}/offer", password=factories.PASSWORD)
    if kinds:
        assert body["options"]["rp"]["id"] == (rp_id or urlsplit(public_url).hostname)
    else:
        assert (status, body["code"]) == (409, "people.key_kind_off")
