"""Read the table of decisions: plain values, nothing of the code under test."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("decisions.toml")
CELLS = {"yes", "none", "no", "hide", "-"}


@dataclass(frozen=True, slots=True)
class Line:
    """What is decided of one operation: for whom the gate opens, and what then, by relation."""

    who: frozenset[str]
    cells: dict[str, str]

    @property
    def is_uniform(self) -> bool:
        """Tell whether the relation does not matter."""
        return len({cell for cell in self.cells.values() if cell != "-"}) == 1


@dataclass(frozen=True, slots=True)
class Table:
    """Every decision, by "METHOD /path"."""

    columns: tuple[str, ...]
    roles: frozenset[str]
    lines: dict[str, Line]


@dataclass(frozen=True, slots=True)
class Section:
    """Lines under one heading, as (operation, name of the group, cells)."""

    heading: str
    lines: list[tuple[str, str, list[str]]]


def written() -> dict[str, Any]:
    """Return the file as it stands."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def sections() -> list[Section]:
    """Return the decisions under their headings, in the order in which they are written."""
    found: list[Section] = []
    for text in written()["decisions"]["table"].splitlines():
        if text.startswith("#"):
            found.append(Section(text.strip("#- "), []))
        elif text.strip():
            operation, who, cells = (part.strip() for part in text.split("|"))
            found[-1].lines.append((" ".join(operation.split()), who, cells.split()))
    return found


def read() -> Table:
    """Return the table; a line or word that means nothing is refused."""
    columns = tuple(written()["columns"])
    groups = written()["who"]
    lines: dict[str, Line] = {}
    for name, who, words in (line for one in sections() for line in one.lines):
        if name in lines or len(words) != len(columns):
            raise ValueError(name)
        if not all(word in CELLS or word.isdigit() for word in words):
            raise ValueError(name)
        lines[name] = Line(members(groups, who), dict(zip(columns, words, strict=True)))
    return Table(columns, members(groups, "everybody"), lines)


def called(name: str) -> str:
    """Return the operation of a line: what follows `@` only says at which kind of row."""
    return name.partition("@")[0]


def members(groups: dict[str, list[str]], name: str) -> frozenset[str]:
    """Return the roles of a group; `+other` stands for all of another group."""
    found: set[str] = set()
    for word in groups[name]:
        found |= members(groups, word[1:]) if word.startswith("+") else {word}
    return frozenset(found)
