"""From the outbox through the real HTTP door: in order, once each, patient, nothing dropped in silence."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import httpx
import pytest

from anlan.app.collecting.backoff import Backoff
from anlan.app.collecting.message import composed
from anlan.app.collecting.outbox import Outbox
from anlan.app.collecting.outbox_tables import looked_at
from anlan.app.collecting.outbox_thread import OutboxThread
from anlan.app.collecting.sender import Sender, client_for
from anlan.app.collecting.state import Told
from anlan.kernel.base.clock import now_ms
from anlan.kernel.sensing.sample import Sample
from tests.app.collecting.certificate import certificate
from tests.app.collecting.door import KEY, open_platform, platform_of
from tests.app.collecting.waiting import until

MINUTE_MS = 60_000


@asynccontextmanager
async def sending(
    folder: Path, url: str, *, key: bytes = KEY, client: httpx.AsyncClient | None = None
) -> AsyncIterator[Sender]:
    """Give a sender at work."""
    outbox = Outbox(
        folder / "o.sqlite", lambda seq, some, held: composed("G1", seq, some, held), 64 * 1024**2
    )
    thread = OutboxThread(outbox)
    told = Told("door", "door")
    made = Sender(
        thread, client or client_for(), url, "F1.G1", key, told, Backoff(first_s=0.01, most_s=0.05)
    )
    work = asyncio.create_task(made.run())
    try:
        yield made
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
        await made.client.aclose()
        thread.close()


def waiting(sender: Sender) -> int:
    asked = "SELECT (SELECT count(*) FROM entry) + (SELECT count(*) FROM message)"
    with closing(looked_at(sender.thread.outbox.file)) as db:
        [found] = db.execute(asked).fetchone()
    return int(found)


async def test_what_is_kept_reaches_the_log_and_leaves_the_outbox(tmp_path: Path) -> None:
    at_ms = now_ms()
    async with open_platform(["A", "B"]) as platform, sending(tmp_path, platform.url) as sender:
        await sender.thread.keep("s", [Sample("B", at_ms, 1.5, 64), Sample("A", at_ms, 2.5)])
        assert await platform.has(2) == [("B", at_ms, 1.5, 64), ("A", at_ms, 2.5, 192)]
        await until(lambda: not waiting(sender))
        assert sender.state.is_connected


async def test_an_hour_of_cut_comes_in_order_and_is_told_late_and_announced(tmp_path: Path) -> None:
    platform, now = platform_of(["A"]), now_ms()
    times = [now - 60 * MINUTE_MS + at * 10_000 for at in range(360)]
    async with sending(tmp_path, platform.url) as sender:
        outbox = sender.thread.outbox

        def keep_each_in_its_time() -> None:
            with outbox.transaction():
                for at_ms in times:
                    outbox.add("s", [Sample("A", at_ms, float(at_ms % 1000))])
                    kept = "UPDATE entry SET kept_ms = ? WHERE id = last_insert_rowid()"
                    outbox.db.execute(kept, (at_ms,))

        await sender.thread.do(keep_each_in_its_time)
        sender.thread.filled.set()
        await until(lambda: sender.state.counts["errors"] > 2)
        assert not sender.state.is_connected
        await platform.open()
        try:
            found = await platform.has(len(times))
            assert [one.at_ms for one in found] == times
            sequence = [batch.seq for batch in platform.log.batches]
            assert sequence == sorted(set(sequence))
            health = platform.health
            assert health.readings["out_of_order"] == 0
            late = sum(at_ms < now - 5 * MINUTE_MS for at_ms in times)
            assert abs(health.readings["late_announced"] - late) <= 1
            assert health.readings["late_unannounced"] == 0
            assert health.backfills
        finally:
            await platform.close()


async def test_a_full_platform_is_waited_for(tmp_path: Path) -> None:
    async with open_platform(["A"]) as platform:
        platform.log.is_refusing = True
        async with sending(tmp_path, platform.url) as sender:
            await sender.thread.keep("s", [Sample("A", now_ms(), 1.0)])
            await until(lambda: "503" in sender.state.last_error)
            platform.log.is_refusing = False
            await platform.has(1)


async def test_an_answer_that_was_lost_makes_a_repeat_and_no_second_reading(tmp_path: Path) -> None:
    async with open_platform(["A"]) as platform:
        lost = Losing(httpx.AsyncHTTPTransport())
        client = httpx.AsyncClient(transport=lost)
        async with sending(tmp_path, platform.url, client=client) as sender:
            await sender.thread.keep("s", [Sample("A", now_ms(), 1.0)])
            await until(lambda: sender.state.counts["repeated"])
            await until(lambda: not waiting(sender))
        assert len(platform.read()) == 1


class Losing(httpx.AsyncBaseTransport):
    """A line that breaks behind the first request, before its answer."""

    def __init__(self, real: httpx.AsyncHTTPTransport) -> None:
        self.real, self.asked = real, 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self.real.handle_async_request(request)
        self.asked += 1
        if self.asked == 1:
            await answer.aread()
            await answer.aclose()
            raise httpx.ReadError("the line broke", request=request)
        return answer


async def test_a_wrong_key_holds_everything_back_and_loses_nothing(tmp_path: Path) -> None:
    async with open_platform(["A"]) as platform:
        async with sending(tmp_path, platform.url, key=bytes(32)) as sender:
            await sender.thread.keep("s", [Sample("A", now_ms(), 1.0)])
            await until(lambda: "401" in sender.state.last_error)
            assert (waiting(sender), sender.state.counts["dead_letters"]) == (1, 0)
        async with sending(tmp_path, platform.url):
            await platform.has(1)


async def test_an_outbox_laid_back_from_a_backup_costs_one_dead_letter(tmp_path: Path) -> None:
    async def told(sender: Sender, value: float) -> None:
        await sender.thread.keep("s", [Sample("A", now_ms(), value)])
        await until(lambda: not waiting(sender))

    async with open_platform(["A"]) as platform:
        async with sending(tmp_path, platform.url) as sender:
            for value in (1.0, 2.0, 3.0):
                await told(sender, value)
            sender.thread.outbox.db.execute("UPDATE counter SET value = value - 3")
            await told(sender, 4.0)
            assert sender.state.counts["dead_letters"] == 1
            await told(sender, 5.0)
            await told(sender, 6.0)
        assert [one.value for one in platform.read()] == [1.0, 2.0, 3.0, 5.0, 6.0]
        with closing(looked_at(tmp_path / "o.sqlite")) as db:
            [(status, reason)] = db.execute("SELECT status, reason FROM dead").fetchall()
        assert (status, reason.split()[0]) == (409, "sensing.altered")


async def test_rows_that_the_platform_refuses_are_told(tmp_path: Path) -> None:
    async with open_platform(["A"]) as platform, sending(tmp_path, platform.url) as sender:
        await sender.thread.keep("s", [Sample("A", now_ms(), 1.0), Sample("X", now_ms(), 1.0)])
        await platform.has(1)
        await until(lambda: sender.state.counts["refused_rows"])
        assert sender.state.counts["refused_rows"] == 1
        assert "tag_unknown" in sender.state.last_error


@pytest.mark.parametrize(
    ("status", "is_kept"), [(202, True), (404, True), (408, True), (500, True), (413, False)]
)
async def test_what_may_be_mended_is_kept_and_what_may_not_is_set_aside(
    tmp_path: Path, status: int, *, is_kept: bool
) -> None:
    client = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(status)))
    async with sending(tmp_path, "http://127.0.0.1/", client=client) as sender:
        await sender.thread.keep("s", [Sample("A", now_ms(), 1.0)])
        await until(lambda: sender.state.last_error)
        assert bool(waiting(sender)) is is_kept
        assert bool(sender.state.counts["dead_letters"]) is not is_kept


async def test_over_https_the_platform_is_known_by_whom_it_is_trusted(tmp_path: Path) -> None:
    certificate(tmp_path)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    server = await asyncio.start_server(_take_all, "127.0.0.1", 0, ssl=tls)
    url = f"https://localhost:{server.sockets[0].getsockname()[1]}/"
    async with server:
        async with sending(tmp_path, url, client=client_for()) as sender:
            await sender.thread.keep("s", [Sample("A", now_ms(), 1.0)])
            await until(lambda: "CERTIFICATE_VERIFY_FAILED" in sender.state.last_error)
            assert waiting(sender) == 1
        trusting = client_for(str(tmp_path / "cert.pem"))
        async with sending(tmp_path, url, client=trusting) as sender:
            await until(lambda: sender.state.readings)


async def _take_all(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer every message as the door does."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
    await reader.readexactly(length)
    body = b'{"accepted":1,"refused":[],"refused_count":0,"repeated":false}'
    writer.write(
        b"HTTP/1.1 202 Accepted\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s"
        % (len(body), body)
    )
    await writer.drain()
    writer.close()
