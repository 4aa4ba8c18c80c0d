"""Who kills: every victim once a round at a random moment, and none that was down already."""

import random
import signal
import subprocess
import time
from dataclasses import dataclass, field

from anlan.app.bench.report import Row
from anlan.app.stack.service import Running
from anlan.app.stack.supervisor import Supervisor

LOOK_S = 0.05
#: So long a victim that is down may take to come up.
PATIENCE_S = 60.0


@dataclass(slots=True)
class Killer:
    """Kills each of `victims` once in each of `rounds` of `round_s`; a death counts when it was ours.

    `missed` says of whom that was not possible, and why: (round, name, reason).
    """

    supervisor: Supervisor
    victims: tuple[str, ...]
    rounds: int
    round_s: float
    seed: int
    patience_s: float = PATIENCE_S
    deaths: list[tuple[int, str]] = field(default_factory=list)
    missed: list[tuple[int, str, str]] = field(default_factory=list)

    def run(self) -> None:
        """Kill until the rounds are over; who is down at its moment dies when it is up again."""
        chance = random.Random(self.seed)  # noqa: S311  no secret, and the same on every machine
        edge_s = self.round_s / 24
        begin = time.monotonic()
        for turn in range(self.rounds):
            moments = sorted(chance.uniform(edge_s, self.round_s - edge_s) for _ in self.victims)
            order = chance.sample(self.victims, len(self.victims))
            for moment, name in zip(moments, order, strict=True):
                time.sleep(max(0.0, begin + turn * self.round_s + moment - time.monotonic()))
                if (why := self._kill(name)) is None:
                    self.deaths.append((turn + 1, name))
                else:
                    self.missed.append((turn + 1, name, why))

    def rows(self) -> list[Row]:
        """Return how often each died by our hand, held against the rounds."""
        count = {name: sum(1 for _, one in self.deaths if one == name) for name in self.victims}
        return [
            Row(
                name=f"chaos.killed.{name}",
                value=float(count[name]),
                unit="times",
                target=float(self.rounds),
                met=count[name] == self.rounds,
            )
            for name in self.victims
        ]

    def _kill(self, name: str) -> str | None:
        """Kill one that lives; return why that was not possible, None when it was."""
        until = time.monotonic() + self.patience_s
        was_down = False
        while time.monotonic() < until:
            life = self.supervisor.life_of(name)
            if life.has_ended():
                was_down = True
            elif life.ready or not was_down:
                # what we kill has not failed by itself: the pause before its next start stays short
                self.supervisor.forgive(name)
                if self._dies(life, self.patience_s):
                    return None
            time.sleep(LOOK_S)
        return f"not up within {self.patience_s:g} s: {self.supervisor.life_of(name).last_words(3)}"

    @staticmethod
    def _dies(life: Running, patience_s: float) -> bool:
        """Kill; tell whether it died of that, and not of something else just before."""
        life.process.send_signal(signal.SIGKILL)
        try:
            return life.process.wait(patience_s) == -signal.SIGKILL
        except subprocess.TimeoutExpired:
            return False
