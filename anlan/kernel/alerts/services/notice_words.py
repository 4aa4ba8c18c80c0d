"""What a message about an alarm says, in Chinese and in English: what, where, how much and when."""

from dataclasses import dataclass

from anlan.kernel.alerts.models import Alarm, InstrumentState
from anlan.kernel.alerts.rules import GROUPS
from anlan.kernel.base.clock import SHANGHAI
from anlan.kernel.sensing.models import Condition

TITLE_LENGTH = 200
_LEVELS = {1: "红色", 2: "橙色", 3: "黄色", 4: "蓝色"}
_LEVELS_EN = {1: "Red", 2: "Orange", 3: "Yellow", 4: "Blue"}
#: As the web application names them (web/src/kernel/alerts/locale.en.json).
_CONDITIONS_EN = {
    "HH": "high-high", "H": "high", "L": "low", "LL": "low-low", "rate": "rate of change",
    "range": "out of range", "frozen": "frozen", "silent": "silent", "gateway": "gateway lost",
    "device": "instrument failing",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A message in one language."""

    title: str
    body: str


def in_chinese(alarm: Alarm) -> Words:
    """Say it as the desk would ask."""
    drill = "【演练】" if alarm.exercise_id else ""
    condition = GROUPS.get(alarm.condition) or Condition(alarm.condition).label
    title = f"{drill}{_LEVELS[alarm.priority]}报警：{alarm.subject.name} {condition}"
    at = alarm.last_raised_at.astimezone(SHANGHAI).strftime("%m月%d日 %H:%M:%S")
    stream = alarm.datastream
    if stream is None:
        parts = [at, alarm.subject.name, f"{alarm.value or 0:g} 个测点同因报警"]
    else:
        parts = [at, f"{_point(alarm.subject.name, stream.name)}（{stream.tag}）"]
        if alarm.value is not None:
            parts.append(f"报警值 {alarm.value:g} {stream.unit}")
        if alarm.limit_value is not None:
            unit = "秒" if alarm.condition == Condition.SILENT else stream.unit
            parts.append(f"限值 {alarm.limit_value:g} {unit}")
        if alarm.occurrences > 1:
            parts.append(f"第 {alarm.occurrences} 次")
        if alarm.instrument_state != InstrumentState.ACTIVE:
            parts.append("已复归")
    return Words(title=title[:TITLE_LENGTH], body="，".join(parts) + "。请在报警监测中确认、处置。")


def in_english(alarm: Alarm) -> Words:
    """Say the same in English; names that have no English one stand as they are."""
    drill = "[Exercise] " if alarm.exercise_id else ""
    subject = alarm.subject.name_en or alarm.subject.name
    condition = _CONDITIONS_EN[alarm.condition]
    title = f"{drill}{_LEVELS_EN[alarm.priority]} alarm: {subject}, {condition}"
    at = alarm.last_raised_at.astimezone(SHANGHAI).strftime("%d %b %H:%M:%S")
    stream = alarm.datastream
    if stream is None:
        parts = [at, subject, f"{alarm.value or 0:g} points alarm from one cause"]
    else:
        parts = [at, f"{_point(subject, stream.name_en or stream.name)} ({stream.tag})"]
        if alarm.value is not None:
            parts.append(f"value {alarm.value:g} {stream.unit}".rstrip())
        if alarm.limit_value is not None:
            unit = "s" if alarm.condition == Condition.SILENT else stream.unit
            parts.append(f"limit {alarm.limit_value:g} {unit}".rstrip())
        if alarm.occurrences > 1:
            parts.append(f"occurrence {alarm.occurrences}")
        if alarm.instrument_state != InstrumentState.ACTIVE:
            parts.append("returned")
    body = ", ".join(parts) + ". Confirm and handle it under Alarms."
    return Words(title=title[:TITLE_LENGTH], body=body)


def _point(subject: str, stream: str) -> str:
    """Name a point with what it is at, once: many points are named after their subject."""
    return stream if stream.startswith(subject) else f"{subject} {stream}"
