"""What the bus hears of alarms: the alarm's whole public state, each time (7.15)."""

from dataclasses import dataclass
from datetime import datetime

from anlan.kernel.base.events import EventType


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmState:
    """The public state of an alarm; the API and the live stream show exactly this."""

    id: str
    version: int
    subject_id: str
    subject_name: str
    site_name: str
    datastream_id: str
    datastream_name: str
    tag: str
    unit: str
    condition: str
    priority: int
    instrument_state: str
    firm_state: str
    bureau_state: str
    value: float | None
    limit_value: float | None
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
    checked_by: str
    checked_at: datetime | None
    check_outcome: str
    shelved_until: datetime | None
    suppressed_by: str | None
    out_of_service: bool
    parent_id: str | None
    cause_key: str
    div: int
    zone: int | None
    site: str | None
    matter: str
    exercise_id: str | None


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


ALARM_RAISED = EventType("alerts.alarm.raised", AlarmState, "报警产生（或再次超限）")
ALARM_RETURNED = EventType("alerts.alarm.returned", AlarmState, "报警复归")
ALARM_UNCONFIRMED = EventType("alerts.alarm.unconfirmed", AlarmState, "报警未获数据证实")
ALARM_REAFFIRMED = EventType("alerts.alarm.reaffirmed", AlarmState, "数据恢复，报警仍在")
ALARM_CONFIRMED = EventType("alerts.alarm.confirmed", AlarmState, "企业已确认")
ALARM_CLOSED = EventType("alerts.alarm.closed", AlarmState, "企业已消警")
ALARM_CHECKED = EventType("alerts.alarm.checked", AlarmState, "部门已核查")
ALARM_SHELVED = EventType("alerts.alarm.shelved", AlarmState, "报警已搁置")
ALARM_UNSHELVED = EventType("alerts.alarm.unshelved", AlarmState, "报警恢复")
ENGINE_WAS_DEAF = EventType("alerts.engine.was_deaf", EngineDeafness, "平台自身监测中断")
NOTICE_MISSED = EventType("alerts.notice.missed", NoticeMissed, "报警无人可通知")
