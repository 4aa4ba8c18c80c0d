"""What a message about alarms that nobody answered says, in Chinese and in English."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from anlan.kernel.alerts.models import Alarm
from anlan.kernel.alerts.services import notice_words
from anlan.kernel.alerts.services.notice_words import Words
from anlan.kernel.base.clock import SHANGHAI
from anlan.systems.escalation.ladder import Rung
from anlan.systems.escalation.rules import AWAITED, AWAITED_EN

TITLE_LENGTH: Final = 200
_OWNERS: Final = {"firm": ("企业", "the firm"), "bureau": ("监管部门", "the bureau in charge")}


def in_chinese(rung: Rung, alarms: Sequence[Alarm], moment: datetime) -> Words:
    """Say what is late, since when and by whom; of many the one that waits longest."""
    first = alarms[0]
    said = notice_words.in_chinese(first)
    owner = _OWNERS[rung.owner][0]
    what = AWAITED[_awaited(first)]
    late = f"{owner}应于 {_local(first)} 前{what}，已逾期 {_minutes(first, moment)} 分钟。"
    if len(alarms) == 1:
        title = f"逾期升级：{said.title}，{owner}未{what}"
        body = said.body.removesuffix("请在报警监测中确认、处置。") + late
    else:
        title = f"逾期升级：{first.subject.name}等 {len(alarms)} 条报警，{owner}逾期未答"
        body = f"其中最久的：{said.title}，{late}"
    return Words(title=title[:TITLE_LENGTH], body=body + "请电话核实并在“升级”中记录。")


def in_english(rung: Rung, alarms: Sequence[Alarm], moment: datetime) -> Words:
    """Say the same in English."""
    first = alarms[0]
    said = notice_words.in_english(first)
    owner = _OWNERS[rung.owner][1]
    what = AWAITED_EN[_awaited(first)]
    late = (
        f"{owner} should have {what} it by {_local(first)}, {_minutes(first, moment)} minutes ago. "
    )
    if len(alarms) == 1:
        title = f"Overdue: {said.title}, not {what} by {owner}"
        body = said.body.removesuffix("Confirm and handle it under Alarms.") + late
    else:
        name = first.subject.name_en or first.subject.name
        title = f"Overdue: {len(alarms)} alarms at {name} and beside it, not answered by {owner}"
        body = f"The oldest: {said.title}; {late}"
    return Words(title=title[:TITLE_LENGTH], body=body + "Call, and record it under Escalations.")


def _awaited(alarm: Alarm) -> str:
    return str(getattr(alarm, "awaited"))  # noqa: B009 - annotated by `queries.before_rung`


def _owed(alarm: Alarm) -> datetime:
    owed: datetime = getattr(alarm, "owed_at")  # noqa: B009 - annotated by `queries.before_rung`
    return owed


def _local(alarm: Alarm) -> str:
    return _owed(alarm).astimezone(SHANGHAI).strftime("%H:%M")


def _minutes(alarm: Alarm, moment: datetime) -> int:
    return int((moment - _owed(alarm)).total_seconds() // 60)
