"""JSON shapes of data honesty."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import StringConstraints

from anlan.kernel.base.body import Body

HonestyKind = Literal[
    "copied", "copied_with_noise", "repeated", "constant", "clipped", "twin", "limit_widened",
    "tag_withdrawn", "outage_overdue",
]  # fmt: skip
_Text = Annotated[str, StringConstraints(max_length=400, pattern=r"^[^\x00]*$")]
_Answer = Annotated[str, StringConstraints(max_length=2000, pattern=r"^[^\x00]*$")]
_Key = Annotated[str, StringConstraints(max_length=26, pattern=r"^[0-9A-Z]*$")]


class HonestyFindingRow(Schema):
    """One finding: what speaks against which datastream, from when to when, and what was made of it.

    `rank` is the order of the desk: what waits for it first.
    """

    id: str
    version: int
    kind: HonestyKind
    state: Literal["open", "handed", "answered", "closed"]
    rank: int
    verdict: Literal["", "true", "untrue"]
    datastream_id: str
    name: str
    name_en: str
    tag: str
    unit: str
    subject_id: str
    subject_name: str
    subject_name_en: str
    other_tag: str
    site_name: str
    site_name_en: str
    site: str | None
    first_at: datetime
    last_at: datetime
    due_on: date | None
    created_at: datetime


class HonestyFindingOut(HonestyFindingRow):
    """A finding whole: `figures` by kind (hours, lag_hours, value, limit, …), `basis` what the engine was given.

    `figures.spans` of a copied curve are first, last and where the earlier curve begins, one a stretch.
    """

    reason: str
    reason_en: str
    clause: str
    clause_en: str
    mark: str
    figures: dict[str, Any]
    basis: dict[str, Any]
    earlier_at: datetime | None
    other_id: str | None
    other_name: str
    other_name_en: str
    verdict_reason: str
    judged_by_name: str
    judged_at: datetime | None
    asked: str
    handed_by_name: str
    handed_at: datetime | None
    answer: str
    answered_by_name: str
    answered_at: datetime | None
    close_reason: str
    closed_by_name: str
    closed_at: datetime | None
    may: list[Literal["judge", "hand_over", "close", "answer"]]


class HonestyLookRow(Schema):
    """One firm's day: how many datastreams were looked at, what was found; it ends, or it fails."""

    id: str
    version: int
    site: str
    site_name: str
    site_name_en: str
    day: date
    streams: int
    found: int
    went_on: int
    files_missing: int
    done_at: datetime | None
    failed_at: datetime | None


class HonestyLookBody(Body):
    """Whose day is looked at again."""

    site_id: _Key
    day: date


class HonestyJudgeBody(Body):
    """Whether a finding is true, and why."""

    is_true: bool
    reason: _Text


class HonestyHandBody(Body):
    """What the firm is asked, and until when."""

    asked: _Text
    due_on: date


class HonestyAnswerBody(Body):
    """What the firm says to it."""

    answer: _Answer


class HonestyCloseBody(Body):
    """What was done about it."""

    reason: _Text
