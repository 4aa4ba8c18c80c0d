"""JSON shapes of data quality."""

from datetime import datetime
from typing import Literal

from ninja import Schema

KindKey = Literal[
    "silent", "frozen", "out_of_range", "gateway_unseen", "gateway_missing", "gateway_late",
    "gateway_clock", "quarantined", "unknown_tag", "no_limits", "no_supervisor", "no_owner",
    "no_place",
]  # fmt: skip


class DataFindingOut(Schema):
    """One thing that is wrong; `figure` counts messages, readings or tags, or is milliseconds."""

    id: str
    kind: KindKey
    object_id: str
    name: str
    name_en: str
    code: str
    figure: float | None
    since: datetime
    owner: Literal["firm", "data_keeper", "security_administrator"]
    owner_name: str
    owner_name_en: str
    site_name: str
    site_name_en: str


class DataFindingCountOut(Schema):
    """How many of one kind, and since when the oldest stands."""

    kind: KindKey
    count: int
    oldest: datetime | None
