"""Work permits: drafted, issued, begun, finished, cancelled by the firm's own people; each act can be taken back.

Nothing here touches a limit, a suppression or an alarm: a permit raises watch and never lowers it.
"""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from anlan.kernel.base import journal
from anlan.kernel.base.clock import now, utc_text
from anlan.kernel.base.errors import ConflictError, InvalidError, NotFoundError
from anlan.kernel.base.events import EventType
from anlan.kernel.base.permissions import Facts, Principal, Reach, decide
from anlan.kernel.base.unit_of_work import current_work, refuse_unless
from anlan.kernel.subjects.models import Subject, SubjectStatus
from anlan.systems.firm_day import events
from anlan.systems.firm_day.models import MATTER, PermitState, WorkPermit
from anlan.systems.firm_day.queries.permits import next_code
from anlan.systems.firm_day.rules import EDIT, ISSUE, standard

#: A clock of a person's hand may be so much ahead of ours.
AHEAD: Final = timedelta(minutes=5)
_PLAIN = (
    "kind", "level", "spot", "content", "isolation", "contractor", "applicant", "guardian", "approver",
    "planned_start", "planned_end",
)  # fmt: skip
#: Who stands in a permit: in no event, and in the private half of the journal only.
_PEOPLE = ("applicant", "guardian", "approver", "contractor", "content", "isolation")


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitDetails:
    """A permit as it is entered; `code` empty is numbered by kind and day."""

    kind: str
    spot: str
    content: str
    planned_start: datetime
    planned_end: datetime
    level: str = ""
    code: str = ""
    at_night: bool = False
    isolation: str = ""
    contractor: str = ""
    applicant: str = ""
    guardian: str = ""
    approver: str = ""
    is_invented: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GasTest:
    """One analysis of gases: % of volume, % of the lower explosive limit, ppm; None where not measured."""

    at: datetime
    by: str
    spot: str = ""
    oxygen_pct: float | None = None
    flammable_lel_pct: float | None = None
    toxic: str = ""
    toxic_ppm: float | None = None


def draft_permit(*, subject_id: str, details: PermitDetails) -> WorkPermit:
    """Draft a permit at a subject of the own site. Raises InvalidError for a kind, level or span that cannot be."""
    subject = Subject.objects.filter(pk=subject_id).first()
    if subject is None:
        raise NotFoundError("没有这个监测对象，或不在您的范围内", id=subject_id)
    at = Facts(div=subject.div, zone=subject.zone, site=subject.site, matter=MATTER)
    refuse_unless(EDIT, at, Reach.OWN_FIRM)
    if subject.site is None or subject.status == SubjectStatus.RETIRED:
        raise InvalidError(
            "特殊作业须登记在企业厂区或其下在用的对象上",
            code="firm_day.not_at_a_site",
            field="subject_id",
        )
    place = journal.Place(div=subject.div, zone=subject.zone, site=subject.site)
    columns = journal.first_columns(place)
    row = WorkPermit(
        subject=subject,
        code=details.code or next_code(subject.site, standard().kind(details.kind).prefix, now()),
        is_invented=details.is_invented,
        state=PermitState.DRAFT,
        state_at=columns["created_at"],
        state_by=current_work().principal.actor,
        **columns,
        **{name: getattr(details, name) for name in _PLAIN},
    )
    _settle(row, at_night=details.at_night)
    if WorkPermit.objects.filter(
        site=row.site, code=row.code, exercise_id=row.exercise_id
    ).exists():
        raise ConflictError(
            f"编号 {row.code} 已在该厂区使用", code="firm_day.permit_code_taken", field="code"
        )
    row.save(force_insert=True)
    _record(events.PERMIT_DRAFTED, row, {})
    return row


def change_permit(*, permit: WorkPermit, at_night: bool, **wanted: Any) -> WorkPermit:
    """Change a draft; `permit` is locked at the version that the caller saw. What is issued is taken back first."""
    _own(permit, EDIT)
    _only(permit, PermitState.DRAFT)
    before = _plain(permit)
    place = (permit.kind, permit.spot)
    for name, value in wanted.items():
        setattr(permit, name, value)
    if place != (permit.kind, permit.spot):
        permit.gas_tests = []  # an analysis speaks for where it was made
    _settle(permit, at_night=at_night)
    if before == _plain(permit):
        return permit
    _save(permit)
    _record(events.PERMIT_CHANGED, permit, before)
    return permit


def note_gas_test(*, permit: WorkPermit, test: GasTest) -> WorkPermit:
    """Note an analysis of gases, also one that does not hold: it is kept and shown, and work does not begin on it."""
    _own(permit, EDIT)
    _only(permit, PermitState.DRAFT, PermitState.ISSUED, PermitState.UNDER_WAY)
    if test.at > now() + AHEAD:
        raise InvalidError("分析时间在将来", code="firm_day.test_in_future", field="at")
    if test.oxygen_pct is None and test.flammable_lel_pct is None and test.toxic_ppm is None:
        raise InvalidError("至少填写一项分析结果", code="firm_day.test_empty", field="oxygen_pct")
    permit.gas_tests = [*permit.gas_tests, asdict(test) | {"at": utc_text(test.at)}]
    _save(permit)
    journal.record(
        events.PERMIT_GAS_TESTED,
        state_of(permit),
        journal.Subject.of(permit),
        change={"gas_test": [None, permit.gas_tests[-1]]},
    )
    return permit


def issue_permit(*, permit: WorkPermit) -> WorkPermit:
    """Issue a draft: guardian and approver are named, and its time is not over."""
    _own(permit, ISSUE)
    _only(permit, PermitState.DRAFT)
    for field in ("guardian", "approver"):
        if not getattr(permit, field).strip():
            raise InvalidError(
                "签发前须写明监护人和审批人", code="firm_day.people_missing", field=field
            )
    _not_over(permit)
    return _turn(permit, PermitState.ISSUED, events.PERMIT_ISSUED)


def start_work(*, permit: WorkPermit) -> WorkPermit:
    """Begin the work: with a fresh analysis that holds where the kind needs one, at the level that the hour asks for."""
    _own(permit, EDIT)
    _only(permit, PermitState.ISSUED)
    _not_over(permit)
    moment, rules = now(), standard()
    if moment < permit.planned_start - AHEAD:
        raise ConflictError("还没有到计划开始时间", code="firm_day.too_early")
    if rules.kind(permit.kind).needs_gas:
        _refuse_untested(permit, moment)
    if (
        rules.kind(permit.kind).raises
        and not permit.is_off_hours
        and rules.off_hours.is_off(moment)
    ):
        raise ConflictError(
            "现在是夜间或节假日，须按升级后的级别重新办票", code="firm_day.not_raised"
        )
    permit.started_at = moment
    return _turn(permit, PermitState.UNDER_WAY, events.PERMIT_STARTED)


def finish_work(*, permit: WorkPermit) -> WorkPermit:
    """End the work; also one whose time is over."""
    _own(permit, EDIT)
    _only(permit, PermitState.UNDER_WAY)
    permit.ended_at = now()
    return _turn(permit, PermitState.FINISHED, events.PERMIT_FINISHED)


def cancel_permit(*, permit: WorkPermit, reason: str) -> WorkPermit:
    """Cancel a permit whose work has not begun, with a reason; it stays to be read."""
    _own(permit, EDIT)
    _only(permit, PermitState.DRAFT, PermitState.ISSUED)
    return _turn(permit, PermitState.CANCELLED, events.PERMIT_CANCELLED, _said(reason))


def take_back(*, permit: WorkPermit, reason: str) -> WorkPermit:
    """Take back the last act, with a reason: an issue until the work begins, others for some minutes."""
    _own(permit, EDIT)
    if not permit.previous_state:
        raise ConflictError("没有可以撤回的操作", code="firm_day.nothing_to_take_back")
    is_issue = permit.state == PermitState.ISSUED
    if not is_issue and now() - permit.state_at > standard().undo_within:
        raise ConflictError("已超过可撤回的时间", code="firm_day.take_back_late")
    if permit.state == PermitState.UNDER_WAY:
        permit.started_at = None
    permit.ended_at = None
    turned = _turn(
        permit, PermitState(permit.previous_state), events.PERMIT_TAKEN_BACK, _said(reason)
    )
    turned.previous_state = ""
    turned.save(update_fields=["previous_state"])
    return turned


def acts_on(principal: Principal, row: WorkPermit) -> list[str]:
    """Return what somebody may do with a permit as it stands."""
    edits = decide(principal, EDIT, row.facts, Reach.OWN_FIRM).allowed
    issues = decide(principal, ISSUE, row.facts, Reach.OWN_FIRM).allowed
    is_over = row.planned_end <= now()
    found: list[str] = []
    if row.state == PermitState.DRAFT:
        found += ["change"] * edits + ["issue"] * (issues and not is_over)
    if row.state == PermitState.ISSUED and not is_over:
        found += ["start"] * edits
    if row.state == PermitState.UNDER_WAY:
        found += ["finish"] * edits
    if row.state in {PermitState.DRAFT, PermitState.ISSUED, PermitState.UNDER_WAY}:
        found += ["test"] * edits
    if row.state in {PermitState.DRAFT, PermitState.ISSUED}:
        found += ["cancel"] * edits
    in_time = row.state == PermitState.ISSUED or now() - row.state_at <= standard().undo_within
    if row.previous_state and in_time:
        found += ["take_back"] * edits
    return found


def state_of(row: WorkPermit) -> events.WorkPermitState:
    """Return the public state of a permit."""
    return events.WorkPermitState(
        id=row.id,
        version=row.version,
        subject_id=row.subject_id,
        code=row.code,
        work_kind=row.kind,
        work_level=row.level,
        managed_level=row.managed_level,
        is_off_hours=row.is_off_hours,
        spot=row.spot,
        planned_start=utc_text(row.planned_start),
        planned_end=utc_text(row.planned_end),
        started_at=utc_text(row.started_at) if row.started_at else None,
        ended_at=utc_text(row.ended_at) if row.ended_at else None,
        permit_state=row.state,
        gas_tests=len(row.gas_tests),
    )


def _settle(row: WorkPermit, *, at_night: bool) -> None:
    """Write the level at which it is managed, and refuse a span that it cannot have."""
    if row.planned_end <= row.planned_start:
        raise InvalidError("结束须晚于开始", code="firm_day.bad_span", field="planned_end")
    rules = standard()
    row.is_off_hours = at_night or rules.is_off_hours(row.planned_start, row.planned_end)
    managed = rules.managed_level(row.kind, row.level, is_off_hours=row.is_off_hours)
    row.managed_level = managed.key
    if row.planned_end - row.planned_start > timedelta(hours=managed.valid_h):
        title = f"{rules.kind(row.kind).title}{managed.title}"
        raise InvalidError(
            f"{title}作业票有效期不超过 {managed.valid_h} 小时",
            code="firm_day.permit_too_long",
            field="planned_end",
            valid_h=managed.valid_h,
            level=managed.key,
        )


def _refuse_untested(row: WorkPermit, moment: datetime) -> None:
    gas = standard().gas
    if not row.gas_tests:
        raise ConflictError("作业前须有气体分析", code="firm_day.gas_missing")
    # the newest by its own time: an older one that is noted later does not speak for now
    last = max(reversed(row.gas_tests), key=lambda one: datetime.fromisoformat(one["at"]))
    if lacking := [name for name in standard().kind(row.kind).gas_needs if last[name] is None]:
        raise ConflictError(
            "最近一次气体分析缺少必测项目", code="firm_day.gas_incomplete", lacking=lacking
        )
    if faults := gas.faults(last["oxygen_pct"], last["flammable_lel_pct"]):
        raise ConflictError("最近一次气体分析不合格", code="firm_day.gas_bad", faults=faults)
    if moment - datetime.fromisoformat(last["at"]) > timedelta(minutes=gas.before_min):
        raise ConflictError(
            f"最近一次气体分析已超过 {gas.before_min} 分钟",
            code="firm_day.gas_stale",
            minutes=gas.before_min,
        )


def _own(row: WorkPermit, permission: str) -> None:
    refuse_unless(permission, row.facts, Reach.OWN_FIRM)


def _only(row: WorkPermit, *states: PermitState) -> None:
    if row.state not in states:
        raise ConflictError(
            f"作业票{PermitState(row.state).label}，不能这样操作",
            code="firm_day.permit_state",
            state=row.state,
        )


def _not_over(row: WorkPermit) -> None:
    if row.planned_end <= now():
        raise ConflictError("作业票已过有效期，须重新办票", code="firm_day.permit_over")


def _said(reason: str) -> str:
    if not reason.strip():
        raise InvalidError("请写明理由", code="firm_day.reason_missing", field="reason")
    return reason.strip()


def _turn(row: WorkPermit, state: PermitState, event: EventType, reason: str = "") -> WorkPermit:
    before = _plain(row)
    row.previous_state, row.state, row.reason = row.state, state, reason
    row.state_at, row.state_by = now(), current_work().principal.actor
    _save(row)
    _record(event, row, before, reason)
    return row


def _save(row: WorkPermit) -> None:
    row.version += 1
    row.updated_at = now()
    row.save()


def _plain(row: WorkPermit) -> dict[str, Any]:
    return asdict(state_of(row)) | {"version": 0} | {name: getattr(row, name) for name in _PEOPLE}


def _record(event: EventType, row: WorkPermit, before: dict[str, Any], reason: str = "") -> None:
    change = journal.changed(before, _plain(row)) if before else {}
    said = {"reason": [None, reason]} if reason else {}
    journal.record(event, state_of(row), journal.Subject.of(row), change=(change | said) or None)
