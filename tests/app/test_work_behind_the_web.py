"""`anlan worker` as a process: relay, jobs, deadlines, heads; killed and stopped."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest

from anlan.app import worker
from anlan.app.stack.nats import NatsServer
from anlan.kernel.base import bus, deadlines, heads
from anlan.kernel.base.config import Config
from anlan.kernel.base.unit_of_work import current_work
from tests.app.worker_process import PATIENCE_S, Worker, wait
from tests.journal_rows import Row, write

Dsn = Callable[[str], str]
Writer = psycopg.Connection[Any]


@pytest.fixture
def process(settings_of_run: Config, tmp_path: Path) -> Iterator[Worker]:
    """A worker that is not left behind."""
    found = Worker(settings_of_run, tmp_path)
    yield found
    if found.process is not None and found.process.poll() is None:
        found.process.kill()
        found.process.wait()


def count(dsn: Dsn, statement: str) -> int:
    with psycopg.connect(dsn("anlan_relay")) as relay:
        row = relay.execute(statement).fetchone()
    return 0 if row is None else int(row[0])


def published(dsn: Dsn) -> int:
    return count(dsn, "SELECT coalesce(max(published_upto), 0) FROM base_relayprogress")


def is_published_beyond(dsn: Dsn, position: int) -> bool:
    return published(dsn) > position


def told(own: Config) -> list[int]:
    """Return the sequences of EVENTS: as many as it holds, from first to last."""

    async def look() -> list[int]:
        client = await bus.connect(own, "test")
        state = (await client.jetstream().stream_info(bus.EVENTS)).state
        await client.close()
        return [state.first_seq, state.last_seq, state.messages]

    return asyncio.run(look())


def test_killed_again_and_again_it_publishes_everything_once(
    settings_of_run: Config, writer: Writer, journal_dsn: Dsn, process: Worker
) -> None:
    written = 0
    for _ in range(4):
        process.start()
        for _ in range(300):
            write(writer, Row())
            writer.commit()
        wait(partial(is_published_beyond, journal_dsn, written))
        written += 300
        process.end(signal.SIGKILL)
    process.start()
    wait(lambda: published(journal_dsn) == written)
    assert told(settings_of_run) == [1, written, written]
    assert process.end(signal.SIGTERM) == 0


def test_a_stop_seals_what_is_pending_and_lets_the_head_leave(
    writer: Writer, journal_dsn: Dsn, process: Worker, settings_of_run: Config
) -> None:
    process.start()
    for _ in range(50):
        write(writer, Row())
    writer.commit()
    assert process.end(signal.SIGTERM) == 0, process.log.read_text(encoding="utf-8")
    assert count(journal_dsn, "SELECT count(*) FROM base_journal_pending") == 0
    assert published(journal_dsn) == 50
    exported = heads.exported(process.home / "audit" / heads.FILE)
    assert (exported[0].position, exported[-1].position) == (0, 50)
    assert told(settings_of_run)[2] == 50


def test_with_the_bus_away_the_journal_is_sealed_all_the_same(
    writer: Writer, journal_dsn: Dsn, process: Worker, nats: NatsServer, settings_of_run: Config
) -> None:
    process.start()
    write(writer, Row())
    writer.commit()
    wait(lambda: published(journal_dsn) == 1)
    nats.stop()
    try:
        write(writer, Row())
        writer.commit()
        wait(
            lambda: count(journal_dsn, "SELECT coalesce(max(last_position), 0) FROM base_seal") == 2
        )
        assert published(journal_dsn) == 1
    finally:
        nats.start(nats.folder.parent / "nats.log")
    wait(lambda: published(journal_dsn) == 2)
    assert told(settings_of_run) == [1, 2, 2]


def test_a_job_is_run(process: Worker, journal_dsn: Dsn) -> None:
    process.start()
    with psycopg.connect(journal_dsn("anlan_worker"), autocommit=True) as connection:
        from procrastinate.contrib.django import app

        app.configure_task("builtin:procrastinate.builtin_tasks.remove_old_jobs").defer(max_hours=1)
        wait(
            lambda: connection.execute("SELECT count(*) FROM procrastinate_jobs").fetchone() == (0,)
        )
    assert process.end(signal.SIGTERM) == 0


async def test_deadlines_are_swept_until_none_is_due_and_a_mistake_stops_nobody(
    journal_dsn: Dsn, monkeypatch: pytest.MonkeyPatch
) -> None:
    del journal_dsn
    due = [1200]
    acted: list[str] = []

    def sweep(limit: int) -> int:
        acted.append(current_work().principal.actor)
        done = min(limit, due[0])
        due[0] -= done
        return done

    def fail(_limit: int) -> int:
        raise ValueError("a slice's mistake")

    swept = [
        deadlines.Sweep(name="broken", act=fail),
        deadlines.Sweep(name="alarms", act=sweep),
    ]
    monkeypatch.setattr(deadlines, "sweeps", lambda *, are_long: [] if are_long else swept)
    stop = asyncio.Event()
    task = asyncio.create_task(worker.sweep_deadlines(stop))
    async with asyncio.timeout(PATIENCE_S):
        while len(acted) < 3:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    stop.set()
    await task
    assert due == [0]
    assert set(acted) == {"system:deadlines"}


def test_a_sweep_is_registered_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadlines, "_sweeps", {})
    one = deadlines.Sweep(name="alarms", act=lambda _limit: 0)
    deadlines.register(one)
    long = deadlines.Sweep(name="grids", act=lambda _limit: 0, is_long=True)
    deadlines.register(long)
    assert (deadlines.sweeps(), deadlines.sweeps(are_long=True)) == ([one], [long])
    with pytest.raises(ValueError, match="alarms"):
        deadlines.register(one)
