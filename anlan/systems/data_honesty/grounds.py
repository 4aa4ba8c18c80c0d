"""Reasons, clauses and parameters as they ship, with what a bureau has put in their place."""

import tomllib
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib import resources
from pathlib import Path
from typing import Any

from anlan.kernel.base.config import config
from anlan.systems.data_honesty.rules import KINDS

SHIPPED = Path(__file__).with_name("grounds.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Why a kind of finding speaks against a datastream, which clause asks it, and how sure the clause is."""

    reason: str
    reason_en: str
    clause: str
    clause_en: str
    mark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """The parameters of a look (hour of the day, days, hours), and the ground of each kind."""

    hour: int
    window_days: int
    overdue_hours: float
    kinds: dict[str, Ground]


def read_grounds(own: Path | None = None) -> Grounds:
    """Read what ships, `own` over it key by key. Raises ValueError for a kind or parameter that does not exist."""
    raw = tomllib.loads(SHIPPED.read_text(encoding="utf-8"))
    if own is not None and own.exists():
        _put_over(raw, tomllib.loads(own.read_text(encoding="utf-8")), own)
    said = {name: one["value"] for name, one in raw["parameters"].items()}
    return Grounds(
        hour=int(said["hour"]),
        # history is read in whole hours beyond a month
        window_days=min(int(said["window_days"]), 30),
        overdue_hours=float(said["overdue_hours"]),
        kinds={kind: Ground(**raw["kind"][kind]) for kind in KINDS},
    )


@cache
def grounds() -> Grounds:
    """Return the grounds of this installation; a change of the file is taken up at the next start."""
    return read_grounds(config().path("data_honesty_file"))


@cache
def engine() -> str:
    """Return which engine this is: a digest of its source, so that no version is forgotten."""
    folder = resources.files("anlan.engines.honesty")
    files = sorted(one.name for one in folder.iterdir() if one.name.endswith(".py"))
    whole = sha256()
    for name in files:
        whole.update(folder.joinpath(name).read_bytes())
    return f"honesty-{whole.hexdigest()[:12]}"


def _put_over(raw: dict[str, Any], own: dict[str, Any], file: Path) -> None:
    for part in ("parameters", "kind"):
        for name, said in own.get(part, {}).items():
            if name not in raw[part] or not said.keys() <= raw[part][name].keys():
                raise ValueError(f"{file}: there is no {part}.{name} with {sorted(said)}")
            raw[part][name] |= said
