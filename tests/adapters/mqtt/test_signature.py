"""HMAC-SHA256 at the end of a message."""

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.adapters.mqtt.signature import is_signed_by, sign, split

KEY, OTHER = b"k" * 32, b"o" * 32


def test_the_signature_is_what_the_standard_library_of_a_device_computes() -> None:
    wanted = hmac.new(KEY, b'{"v":1}', hashlib.sha256).hexdigest()
    assert sign(b'{"v":1}', KEY) == b'{"v":1}\n' + wanted.encode()


@given(body=st.binary(max_size=200))
def test_what_is_signed_is_split_and_verified(body: bytes) -> None:
    got, signature = split(sign(body, KEY))
    assert got == body
    assert is_signed_by(got, signature, [KEY])
    assert is_signed_by(got, (signature or b"").upper(), [OTHER, KEY])
    assert not is_signed_by(got, signature, [OTHER])
    assert not is_signed_by(got + b" ", signature, [KEY])
    assert not is_signed_by(got, signature, [])


@pytest.mark.parametrize(
    "payload", [b"", b"{}", b"{}\n" + b"0" * 63, b"0" * 65, b"{}\n" + b"g" * 64]
)
def test_a_payload_without_signature_is_all_body(payload: bytes) -> None:
    assert split(payload) == (payload, None)
    assert not is_signed_by(payload, None, [KEY])


def test_a_message_of_raw_bytes_may_hold_a_line_feed_anywhere() -> None:
    body = b"\x84" + b"\n" * 80
    assert split(sign(body, KEY))[0] == body
