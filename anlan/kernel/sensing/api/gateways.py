"""HTTP of gateways: how they fare, what stands behind them, and their keys."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from anlan.kernel.base.doors import Door, expected_version
from anlan.kernel.base.listing import Field, ListSpec
from anlan.kernel.sensing.models import Device, Gateway, ObservedProperty
from anlan.kernel.sensing.queries import doors as queries
from anlan.kernel.sensing.schemas import doors as schemas
from anlan.kernel.sensing.schemas import register
from anlan.kernel.sensing.services import equipment, keys, upkeep

VIEW = "sensing.gateway.view"
ROLL = "sensing.gateway.edit"
door = Door("sensing")
router = door.router

_TITLES = {
    "firm_code": "企业代码", "code": "网关代码", "name": "网关", "organisation_name": "企业",
    "site_name": "厂区", "is_active": "使用状态", "has_next_key": "换密钥中",
    "last_seen_at": "最近来报", "datastreams_count": "测点数", "last_seq": "最近序号",
    "gaps": "跳号次数", "missing": "未到报文", "skew_ms": "时钟差（秒）", "kept": "入库报文",
    "repeats": "重复报文", "alterations": "被改报文", "unsigned": "签名不符",
    "unreadable": "不能读取", "late_announced": "迟到读数（已申报补传）",
    "late_unannounced": "迟到读数（未申报）", "out_of_order": "乱序读数",
    "clock": "时钟超前读数", "refused_rows": "拒收的读数", "quarantined": "隔离待处理",
    "quarantine_dropped": "隔离区未留",
}  # fmt: skip
_TEXTS = {
    "firm_code", "code", "name", "name_en", "organisation_name", "organisation_name_en", "site_name",
}  # fmt: skip
_KINDS = {"id": "text", "site": "text", "is_active": "bool", "has_next_key": "bool",
          "last_seen_at": "time", "search": "text"} | dict.fromkeys(_TEXTS, "text")  # fmt: skip
_UNSORTED = {"id", "version", "div", "zone", "site", "shard", "is_active", "has_next_key", "search"}
_IN_USE = {"is_active": {True: "在用", False: "已停用"}}
GATEWAYS = ListSpec(
    fields={
        name: Field(
            path=name,
            kind=_KINDS.get(name, "int"),
            sortable=name not in _UNSORTED,
            title=_TITLES.get(name, ""),
            in_seconds=name == "skew_ms",
            words=_IN_USE.get(name, {}),
        )
        for name in (*schemas.GatewayRow.model_fields, "search")
        if name != "may"
    },
    sort="code",
)
_DEVICE_TITLES = {
    "name": "设备", "model": "型号", "serial": "出厂编号", "gateway_name": "网关",
    "subject_name": "监测对象", "site_name": "企业", "datastreams_count": "测点数",
    "is_active": "使用状态",
}  # fmt: skip
_DEVICE_KINDS = {"is_active": "bool"} | dict.fromkeys(
    ("version", "datastreams_count", "div", "zone"), "int"
)
DEVICES = ListSpec(
    fields={
        name: Field(
            path=name,
            kind=_DEVICE_KINDS.get(name, "text"),
            sortable=name in _DEVICE_TITLES,
            title=_DEVICE_TITLES.get(name, ""),
            words=_IN_USE.get(name, {}),
        )
        for name in (*schemas.DeviceRow.model_fields, "search")
        if name != "may"
    },
    sort="name",
)
PROPERTIES = ListSpec(
    fields={
        name: Field(path=name, kind="int" if name == "version" else "text", sortable=name == "code")
        for name in schemas.PropertyRow.model_fields
    },
    sort="code",
)


@door.list("/gateways", VIEW, GATEWAYS, schemas.GatewayRow)
def list_gateways(request: HttpRequest) -> QuerySet[Gateway]:
    """List gateways and how they fare."""
    return queries.gateways()


@door.read("/gateways/{gateway_id}", VIEW, response=schemas.GatewayOut)
def get_gateway(request: HttpRequest, gateway_id: str) -> dict[str, Any]:
    """Return one gateway with its gaps, spans, refusals by code, unknown tags and keys."""
    return _one(gateway_id)


@door.change("/gateways/{gateway_id}", equipment.EDIT, "PATCH", response=schemas.GatewayOut)
def change_gateway(
    request: HttpRequest, gateway_id: str, said: register.GatewayPatch
) -> dict[str, Any]:
    """Give a gateway another name, stop it or take it up again; needs If-Match."""
    version = expected_version(request)
    upkeep.change_gateway(gateway_id=gateway_id, version=version, **said.dict(exclude_none=True))
    return _one(gateway_id)


@door.change("/gateways/{gateway_id}/key", ROLL, response=schemas.KeyIssued)
def issue_key(request: HttpRequest, gateway_id: str) -> dict[str, Any]:
    """Make the next key; the answer shows it, once. Both keys are valid until the change is finished.

    Needs If-Match.
    """
    _row, key = keys.issue_key(gateway_id=gateway_id, version=expected_version(request))
    return {"gateway": _one(gateway_id), "hmac_key": key}


@door.change("/gateways/{gateway_id}/key/finish", ROLL, response=schemas.GatewayOut)
def finish_key(request: HttpRequest, gateway_id: str, said: schemas.FinishKeyIn) -> dict[str, Any]:
    """Put the next key in the place of the old one, which is refused from now on; needs If-Match."""
    keys.finish_key(
        gateway_id=gateway_id,
        version=expected_version(request),
        even_if_unused=said.even_if_unused,
    )
    return _one(gateway_id)


@door.change("/gateways/{gateway_id}/key/withdraw", ROLL, response=schemas.GatewayOut)
def withdraw_key(request: HttpRequest, gateway_id: str) -> dict[str, Any]:
    """Forget the next key; the old one stays. Needs If-Match."""
    keys.withdraw_key(gateway_id=gateway_id, version=expected_version(request))
    return _one(gateway_id)


@door.list("/devices", "sensing.datastream.view", DEVICES, schemas.DeviceRow)
def list_devices(request: HttpRequest) -> QuerySet[Device]:
    """List instruments; `filter=gateway_id.eq:…` for those of a gateway."""
    return queries.devices()


@door.list("/properties", "sensing.datastream.view", PROPERTIES, schemas.PropertyRow)
def list_properties(request: HttpRequest) -> QuerySet[ObservedProperty]:
    """List what can be measured."""
    return ObservedProperty.objects.all()


@door.create("/gateways", equipment.EDIT, response=register.GatewayIssued, is_secret=True)
def register_gateway(request: HttpRequest, said: register.GatewayIn) -> dict[str, Any]:
    """Register a gateway; its credentials are told here and to a repeat under the same key."""
    row = equipment.register_gateway_at(**said.dict())
    user = f"{row.firm_code}.{row.code}"
    return {
        "id": row.id,
        "version": row.version,
        "user": user,
        "token": row.token,
        "hmac_key": row.hmac_key,
    }


@door.create("/devices", equipment.EDIT, response=register.MadeOut)
def register_device(request: HttpRequest, said: register.DeviceIn) -> Device:
    """Register an instrument."""
    gateway = equipment.gateway(said.gateway_id)
    return equipment.register_device(gateway=gateway, **said.dict(exclude={"gateway_id"}))


@door.change("/devices/{device_id}", equipment.EDIT, "PATCH", response=schemas.DeviceRow)
def change_device(
    request: HttpRequest, device_id: str, said: register.DevicePatch
) -> dict[str, Any]:
    """Change what is written of an instrument, take it out of use or up again; needs If-Match."""
    version = expected_version(request)
    upkeep.change_device(device_id=device_id, version=version, **said.dict(exclude_none=True))
    columns = {field.path for field in DEVICES.fields.values()}
    return DEVICES.renamed(queries.devices().filter(pk=device_id).values(*columns)[0])


@door.create("/properties", equipment.EDIT, response=register.MadeOut)
def define_property(request: HttpRequest, said: register.PropertyIn) -> ObservedProperty:
    """Define what can be measured; one that is there stays as it is."""
    return equipment.define_property(**said.dict())


def _one(gateway_id: str) -> dict[str, Any]:
    facts = queries.gateway_facts(gateway_id)
    columns = {field.path for field in GATEWAYS.fields.values()}
    row = queries.gateways().filter(pk=gateway_id).values(*columns)[0]
    return GATEWAYS.renamed(row) | facts
