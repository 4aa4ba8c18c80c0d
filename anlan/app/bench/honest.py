"""Is the datum honest? Cheats put into invented months: which share is found, and who is accused for nothing.

The honest months have what real ones have and what looks like a cheat: stops, full tanks, valves on timers, coarse
instruments, days that resemble each other, gaps. Each cheat goes into a month of its own.
"""

from collections.abc import Callable
from dataclasses import replace
from time import process_time

import numpy as np

from anlan.app.bench.honest_made import Cheat, cheat, honest
from anlan.app.bench.report import Report, Row, new_report, none_may_be, rounded
from anlan.engines.honesty.look import findings
from anlan.engines.honesty.month import Finding, Kind, Month

DAYS = 31
FIRMS, CHEATS = 40, 20
QUICK_FIRMS, QUICK_CHEATS = 4, 3
#: Of each kind this share is to be found.
TARGET_SHARE = 0.9


def run(*, quick: bool, say: Callable[[str], None] = lambda _: None) -> Report:
    """Make the months, look at them, count."""
    report = new_report("honest", quick=quick)
    dice = np.random.default_rng(20_261)
    firms, cheats = (QUICK_FIRMS, QUICK_CHEATS) if quick else (FIRMS, CHEATS)
    next(findings(honest(9, dice)), None)  # compiled before anything is timed
    accused, tags, cpu_s = 0, 0, 0.0
    months = [honest(DAYS, dice) for _firm in range(firms)]
    for month in months:
        began = process_time()
        accused += sum(1 for _one in findings(month))
        cpu_s += process_time() - began
        tags += len(month.values)
    say(f"{firms} honest firm-months: {accused} accusations")
    for kind in Kind:
        found = sum(_is_found(*cheat(months[n % firms], kind, dice)) for n in range(cheats))
        say(f"{kind}: {found} of {cheats}")
        share = found / cheats
        report.rows.append(
            Row(
                name=f"honest.found.{kind}",
                value=rounded(share),
                unit=f"of {cheats}",
                target=TARGET_SHARE,
                met=share >= TARGET_SHARE,
            )
        )
    report.rows.append(none_may_be("honest.accused", accused / firms, "a firm-month"))
    per_thousand = Row(name="honest.cpu", value=rounded(1000 * cpu_s / tags), unit="s/1,000 tags")
    report.rows.append(per_thousand)
    return report


def _is_found(month: Month, what: Cheat) -> bool:
    rows = np.flatnonzero(month.unit == month.unit[what.row])
    part = replace(
        month,
        values=month.values[rows],
        resolution=month.resolution[rows],
        high=month.high[rows],
        unit=month.unit[rows],
    )
    row = int(np.flatnonzero(rows == what.row)[0])
    return any(_tells(one, replace(what, row=row)) for one in findings(part))


def _tells(one: Finding, what: Cheat) -> bool:
    is_there = one.first <= what.last and what.first <= one.last
    return one.kind is what.kind and what.row in (one.row, one.other) and is_there
