"""JSON shapes of sketches."""

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import AwareDatetime, Field, StringConstraints

from anlan.kernel.base.body import Body
from anlan.kernel.people.schemas import NO_NUL, Key
from anlan.kernel.sketches.rules import MOST_SHARES, Shown

SketchName = Annotated[
    str, StringConstraints(min_length=1, max_length=80, pattern=NO_NUL, strip_whitespace=True)
]
Note = Annotated[str, StringConstraints(max_length=500, pattern=NO_NUL, strip_whitespace=True)]
Kind = Literal["point", "line", "area", "circle"]
Seen = Literal["own", "organisation", "territory"]


class SketchRow(Schema):
    """A sketch in a list, its shape left out."""

    id: str
    version: int
    name: str
    note: str
    kind: Kind
    radius_m: float | None
    author: str
    author_name: str
    audience: Seen
    shared_until: datetime | None
    updated_at: datetime
    is_mine: bool
    exercise_id: str | None


class SketchFacts(Schema):
    """What a sketch says beside its shape."""

    id: str
    version: int
    kind: Kind
    name: str
    note: str
    radius_m: float | None
    author: str
    author_name: str
    organisation_id: str
    audience: Seen
    shared_with: list[str]
    shared_until: datetime | None
    updated_at: datetime
    is_mine: bool
    exercise_id: str | None


class SketchFeature(Schema):
    """A sketch as the map draws it: a GeoJSON feature; a circle is a point with `radius_m`."""

    type: Literal["Feature"]
    id: str
    geometry: dict[str, Any]
    properties: SketchFacts


class SketchShapes(Schema):
    """The newest sketches; `is_whole` tells whether there are no more."""

    type: Literal["FeatureCollection"]
    is_whole: bool
    features: list[SketchFeature]


class AudienceBody(Body):
    """Who may see it: a ring of people, and organisations by name until a time."""

    audience: Seen = "own"
    shared_with: list[Key] = Field(default_factory=list, max_length=MOST_SHARES)
    shared_until: AwareDatetime | None = None

    def shown(self) -> Shown:
        """Return it as plain values."""
        return Shown(
            audience=self.audience,
            shared_with=list(dict.fromkeys(self.shared_with)),
            shared_until=self.shared_until,
        )


class SketchBody(Body):
    """What somebody draws; `shape` is a GeoJSON geometry."""

    kind: Kind
    name: SketchName
    note: Note = ""
    shape: dict[str, Any]
    radius_m: float | None = None
    shown: AudienceBody = Field(default_factory=AudienceBody)


class SketchPatch(Body):
    """What is to be another; with a shape goes the radius of a circle."""

    name: SketchName | None = None
    note: Note | None = None
    shape: dict[str, Any] | None = None
    radius_m: float | None = None
    shown: AudienceBody | None = None
