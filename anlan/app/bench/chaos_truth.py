"""What must be true after the storm: told by the readings that were sent, asked of what was kept."""

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import numpy as np
import psycopg
from django.db import connections
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError
from numpy.typing import NDArray

from anlan.adapters.mqtt.const import CONSUMER
from anlan.adapters.parquet_history.store import ParquetHistory
from anlan.app.bench.house import BenchHouse, wait_until
from anlan.app.bench.plant import DEADBAND, HIGH
from anlan.app.bench.report import Row
from anlan.app.log_reader import span_of
from anlan.kernel.base import bus
from anlan.kernel.base.config import config
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.sensing.catalogue import DjangoCatalogue

Series = tuple[NDArray[np.int64], NDArray[np.float64]]
Transitions = Counter[tuple[int, str, int]]

_TOLD = """
    SELECT d.number, j.type, (extract(epoch FROM j.occurred_at) * 1000)::bigint
    FROM base_journal j JOIN sensing_datastream d ON d.id = j.data->>'datastream_id'
    WHERE j.type IN ('alerts.alarm.raised', 'alerts.alarm.returned')
"""
_WRITTEN = "SELECT coalesce(max(seq_last), 0) FROM sensing_historyfile"
_POSITIONS = "SELECT position FROM base_sealed WHERE position > %s ORDER BY 1"


@dataclass(frozen=True, slots=True)
class Sent:
    """One message: numbers, ms, values of equal lengths."""

    numbers: NDArray[np.int64]
    times_ms: NDArray[np.int64]
    values: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Found:
    """What the journal and EVENTS hold once all is quiet: positions in their order."""

    sealed: list[int]
    published: list[int]


async def settle(house: BenchHouse, patience_s: float, *, begun_at: int = 0) -> Found:
    """Wait until door, engine and relay are through; read EVENTS whole.

    What the broker has acknowledged may still wait for the door, which was killed last. EVENTS was
    begun anew behind the position `begun_at` where the database was set back.
    """
    client = await _bus()
    try:
        await _drained(client.jetstream(), patience_s)
        last = (await span_of(client.jetstream())).last
        with psycopg.connect(house.admin_dsn, autocommit=True) as admin:
            wait_until(lambda: _judged(admin) >= last, "the engine is through", patience_s)
            wait_until(lambda: _is_sealed(admin), "the journal is sealed", patience_s)
            sealed = [row[0] for row in admin.execute(_POSITIONS, [begun_at])]
        told = await _published(client, len(sealed), patience_s)
    finally:
        await client.close()
    return Found(sealed, told)


async def _drained(js: JetStreamContext, patience_s: float) -> None:
    """Wait until the door has taken everything that the broker has acknowledged."""
    async with asyncio.timeout(patience_s):
        while True:
            waiting = await js.consumer_info(bus.MQTT_LOG, CONSUMER)
            if not waiting.num_pending and not waiting.num_ack_pending:
                return
            await asyncio.sleep(0.2)


async def _bus() -> Client:
    return await bus.connect(config(), "bench")


def _judged(admin: psycopg.Connection[tuple[int]]) -> int:
    found = admin.execute(
        "SELECT coalesce(max(seq), 0) FROM alerts_engineprogress WHERE shard_group = 'main'"
    ).fetchone()
    return found[0] if found else 0


def _is_sealed(admin: psycopg.Connection[tuple[int]]) -> bool:
    found = admin.execute("SELECT count(*) FROM base_journal_pending").fetchone()
    return found is not None and found[0] == 0


async def _published(client: Client, count: int, patience_s: float) -> list[int]:
    """Return the positions on EVENTS in its order."""
    js = client.jetstream()
    subscription = await js.subscribe(
        f"{config().node}.>", stream=bus.EVENTS, ordered_consumer=True
    )
    told: list[int] = []
    while len(told) < count:
        message = await subscription.next_msg(timeout=patience_s)
        told.append(int(json.loads(message.data)["position"]))
    return told


def wait_for_history(house: BenchHouse, patience_s: float) -> None:
    """Wait until the catalogue of history has reached the last batch of READINGS.

    The log is asked, not the receipts: those come half a second later, and a flush between the
    last batch and its receipt would look like the end. Raises TimeoutError.
    """
    last = asyncio.run(_last_batch())
    with psycopg.connect(house.admin_dsn, autocommit=True) as admin:
        wait_until(lambda: _written(admin) >= last, "history has all", patience_s)


async def _last_batch() -> int:
    """Return the sequence of the last batch in READINGS: ticks go on behind it for ever."""
    client = await _bus()
    try:
        found = [0]
        for kind in (bus.MQTT, bus.HTTP):
            with suppress(NotFoundError):
                subject = f"{config().node}.rd.*.{kind}"
                message = await client.jetstream().get_last_msg(bus.READINGS, subject)
                found.append(message.seq or 0)
    finally:
        await client.close()
    return max(found)


def _written(admin: psycopg.Connection[tuple[int]]) -> int:
    found = admin.execute(_WRITTEN).fetchone()
    return found[0] if found else 0


def compare(house: BenchHouse, sent: list[Sent], found: Found) -> list[Row]:
    """Return the verdicts; each must be met."""
    numbers = np.concatenate([one.numbers for one in sent])
    times = np.concatenate([one.times_ms for one in sent])
    values = np.concatenate([one.values for one in sent])
    order = np.lexsort((times, numbers))
    numbers, times, values = numbers[order], times[order], values[order]
    missing, foreign = _history(house, numbers, times, values)
    expected, told = transitions(numbers, times, values), _told(house)
    odd = sum(one != other for one, other in zip(found.sealed, found.published, strict=True))
    refused = _count(house, "sensing_quarantinedmessage")
    return [
        Row(name="chaos.readings.acknowledged", value=float(len(numbers)), unit="readings"),
        _none("chaos.readings.lost", missing, "readings"),
        _none("chaos.readings.twice_or_foreign", foreign, "readings"),
        _none("chaos.messages.quarantined", refused, "messages"),
        Row(name="chaos.transitions.true", value=float(expected.total()), unit="transitions"),
        _none("chaos.transitions.missing", (expected - told).total(), "transitions"),
        _none("chaos.transitions.invented", (told - expected).total(), "transitions"),
        _none("chaos.events.out_of_order", odd, "events"),
        _none("chaos.journal.broken", house.command("audit", "verify"), "exit code"),
    ]


def _none(name: str, value: int, unit: str) -> Row:
    return Row(name=name, value=float(value), unit=unit, target=0.0, met=value == 0)


def transitions(
    numbers: NDArray[np.int64], times: NDArray[np.int64], values: NDArray[np.float64]
) -> Transitions:
    """Judge the readings, sorted by number and time, one after the other: (number, kind, ms)."""
    said: Transitions = Counter()
    active: set[int] = set()
    near = (values >= HIGH - DEADBAND) | np.concatenate(([False], values[:-1] >= HIGH))
    for number, at_ms, value in zip(
        numbers[near].tolist(), times[near].tolist(), values[near].tolist(), strict=True
    ):
        if number not in active and value >= HIGH:
            active.add(number)
            said[number, "raised", at_ms] += 1
        elif number in active and value < HIGH - DEADBAND:
            active.discard(number)
            said[number, "returned", at_ms] += 1
    return said


def _told(house: BenchHouse) -> Transitions:
    with psycopg.connect(house.admin_dsn) as admin:
        return Counter(
            (number, kind.rpartition(".")[2], at_ms) for number, kind, at_ms in admin.execute(_TOLD)
        )


def _count(house: BenchHouse, table: str) -> int:
    with psycopg.connect(house.admin_dsn) as admin:
        row = admin.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608
    return int(row[0]) if row else 0


@contextmanager
def _door() -> Iterator[None]:
    with unit_of_work(machine("bench"), read_only=True):
        yield


def _history(
    house: BenchHouse,
    numbers: NDArray[np.int64],
    times: NDArray[np.int64],
    values: NDArray[np.float64],
) -> tuple[int, int]:
    """Return how many readings history lacks, and how many it has that nobody sent, or twice."""
    connections.close_all()  # the one we had died with PostgreSQL
    store = ParquetHistory(folder=house.layout.home / "history", catalogue=DjangoCatalogue(_door))
    names, starts = np.unique(numbers, return_index=True)
    missing = foreign = 0
    for at, number in enumerate(names.tolist()):
        end = starts[at + 1] if at + 1 < len(starts) else len(numbers)
        part = slice(starts[at], end)
        got = store.raw(number, int(times[part][0]), int(times[part][-1]) + 1, limit=10**7)
        lost, odd = unlike((times[part], values[part]), (got.times_ms, got.values))
        missing, foreign = missing + lost, foreign + odd
    return missing, foreign


def unlike(wanted: Series, kept: Series) -> tuple[int, int]:
    """Return how many (ms, value) are wanted and not kept, and kept and not wanted, or twice."""
    must, has = (Counter(zip(*map(np.ndarray.tolist, one), strict=True)) for one in (wanted, kept))
    return (must - has).total(), (has - must).total()
