"""JSON shapes of the journal, its chain and dead letters."""

from datetime import datetime
from typing import Annotated, Any

from ninja import Schema
from pydantic import Field, computed_field

from anlan.kernel.base.body import Body
from anlan.kernel.base.events import EVENT_TYPES, english_title


class JournalOut(Schema):
    """One journal row; its private half is not told here."""

    number: int
    id: str
    position: int | None
    node: str
    type: str
    occurred_at: datetime
    known_at: datetime
    actor: str
    object: str
    version: int
    correlation_id: str
    causation_id: str | None
    exercise_id: str | None
    div: int
    zone: int | None
    site: str | None
    data: Any

    @computed_field  # type: ignore[prop-decorator]  # as pydantic writes it
    @property
    def title(self) -> str:
        """What happened, in words."""
        known = EVENT_TYPES.get(self.type)
        return known.title if known else self.type

    @computed_field  # type: ignore[prop-decorator]  # as pydantic writes it
    @property
    def title_en(self) -> str:
        """The same in English."""
        return english_title(self.type)


class JournalRows(Schema):
    """Some journal rows, oldest first."""

    items: list[JournalOut]


class SealOut(Schema):
    """One link of the chain."""

    number: int
    first_position: int
    last_position: int
    head: str
    algorithm: str
    sealed_at: datetime


class VerifyBody(Body):
    """From where to verify, and how many rows at most; the answer says where to go on."""

    after: int = Field(default=0, ge=0)
    limit: int = Field(default=200_000, ge=1, le=1_000_000)


#: One line of text, as it goes into the journal: no character that PostgreSQL cannot hold.
Line = Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")]


class PrintBody(Body):
    """What is about to be printed: the page's address, its title, the headings that stand on it."""

    path: Annotated[str, Field(max_length=500, pattern=r"^/[^\x00]*$")]
    title: Line
    shown: list[Line] = Field(default=[], max_length=20)


class PrintOut(Schema):
    """The id under which the journal keeps a print."""

    id: str


class FindingOut(Schema):
    """One thing that is not as it was sealed."""

    kind: str
    position: int | None
    zh: str
    en: str


class VerifyOut(Schema):
    """What a verification saw; `next_after` is null when it reached the end."""

    intact: bool
    first_position: int
    last_position: int
    rows: int
    erased: int
    head: str
    exported_heads: int
    next_after: int | None
    findings: list[FindingOut]


class DeadLetterOut(Schema):
    """An event that a slice could not handle; `retry_at` until the worker has tried again."""

    id: str
    slice: str
    position: int
    event_id: str
    event_type: str
    object: str
    error: str
    tries: int
    failed_at: datetime
    retry_at: datetime | None
    settled_at: datetime | None
    settled_by: str
    outcome: str
    reason: str
    version: int

    @computed_field  # type: ignore[prop-decorator]  # as pydantic writes it
    @property
    def title(self) -> str:
        """What happened, in words."""
        known = EVENT_TYPES.get(self.event_type)
        return known.title if known else self.event_type

    @computed_field  # type: ignore[prop-decorator]  # as pydantic writes it
    @property
    def title_en(self) -> str:
        """The same in English."""
        return english_title(self.event_type)


class DiscardBody(Body):
    """Why an event is given up."""

    reason: str = Field(max_length=500, pattern=r"^[^\x00]*$")
