"""What lies in a circle or an outline of the map: `places` asks, each slice answers for its own things.

A slice that has something on the map offers a source in its `apps.py`; nothing else has to know it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, IntegerField, QuerySet, Value
from django.db.models.functions import Cast

from anlan.kernel.base.permissions import Principal

#: No circle is larger: beyond it somebody looks for a list, not for what is near.
MOST_RADIUS_M = 100_000.0
#: Corners of an outline: it travels in the address of the question.
MOST_CORNERS = 200
#: What every source's rows have beside `id`, `name` and `name_en`.
COLUMNS = ("found_kind", "found_title", "found_title_en", "found_people", "found_demo")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Things of one slice that may lie somewhere.

    `rows` returns those that a person reaches by the permission, with `COLUMNS`, `id`, `name` and
    `name_en`, and their place as a point in the column `location`.
    """

    name: str
    permission: str
    rows: Callable[[Principal], QuerySet[Any, Any]]


_sources: dict[str, Source] = {}


def offer(source: Source) -> None:
    """Let a slice's things be found; a name is given once."""
    if source.name in _sources:
        raise ValueError(f"within already has a source {source.name!r}")
    _sources[source.name] = source


def sources(principal: Principal) -> list[Source]:
    """Return the sources that a person may see something of, always in the same order."""
    return [
        one
        for _, one in sorted(_sources.items())
        if principal.is_machine or one.permission in principal.permissions
    ]


def text(value: str) -> Any:
    """Return a word as a column that can stand above or below another source's."""
    return Cast(Value(value), CharField())


def of_one_kind(
    rows: QuerySet[Any, Any], *, kind: str, title: str, title_en: str, people: Any = None
) -> QuerySet[Any, Any]:
    """Return rows of one kind with the `COLUMNS`."""
    told: QuerySet[Any, Any] = rows.annotate(
        found_kind=text(kind),
        found_title=text(title),
        found_title_en=text(title_en),
        found_people=Cast(people if people is not None else Value(None), IntegerField()),
    )
    return told
