"""Everything at once for long: 15,000 readings a second, compaction, questions, 100 screens, a backup.

Twenty gateways send 150 messages of 100 readings a second through the MQTT door of a whole house with
its shipped settings, but for segments: the quick form flushes twice a second, so that a minute sees
compaction. Meanwhile somebody asks history for the last minutes and for a month, screens listen, and
`anlan backup` runs once. What is asked afterwards: how far engine and recorder were behind the log,
whether anything is missing, and whether memory stood still. Memory is looked at after the first compaction, with which the recorder
loads DuckDB: some 110 MB that it holds from then on, and not one more with each that follows.
"""

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar

import numpy as np
import psycopg

from anlan.adapters.parquet_history.store import ParquetHistory
from anlan.app.bench import chaos_truth
from anlan.app.bench.beside import Beside
from anlan.app.bench.boxes import Sender, payload_of
from anlan.app.bench.chaos_truth import Sent
from anlan.app.bench.house import BenchHouse, wait_until
from anlan.app.bench.plant import Box, build_plant
from anlan.app.bench.readings_made import Made, walks
from anlan.app.bench.report import Report, Row, new_report, none_may_be
from anlan.app.bench.screen import admit
from anlan.app.bench.soak_watch import Watch
from anlan.app.log_reader import span_of
from anlan.app.observations import NatsTail
from anlan.kernel.base import bus
from anlan.kernel.base.config import config
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.sensing.catalogue import DjangoCatalogue

T = TypeVar("T")
GATEWAYS, A_SECOND, A_MESSAGE = 20, 150, 100
DATASTREAMS = {True: 20_000, False: 1_000_000}
SECONDS = {True: 60, False: 3_600}
#: The load goes on for so long before memory is looked at: 60 segments and the recorder's next look.
WARM_S = 95
SCREENS = 100
SEGMENT_S = {True: 0.5, False: 10.0}
#: Somebody asks history so often; the backup begins after this share of the time.
ASK_EVERY_S, BACKUP_AT = 0.25, 0.3
#: Messages are made so long before they are due.
AHEAD_S = 3
TARGET_LAG_S, TARGET_GROWTH = 1.0, 1.1
#: Datastreams whose every reading is compared bit for bit; of all, the count is.
COMPARED = 50
MONTH_MS, MINUTES_MS = 30 * 86_400_000, 600_000
PATIENCE_S = 300.0
#: A million limits go to the engine, before anything is measured.
SET_UP_S = 1_800.0


@dataclass(slots=True)
class Flow:
    """Messages made a little before they are due, and sent by the clock."""

    boxes: list[Box]
    senders: list[Sender]
    sent: list[Sent] = field(default_factory=list)
    count: int = 0

    def run(self, seconds: int) -> float:
        """Send for so long; return how late the last was acknowledged, in seconds."""
        walk = {box.id: walks(at, len(box.tags), A_MESSAGE) for at, box in enumerate(self.boxes)}
        begin_s = time.monotonic() + AHEAD_S
        begin_ms = round((time.time() + AHEAD_S) * 1000)
        turns = iter(range(seconds * A_SECOND))
        made_until = -1.0
        while True:
            now_s = time.monotonic() - begin_s
            while made_until < now_s + AHEAD_S:
                turn = next(turns, None)
                if turn is None:
                    break
                made_until = turn / A_SECOND
                self._make(turn, begin_s, begin_ms, walk)
            for sender in self.senders:
                sender.send_due(time.monotonic())
            if now_s > seconds and all(sender.is_done for sender in self.senders):
                return now_s - seconds
            if now_s > seconds + PATIENCE_S:
                raise TimeoutError("not every message was acknowledged")
            time.sleep(0.002)

    def _make(
        self,
        turn: int,
        begin_s: float,
        begin_ms: int,
        walk: dict[str, Iterator[tuple[np.ndarray, np.ndarray]]],
    ) -> None:
        place = turn % len(self.boxes)
        box, sender = self.boxes[place], self.senders[place]
        index, values = next(walk[box.id])
        times = np.full(len(index), begin_ms + round(turn * 1000 / A_SECOND), np.int64)
        seq = turn // len(self.boxes) + 1
        payload = payload_of(box, seq, Made(index, times, values), packed=True)
        sender.due.append((begin_s + turn / A_SECOND, seq, payload))
        self.sent.append(Sent(np.asarray(box.numbers)[index], times, values))
        self.count += len(index)


@dataclass
class Questions(Beside):
    """Somebody at history while the block runs: a curve of minutes and one of a month, in turn."""

    store: ParquetHistory
    numbers: list[int]
    taken_ms: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def go_on(self, stop: threading.Event) -> None:
        """Ask, and note how long each answer took."""
        chance = np.random.default_rng(3)
        turn = 0
        while not stop.wait(ASK_EVERY_S):
            turn += 1
            number = int(chance.choice(self.numbers))
            now = round(time.time() * 1000)
            began = time.perf_counter()
            try:
                if turn % 2:
                    self.store.raw(number, now - MINUTES_MS, now + 1, limit=10_000)
                else:
                    self.store.buckets(number, now - MONTH_MS, now + 1, 500)
            except Exception as error:  # noqa: BLE001 - every failure is counted and told
                self.errors.append(repr(error))
            else:
                self.taken_ms.append((time.perf_counter() - began) * 1000)


def run(house: BenchHouse, *, quick: bool, say: Callable[[str], None] = lambda _: None) -> Report:
    """Run in an empty house."""
    report = new_report("soak", quick=quick)
    seconds = SECONDS[quick]
    boxes = build_plant(house.admin_dsn, gateways=GATEWAYS, datastreams=DATASTREAMS[quick])
    ticket = admit().ticket
    with house.layout.settings_file.open("a", encoding="utf-8") as settings:
        settings.write(f"segment_seconds = {SEGMENT_S[quick]}\n")
    house.start()
    house.watch()
    with psycopg.connect(house.admin_dsn, autocommit=True) as admin:
        say("limits on their way to the engine")
        wait_until(lambda: _waiting(admin) == 0, "the log has all limits", SET_UP_S)
        positions = _Positions(house.admin_dsn, boxes[0].numbers[0])
        wait_until(lambda: len(set(positions())) == 1, "engine and recorder are through", SET_UP_S)
        say(f"{A_SECOND * A_MESSAGE:,} readings a second for {WARM_S} s and {seconds} s")
        began = house.pids()
        senders = [Sender(box, house.nats.mqtt_port) for box in boxes]
        for sender in senders:
            sender.open()
        wait_until(lambda: all(sender.is_open for sender in senders), "every gateway is let in")
        flow = Flow(boxes, senders)
        store = ParquetHistory(
            folder=house.layout.home / "history",
            catalogue=DjangoCatalogue(lambda: unit_of_work(machine("bench"), read_only=True)),
            tail=NatsTail(config()),
        )
        numbers = [number for box in boxes for number in box.numbers[:50]]
        with _Screens(house.ports.live, [ticket() for _ in range(SCREENS)]) as screens:
            backup = _Backup(house, WARM_S + seconds * BACKUP_AT)
            with Watch(positions, began, WARM_S) as watch, Questions(store, numbers) as asked:
                backup.start()
                late_s = flow.run(WARM_S + seconds)
                backup.join()
            alive = screens.alive()
        for sender in senders:
            sender.close()
        say("asking back")
        # the recorder looks once a minute whether files should be put together
        wait_until(lambda: _days(admin) > 0, "files are put together", PATIENCE_S)
        chaos_truth.wait_for_history(house, PATIENCE_S)
        report.rows.extend(_figures(watch, asked, backup, alive, late_s))
        report.rows.extend(_kept(house, admin, store, flow))
        pids = house.pids()
        fallen = sum(pids[name] != pid for name, pid in began.items())
        report.rows.append(none_may_be("soak.processes.fallen", float(fallen), "times"))
    return report


def _figures(
    watch: Watch, asked: Questions, backup: "_Backup", alive: int, late_s: float
) -> Iterator[Row]:
    for name, lag in (("engine", watch.engine), ("recorder", watch.recorder)):
        p99 = round(lag.p99_s(), 3)
        yield Row(
            name=f"soak.lag.{name}.p99",
            value=p99,
            unit="s",
            target=TARGET_LAG_S,
            met=p99 <= TARGET_LAG_S,
        )
    yield Row(name="soak.acknowledged.late", value=round(late_s, 3), unit="s")
    yield Row(name="soak.questions.asked", value=float(len(asked.taken_ms)), unit="questions")
    yield Row(name="soak.questions.p99", value=_p99(asked.taken_ms), unit="ms")
    yield none_may_be("soak.questions.failed", float(len(asked.errors)), "questions")
    yield Row(name="soak.backup.took", value=round(backup.took_s, 1), unit="s")
    yield none_may_be("soak.backup.exit_code", float(backup.code), "")
    yield none_may_be("soak.screens.lost", float(SCREENS - alive), "screens")
    for name, (before, after) in watch.growth().items():
        times = round(after / before, 3) if before else 1.0
        yield Row(name=f"soak.memory.{name}", value=round(after, 1), unit="MB")
        yield Row(
            name=f"soak.memory.{name}.growth",
            value=times,
            unit="x",
            target=TARGET_GROWTH,
            met=times <= TARGET_GROWTH,
        )


def _kept(
    house: BenchHouse, admin: psycopg.Connection[tuple[int]], store: ParquetHistory, flow: Flow
) -> Iterator[Row]:
    """Count what is kept of all, and compare some datastreams bit for bit."""
    yield Row(name="soak.readings.acknowledged", value=float(flow.count), unit="readings")
    kept = _one(
        admin,
        "SELECT coalesce(sum(rows), 0)::bigint FROM sensing_historyfile WHERE dead_from IS NULL AND level <> 'rollup'",
    )
    yield none_may_be("soak.readings.lost_or_twice", float(abs(flow.count - kept)), "readings")
    numbers, times, values = (
        np.concatenate([getattr(one, name) for one in flow.sent])
        for name in ("numbers", "times_ms", "values")
    )
    unlike = 0
    for number in np.unique(numbers)[:: max(1, len(np.unique(numbers)) // COMPARED)].tolist():
        mine = numbers == number
        got = store.raw(number, int(times[mine].min()), int(times[mine].max()) + 1, limit=10**7)
        unlike += sum(chaos_truth.unlike((times[mine], values[mine]), (got.times_ms, got.values)))
    yield none_may_be("soak.readings.unlike", float(unlike), "readings")
    yield Row(name="soak.compacted_files", value=float(_days(admin)), unit="files")


class _Positions:
    """Where READINGS ends, and how far engine and recorder are."""

    def __init__(self, admin_dsn: str, number: int) -> None:
        self._admin = psycopg.connect(admin_dsn, autocommit=True)
        self._tail, self._number = NatsTail(config()), number
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self._bus = self._wait(bus.connect(config(), "bench"))

    def _wait(self, question: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(question, self._loop).result(timeout=20)

    def __call__(self) -> tuple[int, int, int]:
        tail = self._tail.ask((self._number,), 0, 1)
        judged = _one(
            self._admin,
            "SELECT coalesce(max(seq), 0) FROM alerts_engineprogress WHERE shard_group = 'main'",
        )
        last = self._wait(span_of(self._bus.jetstream())).last
        return last, judged, tail.last if tail is not None else 0


class _Backup(threading.Thread):
    """`anlan backup` once, in the middle of it all."""

    def __init__(self, house: BenchHouse, after_s: float) -> None:
        super().__init__(daemon=True)
        self._house, self._after_s = house, after_s
        self.code, self.took_s = -1, 0.0

    def run(self) -> None:
        time.sleep(self._after_s)
        began = time.monotonic()
        self.code = self._house.command("backup", str(self._house.layout.home / "backup"))
        self.took_s = time.monotonic() - began


class _Screens:
    """Screens in a process of its own while the block runs."""

    def __init__(self, port: int, tickets: list[str]) -> None:
        argv = [sys.executable, "-m", "anlan.app.bench.screens", f"http://127.0.0.1:{port}/live"]
        self._process = subprocess.Popen(
            argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        if self._process.stdin is not None:
            self._process.stdin.write("\n".join(tickets))
            self._process.stdin.close()
        self._said = "0"
        threading.Thread(target=self._hear, daemon=True).start()

    def _hear(self) -> None:
        for line in self._process.stdout or ():
            self._said = line.strip()
        self._said = f"0 ended: {self._said}"

    def alive(self) -> int:
        """Return how many screens stood at the last look."""
        return int(self._said.split()[0])

    def __enter__(self) -> Self:
        try:
            wait_until(lambda: self.alive() == SCREENS, "every screen is open", 60.0)
        except TimeoutError as error:
            self._process.kill()
            raise TimeoutError(f"screens of {SCREENS}: {self._said}") from error
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()


def _days(admin: psycopg.Connection[tuple[int]]) -> int:
    return _one(admin, "SELECT count(*) FROM sensing_historyfile WHERE level = 'day'")


def _waiting(admin: psycopg.Connection[tuple[int]]) -> int:
    return _one(admin, "SELECT count(*) FROM sensing_limit WHERE log_seq IS NULL")


def _one(admin: psycopg.Connection[tuple[int]], question: str) -> int:
    row = admin.execute(question).fetchone()
    return int(row[0]) if row else 0


def _p99(values: list[float]) -> float:
    return float(f"{np.percentile(values, 99):.4g}") if values else 0.0
