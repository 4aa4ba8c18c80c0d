"""What people make of a finding: true or not, handed to the firm, answered, closed."""

from datetime import date

from anlan.kernel.base.clock import SHANGHAI, now
from anlan.kernel.base.errors import ConflictError, InvalidError
from anlan.kernel.base.events import EventType
from anlan.kernel.base.permissions import Reach
from anlan.kernel.base.unit_of_work import current_work, refuse_unless
from anlan.systems.data_honesty import events
from anlan.systems.data_honesty.models import HonestyFinding
from anlan.systems.data_honesty.rules import ANSWER, JUDGE
from anlan.systems.data_honesty.services.notices import tell_of_answer, tell_the_firm
from anlan.systems.data_honesty.services.noting import record


def judge_finding(*, finding: HonestyFinding, is_true: bool, reason: str) -> HonestyFinding:
    """Say that a finding is true (属实), or that it is not (不属实), which closes it; the reason is said either way.

    `finding` is locked at the version that the caller saw, here and below.
    """
    _refuse_unless_open(finding)
    finding.verdict = "true" if is_true else "untrue"
    finding.verdict_reason = _said(reason)
    finding.judged_by, finding.judged_at = current_work().principal.actor, now()
    _write(finding, events.JUDGED, "verdict", "verdict_reason", "judged_by", "judged_at")
    return finding if is_true else _close(finding, finding.verdict_reason)


def hand_over(*, finding: HonestyFinding, asked: str, due_on: date) -> HonestyFinding:
    """Hand a finding to the firm (交办) with what is asked and until when; from now on the firm sees it."""
    _refuse_unless_open(finding)
    if due_on < now().astimezone(SHANGHAI).date():
        raise InvalidError("期限不能早于今天", code="data_honesty.due_past", field="due_on")
    finding.asked, finding.due_on, finding.state = _said(asked), due_on, "handed"
    finding.handed_by, finding.handed_at = current_work().principal.actor, now()
    _write(finding, events.HANDED_OVER, "asked", "due_on", "state", "handed_by", "handed_at")
    if not tell_the_firm(finding):
        raise InvalidError("该企业没有可以接收交办的人", code="data_honesty.nobody_to_hand_to")
    return finding


def answer_finding(*, finding: HonestyFinding, answer: str) -> HonestyFinding:
    """Answer what was handed over, in words; only the firm's own people do. It may be said anew until it is closed."""
    refuse_unless(ANSWER, finding.facts, Reach.OWN_FIRM)
    if finding.state == "closed":
        raise ConflictError("已办结", code="data_honesty.closed_already")
    finding.answer, finding.state = _said(answer), "answered"
    finding.answered_by, finding.answered_at = current_work().principal.actor, now()
    _write(finding, events.ANSWERED, "answer", "state", "answered_by", "answered_at")
    tell_of_answer(finding)
    return finding


def close_finding(*, finding: HonestyFinding, reason: str) -> HonestyFinding:
    """Close a finding (办结) that was judged; what was done about it is said."""
    _refuse_unless_open(finding)
    if not finding.verdict:
        raise ConflictError("请先判定属实或不属实", code="data_honesty.not_judged")
    return _close(finding, _said(reason))


def _close(finding: HonestyFinding, reason: str) -> HonestyFinding:
    finding.state, finding.close_reason = "closed", reason
    finding.closed_by, finding.closed_at = current_work().principal.actor, now()
    _write(finding, events.CLOSED, "state", "close_reason", "closed_by", "closed_at")
    return finding


def _refuse_unless_open(finding: HonestyFinding) -> None:
    refuse_unless(JUDGE, finding.facts, Reach.IN_CHARGE)
    if finding.state == "closed":
        raise ConflictError("已办结", code="data_honesty.closed_already")


def _said(text: str) -> str:
    if not text.strip():
        raise InvalidError("请写明理由或要求", code="data_honesty.reason_missing", field="reason")
    return text.strip()


def _write(finding: HonestyFinding, event: EventType, *columns: str) -> None:
    finding.version += 1
    finding.updated_at = now()
    finding.save(update_fields=[*columns, "version", "updated_at"])
    said = {name: [None, str(getattr(finding, name))] for name in columns if name in _SAID}
    record(event, finding, said or None)


#: What somebody wrote: kept in the private half of the journal.
_SAID = ("verdict_reason", "asked", "answer", "close_reason")
