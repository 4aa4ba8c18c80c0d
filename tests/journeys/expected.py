"""What docs/who-sees-what.md expects of each of the cast, read from its tables."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from tests.journeys.house import ROOT

PAGE = ROOT / "docs" / "who-sees-what.md"
#: The columns of the tables, and the parts of the demo's cast that they are.
PARTS = {
    "county": "duty_officer",
    "zone": "monitor",
    "neighbour": "neighbour",
    "firm": "control_room",
    "system": "system_administrator",
    "security": "security_administrator",
    "audit": "audit_administrator",
}
SHOWN, REFUSED, NONE = "●", "–", "none"


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table: its Chinese and English title, the address, a cell for each of the cast."""

    chinese: str
    english: str
    address: str
    cells: dict[str, str]


def table(heading: str, first: str) -> list[Line]:
    """Return the lines of the table under a heading whose first column is called `first`."""
    text = PAGE.read_text(encoding="utf-8").split(f"\n## {heading}", 1)[1].split("\n## ", 1)[0]
    rows = list(_rows(text, first))
    assert rows, f"no table of {first} under {heading}"
    return [_line(*row) for row in rows]


def _line(title: str, address: str, *cells: str) -> Line:
    chinese, english = title.split(" ", 1)
    return Line(chinese, english, address, dict(zip(PARTS, cells, strict=True)))


def firms() -> dict[str, str]:
    """Return the name by which each firm, and each weather station, is known on a page."""
    text = PAGE.read_text(encoding="utf-8").split("\n## The firms", 1)[1].split("\n## ", 1)[0]
    named = {code: name for code, name, *_ in _rows(text, "firm")}
    return named | {"W01": "宁东环境站（演示）", "W02": "灵武环境站（演示）"}


@cache
def english() -> dict[str, str]:
    """Return the English name by which each of `firms` is known, as the demo enters it."""
    named: dict[str, str] = {}
    for file in ("firms.toml", "troubles.toml"):
        text = (ROOT / "anlan" / "app" / "demo" / file).read_text(encoding="utf-8")
        rows = (
            row for rows in tomllib.loads(text).values() if isinstance(rows, list) for row in rows
        )
        named |= {row["name"]: row["name_en"] for row in rows if row.keys() >= {"name", "name_en"}}
    return {code: named[name] for code, name in firms().items()}


def in_charge(who: str) -> set[str]:
    """Return the firms that somebody's own bureau supervises."""
    text = PAGE.read_text(encoding="utf-8").split("\n## The firms", 1)[1].split("\n## ", 1)[0]
    return {code for code, _, _, supervisor in _rows(text, "firm") if supervisor == who}


def codes(cell: str) -> set[str]:
    """Return the firms that a cell names, as in `F01-F03 F08`; of a page that is refused, or empty, none."""
    found: set[str] = set()
    if cell in {NONE, REFUSED}:
        return found
    for word in cell.split():
        first, _, last = word.partition("-")
        numbers = range(int(first[1:]), int((last or first)[1:]) + 1)
        found |= {f"{first[0]}{number:02}" for number in numbers}
    return found


def _rows(text: str, first: str) -> Iterator[list[str]]:
    """Yield the cells of the rows of one table."""
    is_in = False
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|"):
            is_in = False
        elif cells[0] == first:
            is_in = True
        elif is_in and not re.fullmatch(r"-+", cells[0]):
            yield cells
