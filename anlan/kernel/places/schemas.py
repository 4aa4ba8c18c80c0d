"""JSON shapes of places."""

from ninja import Schema


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
