"""JSON shapes of places."""

from datetime import date
from typing import Any

from ninja import Schema

from anlan.kernel.places.attribution import IN_ENGLISH


class RegionOut(Schema):
    """The part of the country that this node serves."""

    node: str
    name: str
    name_en: str
    bbox: tuple[float, float, float, float]
    center: tuple[float, float]
    attribution: str
    attribution_en: str
    is_schematic: bool
    demo: bool


class DivisionOut(Schema):
    """One division in force."""

    id: str
    code: str
    name: str
    name_en: str
    level: int
    div: int
    parent_id: str | None
    population: int | None
    version: int


class VintageOut(Schema):
    """A division from a day to a day; both are null for what always was and still is."""

    id: str
    code: str
    name: str
    name_en: str
    level: int
    parent_code: str | None
    population: int | None
    valid_from: date | None
    valid_to: date | None
    successor_code: str | None
    successor_name: str | None
    is_in_force: bool
    is_schematic: bool
    attribution: str
    version: int


class ZoneOut(Schema):
    """A functional zone or park; `over` names the townships that its outline touches."""

    id: str
    number: int
    kind: str
    name: str
    name_en: str
    over: str
    valid_from: date | None
    valid_to: date | None
    is_in_force: bool
    is_schematic: bool
    is_invented: bool
    attribution: str
    attribution_en: str
    over_en: str
    version: int

    @staticmethod
    def resolve_attribution_en(row: dict[str, Any]) -> str:
        """Say the source in English as far as it is a known one."""
        said = str(row["attribution"])
        return IN_ENGLISH.get(said, said)
