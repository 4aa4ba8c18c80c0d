"""JSON of the templates of installations."""

from ninja import Schema


class PlantBasisOut(Schema):
    """What limits rest on, and what is done first."""

    standard: str
    clause: str
    clause_en: str
    confidence: str
    reason: str
    reason_en: str
    action: str
    action_en: str


class PlantTagOut(Schema):
    """One tag; a limit without a figure is filled by the firm."""

    key: str
    name: str
    name_en: str
    property: str
    unit: str
    resolution: float
    basis: PlantBasisOut | None
    limits: dict[str, float | None]


class PlantOut(Schema):
    """What is monitored at one kind of installation."""

    code: str
    title: str
    title_en: str
    kind: str
    tags: list[PlantTagOut]
