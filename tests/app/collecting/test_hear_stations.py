"""From a station's bytes to the outbox: who may speak, what is new, what is answered."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from anlan.adapters.hj212.frames import Broken, FrameReader
from anlan.adapters.hj212.segment import segment_of, text_of
from anlan.adapters.hj212.settings import Station
from anlan.adapters.mqtt.decode import to_batch
from anlan.app.collecting.message import composed
from anlan.app.collecting.outbox import Outbox
from anlan.app.collecting.outbox_thread import OutboxThread
from anlan.app.collecting.state import Told
from anlan.app.collecting.stations import StationDesk
from anlan.kernel.base.clock import now
from tests.adapters.hj212.frames import INTERVAL, UPLOAD, segment

MN = "360982000000000000000001"
AT_MS = int(datetime(2026, 8, 1, 2, tzinfo=UTC).timestamp() * 1000)
STATION = Station(
    mn=MN,
    password_file="pw",
    real_time={"a21026-Rtd": "SO2", "a01012-Rtd": "TEMP"},
    minutes={"a21026-Avg": "SO2.MIN"},
)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[StationDesk]:
    thread = OutboxThread(
        Outbox(
            tmp_path / "o.sqlite", lambda seq, some, held: composed("G1", seq, some, held), 1024**2
        )
    )
    yield StationDesk("smoke", {MN: (STATION, b"123456")}, thread, Told("smoke", "hj212"))
    thread.close()


def said(
    text: str, *, command: int = 2011, qn: str = "20260801100000123", flag: int = 5, head: str = ""
) -> bytes:
    return (
        f"QN={qn};ST=31;CN={command};PW=123456;MN={MN};Flag={flag};{head}"
        f"CP=&&DataTime=20260801100000;{text}&&"
    ).encode()


def kept(desk: StationDesk) -> list[tuple[str, int, float, int]]:
    """Return what the outbox would send next, and forget it."""
    outgoing = desk.thread.outbox.following()
    if outgoing is None:
        return []
    desk.thread.outbox.following(done=outgoing.seq)
    batch = to_batch(outgoing.body)
    columns = zip(batch.tag_at, batch.times_ms, batch.values, batch.quality, strict=True)
    return [(batch.tags[at], int(t), float(v), int(q)) for at, t, v, q in columns]


def broken(desk: StationDesk) -> list[str]:
    return [
        row[0] for row in desk.thread.outbox.db.execute("SELECT reason FROM broken ORDER BY id")
    ]


def answer(given: bytes | None) -> tuple[int, dict[str, str]]:
    assert given is not None
    [data] = FrameReader().feed(given)
    assert isinstance(data, bytes)
    found = segment_of(data)
    return found.command, found.groups[0] if found.groups else {}


async def test_the_worked_upload_is_kept_and_then_acknowledged(desk: StationDesk) -> None:
    given = await desk.took(segment(UPLOAD), "peer")
    assert answer(given) == (9014, {})
    assert kept(desk) == [("SO2", AT_MS, 12.3, 192), ("TEMP", AT_MS, 25.6, 192)]
    assert desk.state.readings == 2


async def test_the_worked_request_is_not_for_us(desk: StationDesk) -> None:
    assert answer(await desk.took(segment(INTERVAL), "peer")) == (9011, {"QnRtn": "4"})
    assert "not registered" in broken(desk)[0]


async def test_sent_again_it_is_acknowledged_again_and_kept_once(desk: StationDesk) -> None:
    for _ in range(3):
        assert answer(await desk.took(segment(UPLOAD), "peer")) == (9014, {})
    assert len(kept(desk)) == 2
    assert desk.state.counts["repeated"] == 2


async def test_another_content_under_the_same_qn_is_not_taken_for_a_repeat(
    desk: StationDesk,
) -> None:
    await desk.took(said("a21026-Rtd=1"), "peer")
    await desk.took(said("a21026-Avg=2", command=2051), "peer")
    await desk.took(said("a21026-Rtd=3"), "peer")
    assert [(tag, value) for tag, _, value, _ in kept(desk)] == [
        ("SO2", 1.0),
        ("SO2.MIN", 2.0),
        ("SO2", 3.0),
    ]


@pytest.mark.parametrize(
    ("flag", "quality"),
    [("N", 192), ("M", 64), ("C", 64), ("S", 64), ("T", 64), ("D", 0), ("F", 0), ("B", 0)],
)
async def test_a_flag_becomes_a_quality(desk: StationDesk, flag: str, quality: int) -> None:
    await desk.took(said(f"a21026-Rtd=1,a21026-Flag={flag}"), "peer")
    assert kept(desk)[0][3] == quality


@pytest.mark.parametrize(
    ("change", "code"), [((b"PW=123456", b"PW=999999"), 3), ((MN.encode(), b"OTHER"), 4), ((b"2011", b"1234"), 8)]
)  # fmt: skip
async def test_who_may_not_speak_is_told_by_the_standards_code(
    desk: StationDesk, change: tuple[bytes, bytes], code: int
) -> None:
    given = await desk.took(said("a21026-Rtd=1").replace(*change), "peer")
    assert answer(given) == (9011, {"QnRtn": str(code)})
    assert kept(desk) == []
    assert len(broken(desk)) == 1
    assert "999999" not in desk.state.last_error


async def test_no_answer_where_none_is_asked_for(desk: StationDesk) -> None:
    assert await desk.took(said("a21026-Rtd=1", flag=4), "peer") is None
    assert len(kept(desk)) == 1


async def test_a_notice_is_told_that_it_was_heard(desk: StationDesk) -> None:
    given = await desk.took(said("PolId=w01018", command=1013), "peer")
    assert answer(given) == (9013, {})


async def test_packets_are_acknowledged_one_by_one_and_make_one_upload(desk: StationDesk) -> None:
    one = said("a21026-Rtd=1", flag=7, head="PNUM=2;PNO=1;")
    two = said("a01012-Rtd=2", flag=7, head="PNUM=2;PNO=2;")
    assert answer(await desk.took(two, "peer")) == (9014, {})
    assert kept(desk) == []
    assert answer(await desk.took(one, "peer")) == (9014, {})
    assert [(tag, value) for tag, _, value, _ in kept(desk)] == [("SO2", 1.0), ("TEMP", 2.0)]
    # the last answer was lost
    assert answer(await desk.took(one, "peer")) == (9014, {})
    assert kept(desk) == []
    assert desk.thread.outbox.db.execute("SELECT count(*) FROM part").fetchone() == (0,)


@pytest.mark.parametrize("first", [1, 2])
async def test_packets_of_two_uploads_under_one_number_are_never_mixed(
    desk: StationDesk, first: int
) -> None:
    def packet(part: int, value: int) -> bytes:
        return said(f"a{part}-Rtd={value}", flag=7, head=f"PNUM=3;PNO={part};")

    tags = {f"a{part}-Rtd": f"GT{part}" for part in (1, 2, 3)}
    desk.stations = {MN: (Station(mn=MN, password_file="pw", real_time=tags), b"123456")}
    for part in (2, 3):
        await desk.took(packet(part, 10), "peer")
    if first == 1:
        desk.thread.outbox.db.execute("UPDATE part SET at_ms = at_ms - 61000")
    for part in (first, 3 - first, 3):
        assert answer(await desk.took(packet(part, 11), "peer")) == (9014, {})
    assert [(tag, value) for tag, _, value, _ in kept(desk)] == [
        ("GT1", 11.0), ("GT2", 11.0), ("GT3", 11.0),
    ]  # fmt: skip
    assert broken(desk) == ["incomplete", "incomplete"]


async def test_packets_that_disagree_are_refused_and_do_not_stand_in_the_way(
    desk: StationDesk,
) -> None:
    await desk.took(said("a21026-Rtd=1", flag=7, head="PNUM=2;PNO=1;"), "peer")
    given = await desk.took(said("a01012-Rtd=2", flag=7, head="PNUM=3;PNO=2;"), "peer")
    assert answer(given) == (9011, {"QnRtn": "6"})
    for at, text in ((1, "a21026-Rtd=1"), (2, "a01012-Rtd=2")):
        await desk.took(said(text, flag=7, head=f"PNUM=2;PNO={at};"), "peer")
    assert len(kept(desk)) == 2


async def test_without_room_there_is_no_acknowledgement(desk: StationDesk) -> None:
    desk.thread.outbox.limit_bytes = 0
    assert await desk.took(segment(UPLOAD), "peer") is None
    assert desk.state.counts["refused_full"] == 1
    desk.thread.outbox.limit_bytes = 1024**2
    assert answer(await desk.took(segment(UPLOAD), "peer")) == (9014, {})
    assert len(kept(desk)) == 2


async def test_what_is_no_tag_is_counted_and_what_is_no_number_is_set_aside(
    desk: StationDesk,
) -> None:
    given = await desk.took(said("a99999-Rtd=1;a21026-Rtd=x;a01012-Rtd=2"), "peer")
    assert answer(given) == (9014, {})
    assert [tag for tag, *_ in kept(desk)] == ["TEMP"]
    assert desk.state.counts["unmapped"] == 1
    assert len(broken(desk)) == 1


async def test_what_stops_being_a_number_is_said_as_bad_with_its_last_value(
    desk: StationDesk,
) -> None:
    await desk.took(said("a21026-Rtd=7.5"), "peer")
    await desk.took(said("a21026-Rtd=,a21026-Flag=D;a01012-Rtd=1"), "peer")
    assert [(tag, value, quality) for tag, _, value, quality in kept(desk)] == [
        ("SO2", 7.5, 192),
        ("TEMP", 1.0, 192),
        ("SO2", 7.5, 0),
    ]


async def test_a_value_with_an_unknown_flag_is_judged_and_the_flag_is_named(
    desk: StationDesk,
) -> None:
    await desk.took(said("a21026-Rtd=7.5"), "peer")
    await desk.took(said("a21026-Rtd=80,a21026-Flag=P"), "peer")
    assert [(value, quality) for _, _, value, quality in kept(desk)] == [(7.5, 192), (80.0, 64)]
    assert desk.state.counts["flags_unknown"] == 1
    assert "a21026-Rtd with the unknown flag 'P'" in desk.state.last_error


@pytest.mark.parametrize("flag", ["D", "F", "B"])
async def test_what_stays_bad_is_said_once_and_again_after_it_was_good(
    desk: StationDesk, flag: str
) -> None:
    for number, said_flag in enumerate([flag, flag, flag, "N", flag, flag]):
        upload = said(f"a21026-Rtd=80,a21026-Flag={said_flag}", qn=f"2026080110000{number}123")
        assert answer(await desk.took(upload, "peer")) == (9014, {})
    assert [quality for *_, quality in kept(desk)] == [0, 192, 0]


async def test_a_bad_value_that_found_no_room_is_kept_when_it_is_sent_again(
    desk: StationDesk,
) -> None:
    upload = said("a21026-Rtd=80,a21026-Flag=B")
    limit, desk.thread.outbox.limit_bytes = desk.thread.outbox.limit_bytes, 0
    assert await desk.took(upload, "peer") is None
    desk.thread.outbox.limit_bytes = limit
    await desk.took(upload, "peer")
    assert [quality for *_, quality in kept(desk)] == [0]


async def test_broken_bytes_are_kept_with_their_reason(desk: StationDesk) -> None:
    await desk.broken(Broken(b"##0001x", "length"), "10.1.1.1:5")
    rows = desk.thread.outbox.db.execute("SELECT source, peer, reason, raw FROM broken").fetchall()
    assert rows == [("smoke", "10.1.1.1:5", "length", b"##0001x")]
    assert await desk.took(b"no segment", "peer") is None


async def test_the_clock_of_a_station_is_measured_by_its_quickest_message(
    desk: StationDesk,
) -> None:
    for delay_s, qn_s in ((0, 30), (3_600, 30), (5, 30)):
        sent = now() + timedelta(seconds=qn_s - delay_s)
        await desk.took(said("a21026-Rtd=1", qn=text_of(sent, with_ms=True)), "peer")
    assert desk.state.skew_s == pytest.approx(30.0, abs=2.0)
