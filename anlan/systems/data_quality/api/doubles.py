"""HTTP of firms entered twice, under /data-quality."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from anlan.kernel.base.doors import Door, expected_version
from anlan.kernel.people.queries.directory import row
from anlan.systems.data_quality.models import FirmMerge
from anlan.systems.data_quality.queries import doubles as queries
from anlan.systems.data_quality.rules import MERGE, VIEW
from anlan.systems.data_quality.schemas import (
    ApartBody,
    ApartOut,
    DoubledOut,
    MergeBody,
    MergeOut,
    MergesMadeOut,
    UndoBody,
)
from anlan.systems.data_quality.services import doubles as services

door = Door("data_quality")
router = door.router


@door.read("/doubled-firms", VIEW, response=DoubledOut)
def doubled_firms(request: HttpRequest) -> dict[str, Any]:
    """What may be one firm entered several times, and why it seems so; a person decides."""
    return {"items": queries.doubled()}


@door.list("/merges", VIEW, queries.MERGES, MergeOut)
def merges(request: HttpRequest) -> QuerySet[FirmMerge]:
    """What was made one, by whom and why, and what was undone again."""
    return queries.merges()


@door.create("/merges", MERGE, response=MergesMadeOut)
def merge_firms(request: HttpRequest, body: MergeBody) -> dict[str, Any]:
    """Keep one entry; the others become other names of it, and all that is theirs moves to it."""
    made = services.merge_firms(**body.dict())
    return {"items": [row(queries.MERGES, queries.merges(), one.id) for one in made]}


@door.change("/merges/{merge_id}/undo", MERGE, response=MergeOut)
def undo_merge(request: HttpRequest, merge_id: str, body: UndoBody) -> dict[str, Any]:
    """Give everything back; refused when a later change stands in the way. Needs If-Match."""
    services.undo_merge(merge_id=merge_id, version=expected_version(request), reason=body.reason)
    return row(queries.MERGES, queries.merges(), merge_id)


@door.create("/firms-apart", MERGE, response=ApartOut)
def tell_apart(request: HttpRequest, body: ApartBody) -> dict[str, Any]:
    """Say that two entries that look alike are two firms."""
    return {"id": services.tell_apart(**body.dict()).id}
