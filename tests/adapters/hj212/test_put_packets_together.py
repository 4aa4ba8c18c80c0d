"""A message in several packets."""

import pytest

from anlan.adapters.hj212.packets import name_of, put_together
from anlan.adapters.hj212.quality import QUALITY
from anlan.adapters.hj212.segment import SegmentError, segment_of
from anlan.adapters.hj212.values import FLAGS, UNKNOWN, upload_of

HEAD = "QN=20260801100000123;ST=31;CN=2011;PW=123456;MN=M1;Flag=7;PNUM={};PNO={};CP=&&{}&&"
TIME = "DataTime=20260801100000"


def packet(parts: int, part: int, said: str) -> bytes:
    return HEAD.format(parts, part, said).encode()


def test_a_message_is_whole_when_every_packet_is_there() -> None:
    one, two = packet(2, 1, f"{TIME};a-Rtd=1"), packet(2, 2, "b-Rtd=2")
    assert put_together([one]) is None
    assert put_together([two]) is None
    whole = put_together([one, two])
    assert whole is not None
    assert [(v.factor, v.value) for v in upload_of(whole).values] == [("a", 1.0), ("b", 2.0)]
    assert (whole.parts, whole.part) == (1, 1)


def test_the_time_of_the_data_may_stand_in_each_packet() -> None:
    whole = put_together([packet(2, 1, f"{TIME};a-Rtd=1"), packet(2, 2, f"{TIME};b-Rtd=2")])
    assert whole is not None
    assert len(upload_of(whole).values) == 2


def test_packets_that_disagree_are_no_message() -> None:
    with pytest.raises(SegmentError, match="PNUM"):
        put_together([packet(2, 1, TIME), packet(3, 2, "a-Rtd=1")])


def test_packets_of_one_message_share_a_name() -> None:
    names = {name_of(segment_of(packet(2, at, TIME))) for at in (1, 2)}
    assert names == {"M1 20260801100000123 2011"}


def test_every_flag_has_a_quality_and_none_hides_a_value_that_may_be_true() -> None:
    assert QUALITY.keys() == {"", UNKNOWN, *FLAGS.values()}
    judged = {flag for flag, quality in QUALITY.items() if quality}
    assert {"maintenance", "calibration", "over_range", "by_hand", UNKNOWN} <= judged
