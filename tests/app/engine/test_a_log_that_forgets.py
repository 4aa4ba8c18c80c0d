"""A log that lets its past go, and engines that lose their snapshots: no alarm twice, none for ever.

What an engine did not hear it cannot know: a delay that had begun, a window. What it must not do is
to raise again what is open, or to keep open what the oracle has closed, once the night is over.
"""

import shutil
from collections import defaultdict

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from anlan.app.log_message import LogSpan
from anlan.engines.alarms import controls
from tests.app.engine.fake_log import EPOCH, asked_before
from tests.app.engine.night import GATEWAYS, MANY, FencedMemory, Night
from tests.engines.alarms.oracle import BY_NUMBER

#: Longer than every delay, window and suppression of the night.
CALM_S = 40
FAR = 1e6


class RememberingMemory(FencedMemory):
    """A database that knows what stood in the log before a message (`DatabaseMemory` is held to the
    same function in test_engine_memory.py), and which groups are open.
    """

    def __init__(self, night: "ForgetfulNight") -> None:
        super().__init__()
        self.night = night

    def configuration(self, epoch: str, before: int) -> list[controls.Change]:
        """Return what was asked for before a message."""
        assert epoch == EPOCH
        return asked_before(self.night.log, before)


class ForgetfulNight(Night):
    """The first messages of the log go once they are judged and committed, as a purge lets them."""

    def __init__(self) -> None:
        super().__init__()
        self.memory = RememberingMemory(self)
        self.gone = 0

    @property
    def span(self) -> LogSpan:
        """What of the log is still there."""
        return LogSpan(EPOCH, self.gone + 1, len(self.log))

    @precondition(lambda self: self.engine is None and self.memory.at is not None)
    @rule(share=st.sampled_from([0.5, 0.9, 1.0]))
    def the_log_forgets(self, share: float) -> None:
        assert self.memory.at is not None
        self.gone = max(self.gone, int(self.memory.at[1] * share))

    @rule()
    def the_snapshots_are_lost(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    @invariant()
    def of_each_condition_at_most_one_alarm_is_open(self) -> None:
        is_open: dict[tuple[int, str, str], bool] = defaultdict(bool)
        for one in self.memory.committed:
            key = (one.number, one.condition, one.cause_key if one.is_group else "")
            if one.kind in {"raised", "returned"}:
                assert is_open[key] is (one.kind == "returned"), (key, one)
                is_open[key] = not is_open[key]

    def teardown(self) -> None:
        try:
            for value in (FAR, -FAR, 50.0):
                for _ in range(CALM_S):
                    self.readings_arrive(500, [(n, 0, value, 192) for n in range(5)], GATEWAYS[0])
                    self.a_tick(500)
            self.hear_all()
            told = {
                (number, condition)
                for number, point in self.oracle.points.items()
                for condition in point.told
            }
            assert self.open() == told
        finally:
            super().teardown()

    def open(self) -> set[tuple[int, str]]:
        """What the database holds active."""
        return {
            (number, condition)
            for number, bits in self.memory.active.items()
            for at, condition in BY_NUMBER.items()
            if bits >> at & 1
        }


TestForgetfulNight = ForgetfulNight.TestCase
TestForgetfulNight.settings = MANY
