"""A REST service to the outbox: three ways of paging, once each, patient, bounded, and true to its origin."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from anlan.adapters.rest_pull.service import Service
from anlan.adapters.rest_pull.settings import Rest
from anlan.app.collecting.letters import pieces
from anlan.app.collecting.outbox_thread import OutboxThread
from anlan.app.collecting.pull_progress import mark_of
from anlan.app.collecting.pulling import Pulling
from anlan.app.collecting.state import Told
from anlan.kernel.base.clock import now
from anlan.kernel.sensing.pulled import AwayError
from anlan.kernel.sensing.sample import Sample
from tests.adapters.rest_pull.service import Above, above
from tests.app.collecting.exchange import outbox_in, values_in
from tests.app.collecting.waiting import ended, until

SAID: dict[str, Any] = {
    "name": "above", "url": "https://h/readings", "rows": "data.items", "tag_column": "point", "time": "time",
    "value": "value.number", "watermark": "updated", "key": ["id"], "since_parameter": "since", "paging": "number",
    "tag": {"P": "T101.LI"}, "overlap_s": 10,
}  # fmt: skip


@pytest.fixture
def service() -> Iterator[Above]:
    with above() as said:
        yield said


@pytest.fixture
def thread(tmp_path: Path) -> Iterator[OutboxThread]:
    made = OutboxThread(outbox_in(tmp_path))
    yield made
    made.close()


def pulling(service: Above, thread: OutboxThread, **more: Any) -> Pulling:
    style = {"url": service.url, "paging": service.style}
    said = msgspec.convert(SAID | style | more, Rest)
    state = Told("above", "rest")
    return Pulling(Service(said, Path(), "let me in"), said, 1.0, thread, state)


def row(number: int, second: int | None = None) -> dict[str, Any]:
    at = f"2026-11-30T08:00:{number if second is None else second:02}+08:00"
    return {"id": number, "point": "P", "time": at, "value": {"number": number}, "updated": at}


@pytest.mark.parametrize("style", ["number", "cursor", "link"])
async def test_all_pages_come_once_and_then_only_what_is_new(
    service: Above, thread: OutboxThread, style: str
) -> None:
    service.style, service.rows = style, [row(n) for n in range(5)]
    work = pulling(service, thread)
    await work.round()
    assert "since" not in service.asked[0][0]
    service.rows += [row(20), row(21, 2)]  # one new, one late
    await work.round()
    assert service.asked[-1][0]["since"] == "2026-11-30T07:59:54+08:00"
    assert service.asked[-1][1]["Authorization"] == "Bearer let me in"
    assert values_in(thread.outbox) == [0, 1, 2, 3, 4, 20, 21]
    assert work.state.skew_s is not None
    assert abs(work.state.skew_s) < 5
    await work.source.close()


async def test_a_round_that_breaks_off_moves_no_place_where_the_newest_comes_first(
    service: Above, thread: OutboxThread
) -> None:
    service.style, service.rows = "cursor", [row(n) for n in (50, 40, 1, 0)]
    work = pulling(service, thread)
    pages = work.source.pages

    async def first_only(since: Any, most: int | None = None) -> Any:
        async for page in pages(since, most):
            yield page
            raise AwayError("cut")

    work.source.pages = first_only  # type: ignore[method-assign]
    with pytest.raises(AwayError):
        await work.round()
    work.source.pages = pages  # type: ignore[method-assign]
    await work.round()
    assert values_in(thread.outbox) == [50, 40, 1, 0]
    await work.source.close()


@pytest.mark.parametrize(
    ("refusal", "why", "patience_s"),
    [
        ((429, {"Retry-After": "120"}, b""), "429", 120.0),
        ((503, {"Retry-After": "Thu, 01 Jan 1970 00:00:00 GMT"}, b""), "503", 0.0),
        ((302, {"Location": "http://127.0.0.2:1/"}, b""), "302", 0.0),
        ((200, {}, b"<html>"), "JSON", 0.0),
        ((200, {}, b'{"data": {}}'), "nothing like a list", 0.0),
        ((200, {}, b" " * 1_100_000), "more than 1 MB", 0.0),
        ((200, {}, b'{"data": {"items": [{"id": 1}]}}'), "is no time", 0.0),
    ],
)
async def test_what_is_no_answer_ends_the_round(
    service: Above,
    thread: OutboxThread,
    refusal: tuple[int, dict[str, str], bytes],
    why: str,
    patience_s: float,
) -> None:
    service.refusal = refusal
    work = pulling(service, thread, max_mb=1)
    with pytest.raises(AwayError, match=why) as told:
        await work.round()
    assert told.value.retry_after_s == patience_s
    await work.source.close()


@pytest.mark.parametrize("updated", [None, "never"])
async def test_a_row_that_does_not_tell_its_place_stops_nothing(
    service: Above, thread: OutboxThread, updated: str | None
) -> None:
    service.rows = [row(n) for n in range(6)]
    for number in (0, 4, 5):  # the first of a page, and a whole page
        service.rows[number]["updated"] = updated
    work = pulling(service, thread)
    await work.round()
    assert values_in(thread.outbox) == [0, 1, 2, 3, 4, 5]
    assert mark_of(thread.outbox.db, "above") == row(3)["updated"]
    await work.source.close()


async def test_rows_without_their_key_are_refused_once_and_hide_no_other(
    service: Above, thread: OutboxThread
) -> None:
    service.rows = [row(0), row(1) | {"id": None}, row(2) | {"id": None}, row(3)]
    work = pulling(service, thread)
    for _ in range(2):
        await work.round()
    assert values_in(thread.outbox) == [0, 3]
    counts = work.state.counts
    assert (counts["rows_refused"], counts["rows_changed"], counts["rows_gone"]) == (2, 0, 0)
    assert [one.reason for one in pieces(thread.outbox.file)] == ["key_missing"] * 2
    await work.source.close()


async def test_a_collector_begun_anew_takes_nothing_twice_of_a_service_whose_clock_is_ahead(
    service: Above, thread: OutboxThread
) -> None:
    ahead = now() + timedelta(minutes=30)
    service.clock = format_datetime(ahead, usegmt=True)
    at = [f"{ahead - timedelta(seconds=back):%Y-%m-%dT%H:%M:%SZ}" for back in (1_200, 600, 5, 1)]
    service.rows = [row(n) | {"updated": updated} for n, updated in enumerate(at)]
    for _ in range(3):
        work = pulling(service, thread)  # one that does not know its clock yet
        await work.round()
        await work.source.close()
    service.rows.append(row(9) | {"updated": at[-1]})
    work = pulling(service, thread)
    await work.round()
    assert values_in(thread.outbox) == [0, 1, 2, 3, 9]
    await work.source.close()


@pytest.mark.parametrize("at", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00+08:00"])
async def test_a_time_at_the_end_of_all_times_is_refused_and_stops_nothing(
    service: Above, thread: OutboxThread, at: str
) -> None:
    service.rows = [row(0) | {"time": at, "updated": at}]
    work = pulling(service, thread)
    await work.round()
    service.rows.append(row(1) | {"updated": f"{now():%Y-%m-%dT%H:%M:%SZ}"})
    await work.round()
    assert values_in(thread.outbox) == [1]
    assert work.state.counts["rows_refused"] == 1
    assert "time_bad" in work.state.last_error
    await work.source.close()


@pytest.mark.parametrize("ordered", [False, True])
async def test_a_backlog_leaves_room_for_what_cannot_wait_and_moves_on_where_it_is_ordered(
    service: Above,
    thread: OutboxThread,
    ordered: bool,  # noqa: FBT001 - of the test
) -> None:
    outbox = thread.outbox
    outbox.limit_bytes = outbox.used_bytes + 400_000
    service.size = 200
    service.rows = [row(n, n // 200) | {"id": "x" * 60 + str(n)} for n in range(4_000)]
    work = pulling(service, thread, ordered=ordered, overlap_s=1)
    assert await work._tried() == (None if ordered else 0.0)
    assert outbox.used_bytes < 0.9 * outbox.limit_bytes
    assert outbox.keep("live", [Sample("GT", 0, 1.0)])
    assert ("set start" in work.state.last_error) is not ordered
    await work.source.close()


async def test_who_asks_for_patience_is_not_asked_before(
    service: Above, thread: OutboxThread
) -> None:
    service.refusal = (503, {"Retry-After": "2"}, b"")
    work = pulling(service, thread)
    work.backoff.first_s = 0.01
    running = asyncio.create_task(work.run())
    await until(lambda: service.asked)
    began = asyncio.get_running_loop().time()
    await until(lambda: len(service.asked) == 2)
    assert asyncio.get_running_loop().time() - began > 1.5
    await ended(running)


async def test_no_proxy_is_taken_from_the_environment(
    service: Above, thread: OutboxThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    service.rows = [row(1)]
    work = pulling(service, thread)
    await work.round()
    assert values_in(thread.outbox) == [1]
    await work.source.close()


async def test_a_link_to_another_origin_is_not_followed(
    service: Above, thread: OutboxThread
) -> None:
    body = {"data": {"items": [row(1)]}, "next": "http://127.0.0.2:9/readings"}
    service.style, service.refusal = "link", (200, {}, msgspec.json.encode(body))
    work = pulling(service, thread)
    with pytest.raises(AwayError, match="another origin"):
        await work.round()
    assert len(service.asked) == 1
    await work.source.close()


async def test_a_service_that_is_not_there_is_away(thread: OutboxThread) -> None:
    work = pulling(Above(url="http://127.0.0.1:9/"), thread, timeout_s=2)
    with pytest.raises(AwayError):
        await work.round()
    await work.source.close()


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "http://province.example/"}, {"url": "https://u:p@h/"}, {"url": "ftp://h/"},
        {"header": {"authorization": "x"}}, {"rows": "a..b"}, {"paging": "guess"},
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused(wrong: dict[str, Any]) -> None:
    assert msgspec.convert(SAID, Rest).name == "above"
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(SAID | wrong, Rest)
