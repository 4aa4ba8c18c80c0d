"""An OPC UA server to the outbox: changes, what does not change, and what is said when it is away."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from anlan.adapters.mqtt.decode import to_batch
from anlan.adapters.opcua.reading import Change
from anlan.adapters.opcua.settings import Watched
from anlan.adapters.opcua.watch import Watch
from anlan.app.collecting.backoff import Backoff
from anlan.app.collecting.message import composed
from anlan.app.collecting.outbox import Outbox
from anlan.app.collecting.outbox_thread import OutboxThread
from anlan.app.collecting.state import Told
from anlan.app.collecting.watching import Watching
from anlan.kernel.base.clock import now, to_ms
from anlan.kernel.sensing.batch import BAD, CLOCK, GOOD, UNCERTAIN
from tests.adapters.opcua.server import plant
from tests.app.collecting.waiting import ended, until


@pytest.fixture
def thread(tmp_path: Path) -> Iterator[OutboxThread]:
    made = OutboxThread(
        Outbox(
            tmp_path / "o.sqlite", lambda seq, some, held: composed("G1", seq, some, held), 1024**2
        )
    )
    yield made
    made.close()


def kept(thread: OutboxThread) -> list[tuple[str, int, float, int]]:
    found, done = [], None
    while (one := thread.outbox.following(done)) is not None:
        done, batch = one.seq, to_batch(one.body)
        columns = zip(batch.tag_at, batch.times_ms, batch.values, batch.quality, strict=True)
        found += [(batch.tags[at], int(t), float(v), int(q)) for at, t, v, q in columns]
    return found


async def test_a_server_is_watched_through_its_life(thread: OutboxThread, tmp_path: Path) -> None:
    async with plant() as made:
        settings = Watched(
            name="dcs", url=made.url, security="None", period_s=0.05, sampling_s=0.05,
            refresh_s=0.2, timeout_s=2.0, node={"ns=2;s=T101.LI": "LEVEL", "ns=2;s=P1": "PUMP"},
        )  # fmt: skip
        state = Told("dcs", "opcua")
        watching = Watching(
            Watch(settings, tmp_path), thread, state, Backoff(first_s=0.05, most_s=0.1)
        )
        work = asyncio.create_task(watching.run())
        await until(lambda: state.readings >= 2)
        assert state.is_connected
        at = now() + timedelta(seconds=1)
        await made.say(2.5, at=at)
        await until(
            lambda: ("LEVEL" in watching.last.values) and watching.last.values["LEVEL"] == 2.5
        )
        await until(lambda: state.counts["refreshed"])
        assert state.skew_s is not None
        assert abs(state.skew_s) < 1.0
        await made.say(3.5, at=now(), status=0x80000000)
        await until(lambda: state.counts["missing"])
    await until(lambda: not state.is_connected)
    before = state.readings
    async with plant(port=made.port):
        await until(lambda: state.is_connected and state.readings >= before + 2)
        await ended(work)
    found = kept(thread)
    assert ("LEVEL", to_ms(at), 2.5, 192) in found, "its own time"
    refreshed = [one for one in found if one[0] == "PUMP" and one[3] == 192]
    assert len(refreshed) >= 2, "what does not change is said again"
    bad = [(tag, value) for tag, _, value, quality in found if quality == 0]
    assert bad == [("LEVEL", 2.5), ("PUMP", 1.0)], (
        "each once: bad by the server, then with the line"
    )


async def test_what_the_server_calls_bad_is_said_once(thread: OutboxThread, tmp_path: Path) -> None:
    watching = quiet(thread, tmp_path)
    for status in (BAD, BAD, BAD, GOOD, BAD):
        await watching._keep([Change("LEVEL", now(), 2.5, status, 0)])
    assert [quality for *_, quality in kept(thread)] == [BAD, GOOD, BAD]


async def test_changes_of_a_source_whose_clock_lags_are_judged_between_refreshes(
    thread: OutboxThread, tmp_path: Path
) -> None:
    watching, began = quiet(thread, tmp_path), now()
    lag = timedelta(seconds=30)
    for value, at, quality in (
        (1.0, began, GOOD),  # a refresh, by the server's clock
        (95.0, began - lag, GOOD),
        (96.0, began - lag, UNCERTAIN),
        (97.0, began + timedelta(days=9_000), GOOD),
        (98.0, now(), GOOD),
        (99.0, began + timedelta(minutes=1), GOOD),
    ):
        await watching._keep([Change("LEVEL", at, value, quality, 0)])
    found = kept(thread)
    assert [quality for *_, quality in found] == [GOOD, CLOCK, UNCERTAIN, GOOD, CLOCK, GOOD]
    times = [at_ms for _, at_ms, *_ in found]
    assert times[0] == to_ms(began)
    assert times[3] == to_ms(began + timedelta(days=9_000)), "the door's to replace"
    del times[3]
    assert times == sorted(set(times)), "none is late"
    assert times[-2] < to_ms(began) + 20_000
    assert watching.state.counts["times_replaced"] == 3


def quiet(thread: OutboxThread, folder: Path) -> Watching:
    """Give one that is told by hand."""
    said = Watched(name="dcs", url="opc.tcp://h:1", security="None", node={"ns=2;s=L": "LEVEL"})
    return Watching(Watch(said, folder), thread, Told("dcs", "opcua"))
