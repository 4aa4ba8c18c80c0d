"""Bulletins: drafted from the figures of a period, edited, approved by somebody else, issued, withdrawn."""

from dataclasses import asdict
from datetime import date
from hashlib import sha256
from json import dumps, loads
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Max

from anlan.kernel.base import journal
from anlan.kernel.base.clock import SHANGHAI, now
from anlan.kernel.base.errors import ConflictError, InvalidError, NotPermittedError
from anlan.kernel.base.events import EventType
from anlan.kernel.base.permissions import Facts, Principal, Reach, decide
from anlan.kernel.base.unit_of_work import current_work, refuse_unless
from anlan.kernel.people.models import Organisation
from anlan.kernel.people.queries.holdings import posts_of_actor
from anlan.kernel.people.queries.places import home_of
from anlan.kernel.subjects.models import Subject
from anlan.systems.desk import events
from anlan.systems.desk.models import Bulletin, BulletinState
from anlan.systems.desk.queries.bulletins import paper_number, span
from anlan.systems.desk.queries.figures import figures
from anlan.systems.desk.rules import PeriodKind, Span, period_words, span_of
from anlan.systems.desk.wording import text_of, title_of

VIEW, EDIT, APPROVE = "desk.bulletin.view", "desk.bulletin.edit", "desk.bulletin.approve"
STATE_WORDS = dict(BulletinState.choices)


def draft_bulletin(*, kind: PeriodKind, day: date) -> Bulletin:
    """Draft the bulletin of the week or month that a day lies in, for the own bureau and its own firms.

    Refused while the period is not over, and where a bulletin of it stands already.
    """
    principal, moment = current_work().principal, now()
    place = home_of(principal)
    refuse_unless(EDIT, Facts(div=place.div, zone=place.zone, site=place.site), Reach.HOME)
    organisation = posts_of_actor(principal.actor)[0].organisation
    asked = span_of(kind, day, moment)
    if asked.end > moment:
        raise InvalidError("统计周期尚未结束", code="desk.period_not_over", field="day")
    standing = Bulletin.objects.filter(
        organisation=organisation, kind=kind, starts_at=asked.start
    ).exclude(state=BulletinState.WITHDRAWN)
    if standing.exists():
        raise ConflictError("这个周期的通报已有", code="desk.bulletin_twice")
    row = Bulletin(
        organisation=organisation,
        kind=kind,
        starts_at=asked.start,
        ends_at=asked.end,
        drafted_by=principal.actor,
        div=place.div,
        zone=place.zone,
        created_at=moment,
        updated_at=moment,
    )
    _count(row, asked, principal)
    row.save(force_insert=True)
    _record(events.BULLETIN_DRAFTED, row)
    return row


def edit_bulletin(*, bulletin: Bulletin, title: str, text: str) -> Bulletin:
    """Change the words of a draft; its figures stay."""
    _refuse_unless_in(bulletin, EDIT, BulletinState.DRAFT)
    if not title.strip() or not text.strip():
        raise InvalidError("标题和正文不能为空", code="desk.words_missing")
    return _write(
        events.BULLETIN_EDITED,
        bulletin,
        title=title.strip(),
        text=text.strip(),
        edited_by=_actor(),
    )


def recount_bulletin(*, bulletin: Bulletin) -> Bulletin:
    """Count a draft anew as of now, and draft its text anew from that."""
    _refuse_unless_in(bulletin, EDIT, BulletinState.DRAFT)
    asked = Span(start=bulletin.starts_at, end=bulletin.ends_at, as_of=now())
    title = bulletin.title
    _count(bulletin, asked, current_work().principal)
    return _write(
        events.BULLETIN_RECOUNTED,
        bulletin,
        title=title,
        text=bulletin.text,
        as_of=bulletin.as_of,
        sites=bulletin.sites,
        figures=bulletin.figures,
        edited_by=_actor(),
    )


def approve_bulletin(*, bulletin: Bulletin) -> Bulletin:
    """Approve a draft (签发); who has written on it does not."""
    _refuse_unless_in(bulletin, APPROVE, BulletinState.DRAFT)
    if _actor() in {bulletin.drafted_by, bulletin.edited_by}:
        raise NotPermittedError("起草或修改的人不能签发", code="desk.own_draft")
    return _write(
        events.BULLETIN_APPROVED,
        bulletin,
        state=BulletinState.APPROVED,
        approved_by=_actor(),
        approved_at=now(),
        reason="",
    )


def return_bulletin(*, bulletin: Bulletin, reason: str) -> Bulletin:
    """Give an approved bulletin back to be edited (退回)."""
    _refuse_unless_in(bulletin, APPROVE, BulletinState.APPROVED)
    return _write(
        events.BULLETIN_RETURNED,
        bulletin,
        reason,
        state=BulletinState.DRAFT,
        approved_by="",
        approved_at=None,
        reason=_given(reason),
    )


def issue_bulletin(*, bulletin: Bulletin) -> Bulletin:
    """Issue an approved bulletin (印发) under the next number of the bureau's year; it never changes after."""
    _refuse_unless_in(bulletin, EDIT, BulletinState.APPROVED)
    moment = now()
    year = moment.astimezone(SHANGHAI).year
    # one after the other: two at once would take the same number
    Organisation.objects.select_for_update().get(pk=bulletin.organisation_id)
    own = Bulletin.objects.filter(organisation=bulletin.organisation_id, year=year)
    last = own.aggregate(last=Max("number"))["last"] or 0
    return _write(
        events.BULLETIN_ISSUED,
        bulletin,
        state=BulletinState.ISSUED,
        year=year,
        number=last + 1,
        issued_by=_actor(),
        issued_at=moment,
    )


def withdraw_bulletin(*, bulletin: Bulletin, reason: str) -> Bulletin:
    """Withdraw a bulletin with its reason; it stays to be read, and its number is not given again."""
    _refuse_unless_in(bulletin, APPROVE, *(set(BulletinState) - {BulletinState.WITHDRAWN}))
    return _write(
        events.BULLETIN_WITHDRAWN,
        bulletin,
        reason,
        state=BulletinState.WITHDRAWN,
        withdrawn_by=_actor(),
        withdrawn_at=now(),
        reason=_given(reason),
    )


def acts_on(principal: Principal, row: Bulletin) -> list[str]:
    """Return what a person may do with a bulletin as it stands."""
    edits = decide(principal, EDIT, row.facts, Reach.HOME).allowed
    approves = decide(principal, APPROVE, row.facts, Reach.HOME).allowed
    wrote = principal.actor in {row.drafted_by, row.edited_by}
    is_draft, is_approved = row.state == BulletinState.DRAFT, row.state == BulletinState.APPROVED
    may = {
        "edit": edits and is_draft,
        "recount": edits and is_draft,
        "approve": approves and is_draft and not wrote,
        "return": approves and is_approved,
        "issue": edits and is_approved,
        "withdraw": approves and row.state != BulletinState.WITHDRAWN,
    }
    return [act for act, allowed in may.items() if allowed]


def _count(row: Bulletin, asked: Span, principal: Principal) -> None:
    """Freeze the figures of the own firms, and draft the words from them."""
    row.as_of = asked.as_of
    row.sites = _own_sites(principal)
    found = figures(asked, row.sites, principal)
    row.figures = loads(dumps(found, cls=DjangoJSONEncoder))
    period = period_words(row.kind, row.starts_at, row.ends_at)
    row.title, row.text = title_of(row.kind, period), text_of(period, row.figures)


def _own_sites(principal: Principal) -> list[str]:
    """Return the sites in the own territory or charge: what was only shared is nobody's to report on."""
    sites = Subject.objects.filter(kind__code="enterprise").exclude(status="retired")
    found = []
    for row in sites.select_related("kind").only("id", "div", "zone", "kind__matter"):
        at = Facts(div=row.div, zone=row.zone, site=row.id, matter="hazchem")
        if any(decide(principal, EDIT, at, way).allowed for way in (Reach.HOME, Reach.IN_CHARGE)):
            found.append(row.id)
    return sorted(found)


def _refuse_unless_in(row: Bulletin, permission: str, *states: BulletinState) -> None:
    refuse_unless(permission, row.facts, Reach.HOME)
    if row.state not in states:
        word = STATE_WORDS[BulletinState(row.state)]
        raise ConflictError(
            f"通报{word}，不能这样办理", code="desk.bulletin_not_so", state=row.state
        )


def _given(reason: str) -> str:
    if not reason.strip():
        raise InvalidError("请写明理由", code="desk.reason_missing", field="reason")
    return reason.strip()


def _actor() -> str:
    return current_work().principal.actor


def _write(event: EventType, row: Bulletin, why: str = "", /, **values: Any) -> Bulletin:
    for name, value in values.items():
        setattr(row, name, value)
    row.version += 1
    row.updated_at = now()
    row.save(update_fields=[*values, "version", "updated_at"])
    _record(event, row, why)
    return row


def _record(event: EventType, row: Bulletin, why: str = "") -> None:
    state = events.BulletinChange(
        id=row.id,
        version=row.version,
        organisation_id=row.organisation_id,
        title=row.title,
        bulletin_state=row.state,
        paper_number=paper_number(row.year, row.number),
        text_sha256=sha256(row.text.encode()).hexdigest(),
        figures_sha256=figures_digest(row),
    )
    change = {"reason": [None, why.strip()]} if why.strip() else None
    journal.record(event, state, journal.Subject.of(row), change=change)


def figures_digest(row: Bulletin) -> str:
    """Return the SHA-256 of the figures with what they were counted from."""
    told = asdict(span(row)) | {"sites": row.sites, "figures": row.figures}
    text = dumps(told, cls=DjangoJSONEncoder, sort_keys=True, ensure_ascii=False)
    return sha256(text.encode()).hexdigest()
