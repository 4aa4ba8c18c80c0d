"""JSON shapes of places."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Field, StringConstraints

from anlan.kernel.base.body import Body
from anlan.kernel.places.attribution import IN_ENGLISH

#: PostgreSQL keeps no NUL; a body with one is refused at the door.
_NO_NUL = r"^[^\x00]*$"
Name = Annotated[
    str,
    StringConstraints(min_length=1, max_length=80, pattern=_NO_NUL, strip_whitespace=True),
]
English = Annotated[str, StringConstraints(max_length=120, pattern=_NO_NUL, strip_whitespace=True)]
Source = Annotated[str, StringConstraints(max_length=200, pattern=_NO_NUL, strip_whitespace=True)]
Reason = Annotated[str, StringConstraints(max_length=300, pattern=_NO_NUL)]
Code = Annotated[str, StringConstraints(max_length=16, pattern=r"^[0-9]{2,16}$")]
#: GeoJSON (RFC 7946): a geometry, a feature or a collection of features.
Outline = dict[str, Any]
Population = Annotated[int, Field(ge=0, le=2_000_000_000)]
ZoneKind = Literal["functional_zone", "chemical_park"]


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
    may_change: bool
    version: int


class ZoneOut(Schema):
    """A functional zone or park; `over` names the townships that its outline touches."""

    id: str
    number: int
    division_code: str
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
    may_change: bool
    version: int

    @staticmethod
    def resolve_attribution_en(row: dict[str, Any]) -> str:
        """Say the source in English as far as it is a known one."""
        said = str(row["attribution"])
        return IN_ENGLISH.get(said, said)


class DivisionBody(Body):
    """A division that begins on a day, below the one that its code names."""

    code: Code
    name: Name
    name_en: English = ""
    on: date
    population: Population | None = None
    boundary: Outline | None = None


class DivisionPatch(Body):
    """What may be corrected of a division without a day; its name changes by a reorganisation."""

    name_en: English | None = None
    population: Population | None = None
    boundary: Outline | None = None


class DivisionRenameBody(Body):
    """Another name from a day on, and on which paper it rests (批复文号)."""

    name: Name
    name_en: English = ""
    on: date
    reason: Reason


class DivisionMoveBody(Body):
    """Another code from a day on, which says under which division it then stands."""

    code: Code
    on: date
    reason: Reason


class DivisionMergeBody(Body):
    """The code of the division of the same level that takes it over from a day on."""

    into: Code
    on: date
    reason: Reason


class ReorganisationOut(Schema):
    """One reorganisation: what became what, on which day, on which paper."""

    id: str
    kind: str
    on: date
    reason: str
    code: str
    name: str
    name_en: str
    after_code: str
    after_name: str
    is_undone: bool
    filed_at: datetime
    version: int


class ZoneBody(Body):
    """A functional zone or park; `division_code` is the county that keeps and numbers it."""

    kind: ZoneKind = "functional_zone"
    name: Name
    name_en: English = ""
    division_code: Code
    boundary: Outline
    on: date | None = None
    attribution: Source = ""


class ZonePatch(Body):
    """What may be changed of a zone; its number stays."""

    kind: ZoneKind | None = None
    name: Name | None = None
    name_en: English | None = None
    boundary: Outline | None = None
    attribution: Source | None = None


class ZoneCloseBody(Body):
    """From which day on."""

    on: date
