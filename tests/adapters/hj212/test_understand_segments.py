"""What a segment says: who, when, what was measured; what is wrong is said with the standard's own code."""

from datetime import UTC, datetime

import pytest

from anlan.adapters.hj212.answers import Returned, data_answer, notice_answer, request_answer
from anlan.adapters.hj212.frames import FrameReader
from anlan.adapters.hj212.segment import SegmentError, moment, segment_of, text_of
from anlan.adapters.hj212.values import Value, upload_of
from tests.adapters.hj212.frames import INTERVAL, UPLOAD, segment

STATION = "360982000000000000000001"


def said(**over: str) -> bytes:
    """Return an upload with other fields."""
    fields = {
        "QN": "20260801100000123",
        "ST": "31",
        "CN": "2011",
        "PW": "123456",
        "MN": STATION,
        "Flag": "5",
    } | over
    cp = fields.pop("CP", "DataTime=20260801100000;a21026-Rtd=12.3,a21026-Flag=N")
    return (
        f"{';'.join(f'{name}={one}' for name, one in fields.items() if one)};CP=&&{cp}&&".encode()
    )


def test_the_standards_own_example() -> None:
    found = segment_of(segment(INTERVAL))
    assert (found.system, found.command, found.station) == ("32", 1062, "010000A8900016F000169DC0")
    assert found.sent_at == datetime(2016, 8, 1, 0, 58, 57, 223_000, tzinfo=UTC)
    assert (found.wants_answer, found.version, found.parts, found.part) == (True, 1, 1, 1)
    assert found.groups == ({"RtdInterval": "30"},)
    assert "100000" not in repr(found)  # the password


def test_an_upload_is_values_with_their_flags() -> None:
    found = upload_of(segment_of(segment(UPLOAD)))
    assert found.at == datetime(2026, 8, 1, 2, tzinfo=UTC)
    assert found.period == "real_time"
    assert found.values == (
        Value(factor="a21026", kind="Rtd", value=12.3, flag="normal", letter="N"),
        Value(factor="a01012", kind="Rtd", value=25.6, flag="normal", letter="N"),
    )
    assert found.refused == ()


def test_a_bad_value_does_not_take_the_others_along() -> None:
    cp = "DataTime=20260801100000;a1-Avg=1,a1-Min=x,a1-Max=2,a1-Flag=D;a2-Avg=nan;a3-Avg=4,a3-Flag=Q;-Rtd=1;a4-Cou=7"
    found = upload_of(segment_of(said(CN="2061", CP=cp)))
    assert [(one.factor, one.kind, one.value, one.flag) for one in found.values] == [
        ("a1", "Avg", 1.0, "fault"), ("a1", "Max", 2.0, "fault"), ("a3", "Avg", 4.0, "unknown"), ("a4", "Cou", 7.0, "")
    ]  # fmt: skip
    assert [item for item, _ in found.refused] == ["a1-Min=x", "a2-Avg=nan", "-Rtd=1"]


@pytest.mark.parametrize(
    ("over", "code"),
    [({"ST": ""}, 5), ({"CN": ""}, 8), ({"MN": ""}, 4), ({"CN": "20x1"}, 8), ({"Flag": "five"}, 6), ({"QN": "2026"}, 7),
     ({"QN": "20261301100000123"}, 7), ({"Flag": "7", "PNUM": "2", "PNO": "3"}, 6), ({"Flag": "7", "PNUM": "2", "PNO": "0"}, 6)],
)  # fmt: skip
def test_what_is_wrong_has_the_standards_code(over: dict[str, str], code: int) -> None:
    with pytest.raises(SegmentError) as refused:
        segment_of(said(**over))
    assert refused.value.code == code


@pytest.mark.parametrize(
    "data", [b"", b"ST=31;CN=2011", b"\xff\xff\xff", b"ST=31;MN=1;CN=2011;CP=&&"]
)
def test_what_is_no_segment_is_refused(data: bytes) -> None:
    with pytest.raises(SegmentError):
        segment_of(data)


@pytest.mark.parametrize("over", [{"CN": "9014"}, {"CP": ""}, {"CP": "DataTime=2026"}])
def test_what_uploads_nothing_is_refused(over: dict[str, str]) -> None:
    with pytest.raises(SegmentError):
        upload_of(segment_of(said(**over)))


def test_packets_of_one_message() -> None:
    found = segment_of(said(Flag="7", PNUM="3", PNO="2"))
    assert (found.parts, found.part, found.version) == (3, 2, 1)


def test_names_in_chinese_are_read_in_either_encoding() -> None:
    for encoding in ("utf-8", "gb18030"):
        data = said(CP="Info=烟囱").decode().encode(encoding)
        assert segment_of(data).groups == ({"Info": "烟囱"},)


def test_times_go_there_and_back() -> None:
    when = moment("20260801100000123")
    assert when == datetime(2026, 8, 1, 2, 0, 0, 123_000, tzinfo=UTC)
    assert text_of(when, with_ms=True) == "20260801100000123"
    assert text_of(when) == "20260801100000"


def test_an_answer_is_a_frame_under_the_askers_number() -> None:
    asked = segment_of(segment(UPLOAD))
    for answer, command, groups in (
        (data_answer(asked), 9014, ()),
        (notice_answer(asked), 9013, ()),
        (request_answer(asked, Returned.WRONG_PASSWORD), 9011, ({"QnRtn": "3"},)),
    ):
        [whole] = FrameReader().feed(answer)
        assert isinstance(whole, bytes)
        found = segment_of(whole)
        assert (found.request, found.station, found.system) == (asked.request, STATION, "91")
        assert (found.command, found.groups, found.wants_answer) == (command, groups, False)
