"""Control messages and ticks on the log."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.kernel.sensing.control import (
    Control,
    ControlError,
    LimitSet,
    Retirement,
    SuppressionSet,
    decode_control,
    decode_tick,
    encode_control,
    encode_tick,
)

CHANGES: list[Control] = [
    LimitSet(
        number=7,
        condition="HH",
        limit_id="01K3Z00000000000000000000A",
        value=95.0,
        deadband=1.5,
        on_delay_ms=2_000,
        off_delay_ms=0,
        silence_ms=0,
        version=3,
    ),
    LimitSet(
        number=7,
        condition="range",
        limit_id=None,
        value=95.0,
        deadband=0.0,
        on_delay_ms=0,
        off_delay_ms=0,
        silence_ms=0,
        version=4,
        low=-5.0,
        window_ms=60_000,
    ),
    Retirement(number=7, version=4),
    Retirement(number=7, version=5, retired=False),
    SuppressionSet(number=7, suppression_id=None, starts_ms=1, ends_ms=2, version=5),
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: type(change).__name__)
def test_a_change_comes_back_whole(change: Control) -> None:
    assert decode_control(encode_control(change)) == change


@pytest.mark.parametrize(
    ("change", "kind"),
    list(zip(CHANGES, ["limits", "limits", "retire", "retire", "suppress"], strict=True)),
)
def test_kind_and_version_stand_outside(change: Control, kind: str) -> None:
    wire = msgspec.msgpack.decode(encode_control(change))
    assert (wire["v"], wire["kind"], wire["version"]) == (1, kind, change.version)
    assert wire["data"]["number"] == 7


def test_a_condition_that_is_not_known_is_refused() -> None:
    wire = msgspec.msgpack.decode(encode_control(CHANGES[0]))
    wire["data"]["condition"] = "HHH"
    with pytest.raises(ControlError, match="condition"):
        decode_control(msgspec.msgpack.encode(wire))


def test_a_kind_of_a_later_version_is_refused_by_name() -> None:
    with pytest.raises(ControlError, match="'calibrate'"):
        decode_control(
            msgspec.msgpack.encode({"v": 1, "kind": "calibrate", "version": 1, "data": {}})
        )


@given(at=st.integers(0, 2**62))
def test_a_tick_says_when(at: int) -> None:
    assert decode_tick(encode_tick(at)) == at


@given(payload=st.binary(max_size=100))
def test_any_bytes_are_understood_or_refused(payload: bytes) -> None:
    for read in (decode_control, decode_tick):
        try:
            read(payload)
        except ControlError:
            continue
