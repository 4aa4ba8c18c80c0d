"""Installations: registered, changed and retired by the bureau in charge; what they hold goes with them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from anlan.kernel.base import journal
from anlan.kernel.base.clock import now
from anlan.kernel.base.errors import ConflictError, InvalidError, NotFoundError
from anlan.kernel.base.events import EventType
from anlan.kernel.base.permissions import Facts, Principal, Reach, decide
from anlan.kernel.base.unit_of_work import current_work, refuse_unless
from anlan.kernel.subjects.models import Subject, SubjectStatus
from anlan.systems.hazchem import events
from anlan.systems.hazchem.models import (
    MATTER,
    Holding,
    MajorHazardInstallation,
    PeopleSource,
)
from anlan.systems.hazchem.queries.people import counted_near
from anlan.systems.hazchem.services import holdings
from anlan.systems.hazchem.services.live import follow_installation
from anlan.systems.hazchem.services.overstock import end_overstock

VIEW, EDIT = "hazchem.installation.view", "hazchem.installation.edit"
_PLAIN = ("code", "name", "name_en", "unit_kind", "filing_number", "licence_number", "boundary_m")


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallationDetails:
    """An installation as it is entered; `people` None is counted from the layer of settlements."""

    code: str
    name: str
    unit_kind: str
    name_en: str = ""
    filing_number: str = ""
    licence_number: str = ""
    boundary_m: float = 0.0
    people: int | None = None
    is_invented: bool = False


def register_installation(
    *,
    subject_id: str,
    details: InstallationDetails,
    held: Sequence[holdings.HoldingDetails],
    reason: str = "",
) -> MajorHazardInstallation:
    """Register a unit at a subject of a site, with what it holds. Only whoever is in charge of the site does."""
    subject = Subject.objects.filter(pk=subject_id).select_related("kind").first()
    if subject is None:
        raise NotFoundError("没有这个监测对象，或不在您的范围内", id=subject_id)
    at = Facts(div=subject.div, zone=subject.zone, site=subject.site, matter=MATTER)
    refuse_unless(EDIT, at, Reach.IN_CHARGE)
    if subject.site is None or subject.status == SubjectStatus.RETIRED:
        raise InvalidError(
            "重大危险源须登记在企业厂区或其下在用的对象上",
            code="hazchem.not_at_a_site",
            field="subject_id",
        )
    _refuse_taken(subject.site, details.code)
    moment = now()
    row = MajorHazardInstallation(
        subject=subject,
        div=subject.div,
        zone=subject.zone,
        site=subject.site,
        is_invented=details.is_invented,
        created_at=moment,
        updated_at=moment,
        **{name: getattr(details, name) for name in _PLAIN},
    )
    _note_people(row, details.people)
    row.save(force_insert=True)
    holdings.put_holdings(row, held)
    _grade(row)
    _record(events.INSTALLATION_REGISTERED, row, {}, reason)
    follow_installation(row)
    return row


def change_installation(
    *,
    installation: MajorHazardInstallation,
    reason: str,
    held: Sequence[holdings.HoldingDetails] | None = None,
    recount: bool = False,
    **wanted: Any,
) -> MajorHazardInstallation:
    """Change a unit: its columns, the people (`people`, or `recount` from the layer), all that it holds (`held`).

    `installation` is locked at the version that the caller saw. What says nothing new makes no version.
    """
    refuse_unless(EDIT, installation.facts, Reach.IN_CHARGE)
    if installation.retired_at is not None:
        raise ConflictError("该单元已核销", code="hazchem.retired_already")
    if not reason.strip():
        raise InvalidError("请写明理由", code="hazchem.reason_missing", field="reason")
    if wanted.get("code", installation.code) != installation.code:
        _refuse_taken(installation.site, wanted["code"])
    before = state_of(installation)
    people = wanted.pop("people", None)
    for name, value in wanted.items():
        setattr(installation, name, value)
    if recount or people is not None:
        _note_people(installation, None if recount else people)
    elif "boundary_m" in wanted and installation.people_source == PeopleSource.COUNTED:
        _note_people(installation, None)
    gone = [] if held is None else holdings.put_holdings(installation, held)
    _grade(installation)
    if _plain(before) == _plain(state_of(installation)) and not (recount or people is not None):
        return installation
    installation.version += 1
    installation.updated_at = now()
    installation.save(update_fields=[*_WRITTEN, "version", "updated_at"])
    end_overstock(installation, gone)
    _record(events.INSTALLATION_CHANGED, installation, _plain(before), reason)
    follow_installation(installation)
    return installation


def retire_installation(
    *, installation: MajorHazardInstallation, reason: str
) -> MajorHazardInstallation:
    """Retire a unit (核销): it stays to be read and is watched no more."""
    refuse_unless(EDIT, installation.facts, Reach.IN_CHARGE)
    if installation.retired_at is not None:
        raise ConflictError("该单元已核销", code="hazchem.retired_already")
    if not reason.strip():
        raise InvalidError("请写明理由", code="hazchem.reason_missing", field="reason")
    before = _plain(state_of(installation))
    installation.retired_at = installation.updated_at = now()
    installation.version += 1
    installation.save(update_fields=["retired_at", "version", "updated_at"])
    held = holdings.standing(installation)
    end_overstock(installation, held)
    Holding.objects.bulk_update(held, ["over", "over_since"])
    _record(events.INSTALLATION_RETIRED, installation, before, reason)
    return installation


def may_keep(principal: Principal, row: MajorHazardInstallation) -> bool:
    """Tell whether a person keeps an installation: he is in charge of its site in the matter of chemicals."""
    return decide(principal, EDIT, row.facts, Reach.IN_CHARGE).allowed


def state_of(row: MajorHazardInstallation) -> events.HazardInstallationState:
    """Return the public state of an installation, with what it holds."""
    return events.HazardInstallationState(
        id=row.id,
        version=row.version,
        subject_id=row.subject_id,
        code=row.code,
        name=row.name,
        name_en=row.name_en,
        unit_kind=row.unit_kind,
        filing_number=row.filing_number,
        licence_number=row.licence_number,
        boundary_m=row.boundary_m,
        people=row.people,
        people_source=row.people_source,
        s=row.s,
        r=row.r,
        grade=row.grade,
        holdings=[holdings.plain(one) for one in holdings.standing(row)],
        is_retired=row.retired_at is not None,
    )


_PEOPLE = ("people", "people_source", "people_basis", "people_noted_by", "people_noted_at")
_WRITTEN = (*_PLAIN, *_PEOPLE, "s", "r", "alpha", "grade")


def _note_people(row: MajorHazardInstallation, people: int | None) -> None:
    """Write who lives within 500 m: as entered, or counted where nothing is said."""
    if people is None:
        found = counted_near(row.subject, row.boundary_m)
        row.people, row.people_basis = found.people, found.basis
        row.people_source = PeopleSource.COUNTED
    else:
        row.people, row.people_basis = people, []
        row.people_source = PeopleSource.ENTERED
    row.people_noted_by, row.people_noted_at = current_work().principal.actor, now()


def _grade(row: MajorHazardInstallation) -> None:
    """Write S, R, alpha and the grade of the design maximum."""
    done = holdings.design_of(holdings.standing(row), row.people)
    row.s, row.r, row.alpha = done.design.s, done.design.r, done.alpha.value
    row.grade = done.design.grade
    row.save(update_fields=["s", "r", "alpha", "grade"])


def _refuse_taken(site: str | None, code: str) -> None:
    rows = MajorHazardInstallation.objects.filter(site=site, code=code, retired_at=None)
    if rows.exists():
        raise ConflictError(
            f"编号 {code} 已在该厂区使用", code="hazchem.installation_code_taken", field="code"
        )


def _plain(state: events.HazardInstallationState) -> dict[str, Any]:
    return asdict(state) | {"version": 0}


def _record(
    event: EventType, row: MajorHazardInstallation, before: dict[str, Any], reason: str
) -> None:
    state = state_of(row)
    change = journal.changed(before, _plain(state)) if before else {}
    said = {"reason": [None, reason.strip()]} if reason.strip() else {}
    journal.record(event, state, journal.Subject.of(row), change=(change | said) or None)
