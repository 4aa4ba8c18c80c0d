"""What each plant plays when: its normal run in a loop, and faults laid over it by the schedule."""

import tomllib
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from anlan.app.demo.mapping import HERE
from anlan.app.demo.plants import Plant
from anlan.app.demo.series import Series

#: The schedule is laid out so far ahead; whoever lets a demo run longer sees normal operation.
HORIZON_S = 7 * 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """A run that starts so many seconds after the demo's start."""

    at_s: float
    run: str
    from_row: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """`schedule.toml`."""

    cycle_s: float
    shift: int
    order: tuple[str, ...]
    row_s: dict[str, float]
    episodes: tuple[dict[str, Any], ...]
    recorded: tuple[dict[str, Any], ...]

    def of(self, firm: str) -> list[Episode]:
        """Return a firm's episodes in order of time."""
        return sorted(
            [*self._rotating(firm), *self._recorded(firm)], key=lambda episode: episode.at_s
        )

    def _rotating(self, firm: str) -> Iterator[Episode]:
        """Every cycle the whole cast of faults moves on by `shift` firms."""
        for cycle in range(int(HORIZON_S // self.cycle_s)):
            for row in self.episodes:
                if self.order[(row["place"] + cycle * self.shift) % len(self.order)] == firm:
                    yield Episode(
                        at_s=cycle * self.cycle_s + row["at"],
                        run=row["run"],
                        from_row=row["from_row"],
                    )

    def _recorded(self, firm: str) -> Iterator[Episode]:
        """Recorded faults come round by a firm's own period."""
        for row in self.recorded:
            if row["firm"] == firm:
                for turn in range(int(HORIZON_S // row["every_s"])):
                    yield Episode(
                        at_s=turn * row["every_s"] + row["at"],
                        run=row["run"],
                        from_row=row["from_row"],
                    )


@cache
def read_schedule() -> Schedule:
    """Read the schedule."""
    raw = tomllib.loads((HERE / "schedule.toml").read_text(encoding="utf-8"))
    return Schedule(
        cycle_s=raw["cycle_s"],
        shift=raw["shift"],
        order=tuple(raw["order"]),
        row_s=raw["row_s"],
        episodes=tuple(raw["episode"]),
        recorded=tuple(raw["recorded"]),
    )


@dataclass(slots=True, kw_only=True)
class Playback:
    """One plant's play: at any second the run and the row that are on, and the values of its tags."""

    plant: Plant
    series: dict[str, Series]
    row_s: float
    episodes: list[Episode] = field(default_factory=list)

    def inject(self, episode: Episode) -> None:
        """Lay one more episode over the rest."""
        self.episodes.append(episode)
        self.episodes.sort(key=lambda one: one.at_s)

    def row_at(self, second: float) -> tuple[Series, int]:
        """Return what is on: the last episode that has begun and is not over, else the normal run.

        Before the start (a lagging tag looks there) the normal run was on as well.
        """
        at = bisect_right([episode.at_s for episode in self.episodes], second)
        if at > 0:
            episode = self.episodes[at - 1]
            run = self.series[episode.run]
            row = episode.from_row + int((second - episode.at_s) / self.row_s)
            if row < len(run):
                return run, row
        normal = self.series[self.plant.normal]
        return normal, (self.plant.start_row + int(second // self.row_s)) % len(normal)

    def values_at(self, second: float) -> list[float]:
        """Return the value of every tag of the mapping, in its order, at the tag's resolution."""
        values = []
        for _, tag in self.plant.mapping.tags():
            run, row = self.row_at(second - tag.lag * self.row_s)
            column = run.columns[tag.column][row : row + 1]
            mapped = float(tag.apply(column)[0])
            values.append(round(round(mapped / tag.resolution) * tag.resolution, 9))
        return values


def playback_of(plant: Plant, series: dict[str, Series]) -> Playback | None:
    """Return a plant's play, or None where its series are not at hand (a firm that is not there)."""
    if plant.normal not in series:
        return None
    schedule = read_schedule()
    return Playback(
        plant=plant,
        series=series,
        row_s=schedule.row_s[plant.mapping.source],
        episodes=[one for one in schedule.of(plant.code) if one.run in series],
    )
