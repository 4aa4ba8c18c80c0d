"""Which shards of the log an engine judges, and under which name it keeps its place (7.18)."""

import re
from dataclasses import dataclass
from itertools import pairwise

from anlan.kernel.alerts.rules import EXERCISE_GROUP
from anlan.kernel.base.bus import CONTROL, EXERCISE_SHARD, HTTP, MQTT, TICK, readings_subject
from anlan.kernel.base.config import ConfigurationError

#: The name of the group that judges every real shard.
WHOLE = "main"
REAL_SHARDS = range(EXERCISE_SHARD)
LONGEST_NAME = 16
_RUN = re.compile(r"(\d+)(?:-(\d+))?")


@dataclass(frozen=True, slots=True)
class ShardGroup:
    """The shards that one engine owns; that of exercises is apart from all real ones (7.11)."""

    name: str
    shards: frozenset[int]

    @property
    def is_exercise(self) -> bool:
        """Tell whether only readings of exercises are judged."""
        return self.name == EXERCISE_GROUP

    def subjects(self, node: str) -> list[str]:
        """Return what of READINGS the engine must hear; the subjects never overlap.

        Time is heard on shard 0 by all: the gateway writes the ticks of one second behind
        everything that it had read before, on every shard, and an idle shard has none.
        """
        if self.is_exercise:
            own = [readings_subject(node, EXERCISE_SHARD, kind) for kind in (MQTT, HTTP, TICK)]
            return [*own, f"{node}.rd.*.{CONTROL}", readings_subject(node, 0, TICK)]
        if self.shards == frozenset(REAL_SHARDS):
            return [f"{node}.rd.>"]
        time = [] if 0 in self.shards else [readings_subject(node, 0, TICK)]
        return [f"{node}.rd.{shard}.>" for shard in sorted(self.shards)] + time


def groups_of(text: str) -> list[ShardGroup]:
    """Return the groups that a setting like `0-31,64` names: real shards, and exercises if 64 is there.

    Raises ConfigurationError, with a sentence for whoever wrote the setting.
    """
    shards: set[int] = set()
    for part in text.split(","):
        run = _RUN.fullmatch(part.strip())
        if run is None:
            raise ConfigurationError(f"engine_shards={text!r}: {part!r} is neither 7 nor 0-31")
        shards.update(range(int(run[1]), int(run[2] or run[1]) + 1))
    if not shards or shards - {*REAL_SHARDS, EXERCISE_SHARD}:
        raise ConfigurationError(f"engine_shards={text!r}: there are shards 0 to 64")
    real = shards - {EXERCISE_SHARD}
    groups = [ShardGroup(_name(real), frozenset(real))] if real else []
    if EXERCISE_SHARD in shards:
        groups.append(ShardGroup(EXERCISE_GROUP, frozenset({EXERCISE_SHARD})))
    return groups


def _name(shards: set[int]) -> str:
    if shards == set(REAL_SHARDS):
        return WHOLE
    listed = sorted(shards)
    starts = [listed[0], *(b for a, b in pairwise(listed) if b != a + 1)]
    ends = [*(a for a, b in pairwise(listed) if b != a + 1), listed[-1]]
    spans = [f"{a}" if a == b else f"{a}-{b}" for a, b in zip(starts, ends, strict=True)]
    name = ",".join(spans)
    if len(name) > LONGEST_NAME:
        raise ConfigurationError(f"engine_shards={name!r}: name them in fewer runs")
    return name
