"""HTTP of alarms; one call per route."""

from dataclasses import asdict, fields, replace
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from pydantic import AwareDatetime

from anlan.kernel.alerts import queries, replay, schemas, summaries, turns
from anlan.kernel.alerts.events import AlarmState
from anlan.kernel.alerts.models import Alarm, BureauState, FirmState, InstrumentState, Remark
from anlan.kernel.alerts.rules import (
    CAUSES,
    CHECK_OUTCOMES,
    GROUPS,
    PHONE_WITHIN,
    Priority,
    clocks_of,
)
from anlan.kernel.alerts.services import answers, remarks
from anlan.kernel.base.clock import now
from anlan.kernel.base.doors import Door, expected_version, principal
from anlan.kernel.base.listing import Field, ListSpec
from anlan.kernel.base.reached import narrowed
from anlan.kernel.people.rules import MATTERS
from anlan.kernel.sensing.models import Condition, Confidence

VIEW = "alerts.alarm.view"
door = Door("alerts")
router = door.router

_KINDS = {"priority": "int", "occurrences": "int", "version": "int", "div": "int", "zone": "int",
          "value": "float", "limit_value": "float", "is_late": "bool", "out_of_service": "bool",
          "is_false": "bool", "limit_version": "int"}  # fmt: skip
_TITLES = {"site_name": "企业", "subject_name": "监测对象", "datastream_name": "测点", "tag": "位号", "unit": "单位",
           "condition": "报警类型", "priority": "优先级", "instrument_state": "仪表状态",
           "firm_state": "企业状态", "bureau_state": "部门状态", "value": "报警值", "limit_value": "限值",
           "raised_at": "报警时间", "returned_at": "复归时间", "occurrences": "次数",
           "confirmed_by": "确认人", "confirmed_at": "确认时间", "checked_by": "核查人",
           "checked_at": "核查时间", "closed_by": "消警人", "closed_at": "消警时间",
           "check_outcome": "核查方式", "shelved_until": "搁置至", "is_late": "迟到判定",
           "unconfirmed_at": "未获数据证实", "limit_standard": "限值标准", "limit_clause": "条款",
           "limit_confidence": "限值依据", "cause": "原因", "measure": "处置措施", "evidence": "佐证",
           "is_false": "误报", "check_note": "核查记录", "shelved_by": "搁置人",
           "shelve_reason": "搁置原因", "out_of_service": "停用",
           "out_of_service_until": "停用至", "out_of_service_by": "停用批准人",
           "out_of_service_reason": "停用原因", "matter": "监管事项"}  # fmt: skip
_WORDS: dict[str, dict[Any, str]] = {
    "condition": dict(Condition.choices) | GROUPS,
    "instrument_state": dict(InstrumentState.choices),
    "firm_state": dict(FirmState.choices),
    "bureau_state": dict(BureauState.choices),
    "check_outcome": {code: title for code, (title, _) in CHECK_OUTCOMES.items()},
    "priority": {1: "红色 1级", 2: "橙色 2级", 3: "黄色 3级", 4: "蓝色 4级"},
    "is_late": {True: "是", False: ""},
    "out_of_service": {True: "是", False: ""},
    "is_false": {True: "是", False: "否", None: ""},
    "cause": dict(CAUSES),
    "limit_confidence": dict(Confidence.choices),
    "matter": dict(MATTERS),
}
_SORTABLE = {"raised_at", "last_raised_at", "priority", "subject_name", "site_name"}
_PATHS = {"firm_state": "firm_now", "datastream_id": "datastream_key"}
ALARMS = ListSpec(
    fields={
        field.name: Field(
            path=_PATHS.get(field.name, field.name),
            kind=_KINDS.get(
                field.name, "time" if field.name.endswith(("_at", "_until")) else "text"
            ),
            sortable=field.name in _SORTABLE,
            title=_TITLES.get(field.name, ""),
            words=_WORDS.get(field.name, {}),
        )
        for field in fields(AlarmState)
    }
    | {
        "search": Field(path="search"),
        "in_open_group": Field(path="in_open_group", kind="bool"),
    },
    sort="-raised_at",
)
#: The same as a desk shows them: until when each owner has to answer, and what is the reader's own.
DESK = replace(
    ALARMS,
    fields={
        **ALARMS.fields,
        "firm_due_at": Field(path="firm_due_at", kind="time", sortable=True, title="企业时限"),
        "bureau_due_at": Field(path="bureau_due_at", kind="time", sortable=True, title="部门时限"),
        "is_mine": Field(path="is_mine", kind="bool"),
        "turn": Field(path="turn", kind="time", sortable=True),
    },
)


def _desk(request: HttpRequest, rows: QuerySet[Alarm]) -> QuerySet[Alarm]:
    who = principal(request)
    return turns.with_turn(narrowed(rows, who, incident=True), who, now())


@door.list("/alarms", VIEW, DESK, schemas.AlarmOut)
def list_alarms(request: HttpRequest) -> QuerySet[Alarm]:
    """List alarms, newest first.

    `sort=turn`: what the reader has to do himself first, the longest overdue before all.
    """
    return _desk(request, queries.alarms())


@door.list("/alarms/open", VIEW, DESK, schemas.AlarmOut)
def list_open_alarms(request: HttpRequest) -> QuerySet[Alarm]:
    """List what is active or not closed by its firm.

    `filter=in_open_group.eq:false` shows groups without their members, `parent_id.eq:` those of one.
    """
    return _desk(request, queries.open_alarms())


@door.list("/alarms/mine", VIEW, DESK, schemas.AlarmOut)
def list_my_alarms(request: HttpRequest) -> QuerySet[Alarm]:
    """List what the reader has to do himself now: answer for the firm, or check for the bureau in charge.

    A group that is open stands for its members.
    """
    who = principal(request)
    return turns.my_alarms(narrowed(queries.desk_alarms(), who, incident=True), who, now())


@door.read("/mine", VIEW, response=schemas.MineOut)
def count_mine(request: HttpRequest) -> dict[str, Any]:
    """Return how many alarms wait for the reader, and how many of them are late."""
    who = principal(request)
    rows = narrowed(queries.desk_alarms(), who, incident=True)
    return turns.count_mine(rows, who, now())


@door.read("/states", VIEW, response=schemas.StatesOut)
def subject_states(request: HttpRequest) -> dict[str, Any]:
    """Return every subject's worst open alarm for the map."""
    return queries.subject_states()


@door.read("/replay", VIEW, response=schemas.AlarmReplayOut)
def replay_alarms(request: HttpRequest, start: AwareDatetime, end: AwareDatetime) -> dict[str, Any]:
    """Return the alarms open at a moment as they were known then, and what changed after it."""
    return replay.replay(start, end)


@door.read("/day", VIEW, response=schemas.DayOut)
def last_day(request: HttpRequest) -> dict[str, Any]:
    """Count the alarms of the last 24 hours, hour by hour."""
    return summaries.last_day()


@door.read("/firms", VIEW, response=schemas.SeriousFirmsOut)
def serious_firms(request: HttpRequest) -> dict[str, Any]:
    """Return the firms with an open red or orange alarm."""
    return summaries.serious_firms()


@door.read("/late", VIEW, response=schemas.LateOut)
def late(request: HttpRequest) -> dict[str, Any]:
    """Return the open alarms whose owner is late: by firm, and of the bureaus together."""
    return summaries.late()


@door.read("/reporting", VIEW, response=schemas.ReportingOut)
def reporting(request: HttpRequest) -> dict[str, Any]:
    """Return how many datastreams and gateways report, and where most are silent."""
    return summaries.reporting()


@door.read("/choices", VIEW, response=schemas.ChoicesOut)
def choices(request: HttpRequest) -> dict[str, Any]:
    """Return the causes and outcomes that the forms offer, and in what time an alarm is answered."""
    clocks = {one.value: clocks_of(one) for one in Priority}
    return {
        "clocks": [
            {
                "priority": priority,
                "confirm_s": clock.confirm.total_seconds(),
                "close_s": clock.close.total_seconds(),
            }
            for priority, clock in clocks.items()
        ],
        "phone_s": PHONE_WITHIN.total_seconds(),
        "causes": [{"code": code, "title": title} for code, title in CAUSES.items()],
        "outcomes": [{"code": c, "title": title} for c, (title, _) in CHECK_OUTCOMES.items()],
    }


@door.read("/alarms/{alarm_id}", VIEW, response=schemas.AlarmOut)
def get_alarm(request: HttpRequest, alarm_id: str) -> dict[str, Any]:
    """Return one alarm."""
    return asdict(queries.alarm_state(alarm_id))


@door.change("/alarms/{alarm_id}/confirm", "alerts.alarm.confirm", response=schemas.AlarmOut)
def confirm_alarm(request: HttpRequest, alarm_id: str) -> dict[str, Any]:
    """Confirm for the firm (确认)."""
    return asdict(answers.confirm_alarm(alarm_id=alarm_id, version=expected_version(request)))


@door.change("/alarms/{alarm_id}/close", "alerts.alarm.close", response=schemas.AlarmOut)
def close_alarm(request: HttpRequest, alarm_id: str, said: schemas.CloseIn) -> dict[str, Any]:
    """Close for the firm with cause and measure (消警)."""
    return asdict(
        answers.close_alarm(alarm_id=alarm_id, version=expected_version(request), **said.dict())
    )


@door.change("/alarms/{alarm_id}/check", "alerts.alarm.check", response=schemas.AlarmOut)
def check_alarm(request: HttpRequest, alarm_id: str, said: schemas.CheckIn) -> dict[str, Any]:
    """Check for the bureau in charge (核查)."""
    return asdict(
        answers.check_alarm(alarm_id=alarm_id, version=expected_version(request), **said.dict())
    )


@door.change("/alarms/{alarm_id}/shelve", "alerts.alarm.shelve", response=schemas.AlarmOut)
def shelve_alarm(request: HttpRequest, alarm_id: str, said: schemas.ShelveIn) -> dict[str, Any]:
    """Put aside for a while (搁置)."""
    return asdict(
        answers.shelve_alarm(alarm_id=alarm_id, version=expected_version(request), **said.dict())
    )


@door.change("/alarms/{alarm_id}/unshelve", "alerts.alarm.shelve", response=schemas.AlarmOut)
def unshelve_alarm(request: HttpRequest, alarm_id: str) -> dict[str, Any]:
    """Take back from the shelf."""
    return asdict(answers.unshelve_alarm(alarm_id=alarm_id, version=expected_version(request)))


REMARKS = ListSpec(
    fields={
        "id": Field(path="id"),
        "alarm_id": Field(path="alarm_id", title="报警"),
        "text": Field(path="text", title="备注"),
        "written_by": Field(path="written_by", title="备注人"),
        "written_at": Field(path="created_at", kind="time", sortable=True, title="备注时间"),
    },
    sort="-written_at",
)


@door.list("/remarks", VIEW, REMARKS, schemas.RemarkOut)
def list_remarks(request: HttpRequest) -> QuerySet[Remark]:
    """List what was noted at alarms (备注), the newest first; `filter=alarm_id.eq:` those of one."""
    return narrowed(queries.remarks(), principal(request))


@door.create("/remarks", VIEW, response=schemas.RemarkOut)
def write_remark(request: HttpRequest, said: schemas.RemarkIn) -> dict[str, Any]:
    """Note something at an alarm; nobody does where he was only given a look (共享)."""
    made = remarks.write_remark(**said.dict())
    return {
        "id": made.id,
        "alarm_id": made.alarm_id,
        "text": made.text,
        "written_by": made.written_by,
        "written_at": made.created_at,
    }
