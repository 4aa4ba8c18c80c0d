"""`kill -9` of every process in turn while readings pour in; then what was promised is asked back.

Twenty gateways send 20,000 readings a second. In each round gateway, engine, recorder, worker, live,
NATS and PostgreSQL are killed once each, in a random order at random moments, whoever is down then
once it is up again; the supervisor brings them back. At the end every acknowledged reading must stand
in history once with its value, the journal must tell exactly the transitions of a plain loop over the
readings sent, EVENTS must hold the journal whole and in order, and the journal's chain must verify.
"""

import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from anlan.app.bench import chaos_truth
from anlan.app.bench.boxes import Sender, payload_of, send_all
from anlan.app.bench.house import OURS, BenchHouse, wait_until
from anlan.app.bench.killer import Killer
from anlan.app.bench.plant import BEYOND, Box, build_plant
from anlan.app.bench.readings_made import Made, walks
from anlan.app.bench.report import Report, new_report

GATEWAYS, A_GATEWAY = 20, 50
#: Each gateway sends a message of 500 readings every half second: ten of each datastream.
EVERY_S, DEEP = 0.5, 10
VICTIMS = ("postgres", "nats", *OURS)
#: A round is long enough for seven deaths with their comebacks overlapping.
ROUND_S = 12.0
#: How often a datastream is beyond its limit for one message.
CROSSING = 0.01
PATIENCE_S = 180.0
QUICK = 3
LEAD_S = 2.0


@dataclass(slots=True)
class Load:
    """What each gateway is going to send, and when."""

    boxes: list[Box]
    rounds: int
    seed: int
    begin_ms: int = 0
    senders: list[Sender] = field(default_factory=list)
    sent: list[chaos_truth.Sent] = field(default_factory=list)

    def make(self, port: int) -> None:
        """Make every message; times begin a moment from now and are those of its sending."""
        messages = round(self.rounds * ROUND_S / EVERY_S)
        begin_s = time.monotonic() + LEAD_S + messages * GATEWAYS * 0.0012
        self.begin_ms = round((time.time() + begin_s - time.monotonic()) * 1000)
        chance = np.random.default_rng(self.seed)
        for at, box in enumerate(self.boxes):
            sender = Sender(box, port)
            offset_s = EVERY_S * at / len(self.boxes)
            walk = walks(self.seed + at, len(box.tags), len(box.tags) * DEEP)
            for turn in range(messages):
                due_s = begin_s + offset_s + turn * EVERY_S
                made = self._message(next(walk), chance, turn * EVERY_S + offset_s)
                sender.due.append((due_s, turn + 1, payload_of(box, turn + 1, made, packed=True)))
                numbers = np.asarray(box.numbers)[made.index]
                self.sent.append(chaos_truth.Sent(numbers, made.times_ms, made.values))
            self.senders.append(sender)

    def _message(
        self, walk: tuple[np.ndarray, np.ndarray], chance: np.random.Generator, at_s: float
    ) -> Made:
        index, values = walk
        beyond = chance.random(int(index.max()) + 1) < CROSSING
        depth = np.arange(len(index)) // (int(index.max()) + 1)
        step_ms = EVERY_S * 1000 / DEEP
        times = self.begin_ms + round(at_s * 1000) - np.rint((DEEP - depth) * step_ms)
        return Made(index, times.astype(np.int64), np.where(beyond[index], BEYOND, values))


def run(
    house: BenchHouse, *, rounds: int, seed: int = 1, say: Callable[[str], None] = lambda _: None
) -> Report:
    """Run so many rounds in an empty house; every row's target is what must be true."""
    report = new_report("chaos", quick=rounds <= QUICK)
    boxes = build_plant(house.admin_dsn, gateways=GATEWAYS, datastreams=GATEWAYS * A_GATEWAY)
    house.start()
    say(f"{rounds} rounds of {ROUND_S:.0f} s, {len(VICTIMS)} deaths each")
    killer = Killer(house.supervisor, VICTIMS, rounds, ROUND_S, seed)
    made = _under_fire(house, boxes, killer)
    for turn, name, why in killer.missed:
        say(f"round {turn}: {name} was not killed: {why}")
    say("all is acknowledged; asking back")
    found = asyncio.run(chaos_truth.settle(house, PATIENCE_S))
    chaos_truth.wait_for_history(house, PATIENCE_S)
    report.rows.extend(killer.rows())
    report.rows.extend(chaos_truth.compare(house, made.sent, found))
    return report


def _under_fire(house: BenchHouse, boxes: list[Box], killer: Killer) -> Load:
    """Send everything while the killer walks about."""
    house.watch()
    made = Load(boxes, killer.rounds, killer.seed)
    made.make(house.nats.mqtt_port)
    for sender in made.senders:
        sender.open()
    wait_until(lambda: all(sender.is_open for sender in made.senders), "every gateway is let in")
    killing = threading.Thread(target=killer.run, daemon=True)
    killing.start()
    try:
        send_all(made.senders, killer.rounds * ROUND_S + PATIENCE_S)
    finally:
        for sender in made.senders:
            sender.close()
    killing.join()
    wait_until(house.has_servers, "the servers are back")
    return made
