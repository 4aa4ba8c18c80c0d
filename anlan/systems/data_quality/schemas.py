"""JSON shapes of data quality."""

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Field, StringConstraints

from anlan.kernel.base.body import Body
from anlan.kernel.base.doors import principal
from anlan.kernel.base.permissions import Facts
from anlan.systems.data_quality.rules import acts_on

KindKey = Literal[
    "silent", "frozen", "out_of_range", "late", "gateway_unseen", "gateway_missing",
    "gateway_late", "gateway_clock", "quarantined", "unknown_tag", "no_limits", "no_supervisor",
    "no_owner", "no_place",
]  # fmt: skip


_Key = Annotated[str, StringConstraints(max_length=26, pattern=r"^[0-9A-Z]*$")]
_Reason = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")]


class DataFindingOut(Schema):
    """One thing that is wrong; `figure` counts messages, readings or tags, or is milliseconds.

    `lag_ms` of a late datastream is how long after its time its latest reading came.

    `may` names what the asking person may do about it; empty where he may only look. `asked_at`: when
    the owner was last asked, as far as he sees it.
    """

    id: str
    kind: KindKey
    object_id: str
    name: str
    name_en: str
    code: str
    figure: float | None
    lag_ms: float | None
    since: datetime
    owner: Literal["firm", "data_keeper", "security_administrator"]
    owner_name: str
    owner_name_en: str
    site_name: str
    site_name_en: str
    asked_at: datetime | None
    may: list[Literal["file_limit", "take_out", "settle", "adopt", "place", "enter", "ask"]]

    @staticmethod
    def resolve_may(row: dict[str, Any], context: dict[str, Any]) -> list[str]:
        """Decide from where the finding hangs; no further query."""
        names = ("div", "zone", "site", "matter")
        facts = Facts(**{name: row[name] for name in names})
        return acts_on(principal(context["request"]), row["kind"], row["owner"], facts)


class AskBody(Body):
    """What the owner of a finding is asked to do."""

    reason: _Reason


class AskedOut(Schema):
    """Who was asked, and when."""

    at: datetime
    names: list[str]


class DataFindingCountOut(Schema):
    """How many of one kind, and since when the oldest stands."""

    kind: KindKey
    count: int
    oldest: datetime | None


class DoubledFirmOut(Schema):
    """One entry of what may be one firm, with how much hangs on it."""

    id: str
    name: str
    name_en: str
    credit_code: str | None
    territory_code: str
    created_at: datetime
    version: int
    sites: int
    subjects: int
    gateways: int
    posts: int
    documents: int


class DoubledPairOut(Schema):
    """Why two entries seem one firm; `score` is out of 100."""

    first: str
    second: str
    score: int
    reasons: list[Literal["same_body", "same_name", "same_core", "near_name"]]


class DoubledGroupOut(Schema):
    """Entries that may be one firm; the one to keep, as far as a rule can tell, stands first."""

    score: int
    since: datetime
    firms: list[DoubledFirmOut]
    pairs: list[DoubledPairOut]


class DoubledOut(Schema):
    """Everything that may be one firm, the surest first."""

    items: list[DoubledGroupOut]


class MergeBody(Body):
    """Which entry is kept, which become other names of it, and why."""

    kept_id: _Key
    merged_ids: Annotated[list[_Key], Field(min_length=1, max_length=20)]
    reason: _Reason


class UndoBody(Body):
    """Why a merge is undone."""

    reason: _Reason


class ApartBody(Body):
    """Two entries that are two firms, and why."""

    first_id: _Key
    second_id: _Key
    reason: _Reason


class ApartOut(Schema):
    """The word that two entries are two firms."""

    id: str


class MergeOut(Schema):
    """A merge; `moved` holds the ids of what moved, by what it is."""

    id: str
    kept_id: str
    kept_name: str
    kept_code: str | None
    merged_id: str
    merged_name: str
    merged_code: str | None
    reason: str
    moved: dict[str, list[str]]
    merged_by_name: str
    created_at: datetime
    undone_at: datetime | None
    undone_by_name: str
    undo_reason: str
    version: int


class MergesMadeOut(Schema):
    """The merges that were made, one an entry."""

    items: list[MergeOut]
