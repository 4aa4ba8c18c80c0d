"""Mapping files: which column of which series becomes which tag of which invented equipment."""

import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

HERE = Path(__file__).parent
MAPPINGS = HERE / "mappings"

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class TagMapping:
    """One tag: value = at + (column - x0) * scale, cut to `clip`, `lag` rows late.

    `fixed` limits are in the tag's unit; `spread` limits are multiples of how far the normal
    runs stray from their middle, so that normal operation is quiet by construction.
    """

    tag: str
    name: str
    property: str
    unit: str
    column: str
    resolution: float
    x0: float = 0.0
    at: float = 0.0
    scale: float = 1.0
    lag: int = 0
    clip: tuple[float, float] | None = None
    fixed: dict[str, float] = field(default_factory=dict)
    spread: dict[str, float] = field(default_factory=dict)
    basis: str = "spread"
    name_en: str = ""

    def apply(self, column: Values) -> Values:
        """Turn a column's numbers into this tag's."""
        mapped = self.at + (column - self.x0) * self.scale
        return mapped if self.clip is None else np.clip(mapped, *self.clip)


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectMapping:
    """One piece of equipment and its tags; names may hold words of the firm in braces."""

    key: str
    kind: str
    name: str
    name_en: str
    attributes: dict[str, Any]
    tags: tuple[TagMapping, ...]

    def named(self, words: dict[str, str]) -> "SubjectMapping":
        """Fill in the firm's words."""
        return SubjectMapping(
            key=self.key,
            kind=self.kind,
            name=self.name.format_map(words),
            name_en=self.name_en.format_map(words),
            attributes={
                name: value.format_map(words) if isinstance(value, str) else value
                for name, value in self.attributes.items()
            },
            tags=self.tags,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantMapping:
    """A whole mapping file: where the numbers come from and the equipment they are given to.

    `silent_s` is how long any of its tags may send nothing before that is an alarm, in seconds.
    """

    source: str
    silent_s: float
    subjects: tuple[SubjectMapping, ...]

    def tags(self) -> list[tuple[str, TagMapping]]:
        """Return every tag under its full name `<equipment>.<tag>`, in the file's order."""
        return [
            (f"{subject.key}.{tag.tag}", tag) for subject in self.subjects for tag in subject.tags
        ]


@cache
def read_mapping(name: str) -> PlantMapping:
    """Read one mapping file by its name."""
    raw = tomllib.loads((MAPPINGS / f"{name}.toml").read_text(encoding="utf-8"))
    return PlantMapping(
        source=raw["source"],
        silent_s=raw["silent_s"],
        subjects=tuple(
            SubjectMapping(**{**row, "tags": tuple(_tag(tag) for tag in row["tags"])})
            for row in raw["subject"]
        ),
    )


def _tag(raw: dict[str, Any]) -> TagMapping:
    clip = raw.get("clip")
    return TagMapping(**{**raw, "clip": (clip[0], clip[1]) if clip else None})
