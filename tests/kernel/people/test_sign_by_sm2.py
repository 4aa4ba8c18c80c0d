"""GB/T 22239-2019, 8.1.4.1 d: a key that signs by SM2 with SM3 as the second proof, behind its port."""

from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from gmalg import SM2

from anlan.kernel.base.config import config
from anlan.kernel.people.keys import sm2
from anlan.kernel.people.models import SecurityKey, User
from anlan.kernel.people.services import keys
from tests import factories
from tests.person import FACTOR, Person

pytestmark = pytest.mark.django_db
KEYS = f"{FACTOR}/keys"


class Token:
    """What holds the private half; in the real world a token with its maker's driver."""

    def __init__(self) -> None:
        secret, self.public_key = SM2().generate_keypair()
        self._sm2 = SM2(secret, sm2.IDENTITY, self.public_key)

    def sign(self, text: str) -> str:
        r, s = self._sm2.sign(text.encode())
        der: bytes = encode_dss_signature(int.from_bytes(r), int.from_bytes(s))
        return der.hex()

    def sign_plain(self, text: str) -> str:
        r, s = self._sm2.sign(text.encode())
        plain: bytes = r.rjust(32, b"\0") + s.rjust(32, b"\0")
        return plain.hex()


@pytest.fixture(autouse=True)
def on(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("ANLAN_SECOND_FACTOR", "1")
    monkeypatch.setenv("ANLAN_SM2_KEYS", "1")
    monkeypatch.setenv("ANLAN_PUBLIC_URL", "https://10.1.2.3")
    config.cache_clear()
    yield
    config.cache_clear()


@pytest.fixture
def officer() -> User:
    return factories.officer(factories.organisation(), username="wang")


def registered(person: Person, token: Token, text: str = "") -> tuple[int, dict[str, Any]]:
    _, body = person.post(f"{KEYS}/offer", password=factories.PASSWORD, kind="sm2")
    said = {
        "public_key": token.public_key.hex(),
        "signature": token.sign(text or body["options"]["message"]),
    }
    return person.post(KEYS, kind="sm2", name="U 盾", credential=said)


def test_a_signature_of_the_standards_own_example_is_right() -> None:
    # GM/T 0003.5-2012, annex A.2: the public key, identity, message and signature printed there
    point = bytes.fromhex(
        "0409F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020"
        "CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13"
    )
    r = 0xF5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3
    s = 0xB1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA
    verifier = sm2.SoftwareVerifier()
    assert verifier.is_point(point)
    assert verifier.verify(point, b"message digest", r, s)
    assert not verifier.verify(point, b"message digest.", r, s)
    assert not verifier.verify(point, b"message digest", r, s ^ 1)
    assert not verifier.is_point(point[:-1] + bytes([point[-1] ^ 1]))


@pytest.mark.parametrize("how", ["sign", "sign_plain"])
def test_8_1_4_1_d_a_key_of_sm2_signs_in_after_the_password(officer: User, how: str) -> None:
    person, token = Person(officer), Token()
    person.sign_in()
    status, made = registered(person, token)
    assert (status, len(made["codes"])) == (200, 10)

    other = Person(officer)
    body = other.sign_in()[1]
    assert (body["second_factor"], body["second_factor_kinds"]) == ("needed", ["sm2"])
    question = other.post(f"{KEYS}/question")[1]["questions"]["sm2"]
    assert "https://10.1.2.3" in question["message"]
    said = {"id": question["ids"][0], "signature": getattr(token, how)(question["message"])}
    status, body = other.post(f"{KEYS}/answer", kind="sm2", credential=said)
    assert (status, body["second_factor"]) == (200, "enrolled")
    assert other.is_in()


def test_8_1_4_1_d_a_signature_over_another_text_or_by_another_key_proves_nothing(
    officer: User,
) -> None:
    person, token = Person(officer), Token()
    person.sign_in()
    status, body = registered(person, token, text="anything else")
    assert (status, body["code"]) == (422, keys.WRONG_KEY)
    registered(person, token)
    other = Person(officer)
    other.sign_in()
    for signer, change in ((token, "\n"), (Token(), "")):
        question = other.post(f"{KEYS}/question")[1]["questions"]["sm2"]
        signature = signer.sign(question["message"] + change)
        said = {"id": question["ids"][0], "signature": signature}
        status, body = other.post(f"{KEYS}/answer", kind="sm2", credential=said)
        assert (status, body["code"]) == (422, keys.WRONG_KEY)
    assert not other.is_in()


@pytest.mark.parametrize("point", ["", "04", "04" + "11" * 64, "02" + "11" * 32, "zz"])
def test_what_is_no_point_of_the_curve_is_not_registered(officer: User, point: str) -> None:
    person = Person(officer)
    person.sign_in()
    person.post(f"{KEYS}/offer", password=factories.PASSWORD, kind="sm2")
    said = {"public_key": point, "signature": "00" * 64}
    status, body = person.post(KEYS, kind="sm2", name="x", credential=said)
    assert (status, body["code"]) == (422, keys.WRONG_KEY)
    assert not SecurityKey.objects.exists()


def test_another_verifier_takes_the_place_of_the_software(officer: User) -> None:
    class Module:
        asked = 0

        def is_point(self, public_key: bytes) -> bool:
            return len(public_key) == sm2.POINT_BYTES

        def verify(self, public_key: bytes, message: bytes, r: int, s: int) -> bool:
            self.asked += 1
            return False

    module = Module()
    before = sm2.use(module)
    try:
        person = Person(officer)
        person.sign_in()
        assert registered(person, Token())[1]["code"] == keys.WRONG_KEY
    finally:
        sm2.use(before)
    assert module.asked == 1


def test_sm2_is_off_unless_it_is_set(officer: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANLAN_SM2_KEYS")
    config.cache_clear()
    person = Person(officer)
    person.sign_in()
    status, body = person.post(f"{KEYS}/offer", password=factories.PASSWORD, kind="sm2")
    assert (status, body["code"]) == (409, "people.key_kind_off")
