"""Bad senders beside a good one: damaged messages and endless topics, through the real doors.

A gateway with broken firmware sends damaged messages, each with a right signature so that the damage
is read; the same by HTTP; another publishes on topics that are not its own, each once. Beside them a
good gateway goes on, and none of its readings may be lost, said twice or wait. Nothing of ours may
fall, answer 500 or grow.
"""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Any

import httpx
import numpy as np
import psycopg

from anlan.app.bench import flood, processes
from anlan.app.bench.boxes import Sender, payload_of
from anlan.app.bench.house import BenchHouse, wait_until
from anlan.app.bench.plant import CALM, Box, build_plant
from anlan.app.bench.readings_made import Made
from anlan.app.bench.report import Report, Row, new_report, rounded
from anlan.app.log_writer import IN_FLIGHT_BYTES_MAX

GATEWAYS, DATASTREAMS = 4, 400
#: Damaged messages over MQTT and over HTTP, and topics: in the full form and in the quick.
DAMAGED, POSTED, TOPICS = (1_000_000, 20_000), (20_000, 1_000), (1_000_000, 20_000)
#: The good gateway says ten readings each tenth of a second.
BEAT_S, A_MESSAGE, ALONE_S = 0.1, 10, 5.0
#: How much a process may grow from the first tenth of a flood to its end: what may be under way.
GROWN_MB = IN_FLIGHT_BYTES_MAX / 1e6
LOOK_S = 0.5
#: An answer of this hundred says that the fault is ours.
FAILED = 5
_KEPT = """
    SELECT sequence, (extract(epoch FROM arrived_at) * 1000)::float8
    FROM sensing_batchreceipt WHERE gateway_id = %s
"""


@dataclass(slots=True)
class Neighbour:
    """The good gateway, on a thread: which messages it sent, by the name of what went on then."""

    box: Box
    sender: Sender
    seq: int = 0
    sent: dict[str, range] = field(default_factory=dict)
    _is_over: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def beside(self, what: str) -> Iterator[None]:
        """Send while the caller does something."""
        first = self.seq + 1
        self._is_over.clear()
        thread = threading.Thread(target=self._send, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._is_over.set()
            thread.join()
            self.sent[what] = range(first, self.seq + 1)

    def _send(self) -> None:
        while not self._is_over.is_set():
            began = time.monotonic()
            self.seq += 1
            times = np.full(A_MESSAGE, time.time_ns() // 1_000_000, np.int64)
            made = Made(np.arange(A_MESSAGE), times, np.full(A_MESSAGE, CALM))
            payload = payload_of(self.box, self.seq, made, packed=True)
            self.sender.due.append((0.0, self.seq, payload))
            while not self.sender.is_done:
                self.sender.send_due(time.monotonic())
                time.sleep(0.0005)
            time.sleep(max(0.0, began + BEAT_S - time.monotonic()))


def run(house: BenchHouse, *, quick: bool, say: Callable[[str], None] = lambda _: None) -> Report:
    """Run in an empty house; every row with a target is what must be true."""
    report = new_report("doors", quick=quick)
    good, *bad = build_plant(house.admin_dsn, gateways=GATEWAYS, datastreams=DATASTREAMS)
    house.start()
    house.watch()
    sender = Sender(good, house.nats.mqtt_port)
    sender.open()
    wait_until(lambda: sender.is_open, "the gateway is let in")
    neighbour = Neighbour(good, sender)
    with neighbour.beside("alone"):
        time.sleep(ALONE_S)
    floods: list[tuple[str, Callable[[flood.Sender, int], Any], int]] = [
        ("damaged", flood.damaged, DAMAGED[quick]),
        ("posted", flood.posted, POSTED[quick]),
        ("topics", flood.strayed, TOPICS[quick]),
    ]
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as apart:
        for (name, send, count), box in zip(floods, bad, strict=True):
            say(f"{name}: {count}")
            memory: list[dict[str, float]] = []
            before, began = _read(house), time.monotonic()
            with neighbour.beside(name):
                sending = apart.submit(send, _sender(house, box), count)
                while not sending.done():
                    memory.append(_memory(house))
                    time.sleep(LOOK_S)
                if name == "damaged":
                    wait_until(lambda: _read(house) - before >= count, "all are read")  # noqa: B023
                memory.append(_memory(house))
            rate = rounded(count / (time.monotonic() - began))
            report.rows.append(Row(name=f"doors.{name}.sent", value=float(count), unit="messages"))
            report.rows.append(Row(name=f"doors.{name}.rate", value=rate, unit="messages/s"))
            report.rows.extend(_answers(sending.result() or {}))
            report.rows.extend(_grown(name, memory))
    report.rows.extend(_outcomes(house))
    report.rows.extend(_after(house, neighbour))
    return report


def _sender(house: BenchHouse, box: Box) -> flood.Sender:
    return flood.Sender(
        box.firm,
        box.code,
        box.token,
        box.hmac_key,
        (box.tags[0], box.tags[1]),
        house.nats.mqtt_port,
        house.ports.gateway,
    )


def _health(house: BenchHouse) -> dict[str, int]:
    url = f"http://127.0.0.1:{house.ports.gateway}/api/v1/observations/health"
    found: dict[str, int] = httpx.get(url, timeout=30).json()["messages"]
    return found


def _read(house: BenchHouse) -> int:
    """Return how many messages the door has read since it was started."""
    return sum(_health(house).values())


def _outcomes(house: BenchHouse) -> list[Row]:
    """Say what became of all messages; the damage of some is such that they are good ones."""
    return [
        Row(name=f"doors.outcome.{word}", value=float(count), unit="messages")
        for word, count in sorted(_health(house).items())
    ]


def _answers(hundreds: dict[int, int]) -> list[Row]:
    return [
        Row(
            name=f"doors.posted.answers.{hundred}xx",
            value=float(hundreds.get(hundred, 0)),
            unit="answers",
            target=0.0 if hundred == FAILED else None,
            met=not hundreds.get(hundred) if hundred == FAILED else None,
        )
        for hundred in (2, 4, FAILED)
        if hundreds
    ]


def _memory(house: BenchHouse) -> dict[str, float]:
    held = processes.resident_mb(house.pids())
    return {name: held[name] for name in ("gateway", "nats", "engine")}


def _grown(name: str, memory: list[dict[str, float]]) -> list[Row]:
    """Compare the memory at the end of a flood with that after its first tenth."""
    first, last = memory[len(memory) // 10], memory[-1]
    return [
        Row(
            name=f"doors.{name}.memory.{service}",
            value=rounded(last[service] - first[service]),
            unit=f"MB over {first[service]:.0f}",
            target=GROWN_MB,
            met=last[service] - first[service] <= GROWN_MB,
        )
        for service in last
    ]


def _after(house: BenchHouse, neighbour: Neighbour) -> list[Row]:
    """Ask whether each message of the good gateway is there, once, how late, and what fell."""
    with psycopg.connect(house.admin_dsn, autocommit=True) as admin:

        def kept() -> list[tuple[int, float]]:
            return admin.execute(_KEPT, [neighbour.box.id]).fetchall()

        wait_until(lambda: len(dict(kept())) >= neighbour.seq, "all receipts are there")
        found = kept()
    neighbour.sender.close()
    published = neighbour.sender.published_ns
    waits_ms = {seq: at_ms - published[seq] / 1e6 for seq, at_ms in found}
    p99 = {
        what: float(np.percentile([waits_ms[seq] for seq in sent], 99))
        for what, sent in neighbour.sent.items()
    }
    rows = [
        Row(
            name=f"doors.{what}.neighbour.kept.p99",
            value=rounded(value),
            unit="ms",
            peer="alone",
            peer_value=rounded(p99["alone"]),
            ratio=rounded(p99["alone"] / value),
        )
        for what, value in p99.items()
    ]
    fallen = sum(what.startswith("crashed") for _, what in house.crashes)
    facts = (
        ("doors.neighbour.lost", neighbour.seq - len(waits_ms), "messages"),
        ("doors.neighbour.twice", len(found) - len(waits_ms), "messages"),
        ("doors.fallen", fallen, "processes"),
    )
    return rows + [
        Row(name=name, value=float(value), unit=unit, target=0.0, met=value == 0)
        for name, value, unit in facts
    ]
