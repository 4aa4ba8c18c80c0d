"""A region pack: one county with its neighbours, read from a TOML file into plain dataclasses."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from anlan.app.region.errors import RegionSourceError

PACKS = Path(__file__).parent / "packs"

Ring = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedCode:
    """A division that the pack itself names."""

    code: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Township:
    """A township's code, and the GeoNames name of its seat where GeoNames has one."""

    code: str
    name_en: str
    geoname: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A functional zone (功能区) with a ring of WGS-84 points."""

    number: int
    name: str
    name_en: str
    attribution: str
    ring: Ring


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """What a region pack says; boundaries and names come from installed packages."""

    name: str
    name_en: str
    node: str
    county: str
    neighbours: tuple[str, ...]
    neighbours_en: tuple[str, ...]
    demo: bool
    attribution: str
    #: 审图号, where whoever made the map has one.
    map_approval: str
    ancestors: tuple[NamedCode, ...]
    townships: tuple[Township, ...]
    invented: tuple[NamedCode, ...]
    zones: tuple[Zone, ...]

    @property
    def english(self) -> dict[str, str]:
        """Return the English names of the county and its neighbours by their codes."""
        names = zip(self.neighbours, self.neighbours_en, strict=True)
        return dict(names) | {self.county: self.name_en}


def read_pack(name: str = "lingwu") -> Pack:
    """Read a pack by the name of its file under `packs/`. Raises RegionSourceError."""
    known = {file.stem: file for file in sorted(PACKS.glob("*.toml"))}
    if name not in known:
        names = ", ".join(known)
        raise RegionSourceError(f"没有区域包 {name}；有：{names} / no pack of that name: {names}")
    raw = tomllib.loads(known[name].read_text(encoding="utf-8"))
    return Pack(
        name=raw["name"],
        name_en=raw["name_en"],
        node=raw["node"],
        county=raw["county"],
        neighbours=tuple(raw["neighbours"]),
        neighbours_en=tuple(raw["neighbours_en"]),
        demo=raw["demo"],
        attribution=raw["attribution"],
        map_approval=raw.get("map_approval", ""),
        ancestors=tuple(NamedCode(**row) for row in raw["ancestor"]),
        townships=tuple(Township(**row) for row in raw["township"]),
        invented=tuple(NamedCode(**row) for row in raw["invented"]),
        zones=tuple(
            Zone(**{**row, "ring": tuple((x, y) for x, y in row["ring"])}) for row in raw["zone"]
        ),
    )
