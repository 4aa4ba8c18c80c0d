"""What the bus hears of gateways, datastreams, limits and suppressions."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from anlan.kernel.base.events import EventType


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayState:
    """The public state of a gateway; its token and key are nobody's to read."""

    id: str
    version: int
    firm_code: str
    code: str
    name: str
    name_en: str
    shard: int
    is_active: bool
    organisation_id: str
    has_next_key: bool
    div: int
    zone: int | None
    site: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantineState:
    """The public state of a message in quarantine; of what it says only hashes."""

    id: str
    version: int
    gateway_id: str | None
    topic: str
    code: str
    received_at: datetime
    payload_sha256: str
    mended_sha256: str | None
    resend_at: datetime | None
    resend_reason: str
    result_code: str
    result_reason: str
    settled_at: datetime | None
    settled_how: str
    settled_reason: str
    log_epoch: str | None
    log_sequence: int | None
    exercise_id: str | None
    div: int
    zone: int | None
    site: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceState:
    """The public state of an instrument."""

    id: str
    version: int
    gateway_id: str
    subject_id: str
    name: str
    name_en: str
    model: str
    serial: str
    is_active: bool
    div: int
    zone: int | None
    site: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyState:
    """The public state of what can be measured; it hangs nowhere, every bureau reads it."""

    id: str
    version: int
    code: str
    title: str
    title_en: str
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DatastreamState:
    """The public state of a datastream."""

    id: str
    version: int
    number: int
    gateway_id: str
    device_id: str | None
    subject_id: str
    tag: str
    name: str
    name_en: str
    unit: str
    observed_property: str
    resolution: float | None
    time_resolution_ms: int
    shard: int
    retired_at: datetime | None
    div: int
    zone: int | None
    site: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitState:
    """The public state of a limit; `number`, `shard` and `control_version` are the engine's."""

    id: str
    version: int
    datastream_id: str
    number: int
    shard: int
    condition: str
    value: float
    unit: str
    deadband: float
    on_delay_ms: int
    off_delay_ms: int
    low: float | None
    window_ms: int | None
    priority: int
    standard: str
    clause: str
    confidence: str
    valid_from: datetime
    superseded_at: datetime | None
    filed_by: str
    control_version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SuppressionState:
    """The public state of a suppression; `kind` is `by_design` or `out_of_service`."""

    id: str
    version: int
    datastream_id: str
    number: int
    shard: int
    starts_at: datetime
    ends_at: datetime
    ended_at: datetime | None
    reason: str
    filed_by: str
    control_version: int
    exercise_id: str | None
    kind: str
    approved_by: str


def _suppression(name: str, title: str) -> EventType:
    return EventType(
        name,
        SuppressionState,
        title,
        schema=2,
        from_before=lambda state: {"kind": "by_design", "approved_by": ""} | state,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryExpired:
    """Files of history that were let go because their class is kept no longer (到期清理)."""

    #: readings, rollups or exercises, and for how many days they are kept.
    kind: str
    kept_days: int
    files: int
    rows: int
    began_at: datetime
    ended_at: datetime
    #: SHA-256 of each file, so that a copy can be told for what it is.
    digests: list[str]


def _put_up(name: str, data: type, title: str, **more: Any) -> EventType:
    """Schema 2 tells what schema 1 left out: the English name, and `more` of a datastream."""
    return EventType(
        name, data, title, schema=2, from_before=lambda state: {"name_en": "", **more} | state
    )


def _device(name: str, title: str) -> EventType:
    """Schema 3 tells whether it is in use; before, none could be put out of it."""
    return EventType(
        name, DeviceState, title, schema=3, from_before=lambda state: {"is_active": True} | state
    )


def _datastream(name: str, title: str) -> EventType:
    return _put_up(name, DatastreamState, title, device_id=None, time_resolution_ms=1)


GATEWAY_REGISTERED = _put_up("sensing.gateway.registered", GatewayState, "采集网关已登记")
GATEWAY_CHANGED = _put_up("sensing.gateway.changed", GatewayState, "采集网关已变更")
GATEWAY_STOPPED = _put_up("sensing.gateway.stopped", GatewayState, "采集网关已停用")
GATEWAY_STARTED = _put_up("sensing.gateway.started", GatewayState, "采集网关已恢复使用")
GATEWAY_KEY_ISSUED = _put_up(
    "sensing.gateway.key_issued", GatewayState, "新密钥已签发，新旧两把均有效"
)
GATEWAY_KEY_ROLLED = _put_up("sensing.gateway.key_rolled", GatewayState, "旧密钥已作废")
GATEWAY_KEY_WITHDRAWN = _put_up("sensing.gateway.key_withdrawn", GatewayState, "新密钥已撤回")
QUARANTINE_RESENT = EventType("sensing.quarantine.resent", QuarantineState, "隔离报文已要求重送")
QUARANTINE_ANSWERED = EventType(
    "sensing.quarantine.answered", QuarantineState, "重送的报文已有结果"
)
QUARANTINE_DISCARDED = EventType("sensing.quarantine.discarded", QuarantineState, "隔离报文已丢弃")
PROPERTY_DEFINED = EventType("sensing.property.defined", PropertyState, "监测指标已定义")
DEVICE_REGISTERED = _device("sensing.device.registered", "感知设备已登记")
DEVICE_CHANGED = _device("sensing.device.changed", "感知设备已变更")
DEVICE_STOPPED = _device("sensing.device.stopped", "感知设备已停用")
DEVICE_STARTED = _device("sensing.device.started", "感知设备已恢复使用")
DATASTREAM_REGISTERED = _datastream("sensing.datastream.registered", "测点已登记")
DATASTREAM_CHANGED = _datastream("sensing.datastream.changed", "测点已变更")
DATASTREAM_RETIRED = _datastream("sensing.datastream.retired", "测点已注销")
DATASTREAM_REINSTATED = _datastream("sensing.datastream.reinstated", "测点注销已撤回")
LIMIT_FILED = EventType("sensing.limit.filed", LimitState, "限值已备案")
LIMIT_WITHDRAWN = EventType("sensing.limit.withdrawn", LimitState, "限值已撤销")
SUPPRESSION_FILED = _suppression("sensing.suppression.filed", "报警抑制已备案")
SUPPRESSION_ENDED = _suppression("sensing.suppression.ended", "报警抑制已结束")
OUTAGE_FILED = _suppression("sensing.outage.filed", "测点停用已备案")
OUTAGE_ENDED = _suppression("sensing.outage.ended", "测点已恢复使用")
HISTORY_EXPIRED = EventType("sensing.history.expired", HistoryExpired, "历史数据到期清理")
