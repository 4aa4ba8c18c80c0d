"""What a clause of an examination is: its words, the setting, how it stands here, its tests."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from anlan.kernel.base.config import Config
from anlan.kernel.people.queries.standing import Standing

Level = Literal["ok", "warning", "broken"]
Judged = tuple[Level, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Copies:
    """What of the database leaves this machine as it is written: standbys, archived logs; the last backup."""

    standbys: int
    is_archiving: bool
    backed_up_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """This installation: its settings; its accounts and copies where the database answers."""

    config: Config
    accounts: Standing | None
    copies: Copies | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One clause: what it asks, what is set, how it stands here, which tests are its evidence."""

    number: str
    asks: str
    asks_en: str
    setting: Callable[[Here], str]
    judge: Callable[[Here], Judged]
    evidence: tuple[str, ...]


def always(_here: Here) -> Judged:
    """Judge what no setting can turn off."""
    return "ok", "由程序保证 held by the program"
