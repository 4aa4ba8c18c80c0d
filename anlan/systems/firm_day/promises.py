"""What a promise says, until when it is due, and where it contradicts the tickets and alarms of the day."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from anlan.kernel.base.clock import SHANGHAI
from anlan.kernel.base.errors import InvalidError
from anlan.systems.firm_day.rules import WorkStandard

SHIPPED = Path(__file__).with_name("commitment.toml")
VIEW, SUBMIT = "firm_day.commitment.view", "firm_day.commitment.submit"
#: The contradiction that a promise of safe tanks has with an alarm of the first level.
ALARMS: Final = "alarms"
STEPS: Final = ("shift", "workshop", "firm")


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseRules:
    """When a promise is due (local), who is asked when after it, and which words of risk there are."""

    due: time
    chase: tuple[timedelta, ...]
    matters: tuple[str, ...]
    risks: tuple[str, ...]
    mark: str

    def due_at(self, day: date) -> datetime:
        """Return until when the promise of a local day is due."""
        return datetime.combine(day, self.due, SHANGHAI)

    def stage_at(self, moment: datetime) -> int | None:
        """Return which asking is on at a moment, 0 for the first; None before the first, and a day's end after the last."""
        due = self.due_at(moment.astimezone(SHANGHAI).date())
        passed = [n for n, after in enumerate(self.chase) if due + after <= moment]
        return passed[-1] if passed else None


def read_rules(file: Path = SHIPPED) -> PromiseRules:
    """Read the hours. Raises ValueError or KeyError where one is wrong or missing."""
    raw: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    return PromiseRules(
        due=time.fromisoformat(raw["due"]),
        chase=tuple(timedelta(minutes=one) for one in sorted(raw["chase_min"])),
        matters=tuple(raw["matters"]),
        risks=tuple(raw["risks"]),
        mark=raw["mark"],
    )


@cache
def promise_rules() -> PromiseRules:
    """Return the hours as shipped."""
    return read_rules()


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A permit as far as a promise is concerned."""

    code: str
    kind: str
    level: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """What a promise says (`promised` times) and what the firm's own rows say (`found`, with their numbers)."""

    what: str
    promised: int
    found: int
    codes: tuple[str, ...]


def work_keys(rules: WorkStandard) -> tuple[str, ...]:
    """Return what is counted: hot work by level (`hot_work.special`), the other kinds as a whole."""
    return tuple(
        key
        for kind in rules.kinds.values()
        for key in (
            [f"{kind.key}.{level.key}" for level in kind.levels] if kind.raises else [kind.key]
        )
    )


def key_of(rules: WorkStandard, work: Work) -> str:
    """Return under which key a permit is counted."""
    return f"{work.kind}.{work.level}" if rules.kind(work.kind).raises else work.kind


def counted(rules: WorkStandard, works: Iterable[Work]) -> dict[str, int]:
    """Return how many permits there are under each key."""
    found = dict.fromkeys(work_keys(rules), 0)
    for one in works:
        found[key_of(rules, one)] += 1
    return found


def contradictions(
    rules: WorkStandard,
    promised: Mapping[str, int],
    works: Iterable[Work],
    *,
    promises_safe: bool,
    alarms: int,
) -> list[Contradiction]:
    """Return where fewer works were promised than stand in permits, and safe tanks while `alarms` of the first level are on."""
    found: dict[str, list[str]] = {key: [] for key in work_keys(rules)}
    for one in works:
        found[key_of(rules, one)].append(one.code)
    wrong = [
        Contradiction(
            what=key, promised=promised.get(key, 0), found=len(codes), codes=tuple(sorted(codes))
        )
        for key, codes in found.items()
        if len(codes) > promised.get(key, 0)
    ]
    if promises_safe and alarms:
        wrong.append(Contradiction(what=ALARMS, promised=0, found=alarms, codes=()))
    return wrong


def refuse_wrong_units(total: int, running: int, stopped: int, under_repair: int) -> None:
    """Refuse units that do not add up. Raises InvalidError."""
    if running + stopped + under_repair != total:
        raise InvalidError(
            "运行、停产、检修套数之和须等于总套数",
            code="firm_day.units_wrong",
            field="units_total",
        )
