"""HTTP of sensing; one call per route."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from anlan.kernel.base.doors import Door
from anlan.kernel.base.listing import Field, ListSpec
from anlan.kernel.sensing import history, queries, schemas
from anlan.kernel.sensing.models import (
    Datastream,
    Gateway,
    Limit,
    QuarantinedMessage,
    Suppression,
)
from anlan.kernel.sensing.services import equipment, limits

VIEW = "sensing.datastream.view"
door = Door("sensing")
router = door.router


def _spec(sort: str, kinds: dict[str, str], *names: str, sortable: tuple[str, ...]) -> ListSpec:
    """Return a list whose columns are named as in the table."""
    return ListSpec(
        fields={n: Field(path=n, kind=kinds.get(n, "text"), sortable=n in sortable) for n in names},
        sort=sort,
    )


DATASTREAMS = _spec(
    "number",
    {"version": "int", "number": "int", "resolution": "float", "retired_at": "time"},
    *schemas.DatastreamRow.model_fields,
    sortable=("number", "name", "tag"),
)
LIMITS = _spec(
    "-valid_from",
    {"version": "int", "value": "float", "priority": "int", "valid_from": "time",
     "superseded_at": "time", "log_at": "time", "log_seq": "int"},
    *schemas.LimitRow.model_fields,
    sortable=("valid_from",),
)  # fmt: skip
SUPPRESSIONS = _spec(
    "-starts_at",
    {"version": "int", "starts_at": "time", "ends_at": "time", "ended_at": "time"},
    *schemas.SuppressionRow.model_fields,
    sortable=("starts_at", "ends_at"),
)
GATEWAYS = _spec(
    "code",
    {"version": "int", "shard": "int", "is_active": "bool", "last_seen_at": "time"},
    *schemas.GatewayRow.model_fields,
    sortable=("code", "name"),
)
QUARANTINE = _spec(
    "-received_at",
    {"received_at": "time", "settled_at": "time"},
    *schemas.QuarantineRow.model_fields,
    sortable=("received_at",),
)


@door.list("/datastreams", VIEW, DATASTREAMS, schemas.DatastreamRow)
def list_datastreams(request: HttpRequest) -> QuerySet[Datastream]:
    """List datastreams by number."""
    return queries.datastreams()


@door.read("/subjects/{subject_id}/datastreams", VIEW, response=schemas.SubjectDatastreams)
def subject_datastreams(request: HttpRequest, subject_id: str) -> dict[str, Any]:
    """Return the datastreams of a subject and of what hangs below it, with newest readings."""
    return history.with_last(queries.of_subject(subject_id))


@door.read("/datastreams/{datastream_id}", VIEW, response=schemas.DatastreamOut)
def get_datastream(request: HttpRequest, datastream_id: str) -> dict[str, Any]:
    """Return one datastream with its limits and newest reading."""
    return _one(datastream_id)


@door.read("/datastreams/{datastream_id}/observations", VIEW, response=schemas.ObservationsOut)
def observations(
    request: HttpRequest, datastream_id: str, start: str, end: str, points: int = 500
) -> dict[str, Any]:
    """Return readings between two moments (RFC 3339), raw or as min, max, mean a bucket."""
    return history.observations(queries.datastream(datastream_id), start, end, points)


@door.write(
    "/datastreams/{datastream_id}/retire", "sensing.datastream.edit", response=schemas.DatastreamOut
)
def retire_datastream(request: HttpRequest, datastream_id: str) -> dict[str, Any]:
    """Retire a datastream; its number is never given again."""
    equipment.retire_datastream(datastream_id=datastream_id)
    return _one(datastream_id)


@door.list("/limits", VIEW, LIMITS, schemas.LimitRow)
def list_limits(request: HttpRequest) -> QuerySet[Limit]:
    """List limits, in force and superseded."""
    return queries.limits()


@door.create("/limits", "sensing.limit.edit", response={202: schemas.LimitRow})
def file_limit(request: HttpRequest, said: schemas.LimitIn) -> tuple[int, Any]:
    """File a limit; in force once the engine has passed its place in the log."""
    row = limits.file_limit(**said.dict(exclude_none=True))
    return 202, queries.limits().get(pk=row.id)


@door.write("/limits/{limit_id}/withdraw", "sensing.limit.edit", response={202: schemas.LimitRow})
def withdraw_limit(request: HttpRequest, limit_id: str, said: schemas.ReasonIn) -> tuple[int, Any]:
    """Withdraw a limit, with a reason."""
    limits.withdraw_limit(limit_id=limit_id, reason=said.reason)
    return 202, queries.limits().get(pk=limit_id)


@door.list("/suppressions", VIEW, SUPPRESSIONS, schemas.SuppressionRow)
def list_suppressions(request: HttpRequest) -> QuerySet[Suppression]:
    """List suppressions by design."""
    return queries.suppressions()


@door.create("/suppressions", "sensing.suppression.edit", response={202: schemas.SuppressionRow})
def file_suppression(request: HttpRequest, said: schemas.SuppressionIn) -> tuple[int, Any]:
    """File a suppression by design."""
    row = limits.file_suppression(**said.dict())
    return 202, queries.suppressions().get(pk=row.id)


@door.write(
    "/suppressions/{suppression_id}/end",
    "sensing.suppression.edit",
    response={202: schemas.SuppressionRow},
)
def end_suppression(request: HttpRequest, suppression_id: str) -> tuple[int, Any]:
    """End a suppression before its time."""
    limits.end_suppression(suppression_id=suppression_id)
    return 202, queries.suppressions().get(pk=suppression_id)


@door.list("/gateways", "health.view", GATEWAYS, schemas.GatewayRow)
def list_gateways(request: HttpRequest) -> QuerySet[Gateway]:
    """List gateways and how they are."""
    return queries.gateways()


@door.list("/quarantine", "sensing.quarantine.view", QUARANTINE, schemas.QuarantineRow)
def list_quarantine(request: HttpRequest) -> QuerySet[QuarantinedMessage]:
    """List what the doors could not read."""
    return queries.quarantine()


def _one(datastream_id: str) -> dict[str, Any]:
    """Return one datastream as the card shows it."""
    found: list[dict[str, Any]] = history.with_last([queries.datastream(datastream_id)])["items"]
    return found[0]
