"""JSON shapes of what was found."""

from datetime import datetime
from typing import Literal

from ninja import Schema


class FoundSubject(Schema):
    """A subject; `hint` says what it is and whose."""

    id: str
    name: str
    name_en: str
    code: str
    hint: str
    hint_en: str
    lon: float | None
    lat: float | None


class FoundAlarm(Schema):
    """An open alarm of a subject that was found, or one whose own name says what was asked."""

    id: str
    subject_id: str
    subject_name: str
    subject_name_en: str
    datastream_name: str
    datastream_name_en: str
    condition: str
    priority: int
    raised_at: datetime


class FoundPlace(Schema):
    """A division, zone or settlement."""

    id: str
    kind: Literal["division", "zone", "settlement"]
    name: str
    name_en: str
    code: str
    lon: float | None
    lat: float | None


class FoundPerson(Schema):
    """Somebody with an account, or on duty; `hint` says which of it."""

    id: str
    name: str
    username: str
    hint: str


class FoundPage(Schema):
    """A page of the menu."""

    key: str
    name: str
    name_en: str
    path: str


class SearchOut(Schema):
    """What one question found, by group."""

    subjects: list[FoundSubject]
    alarms: list[FoundAlarm]
    places: list[FoundPlace]


class BesidesOut(Schema):
    """What was found that hangs on no territory: people, and pages of one's own menu."""

    people: list[FoundPerson]
    pages: list[FoundPage]
