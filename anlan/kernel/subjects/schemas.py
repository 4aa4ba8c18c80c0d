"""JSON shapes of subjects."""

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Field, StringConstraints

from anlan.kernel.base.body import Body

#: PostgreSQL keeps no NUL; a body with one is refused at the door.
_NO_NUL = r"^[^\x00]*$"
Title = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=_NO_NUL)]
TitleEn = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=_NO_NUL)]
Icon = Annotated[str, StringConstraints(max_length=48, pattern=r"^[A-Za-z0-9_-]*$")]
Why = Annotated[str, StringConstraints(max_length=200, pattern=_NO_NUL)]


class SubjectRow(Schema):
    """One line of the list of subjects."""

    id: str
    version: int
    name: str
    name_en: str
    kind: str
    kind_title: str
    kind_title_en: str
    code: str
    parent_id: str | None
    organisation_id: str | None
    organisation_name: str | None
    organisation_name_en: str | None
    status: str
    lon: float | None
    lat: float | None
    div: int
    zone: int | None
    site: str | None
    is_invented: bool


class PathStep(Schema):
    """One subject above another."""

    id: str
    name: str
    name_en: str


class SubjectOut(SubjectRow):
    """One subject with its attributes and what it hangs under."""

    attributes: dict[str, Any]
    schema_: dict[str, Any] = Field(alias="schema", serialization_alias="schema")
    path: list[PathStep]
    may: list[Literal["change"]]


class ResponsiblePerson(Schema):
    """Somebody who answers, with the mask of his phone; in full it is behind his account's reasoned look."""

    name: str
    phone: str


class ResponsiblePost(Schema):
    """A post of the firm that answers for the site, and who holds it today."""

    role: str
    title: str
    title_en: str
    people: list[ResponsiblePerson]


class ResponsibleBureau(Schema):
    """Who supervises the site, in which matters, and who is on duty there now."""

    name: str
    name_en: str
    matters: list[str]
    people: list[ResponsiblePerson]


class ResponsibleOut(Schema):
    """Who answers for a subject: the posts of its site's firm, the roles without one, its supervisors."""

    posts: list[ResponsiblePost]
    missing: list[str]
    supervisors: list[ResponsibleBureau]


class SubjectIn(Body):
    """A subject to be registered; coordinates are WGS-84/CGCS2000 degrees."""

    kind: str
    name: str = Field(min_length=1, max_length=120)
    name_en: str = Field(default="", max_length=160)
    parent_id: str
    lon: float | None = Field(default=None, ge=-180, le=180)
    lat: float | None = Field(default=None, ge=-90, le=90)
    attributes: dict[str, Any] = {}
    code: str = Field(default="", max_length=64)


class SiteIn(Body):
    """A site (厂区) of an organisation; its code is the first word of its gateways' topics."""

    organisation_id: str
    name: str = Field(min_length=1, max_length=120)
    name_en: str = Field(default="", max_length=160)
    code: str = Field(pattern=r"^[A-Za-z0-9_-]{1,32}$")
    division: str = Field(pattern=r"^[0-9]{2,16}$")
    zone: int | None = None
    lon: float | None = Field(default=None, ge=-180, le=180)
    lat: float | None = Field(default=None, ge=-90, le=90)


class SubjectPatch(Body):
    """What may be changed of a subject."""

    name: str | None = Field(default=None, min_length=1, max_length=120)
    name_en: str | None = Field(default=None, max_length=160)
    code: str | None = Field(default=None, max_length=64)
    status: str | None = Field(default=None, pattern="^(active|out_of_service|retired)$")
    attributes: dict[str, Any] | None = None
    lon: float | None = Field(default=None, ge=-180, le=180)
    lat: float | None = Field(default=None, ge=-90, le=90)


class KindOut(Schema):
    """A kind of subject with the JSON schema of its attributes."""

    id: str
    code: str
    title: str
    title_en: str
    icon: str
    matter: str
    schema_: dict[str, Any] = Field(alias="schema", serialization_alias="schema")
    schema_version: int
    version: int


class KindBody(Body):
    """A new kind with the first version of its attributes' schema."""

    code: str = Field(pattern=r"^[a-z][a-z0-9_]{1,47}$")
    title: Title
    title_en: TitleEn
    icon: Icon = ""
    matter: str = Field(default="", max_length=32, pattern=r"^[a-z_]*$")
    schema_: dict[str, Any] = Field(alias="schema")
    reason: Why = ""


class KindPatch(Body):
    """What may be changed of a kind without a new version."""

    title: Title | None = None
    title_en: TitleEn | None = None
    icon: Icon | None = None


class KindSchemaBody(Body):
    """A schema to be held against the rows that stand."""

    schema_: dict[str, Any] = Field(alias="schema")


class KindVersionBody(KindSchemaBody):
    """The next version of a kind's schema, and why."""

    reason: Why


class KindVersionOut(Schema):
    """One version of a kind's schema as it was filed."""

    id: str
    kind_id: str
    kind: str
    number: int
    schema_: dict[str, Any] = Field(alias="schema", serialization_alias="schema")
    reason: str
    filed_by: str
    filed_at: datetime


class MisfitOut(Schema):
    """A row that does not fit, attribute by attribute."""

    id: str
    name: str
    errors: list[dict[str, str]]


class MisfitsOut(Schema):
    """How many rows were looked at, how many do not fit, and the first of those."""

    checked: int
    count: int
    rows: list[MisfitOut]


class FeatureCollection(Schema):
    """GeoJSON (RFC 7946)."""

    type: str
    features: list[dict[str, Any]]
