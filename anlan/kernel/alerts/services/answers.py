"""What people answer: the firm confirms and closes, the bureau checks, both may shelve.

Each function locks one row, writes only people's columns, and leaves one journal row.
"""

from datetime import datetime
from typing import Any

from anlan.kernel.alerts import events, queries
from anlan.kernel.alerts.models import Alarm, BureauState, FirmState, InstrumentState
from anlan.kernel.alerts.rules import ACTS, CAUSES, CHECK_OUTCOMES, decide_act
from anlan.kernel.alerts.services.columns import write_columns
from anlan.kernel.base.clock import now
from anlan.kernel.base.errors import (
    ConflictError,
    InvalidError,
    NotFoundError,
    NotPermittedError,
    StaleVersionError,
)
from anlan.kernel.base.events import EventType
from anlan.kernel.base.models import Journal
from anlan.kernel.base.unit_of_work import current_work


def confirm_alarm(*, alarm_id: str, version: int | None = None) -> events.AlarmState:
    """Let the firm's control room take notice (确认); two persons cannot both be first."""
    alarm = _locked(alarm_id, "confirm")
    if alarm.firm_state == FirmState.CLOSED:
        raise ConflictError("报警已消警", code="alerts.already_closed")
    if alarm.firm_state == FirmState.CONFIRMED and alarm.confirmed_occurrence >= alarm.occurrences:
        raise ConflictError(
            "已由他人确认", code="alerts.already_confirmed", confirmed_by=alarm.confirmed_by
        )
    return _save(
        alarm,
        events.ALARM_CONFIRMED,
        version,
        firm_state=FirmState.CONFIRMED,
        confirmed_by=_who(),
        confirmed_at=now(),
        confirmed_occurrence=alarm.occurrences,
    )


def close_alarm(
    *,
    alarm_id: str,
    cause: str,
    measure: str,
    evidence: str = "",
    is_false: bool = False,
    version: int | None = None,
) -> events.AlarmState:
    """Let the firm close (消警) with cause and measure; refused while the value is beyond the limit.

    A false alarm (误报) needs its instrument order or picture as evidence (practice P5).
    """
    alarm = _locked(alarm_id, "close")
    if alarm.firm_state == FirmState.CLOSED:
        raise ConflictError("报警已消警", code="alerts.already_closed")
    if alarm.instrument_state == InstrumentState.ACTIVE:
        raise ConflictError("数值仍超限，不能消警", code="alerts.still_active")
    if alarm.firm_state != FirmState.CONFIRMED:
        raise ConflictError("请先确认，再消警", code="alerts.not_confirmed")
    if queries.moved_its_limit(alarm, current_work().principal.actor):
        raise NotPermittedError("您改动过这个限值，须由他人消警", code="alerts.moved_the_limit")
    if cause not in CAUSES:
        raise InvalidError(
            f"原因 {cause!r} 不在清单内", code="alerts.unknown_cause", known=list(CAUSES)
        )
    if not measure.strip():
        raise InvalidError("请填写处置措施", code="alerts.measure_missing")
    if is_false and not evidence.strip():
        raise InvalidError("误报须附仪表检修单或照片", code="alerts.evidence_missing")
    said = {"cause": cause, "measure": measure.strip(), "evidence": evidence.strip()}
    return _save(
        alarm,
        events.ALARM_CLOSED,
        version,
        firm_state=FirmState.CLOSED,
        closed_by=_who(),
        closed_at=now(),
        disposition=said,
        is_false=is_false,
    )


def check_alarm(
    *, alarm_id: str, outcome: str, note: str, version: int | None = None
) -> events.AlarmState:
    """Let the bureau in charge check (核查): by phone, by assignment, on site, or close it."""
    alarm = _locked(alarm_id, "check")
    if outcome not in CHECK_OUTCOMES:
        raise InvalidError(
            f"核查结果 {outcome!r} 不在清单内",
            code="alerts.unknown_outcome",
            known=list(CHECK_OUTCOMES),
        )
    if not note.strip():
        raise InvalidError("请写明向谁核实、说了什么", code="alerts.note_missing")
    if alarm.bureau_state == BureauState.CLOSED:
        raise ConflictError("部门已办结", code="alerts.already_checked")
    return _save(
        alarm,
        events.ALARM_CHECKED,
        version,
        bureau_state=CHECK_OUTCOMES[outcome][1],
        checked_by=_who(),
        checked_at=now(),
        check_outcome=outcome,
        check_note=note.strip(),
    )


def shelve_alarm(
    *, alarm_id: str, until: datetime, reason: str, version: int | None = None
) -> events.AlarmState:
    """Put an alarm aside for a while (搁置, GB/T 41261) with an end and a reason."""
    alarm = _locked(alarm_id, "shelve")
    if until <= now():
        raise InvalidError("搁置的结束时间已过", code="alerts.end_in_the_past")
    if not reason.strip():
        raise InvalidError("请填写搁置原因", code="alerts.reason_missing")
    return _save(
        alarm,
        events.ALARM_SHELVED,
        version,
        shelved_until=until,
        shelved_by=_who(),
        shelve_reason=reason.strip(),
    )


def unshelve_alarm(*, alarm_id: str, version: int | None = None) -> events.AlarmState:
    """Take a shelved alarm back before its end."""
    alarm = _locked(alarm_id, "shelve")
    if alarm.shelved_until is None:
        raise ConflictError("报警没有被搁置", code="alerts.not_shelved")
    return _save(alarm, events.ALARM_UNSHELVED, version, shelved_until=None, shelve_reason="")


def _locked(alarm_id: str, act: str) -> Alarm:
    """Lock the row if the person may do this act of `rules.ACTS` on it."""
    alarm = Alarm.objects.select_for_update().filter(pk=alarm_id).first()
    if alarm is None:
        raise NotFoundError("没有这个报警，或不在您的范围内", id=alarm_id)
    decision = decide_act(current_work().principal, act, alarm.facts)
    if not decision.allowed:
        raise NotPermittedError(
            "您不能这样处置这个报警", permission=ACTS[act][0], reason=decision.reason
        )
    return alarm


def _refuse_unseen(alarm: Alarm, seen: int) -> None:
    """Refuse who has not seen that it came again, or that somebody answered; a return is no matter."""
    since = Journal.objects.filter(object=alarm.id, object_version__gt=seen)
    if seen > alarm.version or since.exclude(type=events.ALARM_RETURNED.name).exists():
        raise StaleVersionError(
            "报警在此期间有变化，请看过再处置",
            code="alerts.changed_meanwhile",
            version=alarm.version,
        )


def _save(alarm: Alarm, event: EventType, seen: int | None, **values: Any) -> events.AlarmState:
    """Write what a person answers; `seen` is the version that he looked at, None: the row is held."""
    if seen is not None:
        _refuse_unseen(alarm, seen)
    return write_columns(alarm, event, **values)


def _who() -> str:
    """Return the name that stands under the act."""
    return current_work().principal.name
