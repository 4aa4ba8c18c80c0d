"""What the bus hears of alarms: the alarm's whole public state, each time (7.15)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from anlan.kernel.base.events import EventType


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmState:
    """The public state of an alarm; the API and the live stream show exactly this."""

    id: str
    version: int
    subject_id: str
    subject_name: str
    subject_name_en: str
    site_name: str
    site_name_en: str
    datastream_id: str
    datastream_name: str
    datastream_name_en: str
    tag: str
    unit: str
    condition: str
    priority: int
    instrument_state: str
    firm_state: str
    bureau_state: str
    value: float | None
    limit_id: str | None
    limit_version: int
    limit_value: float | None
    limit_standard: str
    limit_clause: str
    limit_clause_en: str
    limit_confidence: str
    raised_at: datetime
    last_raised_at: datetime
    returned_at: datetime | None
    occurrences: int
    is_late: bool
    unconfirmed_at: datetime | None
    confirmed_by: str
    confirmed_at: datetime | None
    closed_by: str
    closed_at: datetime | None
    cause: str
    measure: str
    evidence: str
    is_false: bool | None
    checked_by: str
    checked_at: datetime | None
    check_outcome: str
    check_note: str
    shelved_until: datetime | None
    shelved_by: str
    shelve_reason: str
    suppressed_by: str | None
    out_of_service: bool
    out_of_service_until: datetime | None
    out_of_service_by: str
    out_of_service_reason: str
    parent_id: str | None
    cause_key: str
    div: int
    zone: int | None
    site: str | None
    matter: str
    exercise_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemarkState:
    """What somebody has noted at an alarm."""

    id: str
    alarm_id: str
    text: str
    written_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineDeafness:
    """The engine heard no ticks for a while; until then no sensor was judged silent.

    `reason` is `no_ticks` (gateway or log were away) or `clock_set_back`.
    """

    shard_group: str
    version: int
    epoch: str
    seq: int
    began_at: datetime
    ended_at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeMissed:
    """Somebody had to be told of an alarm and nobody stands there (无人可通知)."""

    alarm_id: str
    occurrence: int
    priority: int
    #: Organisations that should have been told; none when no bureau is in charge either.
    organisations: list[str]


#: What an alarm did not say of itself before schema 3.
_SINCE_3: dict[str, Any] = {
    "out_of_service_until": None, "out_of_service_by": "", "out_of_service_reason": "",
    "subject_name_en": "", "site_name_en": "", "datastream_name_en": "", "limit_clause_en": "",
}  # fmt: skip


def _from_2(state: dict[str, Any]) -> dict[str, Any]:
    return _SINCE_3 | state


def _alarm(name: str, title: str) -> EventType:
    return EventType(name, AlarmState, title, schema=3, from_before=_from_2)


ALARM_RAISED = _alarm("alerts.alarm.raised", "报警产生（或再次超限）")
ALARM_RETURNED = _alarm("alerts.alarm.returned", "报警复归")
ALARM_UNCONFIRMED = _alarm("alerts.alarm.unconfirmed", "报警未获数据证实")
ALARM_REAFFIRMED = _alarm("alerts.alarm.reaffirmed", "数据恢复，报警仍在")
ALARM_GREW = _alarm("alerts.alarm.grew", "同因报警增加")
ALARM_CONFIRMED = _alarm("alerts.alarm.confirmed", "企业已确认")
ALARM_CLOSED = _alarm("alerts.alarm.closed", "企业已消警")
ALARM_CHECKED = _alarm("alerts.alarm.checked", "部门已核查")
ALARM_SHELVED = _alarm("alerts.alarm.shelved", "报警已搁置")
ALARM_UNSHELVED = _alarm("alerts.alarm.unshelved", "报警恢复")
ALARM_SUPPRESSED = _alarm("alerts.alarm.suppressed", "测点已抑制，报警不再提醒")
ALARM_UNSUPPRESSED = _alarm("alerts.alarm.unsuppressed", "抑制结束，报警恢复提醒")
ALARM_TAKEN_OUT = _alarm("alerts.alarm.taken_out", "测点停用，报警不再提醒")
ALARM_PUT_BACK = _alarm("alerts.alarm.put_back", "测点恢复使用，报警恢复提醒")
REMARK_WRITTEN = EventType("alerts.remark.written", RemarkState, "报警备注")
ENGINE_WAS_DEAF = EventType("alerts.engine.was_deaf", EngineDeafness, "平台自身监测中断")
NOTICE_MISSED = EventType("alerts.notice.missed", NoticeMissed, "报警无人可通知")
