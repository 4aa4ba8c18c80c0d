"""One thing looked at: how it is, and its figures, in both languages."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

Status = Literal["ok", "warning", "late", "down"]
Kind = Literal["process", "store", "flow"]
Figure = float | int | str | None

_ORDER: tuple[Status, ...] = ("ok", "warning", "late", "down")


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """`name` is stable, texts are for people, `figures` for programs (units in their names)."""

    name: str
    kind: Kind
    title: str
    title_en: str
    status: Status
    detail: str
    detail_en: str
    figures: dict[str, Figure] = field(default_factory=dict)


def worst(statuses: Iterable[Status]) -> Status:
    """Return the worst of some statuses; nothing looked at is well."""
    return max(statuses, key=_ORDER.index, default="ok")


def by_age(age_s: float | None, *, late_s: float, down_s: float) -> Status:
    """Judge something that should be young; what has never been is down."""
    if age_s is None or age_s >= down_s:
        return "down"
    return "late" if age_s >= late_s else "ok"
