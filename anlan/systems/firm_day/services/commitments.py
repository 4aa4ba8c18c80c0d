"""The daily promise: made by the firm's own people, corrected as a new version with its reason, or withdrawn."""

from dataclasses import asdict, dataclass, field
from typing import Any, Final

from anlan.kernel.base import journal
from anlan.kernel.base.clock import now
from anlan.kernel.base.errors import ConflictError, InvalidError, NotFoundError
from anlan.kernel.base.events import EventType
from anlan.kernel.base.permissions import Facts, Principal, Reach, decide
from anlan.kernel.base.unit_of_work import current_work, refuse_unless
from anlan.kernel.subjects.models import Subject
from anlan.systems.firm_day import events
from anlan.systems.firm_day.models import MATTER, CommitmentVersion, SafetyCommitment
from anlan.systems.firm_day.promises import (
    STEPS,
    SUBMIT,
    promise_rules,
    refuse_wrong_units,
    work_keys,
)
from anlan.systems.firm_day.rules import local_day, standard

_PLACE: Final = ("div", "zone", "site", "exercise_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseDetails:
    """What a promise says."""

    units_total: int
    units_running: int
    units_stopped: int
    units_under_repair: int
    works: dict[str, int]
    tanks_safe: bool
    risk: str
    text: str
    signed_by: str
    is_trial: bool = False
    is_starting_or_stopping: bool = False
    steps: list[dict[str, str]] = field(default_factory=list)
    accountability: str = ""


def promise(
    *, site_id: str, details: PromiseDetails, is_invented: bool = False
) -> SafetyCommitment:
    """Make today's promise of the own site, once; what changes it is a correction. Raises ConflictError the second time."""
    site = Subject.objects.filter(pk=site_id, site=site_id).first()
    if site is None:
        raise NotFoundError("没有这个企业，或不在您的范围内", id=site_id)
    at = Facts(div=site.div, zone=site.zone, site=site.site, matter=MATTER)
    refuse_unless(SUBMIT, at, Reach.OWN_FIRM)
    _refuse_wrong(details)
    moment = now()
    day = local_day(moment)
    drill = current_work().principal.exercise_id
    if SafetyCommitment.objects.filter(site=site.id, day=day, exercise_id=drill).exists():
        raise ConflictError("今天已经承诺，请更正", code="firm_day.promised_already")
    place = journal.Place(div=site.div, zone=site.zone, site=site.site)
    row = SafetyCommitment.objects.create(
        subject=site,
        day=day,
        promised_at=moment,
        is_late=moment > promise_rules().due_at(day),
        is_invented=is_invented,
        **journal.first_columns(place),
    )
    _file(row, details, 1, "")
    _record(events.COMMITMENT_PROMISED, row, {})
    return row


def correct_promise(
    *, commitment: SafetyCommitment, details: PromiseDetails, reason: str
) -> SafetyCommitment:
    """Correct today's promise, or make it anew after it was withdrawn: the next version, with its reason."""
    _own_today(commitment)
    _refuse_wrong(details)
    said = _said(reason)
    before = asdict(state_of(commitment))
    number = commitment.current.number if commitment.current else 0
    if commitment.withdrawn_at is not None:  # nothing was promised in between
        commitment.promised_at = now()
        commitment.is_late = commitment.promised_at > promise_rules().due_at(commitment.day)
    commitment.withdrawn_at, commitment.withdraw_reason = None, ""
    commitment.version += 1
    _file(commitment, details, number + 1, said)
    _record(events.COMMITMENT_CORRECTED, commitment, before, said)
    return commitment


def withdraw_promise(*, commitment: SafetyCommitment, reason: str) -> SafetyCommitment:
    """Withdraw today's promise: the firm then has not promised, until it corrects it."""
    _own_today(commitment)
    if commitment.withdrawn_at is not None:
        raise ConflictError("已经撤回", code="firm_day.withdrawn_already")
    said = _said(reason)
    before = asdict(state_of(commitment))
    commitment.withdrawn_at, commitment.withdraw_reason = now(), said
    commitment.version += 1
    commitment.updated_at = now()
    commitment.save()
    _record(events.COMMITMENT_WITHDRAWN, commitment, before, said)
    return commitment


def acts_on(principal: Principal, row: SafetyCommitment) -> list[str]:
    """Return what somebody may do with a promise: that of a day that is over cannot be changed."""
    if row.day < local_day(now()):
        return []
    if not decide(principal, SUBMIT, row.facts, Reach.OWN_FIRM).allowed:
        return []
    return ["correct"] + ["withdraw"] * (row.withdrawn_at is None)


def state_of(row: SafetyCommitment) -> events.CommitmentState:
    """Return the public state of a promise, without texts and names."""
    said = row.current
    if said is None:
        raise ValueError(f"commitment {row.id} has no version")
    return events.CommitmentState(
        id=row.id,
        version=row.version,
        subject_id=row.subject_id,
        day=row.day.isoformat(),
        number=said.number,
        is_late=row.is_late,
        is_withdrawn=row.withdrawn_at is not None,
        units_total=said.units_total,
        units_running=said.units_running,
        units_stopped=said.units_stopped,
        units_under_repair=said.units_under_repair,
        works=said.works,
        tanks_safe=said.tanks_safe,
        is_trial=said.is_trial,
        is_starting_or_stopping=said.is_starting_or_stopping,
        promised_risk=said.risk,
    )


def _file(row: SafetyCommitment, details: PromiseDetails, number: int, reason: str) -> None:
    moment = now()
    said = asdict(details) | {"works": _whole(details.works)}
    row.current = CommitmentVersion.objects.create(
        commitment=row,
        number=number,
        reason=reason,
        filed_by=current_work().principal.actor,
        created_at=moment,
        updated_at=moment,
        **{name: getattr(row, name) for name in _PLACE},
        **said,
    )
    row.updated_at = moment
    row.save()


def _whole(works: dict[str, int]) -> dict[str, int]:
    return {key: works.get(key, 0) for key in work_keys(standard())}


def _refuse_wrong(details: PromiseDetails) -> None:
    refuse_wrong_units(
        details.units_total,
        details.units_running,
        details.units_stopped,
        details.units_under_repair,
    )
    if unknown := sorted(set(details.works) - set(work_keys(standard()))):
        raise InvalidError(
            f"没有这类特殊作业：{unknown[0]}", code="firm_day.no_such_kind", field="works"
        )
    if details.risk not in promise_rules().risks:
        raise InvalidError("没有这个风险等级", code="firm_day.no_such_risk", field="risk")
    if [one["step"] for one in details.steps] != list(STEPS):
        raise InvalidError(
            "研判须有班组、车间、企业三级", code="firm_day.steps_missing", field="steps"
        )


def _own_today(row: SafetyCommitment) -> None:
    refuse_unless(SUBMIT, row.facts, Reach.OWN_FIRM)
    if row.day < local_day(now()):
        raise ConflictError("只能更正、撤回当天的承诺", code="firm_day.day_over")


def _said(reason: str) -> str:
    if not reason.strip():
        raise InvalidError("请写明理由", code="firm_day.reason_missing", field="reason")
    return reason.strip()


def _record(
    event: EventType, row: SafetyCommitment, before: dict[str, Any], reason: str = ""
) -> None:
    state = state_of(row)
    change = journal.changed(before, asdict(state)) if before else {}
    said = {"reason": [None, reason]} if reason else {}
    journal.record(event, state, journal.Subject.of(row), change=(change | said) or None)
