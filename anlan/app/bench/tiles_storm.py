"""An alarm storm through the real door, in a process of its own: readings beyond their limits, and back.

A thousand datastreams a second cross their limit, or return.
"""

import multiprocessing
import time
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from anlan.app.bench.plant import Box

A_MESSAGE, A_SECOND = 100, 10


class Storm:
    """Rages while the block runs."""

    def __init__(self, boxes: "list[Box]", port: int, beyond: float) -> None:
        self._said = [_plain(box) for box in boxes]
        self._port, self._beyond = port, beyond

    def __enter__(self) -> Self:
        spawn = multiprocessing.get_context("spawn")
        ours, theirs = spawn.Pipe()
        self._process = spawn.Process(
            target=rage, args=(self._said, self._port, self._beyond, theirs), daemon=True
        )
        self._process.start()
        if not ours.poll(60):
            raise TimeoutError("the gateways of the storm were not let in")
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.join()


def _plain(box: "Box") -> dict[str, Any]:
    return {name: getattr(box, name) for name in box.__dataclass_fields__}


def rage(boxes: list[dict[str, Any]], port: int, beyond: float, ready: Connection) -> None:
    """Send until ended: each message carries a hundred datastreams of a gateway across their limit."""
    from anlan.app.cli.django_setup import start_django

    start_django("anlan_app")
    import numpy as np

    from anlan.app.bench.boxes import Sender, payload_of
    from anlan.app.bench.plant import CALM, Box
    from anlan.app.bench.readings_made import Made

    senders = [Sender(Box(**one), port) for one in boxes]
    for sender in senders:
        sender.open()
    while not all(sender.is_open for sender in senders):
        time.sleep(0.05)
    ready.send("raging")
    turn, begun = 0, time.monotonic()
    rounds = len(senders) * (len(senders[0].box.tags) // A_MESSAGE)
    while True:
        sender = senders[turn % len(senders)]
        first = turn % rounds // len(senders) * A_MESSAGE
        value = CALM if turn // rounds % 2 else beyond
        made = Made(
            np.arange(first, first + A_MESSAGE),
            np.full(A_MESSAGE, time.time_ns() // 1_000_000),
            np.full(A_MESSAGE, value),
        )
        seq = turn // len(senders) + 1
        sender.due.append((0.0, seq, payload_of(sender.box, seq, made, packed=True)))
        sender.send_due(time.monotonic())
        turn += 1
        time.sleep(max(0.0, begun + turn / A_SECOND - time.monotonic()))
