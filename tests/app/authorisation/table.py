"""Read the table of decisions: plain values, nothing of the code under test."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

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


def read() -> Table:
    """Return the table; a line or word that means nothing is refused."""
    written = tomllib.loads(FILE.read_text(encoding="utf-8"))
    columns = tuple(written["columns"])
    groups = written["who"]
    lines: dict[str, Line] = {}
    for text in written["decisions"]["table"].splitlines():
        if not text.strip() or text.startswith("#"):
            continue
        operation, who, cells = (part.strip() for part in text.split("|"))
        name = " ".join(operation.split())
        words = cells.split()
        if name in lines or len(words) != len(columns):
            raise ValueError(text)
        if not all(word in CELLS or word.isdigit() for word in words):
            raise ValueError(text)
        lines[name] = Line(members(groups, who), dict(zip(columns, words, strict=True)))
    return Table(columns, members(groups, "everybody"), lines)


def members(groups: dict[str, list[str]], name: str) -> frozenset[str]:
    """Return the roles of a group; `+other` stands for all of another group."""
    found: set[str] = set()
    for word in groups[name]:
        found |= members(groups, word[1:]) if word.startswith("+") else {word}
    return frozenset(found)
