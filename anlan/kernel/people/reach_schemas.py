"""JSON shapes of what an organisation reaches: shares by name and time, supervision by matter."""

from datetime import datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import AwareDatetime, Field, StringConstraints

from anlan.kernel.base.body import Body
from anlan.kernel.people.schemas import NO_NUL, Key, Word


class ShareBody(Body):
    """What to share with whom, why, from when until when; times carry their offset.

    A division or a functional zone, one of the two.
    """

    organisation_id: Key
    territory_code: Word = ""
    zone: Annotated[int, Field(ge=1, lt=2**63)] | None = None
    reason: Annotated[str, StringConstraints(max_length=200, pattern=NO_NUL)]
    valid_from: AwareDatetime
    valid_to: AwareDatetime


class EndBody(Body):
    """Why something ends before its time."""

    reason: Annotated[str, StringConstraints(max_length=200, pattern=NO_NUL)]


class ShareOut(Schema):
    """A share in a list: who may look at what, why, until when, by whose word."""

    id: str
    organisation_id: str
    organisation_name: str
    organisation_name_en: str
    territory_code: str
    zone: int | None
    territory_name: str
    territory_name_en: str
    reason: str
    valid_from: datetime
    valid_to: datetime | None
    state: Literal["waiting", "planned", "running", "ended", "over"]
    asked_by: str
    asked_by_name: str
    approved_by_name: str
    approved_at: datetime | None
    ended_by_name: str
    ended_at: datetime | None
    end_reason: str
    #: Whether it is of one's own territory, which one may approve or end.
    is_given: bool
    version: int


class SupervisionBody(Body):
    """Which organisation supervises a site, in which matter (监管事项); from now and for good unless said."""

    organisation_id: Key
    site: Key
    matter: Word
    valid_from: AwareDatetime | None = None
    valid_to: AwareDatetime | None = None


class SupervisionOut(Schema):
    """Whether it is new; the same again changes nothing."""

    is_new: bool


class EndSupervisionBody(EndBody):
    """Why a supervision ends, and when if not now."""

    valid_to: AwareDatetime | None = None


class SupervisionRow(Schema):
    """A supervision in a list; `firm_name` is whose own the site is."""

    id: str
    organisation_id: str
    organisation_name: str
    organisation_name_en: str
    site: str
    firm_name: str
    firm_name_en: str
    matter: str
    valid_from: datetime
    valid_to: datetime | None
    state: Literal["planned", "running", "over"]
    version: int


class SiteOut(Schema):
    """A firm's site, by the firm's name and code."""

    id: str
    firm_name: str
    firm_name_en: str
    credit_code: str | None
