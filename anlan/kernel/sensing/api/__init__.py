"""HTTP of datastreams, limits and suppressions; `gateways` and `quarantine` stand beside it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, cast

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Query, Status

from anlan.kernel.base.doors import Door, expected_version, principal
from anlan.kernel.base.listing import Field, ListSpec
from anlan.kernel.base.reached import narrowed
from anlan.kernel.sensing import history, queries, schemas
from anlan.kernel.sensing.models import (
    Condition,
    Confidence,
    Datastream,
    Limit,
    Suppression,
    SuppressionKind,
)
from anlan.kernel.sensing.schemas import register
from anlan.kernel.sensing.services import equipment, limits, suppressions, upkeep

VIEW = "sensing.datastream.view"
door = Door("sensing")
router = door.router


_TITLES = {
    "site_name": "企业", "subject_name": "监测对象", "datastream_name": "测点", "tag": "位号",
    "condition": "报警类型", "value": "限值", "low": "量程下端", "unit": "单位", "deadband": "回差",
    "on_delay_ms": "报警延时（秒）", "off_delay_ms": "复归延时（秒）", "priority": "优先级",
    "standard": "标准", "clause": "条款", "confidence": "依据", "valid_from": "备案时间",
    "in_force_since": "生效时间", "superseded_at": "停用时间", "filed_by_name": "备案人",
    "ended_by_name": "停用人", "end_reason": "撤销原因", "state": "状态", "reason": "说明",
    "starts_at": "开始", "ends_at": "结束", "ended_at": "提前结束", "property_title": "指标",
    "kind": "种类", "approved_by": "批准人", "number": "编号", "name": "名称", "resolution": "分辨力", "retired_at": "注销时间",
    "gateway_name": "网关", "limits_count": "限值",
}  # fmt: skip
_STATES = {
    "waiting": "待生效", "in_force": "在用", "ending": "待停用", "withdrawn": "已撤销",
    "replaced": "已更替", "planned": "待开始", "running": "抑制中", "ended": "已提前结束",
    "over": "已到期",
}  # fmt: skip
_WORDS: dict[str, dict[Any, str]] = {
    "condition": cast("dict[Any, str]", dict(Condition.choices)),
    "confidence": cast("dict[Any, str]", dict(Confidence.choices)),
    "kind": cast("dict[Any, str]", dict(SuppressionKind.choices)),
    "state": cast("dict[Any, str]", _STATES),
}


def _spec(
    sort: str,
    kinds: dict[str, str],
    *names: str,
    sortable: tuple[str, ...],
    titles: Mapping[str, str] = MappingProxyType({}),
) -> ListSpec:
    """Return a list whose columns are named as in the table, or by `titles` of its own.

    `may` is decided, not stored.
    """
    kinds = {"version": "int", "div": "int", "zone": "int"} | kinds
    return ListSpec(
        fields={
            name: Field(
                path=name,
                kind=kinds.get(name, "text"),
                sortable=name in sortable,
                title=titles.get(name) or _TITLES.get(name, ""),
                words=_WORDS.get(name, {}),
                in_seconds=name in {"on_delay_ms", "off_delay_ms"},
            )
            for name in names
            if name != "may"
        },
        sort=sort,
    )


DATASTREAMS = _spec(
    "number",
    {
        "version": "int",
        "number": "int",
        "resolution": "float",
        "retired_at": "time",
        "limits_count": "int",
    },
    *schemas.DatastreamRow.model_fields,
    "search",
    sortable=(
        "number",
        "name",
        "tag",
        "site_name",
        "subject_name",
        "gateway_name",
        "property_title",
        "limits_count",
    ),
    titles={"name": "测点"},
)
LIMITS = _spec(
    "-valid_from",
    {"value": "float", "low": "float", "window_ms": "int", "priority": "int", "valid_from": "time", "superseded_at": "time",
     "in_force_since": "time", "rank": "int"},
    *schemas.LimitRow.model_fields, "search", "rank",
    sortable=("valid_from", "site_name", "tag", "value", "priority", "rank"),
)  # fmt: skip
SUPPRESSIONS = _spec(
    "-starts_at",
    {"starts_at": "time", "ends_at": "time", "ended_at": "time"},
    *schemas.SuppressionRow.model_fields,
    "search",
    sortable=("starts_at", "ends_at", "site_name"),
    titles={"reason": "依据"},
)


@door.list("/datastreams", VIEW, DATASTREAMS, schemas.DatastreamRow)
def list_datastreams(request: HttpRequest) -> QuerySet[Datastream]:
    """List datastreams by number."""
    return narrowed(queries.datastreams(), principal(request))


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
    request: HttpRequest,
    datastream_id: str,
    start: str,
    end: str,
    points: int = 500,
    as_of: str | None = None,
) -> dict[str, Any]:
    """Return readings between two moments (RFC 3339), raw or as min, max, mean a bucket.

    With `as_of`, as they were known then.
    """
    return history.observations(queries.datastream(datastream_id), start, end, points, as_of)


@door.read("/subjects/{subject_id}/observations", VIEW, response=schemas.ReplayOut)
def replay(
    request: HttpRequest, subject_id: str, query: Query[schemas.ReplayQuery]
) -> dict[str, Any]:
    """Replay a firm, or anything below it, between two moments; with `as_of` as known then."""
    return history.replay(subject_id, **query.dict())


@door.create("/datastreams", equipment.EDIT, response=register.MadeOut)
def register_datastream(request: HttpRequest, said: register.DatastreamIn) -> Datastream:
    """Register a point of measurement."""
    gateway, device_id = equipment.gateway(said.gateway_id), said.device_id
    return equipment.register_datastream(
        gateway=gateway,
        observed_property=equipment.observed_property(said.property_code),
        device=None if device_id is None else equipment.device_behind(gateway.id, device_id),
        **said.dict(exclude={"gateway_id", "property_code", "device_id"}),
    )


@door.change(
    "/datastreams/{datastream_id}", equipment.EDIT, "PATCH", response=schemas.DatastreamOut
)
def change_datastream(
    request: HttpRequest, datastream_id: str, said: register.DatastreamPatch
) -> dict[str, Any]:
    """Give a datastream another name; what its readings mean stays. Needs If-Match."""
    version = expected_version(request)
    wanted = said.dict(exclude_none=True)
    upkeep.change_datastream(datastream_id=datastream_id, version=version, **wanted)
    return _one(datastream_id)


@door.change(
    "/datastreams/{datastream_id}/reinstate", equipment.EDIT, response=schemas.DatastreamOut
)
def reinstate_datastream(request: HttpRequest, datastream_id: str) -> dict[str, Any]:
    """Take a retired datastream up again, with the limits that stood on it; needs If-Match."""
    upkeep.reinstate_datastream(datastream_id=datastream_id, version=expected_version(request))
    return _one(datastream_id)


@door.change(
    "/datastreams/{datastream_id}/retire", "sensing.datastream.edit", response=schemas.DatastreamOut
)
def retire_datastream(request: HttpRequest, datastream_id: str) -> dict[str, Any]:
    """Retire a datastream; its number is never given again. Needs If-Match."""
    upkeep.retire_datastream(datastream_id=datastream_id, version=expected_version(request))
    return _one(datastream_id)


@door.list("/limits", VIEW, LIMITS, schemas.LimitRow)
def list_limits(request: HttpRequest) -> QuerySet[Limit]:
    """List limits, in force and superseded."""
    return queries.limits()


@door.create("/limits", "sensing.limit.edit", response={202: schemas.LimitRow})
def file_limit(request: HttpRequest, said: schemas.LimitIn) -> Status[Any]:
    """File a limit; in force once the engine has passed its place in the log."""
    row = limits.file_limit(**said.dict(exclude_none=True), may_replace=False)
    return Status(202, _listed(LIMITS, queries.limits(), row.id))


@door.change("/limits/{limit_id}", "sensing.limit.edit", "PUT", response={202: schemas.LimitRow})
def change_limit(request: HttpRequest, limit_id: str, said: schemas.LimitChange) -> Status[Any]:
    """Put another limit in the place of one that stands; needs If-Match. Answers the new one."""
    version = expected_version(request)
    wanted = said.dict(exclude_none=True)
    row = limits.change_limit(limit_id=limit_id, version=version, **wanted)
    return Status(202, _listed(LIMITS, queries.limits(), row.id))


@door.change("/limits/{limit_id}/withdraw", "sensing.limit.edit", response={202: schemas.LimitRow})
def withdraw_limit(request: HttpRequest, limit_id: str, said: schemas.ReasonIn) -> Status[Any]:
    """Withdraw a limit, with a reason; needs If-Match."""
    version = expected_version(request)
    limits.withdraw_limit(limit_id=limit_id, reason=said.reason, version=version)
    return Status(202, _listed(LIMITS, queries.limits(), limit_id))


@door.list("/suppressions", VIEW, SUPPRESSIONS, schemas.SuppressionRow)
def list_suppressions(request: HttpRequest) -> QuerySet[Suppression]:
    """List suppressions by design and times out of service (`filter=kind.eq:out_of_service`)."""
    return queries.suppressions()


@door.create("/suppressions", "sensing.suppression.edit", response={202: schemas.SuppressionRow})
def file_suppression(request: HttpRequest, said: schemas.SuppressionIn) -> Status[Any]:
    """File a suppression by design."""
    row = suppressions.file_suppression(**said.dict())
    return Status(202, _listed(SUPPRESSIONS, queries.suppressions(), row.id))


@door.change(
    "/suppressions/{suppression_id}/end",
    "sensing.suppression.edit",
    response={202: schemas.SuppressionRow},
)
def end_suppression(request: HttpRequest, suppression_id: str) -> Status[Any]:
    """End a suppression before its time; needs If-Match."""
    version = expected_version(request)
    suppressions.end_suppression(suppression_id=suppression_id, version=version)
    return Status(202, _listed(SUPPRESSIONS, queries.suppressions(), suppression_id))


@door.create("/outages", "sensing.outage.edit", response={202: schemas.SuppressionRow})
def take_out_of_service(request: HttpRequest, said: schemas.OutageIn) -> Status[Any]:
    """Take a datastream out of service (停用) until an end; it is listed with the suppressions."""
    row = suppressions.take_out_of_service(**said.dict())
    return Status(202, _listed(SUPPRESSIONS, queries.suppressions(), row.id))


@door.change(
    "/outages/{suppression_id}/end", "sensing.outage.edit", response={202: schemas.SuppressionRow}
)
def return_to_service(request: HttpRequest, suppression_id: str) -> Status[Any]:
    """Put a datastream back into service before its time; needs If-Match."""
    version = expected_version(request)
    suppressions.return_to_service(suppression_id=suppression_id, version=version)
    return Status(202, _listed(SUPPRESSIONS, queries.suppressions(), suppression_id))


def _one(datastream_id: str) -> dict[str, Any]:
    """Return one datastream as the card shows it."""
    found: list[dict[str, Any]] = history.with_last([queries.datastream(datastream_id)])["items"]
    return found[0]


def _listed(spec: ListSpec, rows: QuerySet[Any], key: str) -> dict[str, Any]:
    """Return one row under the names that its list has."""
    return spec.renamed(rows.filter(pk=key).values(*{f.path for f in spec.fields.values()})[0])
