"""The relay: nothing committed is lost, nothing is told twice or out of order (finding 5)."""

import asyncio
import json
import random
import threading
import time
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from nats.aio.client import Client

from anlan.app import relay
from anlan.kernel.base import bus
from anlan.kernel.base.config import Config
from tests.journal_rows import Row, write

Dsn = Callable[[str], str]
Writer = psycopg.Connection[Any]


async def stored(client: Client) -> list[tuple[int, str]]:
    """Return (position, id) of everything in EVENTS, in the stream's order."""
    js = client.jetstream()
    state = (await js.stream_info(bus.EVENTS)).state
    found = []
    for sequence in range(state.first_seq, state.last_seq + 1):
        message = await js.get_msg(bus.EVENTS, seq=sequence)
        event = json.loads(message.data or b"")
        found.append((event["position"], event["id"]))
    return found


def sealed(journal_dsn: Dsn) -> list[tuple[int, str]]:
    """Return (position, id) of what is sealed, in position order."""
    with psycopg.connect(journal_dsn("anlan_relay")) as connection:
        return connection.execute(
            "SELECT s.position, j.ulid FROM base_sealed s JOIN base_journal j ON j.id = s.journal_id"
            " ORDER BY s.position"
        ).fetchall()


async def run_until_drained(settings: Config) -> None:
    """Run a relay that is told to stop at once: it must first seal and publish what there is."""
    client = await bus.connect(settings, "test")
    stop = asyncio.Event()
    task = asyncio.create_task(relay.relay_journal(settings, client, stop))
    await asyncio.sleep(0.1)
    stop.set()
    await task
    await client.close()


def import_beside(journal_dsn: Dsn, running: threading.Event) -> None:
    """Hold one transaction open as long as the others write, with rows at both ends."""
    with psycopg.connect(
        journal_dsn("anlan_engine"), options="-c anlan.actor=system:test"
    ) as connection:
        write(connection, Row(type="places.division.loaded"))
        running.wait(20)
        write(connection, Row(type="places.settlement.loaded"))


def write_slowly(journal_dsn: Dsn, seed: int, count: int) -> None:
    """Commit rows after random delays, so that ids commit out of order; some roll back."""
    dice = random.Random(seed)  # noqa: S311
    with psycopg.connect(
        journal_dsn("anlan_engine"), options="-c anlan.actor=system:test"
    ) as connection:
        for _ in range(count):
            for _ in range(dice.randint(1, 3)):
                write(connection, Row(change={"seed": [None, seed]}))
            time.sleep(dice.random() * 0.02)
            connection.rollback() if dice.random() < 0.1 else connection.commit()


async def test_eight_writers_and_a_long_import_lose_nothing(
    settings_of_run: Config, journal_dsn: Dsn
) -> None:
    client = await bus.connect(settings_of_run, "test")
    stop, ended = asyncio.Event(), threading.Event()
    task = asyncio.create_task(relay.relay_journal(settings_of_run, client, stop))
    long_import = asyncio.create_task(asyncio.to_thread(import_beside, journal_dsn, ended))
    await asyncio.gather(
        *(asyncio.to_thread(write_slowly, journal_dsn, seed, 60) for seed in range(8))
    )
    ended.set()
    await long_import
    stop.set()
    await task

    told = await stored(client)
    with psycopg.connect(journal_dsn("anlan_relay")) as connection:
        committed = {row[0] for row in connection.execute("SELECT ulid FROM base_journal")}
    assert len(committed) > 800
    assert [position for position, _ in told] == list(range(1, len(committed) + 1))
    assert {event for _, event in told} == committed
    assert told == sealed(journal_dsn)
    await client.close()


class KilledError(BaseException):
    """The relay dies here."""


class Fuse:
    """Lets a number of steps pass, then kills, before or after the step is done."""

    def __init__(self, steps: int, *, after: bool) -> None:
        self.left = steps
        self.after = after
        self.blown = False

    async def step(self, act: Callable[[], Any]) -> Any:
        """Do one step of the relay, or die."""
        self.left -= 1
        if self.left >= 0:
            return await act()
        if not self.blown and self.after:
            await act()
        self.blown = True
        raise KilledError


class Fused:
    """A connection or client whose steps run through a fuse."""

    def __init__(self, inner: Any, fuse: Fuse) -> None:
        self.inner, self.fuse = inner, fuse

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.inner, name)
        if name not in {"execute", "publish", "request"}:
            return found
        return lambda *args, **kwargs: self.fuse.step(lambda: found(*args, **kwargs))


async def work_until(settings: Config, fuse: Fuse) -> None:
    """Seal and publish in small batches until nothing is left or the fuse blows."""
    client = await bus.connect(settings, "test")
    connection = await psycopg.AsyncConnection.connect(relay.conninfo(settings), autocommit=True)
    fused: Any = Fused(connection, fuse)
    outlet = relay.Outlet(Fused(client, fuse), client.jetstream(), settings)
    try:
        last = 1
        while last:
            last = await relay.seal_once(fused, limit=3)
            after: int | None = None
            while (reached := await relay.publish_once(fused, outlet, after)) != after:
                after = reached
    finally:
        await connection.close()
        await client.close()


@pytest.mark.parametrize("after", [False, True], ids=["before the step", "after the step"])
async def test_killed_at_any_step_it_loses_nothing_and_keeps_positions(
    settings_of_run: Config,
    journal_dsn: Dsn,
    writer: Writer,
    monkeypatch: pytest.MonkeyPatch,
    after: bool,  # noqa: FBT001
) -> None:
    monkeypatch.setattr(relay, "BATCH_EVENTS", 2)
    expected = 0
    steps = 0
    client = await bus.connect(settings_of_run, "test")
    while True:
        for _ in range(5):
            write(writer, Row())
        writer.commit()
        expected += 5
        fuse = Fuse(steps, after=after)
        before = sealed(journal_dsn)
        try:
            await work_until(settings_of_run, fuse)
        except KilledError:
            half_way = sealed(journal_dsn)
            await work_until(settings_of_run, Fuse(10_000, after=False))
        else:
            break
        told = await stored(client)
        assert [position for position, _ in told] == list(range(1, expected + 1))
        assert told == sealed(journal_dsn)
        assert told[: len(half_way)] == half_way
        assert half_way[: len(before)] == before
        steps += 1
    assert steps > 10
    await client.close()


async def test_a_second_relay_waits_for_the_first(
    settings_of_run: Config, journal_dsn: Dsn, writer: Writer
) -> None:
    with psycopg.connect(journal_dsn("anlan_relay"), autocommit=True) as first:
        first.execute("SELECT pg_advisory_lock(%s)", [relay.LOCK])
        write(writer, Row())
        writer.commit()
        await run_until_drained(settings_of_run)
        assert sealed(journal_dsn) == []
    await run_until_drained(settings_of_run)
    assert len(sealed(journal_dsn)) == 1


async def test_told_that_something_waits_it_does_not_wait_for_its_next_look(
    settings_of_run: Config, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "POLL_S", 600.0)
    client = await bus.connect(settings_of_run, "test")
    announced: asyncio.Queue[int] = asyncio.Queue()
    stop = asyncio.Event()
    task = asyncio.create_task(
        relay.relay_journal(settings_of_run, client, stop, announced.put_nowait)
    )
    write(writer, Row())
    writer.commit()
    async with asyncio.timeout(60):
        while announced.empty():  # it may not listen yet
            await client.publish(bus.pending_subject(settings_of_run.node))
            await asyncio.sleep(0.05)
        write(writer, Row())
        writer.commit()
        await client.publish(bus.pending_subject(settings_of_run.node))
        while await announced.get() != 2:
            pass
    stop.set()
    await client.publish(bus.pending_subject(settings_of_run.node))
    await task
    await client.close()


async def test_a_stream_made_anew_goes_on_at_the_next_position(
    settings_of_run: Config, writer: Writer
) -> None:
    write(writer, Row())
    writer.commit()
    await run_until_drained(settings_of_run)
    client = await bus.connect(settings_of_run, "test")
    await client.jetstream().delete_stream(bus.EVENTS)
    write(writer, Row())
    writer.commit()
    await run_until_drained(settings_of_run)
    assert [position for position, _ in await stored(client)] == [2]
    await client.close()


async def test_events_of_a_future_that_was_restored_away_are_dropped(
    settings_of_run: Config, journal_dsn: Dsn, writer: Writer
) -> None:
    for _ in range(3):
        write(writer, Row())
    writer.commit()
    await run_until_drained(settings_of_run)
    # the database of an hour ago: one row, not yet sealed
    with psycopg.connect(
        journal_dsn("anlan_admin"), options="-c session_replication_role=replica"
    ) as admin:
        admin.execute("DELETE FROM base_journal j USING base_sealed s"
                      " WHERE s.journal_id = j.id AND s.position > 1")  # fmt: skip
        admin.execute("INSERT INTO base_journal_pending SELECT id FROM base_journal")
        for table in ("base_sealed", "base_seal", "base_relayprogress"):
            admin.execute(f"DELETE FROM {table}")  # noqa: S608
    await run_until_drained(settings_of_run)
    client = await bus.connect(settings_of_run, "test")
    assert await stored(client) == sealed(journal_dsn)
    await client.close()


async def test_a_system_that_speaks_for_the_first_time_is_heard(
    settings_of_run: Config, writer: Writer
) -> None:
    write(writer, Row(type="hazchem.installation.graded"))
    writer.commit()
    await run_until_drained(settings_of_run)
    client = await bus.connect(settings_of_run, "test")
    assert len(await stored(client)) == 1
    await client.close()


async def test_a_nearly_full_stream_drops_its_older_half(
    settings_of_run: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = await bus.connect(settings_of_run, "test")
    js = client.jetstream()
    await bus.ensure_streams(js, settings_of_run)
    for _ in range(10):
        await js.publish("n640181.alerts.alarm.raised", bytes(1000))
    monkeypatch.setattr(relay, "FULL", 0.0)
    outlet = relay.Outlet(client, js, settings_of_run)
    await outlet.make_room()
    state = (await js.stream_info(bus.EVENTS)).state
    assert (state.first_seq, state.last_seq) == (5, 10)
    await client.close()


def test_a_huge_event_leaves_without_its_data() -> None:
    event = json.dumps({"position": 1, "data": {"text": "x" * relay.EVENT_BYTES}})
    body = relay._body(event)
    assert json.loads(body)["data"] == {"omitted_bytes": len(event)}
    assert len(body) < 200
