"""Readings from `publish()` to history, alarm row and screen: what a message costs, and how long it takes.

Twenty gateways send through the real doors of a whole house with its shipped settings: every
acknowledgement is synced, every message signed. Cost is the CPU of all the house's processes,
servers included, from the first message to the last judged; the load generator's is apart. The peer
is ThingsBoard's own table: 1,111 messages of 3 points a second at 20 % of 4 virtual CPUs
(thingsboard.io, "Performance of the platform", 100,000 devices, PostgreSQL).
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import psycopg

from anlan.app.bench import processes
from anlan.app.bench.boxes import Sender, payload_of, send_all
from anlan.app.bench.house import BenchHouse, wait_until
from anlan.app.bench.http_boxes import post_all
from anlan.app.bench.plant import BEYOND, Box, build_plant
from anlan.app.bench.readings_made import Made, walks
from anlan.app.bench.report import Report, Row, new_report, rounded
from anlan.app.bench.screen import Screen, admit
from anlan.app.log_reader import span_of
from anlan.kernel.base import bus
from anlan.kernel.base.config import config

GATEWAYS = 20
DATASTREAMS = {True: 20_000, False: 20_000}
#: Readings a message; of the quick form with how many messages, enough that the beat of the house
#: at rest (ticks, looks, receipts) is not what is measured. With its flow the quick form sends two
#: million readings; most of them in large messages, which take the least time.
SIZES, MESSAGES = (1, 3, 10, 100, 500), 6_000
QUICK = (("mqtt", True, 3, 5_000), ("mqtt", True, 100, 3_000), ("mqtt", True, 500, 3_070))
#: ThingsBoard's messages and readings a core-second.
PEER, PEER_MESSAGES, PEER_READINGS = "thingsboard", 1_389.0, 4_166.0
#: Targets: times the peer's messages at 3 readings a message, times its readings at 100 and 500.
TIMES_MESSAGES, TIMES_READINGS = {3: 2.0}, {100: 50.0, 500: 100.0}
#: The measured flow: messages a second, readings a message, seconds.
FLOW, A_MESSAGE, FLOW_S = 150, 100, {True: 10.0, False: 60.0}
#: One message in so many carries a reading beyond its limit.
CROSSING_EACH = 5
TARGET_ROW_MS, TARGET_SCREEN_MS, KNEE_MS = 25.0, 100.0, 50.0
KNEE_FLOWS, KNEE_S = (150, 300, 450, 600, 900, 1_200, 1_600, 2_000), 6.0
PATIENCE_S = 240.0
#: What the quick form takes at most, from its first message on; the house is built before.
QUICK_S = 40.0
#: CPU seconds in half a second: ticks, looks and health, nothing else.
AT_REST_S = 0.12


@dataclass(slots=True)
class Bench:
    """A standing house, its gateways, and the next number of each."""

    house: BenchHouse
    boxes: list[Box]
    admin: psycopg.Connection[tuple[int]]
    rows: list[Row] = field(default_factory=list)
    seqs: dict[str, int] = field(default_factory=dict)
    readings: int = 0

    def next_seq(self, box: Box) -> int:
        """Give a gateway its next message number."""
        self.seqs[box.id] = self.seqs.get(box.id, 0) + 1
        return self.seqs[box.id]

    def payloads(
        self, size: int, count: int, *, packed: bool
    ) -> dict[str, list[tuple[int, bytes]]]:
        """Make so many messages, spread over the gateways: (number, payload) of each."""
        made: dict[str, list[tuple[int, bytes]]] = {box.id: [] for box in self.boxes}
        turns = {box.id: walks(at, len(box.tags), size) for at, box in enumerate(self.boxes)}
        begin_ms = time.time_ns() // 1_000_000
        self.readings += size * count
        for turn in range(count):
            box = self.boxes[turn % len(self.boxes)]
            index, values = next(turns[box.id])
            times = np.full(size, begin_ms + turn // len(self.boxes), np.int64)
            seq = self.next_seq(box)
            made[box.id].append(
                (seq, payload_of(box, seq, Made(index, times, values), packed=packed))
            )
        return made

    def await_judged(self) -> None:
        """Wait until every message has its receipt and the engine has judged all the log holds."""
        sent = sum(self.seqs.values())
        wait_until(lambda: self._received(sent), "every message has its receipt", PATIENCE_S)
        last = asyncio.run(_last())
        wait_until(lambda: self._judged() >= last, "the engine is through", PATIENCE_S)

    def _received(self, sent: int) -> bool:
        """Tell whether so many receipts are there; they are counted only when they may be."""
        newest = self.admin.execute("SELECT coalesce(max(id), 0) FROM sensing_batchreceipt")
        if (newest.fetchone() or (0,))[0] < sent:
            return False
        row = self.admin.execute("SELECT count(*) FROM sensing_batchreceipt").fetchone()
        return row is not None and row[0] >= sent

    def _judged(self) -> int:
        said = "SELECT coalesce(max(seq), 0) FROM alerts_engineprogress WHERE shard_group = 'main'"
        row = self.admin.execute(said).fetchone()
        return row[0] if row else 0


async def _last() -> int:
    client = await bus.connect(config(), "bench")
    try:
        return (await span_of(client.jetstream())).last
    finally:
        await client.close()


def run(house: BenchHouse, *, quick: bool, say: Callable[[str], None] = lambda _: None) -> Report:
    """Measure in an empty house."""
    report = new_report("readings", quick=quick)
    boxes = build_plant(house.admin_dsn, gateways=GATEWAYS, datastreams=DATASTREAMS[quick])
    ticket = admit().ticket
    house.start()
    with psycopg.connect(house.admin_dsn, autocommit=True) as admin:
        bench = Bench(house, boxes, admin)
        say("limits on their way to the engine")
        wait_until(lambda: _limits_waiting(admin) == 0, "the log has all limits", PATIENCE_S)
        bench.await_judged()
        began = time.monotonic()
        say(f"{FLOW} messages a second of {A_MESSAGE} readings")
        took = _flow(bench, FLOW, FLOW_S[quick], ticket)
        bench.rows += _latency(took)
        for door, packed, size, count in QUICK if quick else _all_shapes():
            form = "msgpack" if packed else "json"
            say(f"{door} {form} {size} a message")
            bench.rows += _cost(bench, door, size, count, packed=packed)
        if quick:
            bench.rows += _form(bench.readings, time.monotonic() - began)
        else:
            bench.rows.append(_knee(bench, say))
        report.rows.extend(bench.rows)
    return report


def _form(readings: int, took_s: float) -> list[Row]:
    """Say how much the quick form has sent, and how long it took to be judged."""
    return [
        Row(name="readings.quick.sent", value=float(readings), unit="readings"),
        Row(
            name="readings.quick.took",
            value=rounded(took_s),
            unit="s",
            target=QUICK_S,
            met=took_s <= QUICK_S,
        ),
    ]


def _all_shapes() -> Iterator[tuple[str, bool, int, int]]:
    for door in ("mqtt", "http"):
        for packed in (False, True):
            for size in SIZES:
                yield door, packed, size, MESSAGES


def _limits_waiting(admin: psycopg.Connection[tuple[int]]) -> int:
    row = admin.execute("SELECT count(*) FROM sensing_limit WHERE log_seq IS NULL").fetchone()
    return row[0] if row else 0


def _cost(bench: Bench, door: str, size: int, count: int, *, packed: bool) -> list[Row]:
    """Send as fast as the door takes it; the CPU of the house until all is judged."""
    made = bench.payloads(size, count, packed=packed)
    _settle(bench)
    own = time.process_time()
    before, began = processes.used_s(bench.house.pids()), time.monotonic()
    (_send_mqtt if door == "mqtt" else _send_http)(bench, made)
    bench.await_judged()
    wall_s = time.monotonic() - began
    used = processes.between(before, processes.used_s(bench.house.pids()))
    core_s = sum(used.values())
    name = f"readings.{door}.{'msgpack' if packed else 'json'}.{size}"
    messages, readings = count / core_s, count * size / core_s
    rows = [
        _beside(f"{name}.messages", messages, PEER_MESSAGES, TIMES_MESSAGES.get(size)),
        _beside(f"{name}.readings", readings, PEER_READINGS, TIMES_READINGS.get(size)),
        Row(name=f"{name}.rate", value=rounded(count / wall_s), unit="messages/s"),
        Row(
            name=f"{name}.load_cpu",
            value=rounded((time.process_time() - own) / core_s),
            unit="of the house's",
        ),
    ]
    if size == A_MESSAGE:
        rows += [
            Row(name=f"{name}.cpu.{service}", value=rounded(one / count * 1e6), unit="us/message")
            for service, one in used.items()
        ]
    return rows


def _settle(bench: Bench) -> None:
    """Wait until the house has done what an earlier run left it to do: that is not this one's cost."""

    def is_at_rest() -> bool:
        before = processes.used_s(bench.house.pids())
        time.sleep(0.5)
        used = processes.between(before, processes.used_s(bench.house.pids()))
        return sum(used.values()) < AT_REST_S

    wait_until(is_at_rest, "the house is at rest", PATIENCE_S)


def _beside(name: str, value: float, peer: float, times: float | None) -> Row:
    return Row(
        name=name,
        value=rounded(value),
        unit="/core-s",
        target=None if times is None else rounded(times * peer),
        met=None if times is None else value >= times * peer,
        peer=PEER,
        peer_value=peer,
        ratio=rounded(value / peer),
    )


def _send_mqtt(bench: Bench, made: dict[str, list[tuple[int, bytes]]]) -> None:
    senders = _open(bench)
    for sender in senders:
        sender.due.extend((0.0, seq, payload) for seq, payload in made[sender.box.id])
    send_all(senders, PATIENCE_S)
    for sender in senders:
        sender.close()


def _open(bench: Bench) -> list[Sender]:
    senders = [Sender(box, bench.house.nats.mqtt_port) for box in bench.boxes]
    for sender in senders:
        sender.open()
    wait_until(lambda: all(sender.is_open for sender in senders), "every gateway is let in")
    return senders


def _send_http(bench: Bench, made: dict[str, list[tuple[int, bytes]]]) -> None:
    post_all(
        bench.house.ports.gateway,
        ((box, [payload for _, payload in made[box.id]]) for box in bench.boxes),
        PATIENCE_S,
    )


@dataclass(slots=True)
class Took:
    """Milliseconds from `publish()`, one an alarm: to the committed row, to the screen."""

    row_ms: list[float] = field(default_factory=list)
    screen_ms: list[float] = field(default_factory=list)
    expected: int = 0


def _flow(bench: Bench, a_second: int, seconds: float, ticket: Callable[[], str] | None) -> Took:
    """Send at a steady rate; every fifth message raises or ends an alarm of its own datastream."""
    took = Took()
    senders = _open(bench)
    by_id = {sender.box.id: sender for sender in senders}
    crossings: dict[tuple[int, int], tuple[str, int]] = {}
    walk = {box.id: walks(at + 100, len(box.tags), A_MESSAGE) for at, box in enumerate(bench.boxes)}
    count = int(a_second * seconds)
    bench.readings += count * A_MESSAGE
    begin = time.monotonic() + 1.0 + count * 0.0005
    begin_ms = time.time_ns() // 1_000_000 + round((begin - time.monotonic()) * 1000)
    beyond: dict[str, int] = {}
    for turn in range(count):
        box = bench.boxes[turn % len(bench.boxes)]
        index, values = next(walk[box.id])
        at_ms = begin_ms + round(turn * 1000 / a_second)
        seq = bench.next_seq(box)
        if (turn // len(bench.boxes)) % CROSSING_EACH == 0:
            # a datastream of its own each time: each is one raised alarm
            beyond[box.id] = beyond.get(box.id, -1) + 1
            place = int(index[beyond[box.id] % A_MESSAGE])
            values[index == place] = BEYOND
            crossings[box.numbers[place], at_ms] = (box.id, seq)
        times = np.full(A_MESSAGE, at_ms, np.int64)
        payload = payload_of(box, seq, Made(index, times, values), packed=True)
        by_id[box.id].due.append((begin + turn / a_second, seq, payload))
    heard: list[tuple[object, ...]] = []
    with Screen(bench.house.ports.live, ticket, heard):
        send_all(senders, PATIENCE_S)
        bench.await_judged()
        time.sleep(1.0)
    for sender in senders:
        sender.close()
    sent_ns = {key: by_id[box].published_ns[seq] for key, (box, seq) in crossings.items()}
    _match(bench, sent_ns, heard, took)
    return took


_COMMITTED = """
    SELECT d.number, d.id, (extract(epoch FROM j.occurred_at) * 1000)::bigint,
           (extract(epoch FROM pg_xact_commit_timestamp(j.xmin)) * 1e9)::bigint
    FROM base_journal j JOIN sensing_datastream d ON d.id = j.data->>'datastream_id'
    WHERE j.type = 'alerts.alarm.raised'
"""


def _match(
    bench: Bench,
    sent_ns: dict[tuple[int, int], int],
    heard: list[tuple[object, ...]],
    took: Took,
) -> None:
    took.expected = len(sent_ns)
    screens: dict[tuple[str, int], int] = {}
    for said in heard:
        if len(said) == 4:
            stream, _condition, raised_at, at_ns = said
            raised_ms = round(datetime.fromisoformat(str(raised_at)).timestamp() * 1000)
            screens.setdefault((str(stream), raised_ms), int(str(at_ns)))
    with psycopg.connect(bench.house.admin_dsn) as admin:
        committed = admin.execute(_COMMITTED).fetchall()
    for number, stream, at_ms, committed_ns in committed:
        if (published := sent_ns.get((number, at_ms))) is not None:
            took.row_ms.append((committed_ns - published) / 1e6)
            if (seen := screens.get((str(stream), at_ms))) is not None:
                took.screen_ms.append((seen - published) / 1e6)


def _latency(took: Took) -> list[Row]:
    name = f"readings.latency.{FLOW}x{A_MESSAGE}"
    rows = [
        Row(name=f"{name}.alarms", value=float(took.expected), unit="alarms"),
        Row(
            name=f"{name}.without_row",
            value=float(took.expected - len(took.row_ms)),
            unit="alarms",
            target=0.0,
            met=took.expected == len(took.row_ms),
        ),
    ]
    for what, values, target in (
        ("row", took.row_ms, TARGET_ROW_MS),
        ("screen", took.screen_ms, TARGET_SCREEN_MS),
    ):
        p50, p99 = (rounded(float(np.percentile(values, at))) for at in (50, 99))
        rows.append(Row(name=f"{name}.{what}.p50", value=p50, unit="ms"))
        rows.append(
            Row(name=f"{name}.{what}.p99", value=p99, unit="ms", target=target, met=p99 <= target)
        )
    return rows


def _knee(bench: Bench, say: Callable[[str], None]) -> Row:
    """Raise the flow until the 99th percentile of the row passes 50 ms."""
    reached = 0
    for flow in KNEE_FLOWS:
        took = _flow(bench, flow, KNEE_S, None)
        p99 = float(np.percentile(took.row_ms, 99))
        say(f"knee: {flow} messages a second, row p99 {p99:.1f} ms")
        if p99 > KNEE_MS:
            break
        reached = flow
    return Row(name=f"readings.knee.{A_MESSAGE}", value=float(reached), unit="messages/s")
