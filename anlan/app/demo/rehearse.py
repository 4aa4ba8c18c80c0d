"""Rehearse the demo offline: run the played values through the limits and say when alarms come.

It needs no process and no database: the same values that the feeds will send are laid out in numpy
and judged with the same limits, so a change of a mapping or the schedule is seen in a second.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from anlan.app.demo.limits import DemoLimit, limits_of
from anlan.app.demo.plants import read_plants
from anlan.app.demo.schedule import Playback, playback_of
from anlan.app.demo.series import Series, read_all

_UPWARD = frozenset({"HH", "H"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """One alarm of the rehearsal."""

    second: int
    firm: str
    tag: str
    condition: str
    limit: float
    value: float


def rehearse(plays: list[Playback], series: dict[str, Series], seconds: int) -> list[Raised]:
    """Return every alarm of the first `seconds` in order of time."""
    found = [raised for play in plays for raised in _rehearse_one(play, series, seconds)]
    return sorted(found, key=lambda raised: (raised.second, raised.firm, raised.tag))


def values_of(play: Playback, seconds: int) -> dict[str, NDArray[np.float64]]:
    """Return the values of each tag for the first seconds, as the feeds will send them."""
    lags = {tag.lag for _, tag in play.plant.mapping.tags()}
    on = {lag: [play.row_at(at - lag * play.row_s) for at in range(seconds)] for lag in lags}
    return {
        name: tag.apply(np.array([run.columns[tag.column][row] for run, row in on[tag.lag]]))
        for name, tag in play.plant.mapping.tags()
    }


def _rehearse_one(play: Playback, series: dict[str, Series], seconds: int) -> list[Raised]:
    values = values_of(play, seconds)
    return [
        Raised(
            second=second,
            firm=play.plant.code,
            tag=name,
            condition=limit.condition,
            limit=limit.value,
            value=float(values[name][second]),
        )
        for name, tag in play.plant.mapping.tags()
        for limit in limits_of(tag, play.plant.mapping, series)
        if limit.condition != "silent"
        for second in raised_at(values[name], limit)
    ]


def raised_at(values: NDArray[np.float64], limit: DemoLimit) -> list[int]:
    """Return the seconds at which a limit raises, with its deadband and delays (one value a second)."""
    sign = 1.0 if limit.condition in _UPWARD else -1.0
    height = sign * (values - limit.value)
    raised, active, since = [], False, None
    for second, above in enumerate(height):
        crossing = above < -limit.deadband if active else above >= 0.0
        if not crossing:
            since = None
            continue
        since = second if since is None else since
        delay_ms = limit.off_delay_ms if active else limit.on_delay_ms
        if (second - since) * 1000 >= delay_ms:
            active, since = not active, None
            if active:
                raised.append(second)
    return raised


def main(arguments: list[str]) -> int:
    """Print when each firm's first H and HH come: `python -m anlan.app.demo.rehearse DIR [SECONDS]`."""
    series = read_all(Path(arguments[0]))
    seconds = int(arguments[1]) if len(arguments) > 1 else 3600
    plays = [play for plant in read_plants() if (play := playback_of(plant, series))]
    alarms = rehearse(plays, series, seconds)
    quiet = [Playback(plant=p.plant, series=series, row_s=p.row_s) for p in plays]
    false = rehearse(quiet, series, seconds)
    tags = sum(len(play.plant.mapping.tags()) for play in plays)
    equipment = sum(len(play.plant.mapping.subjects) for play in plays)
    lines = [f"{len(plays)} places, {equipment} pieces of equipment, {tags} tags, {seconds} s"]
    for play in plays:
        own = [raised for raised in alarms if raised.firm == play.plant.code]
        first = {one.condition: one for one in reversed(own)}
        said = ", ".join(
            f"{one.condition} {one.tag} at {one.second} s" for one in list(first.values())[::-1]
        )
        lines.append(f"{play.plant.code}: {len(own)} alarms; first: {said or '-'}")
    lines.append(f"all: {len(alarms)}; with normal operation only: {len(false)}")
    lines += [f"  normal: {one}" for one in false[:20]]
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
