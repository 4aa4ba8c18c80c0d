"""The invented firms and weather stations of `firms.toml`, each with its mapping."""

import tomllib
from dataclasses import dataclass
from functools import cache

from anlan.app.demo.mapping import HERE, PlantMapping, SubjectMapping, read_mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """A place with one gateway: a firm's site, or a weather station of a bureau."""

    code: str
    name: str
    name_en: str
    location: tuple[float, float]
    mapping_name: str
    normal: str
    start_row: int
    words: dict[str, str]
    in_charge: str
    credit_code: str | None = None

    @property
    def is_firm(self) -> bool:
        """Tell a firm from a bureau's own station."""
        return self.credit_code is not None

    @property
    def mapping(self) -> PlantMapping:
        """Return the mapping file that this place uses."""
        return read_mapping(self.mapping_name)

    def subjects(self) -> list[SubjectMapping]:
        """Return its equipment, named."""
        return [subject.named(self.words) for subject in self.mapping.subjects]


@cache
def read_plants() -> tuple[Plant, ...]:
    """Read all places, firms first."""
    raw = tomllib.loads((HERE / "firms.toml").read_text(encoding="utf-8"))
    rows = [(row, row["supervisor"]) for row in raw["firm"]]
    rows += [(row, row["owner"]) for row in raw["station"]]
    return tuple(
        Plant(
            code=row["code"],
            name=row["name"],
            name_en=row["name_en"],
            location=(row["location"][0], row["location"][1]),
            mapping_name=row["mapping"],
            normal=row["normal"],
            start_row=row["start_row"],
            words=row["words"],
            in_charge=in_charge,
            credit_code=row.get("credit_code"),
        )
        for row, in_charge in rows
    )
