"""The event loop of our processes: libuv's, which spends less on a message than Python's own.

And a calm garbage collector. A message in hand is some twenty objects that live for milliseconds;
at its shipped settings Python looks for cycles every 700 of them and, again and again, through all
of Django as well: pauses of a tenth of a second at the moment when an alarm is due.
"""

import asyncio
import gc
import os
from collections.abc import Coroutine
from typing import Any

import uvloop

#: New objects between two looks for cycles, and how many looks of one generation to one of the next.
COLLECT_EACH = (20_000, 20, 20)
#: A quarter of the share of CPU that the others have, where there is not enough for all.
STEP_BACK = 6


def calm_collector() -> None:
    """Leave what the program itself consists of to itself, and look seldom for cycles in the rest."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_EACH)


def run(main: Coroutine[Any, Any, None], *, steps_back: bool = False) -> None:
    """Run to its end what a process is for; one that `steps_back` lets those in a hurry go first."""
    if steps_back:
        os.nice(STEP_BACK)
    calm_collector()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main)
