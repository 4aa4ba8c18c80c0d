"""The gateways of `anlan bench crowd`: those that speak until they fall silent, and the one with the reds."""

import threading
import time
from dataclasses import dataclass, field

import numpy as np

from anlan.app.bench.beside import Beside
from anlan.app.bench.boxes import Sender, payload_of, send_all
from anlan.app.bench.house import wait_until
from anlan.app.bench.plant import BEYOND, CALM, Box
from anlan.app.bench.readings_made import Made

#: Datastreams of a gateway.
EACH = 500
RED_EVERY_S = 0.2
SPEAK_EVERY_S = 10.0
PATIENCE_S = 600.0


def opened(boxes: list[Box], port: int) -> list[Sender]:
    """Return the boxes on their lines, once every one is let in."""
    senders = [Sender(box, port) for box in boxes]
    for sender in senders:
        sender.open()
    wait_until(lambda: all(sender.is_open for sender in senders), "every gateway is let in")
    return senders


@dataclass
class Speaking(Beside):
    """Gateways that send a reading of each of their datastreams, round after round, and then no more.

    They speak from the beginning: whoever was never heard is missed as well, a minute after the engine
    has heard of it.
    """

    boxes: list[Box]
    port: int
    rounds: int = 0
    spoken_s: float = 0.0
    senders: list[Sender] = field(default_factory=list)

    def go_on(self, stop: threading.Event) -> None:
        """Send."""
        self.senders = opened(self.boxes, self.port)
        while not stop.is_set():
            began_s = time.monotonic()
            for sender in self.senders:
                index = np.arange(len(sender.box.tags))
                times = np.full(len(index), time.time_ns() // 1_000_000)
                made = Made(index, times, np.full(len(index), CALM))
                payload = payload_of(sender.box, self.rounds + 1, made, packed=True)
                sender.due.append((0.0, self.rounds + 1, payload))
            send_all(self.senders, PATIENCE_S)
            self.rounds += 1
            self.spoken_s = time.monotonic()
            stop.wait(began_s + SPEAK_EVERY_S - self.spoken_s)
        for sender in self.senders:
            sender.close()


@dataclass
class Reds(Beside):
    """One datastream after the other beyond its limit of first priority, in messages of one reading."""

    sender: Sender
    sent: int = 0

    def go_on(self, stop: threading.Event) -> None:
        """Send."""
        while self.sent < EACH and not stop.wait(RED_EVERY_S):
            at = np.array([self.sent])
            made = Made(at, np.array([time.time_ns() // 1_000_000]), np.array([BEYOND]))
            self.sent += 1
            payload = payload_of(self.sender.box, self.sent, made, packed=True)
            self.sender.due.append((0.0, self.sent, payload))
            self.sender.send_due(time.monotonic())
