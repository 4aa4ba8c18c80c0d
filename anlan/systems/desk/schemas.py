"""JSON shapes of the desk's figures; seconds as numbers, counts whole, moments with their offset."""

from datetime import date, datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import StringConstraints

from anlan.kernel.base.body import Body

PeriodKey = Literal["week", "month"]


class DeskCounts(Schema):
    """What was counted of a period; `rules.RATES` names which is a share of which."""

    streams: int
    due_s: float
    online_s: float
    alarms: int
    red: int
    orange: int
    yellow: int
    blue: int
    confirm_due: int
    confirmed_in_time: int
    confirm_overdue: int
    close_due: int
    closed_in_time: int
    close_overdue: int
    closed: int
    false_alarms: int
    bureau_due: int
    bureau_overdue: int
    bad_values: int
    received: int
    accepted: int
    quarantined: int


class DeskFirmCounts(DeskCounts):
    """The counts of one firm; `site_id` null for what stands at no firm, no name for what is out of sight.

    `standing`, 0 to 1, is what firms are ranked by (`rules.standing`); null where there is nothing to rank by.
    """

    site_id: str | None
    name: str
    name_en: str
    standing: float | None


class ConditionCount(Schema):
    """How many alarms of one kind."""

    condition: str
    count: int


class DeskFiguresOut(Schema):
    """The figures of a period as it was known at `as_of`."""

    kind: PeriodKey
    start: datetime
    end: datetime
    as_of: datetime
    total: DeskCounts
    conditions: list[ConditionCount]
    firms: list[DeskFirmCounts]


class CountedAlarmOut(Schema):
    """An alarm of a period: until when each owner had to answer, when he had, and as what it counts."""

    id: str
    version: int
    subject_id: str
    subject_name: str
    subject_name_en: str
    site: str | None
    site_name: str
    site_name_en: str
    datastream_id: str
    datastream_name: str
    datastream_name_en: str
    tag: str
    condition: str
    priority: Literal[1, 2, 3, 4]
    raised_at: datetime
    last_raised_at: datetime
    confirm_by: datetime
    confirmed_then: datetime | None
    close_by: datetime
    closed_then: datetime | None
    bureau_by: datetime | None
    checked_then: datetime | None
    is_confirm_due: bool
    is_confirmed_in_time: bool
    is_confirm_overdue: bool
    is_close_due: bool
    is_closed_in_time: bool
    is_close_overdue: bool
    is_closed: bool
    is_false_alarm: bool
    is_bureau_due: bool
    is_bureau_overdue: bool


class SilenceOut(Schema):
    """A datastream that was silent in a period, with how many seconds of it."""

    id: str
    subject_name: str
    subject_name_en: str
    site: str | None
    site_name: str
    site_name_en: str
    datastream_id: str
    datastream_name: str
    datastream_name_en: str
    tag: str
    raised_at: datetime
    returned_at: datetime | None
    occurrences: int
    silent_s: float


_NO_NUL = r"^[^\x00]*$"
Why = Annotated[str, StringConstraints(max_length=200, pattern=_NO_NUL)]
BulletinStateKey = Literal["draft", "approved", "issued", "withdrawn"]
PaperFormat = Literal["docx", "pdf", "xlsx"]


class BulletinRow(Schema):
    """A bulletin as a list shows it; `paper_number` empty before it is issued."""

    id: str
    version: int
    kind: PeriodKey
    title: str
    starts_at: datetime
    ends_at: datetime
    as_of: datetime
    state: BulletinStateKey
    paper_number: str
    organisation_name: str
    organisation_name_en: str
    drafted_by_name: str
    approved_by_name: str
    issued_at: datetime | None


class BulletinOut(BulletinRow):
    """A whole bulletin with its frozen figures, and what the asking person may do with it."""

    text: str
    reason: str
    edited_by_name: str
    approved_at: datetime | None
    issued_by_name: str
    withdrawn_by_name: str
    withdrawn_at: datetime | None
    figures_sha256: str
    total: DeskCounts
    conditions: list[ConditionCount]
    firms: list[DeskFirmCounts]
    may: list[Literal["edit", "recount", "approve", "return", "issue", "withdraw"]]


class BulletinIn(Body):
    """Of which week or month a bulletin is drafted: any day in it."""

    kind: PeriodKey
    day: date


class BulletinWords(Body):
    """The words of a draft."""

    title: Annotated[str, StringConstraints(max_length=120, pattern=_NO_NUL)]
    text: Annotated[str, StringConstraints(max_length=8000, pattern=_NO_NUL)]


class BulletinReason(Body):
    """Why a bulletin is given back or withdrawn."""

    reason: Why


class BulletinDifference(Schema):
    """A count of a firm that today's rows give otherwise than the bulletin has it."""

    site_id: str
    name: str
    name_en: str
    count: str
    then: float
    now: float


class BulletinDifferencesOut(Schema):
    """What counting once more says; `unseen` sites were out of the reader's reach."""

    unseen: int
    differences: list[BulletinDifference]
