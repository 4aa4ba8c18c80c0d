"""Who is told of the promise: of a contradiction both sides once, of one that is missing the firm and at last the bureau."""

import logging
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

from django.db import transaction

from anlan.kernel.base import journal
from anlan.kernel.base.clock import now
from anlan.kernel.base.permissions import Facts
from anlan.kernel.base.unit_of_work import current_work
from anlan.kernel.messaging import services as messaging
from anlan.kernel.people.models import Organisation, User
from anlan.kernel.people.queries.responsible import in_charge_of, owners_of, standing_at
from anlan.kernel.subjects.models import Subject
from anlan.systems.firm_day.models import MATTER, Chase, SafetyCommitment
from anlan.systems.firm_day.promises import ALARMS, promise_rules
from anlan.systems.firm_day.queries.promises import missing
from anlan.systems.firm_day.rules import local_day, standard

log = logging.getLogger(__name__)

FIRM_POSTS: Final = ("firm_principal", "firm_safety")
BUREAU_POSTS: Final = ("monitor", "section_hazchem")
ABOUT: Final = "firm_day.commitment"
TITLE_LENGTH: Final = 200
#: How many firms are named in a message to a bureau.
NAMED: Final = 20


def tell_of_contradictions(commitment_id: str, which: Sequence[dict[str, Any]], cause: str) -> None:
    """Say once for each finding (`cause`, the event's id) what was promised and what the tickets say.

    An alarm is told by the alarm itself, and what has been mended before it could be said is not said.
    """
    row = SafetyCommitment.objects.filter(pk=commitment_id).select_related("subject").first()
    if row is None or row.site is None:
        return
    standing = {one["what"] for one in row.contradictions}
    works = [one for one in which if one["what"] != ALARMS and one["what"] in standing]
    moment = now()
    people = _standing(owners_of(row.site, moment), FIRM_POSTS, moment)
    people |= _standing(in_charge_of(row.facts, moment), BUREAU_POSTS, moment)
    if not works or not people:
        return
    name, name_en = row.subject.name, row.subject.name_en or row.subject.name
    first, first_en = words_of(works[0]["what"])
    said = "；".join(
        f"承诺{words_of(one['what'])[0]} {one['promised']} 次，作业票 {one['found']} 张（{'、'.join(one['codes'])}）"
        for one in works
    )
    said_en = "; ".join(
        f"{words_of(one['what'])[1]}: promised {one['promised']}, permits {one['found']} ({', '.join(one['codes'])})"
        for one in works
    )
    messaging.send_message(
        title=f"安全承诺与作业票不一致：{name} {first}"[:TITLE_LENGTH],
        body=f"{name} {row.day:%m月%d日}{said}。请更正承诺，或取消不做的作业票。",
        title_en=f"Promise contradicts the tickets: {name_en}, {first_en}"[:TITLE_LENGTH],
        body_en=f"{name_en}, {row.day:%d %b}: {said_en}. Correct the promise, or cancel the permits of what is not done.",
        recipients=sorted(people),
        about=messaging.About(kind=ABOUT, id=row.id, place=journal.Place.of(row)),
        key=f"firm_day.contradiction:{cause}",
    )


def chase_missing(_limit: int) -> int:
    """Ask whoever has not promised, once at each stage of the day; at the last stage the bureau is told who it is."""
    moment = now()
    rules = promise_rules()
    stage, day = rules.stage_at(moment), local_day(moment)
    if stage is None or Chase.objects.filter(day=day, stage=stage).exists():
        return 0
    _mark, is_new = Chase.objects.get_or_create(
        day=day, stage=stage, defaults={"created_at": moment, "updated_at": moment}
    )
    if not is_new:
        return 0
    sites = missing(day)
    for site in sites:
        try:
            with transaction.atomic():
                _ask(site, day, stage, moment)
        except Exception:  # one whose people cannot be asked must not silence all others
            log.exception("firm %s cannot be asked for its promise", site.id)
    if stage == len(rules.chase) - 1:
        _tell_bureaus(sites, day, moment)
    return 1


def words_of(what: str) -> tuple[str, str]:
    """Return what is counted under a key, in both languages."""
    kind_key, _, level_key = what.partition(".")
    kind = standard().kind(kind_key)
    if not level_key:
        return kind.title, kind.title_en
    level = kind.level(level_key)
    return f"{level.title}{kind.title}", f"{kind.title_en}, {level.title_en}"


def _ask(site: Subject, day: date, stage: int, moment: datetime) -> None:
    people = _standing(owners_of(site.id, moment), FIRM_POSTS, moment)
    if not people:
        return
    due = promise_rules().due
    late = f"已过时限{'' if not stage else f'，第 {stage + 1} 次催报'}"
    messaging.send_message(
        title=f"今日安全承诺未公告：{site.name}"[:TITLE_LENGTH],
        body=f"{site.name} {day:%m月%d日}的安全承诺应在 {due:%H:%M} 前公告，{late}。",
        title_en=f"No safety promise yet: {site.name_en or site.name}"[:TITLE_LENGTH],
        body_en=f"The promise of {site.name_en or site.name} for {day:%d %b} was due by {due:%H:%M}; reminder {stage + 1}.",
        recipients=sorted(people),
        about=messaging.About(kind="firm_day.site", id=site.id, place=journal.Place.of(site)),
        key=f"firm_day.chase:{site.id}:{day:%Y%m%d}:{stage}",
    )


def _tell_bureaus(sites: Sequence[Subject], day: date, moment: datetime) -> None:
    by_bureau: dict[str, tuple[Organisation, list[Subject]]] = {}
    for site in sites:
        facts = Facts(div=site.div, zone=site.zone, site=site.site, matter=MATTER)
        for bureau in in_charge_of(facts, moment):
            by_bureau.setdefault(bureau.id, (bureau, []))[1].append(site)
    for bureau, own in by_bureau.values():
        people = _standing([bureau], BUREAU_POSTS, moment)
        if not people:
            continue
        names = "、".join(one.name for one in own[:NAMED])
        names_en = ", ".join(one.name_en or one.name for one in own[:NAMED])
        more, more_en = ("等", " and others") if len(own) > NAMED else ("", "")
        messaging.send_message(
            title=f"{len(own)} 家企业今日未公告安全承诺",
            body=f"{day:%m月%d日}经催报仍未公告：{names}{more}。",
            title_en=f"{len(own)} firms have made no safety promise today",
            body_en=f"Not made for {day:%d %b} in spite of reminders: {names_en}{more_en}.",
            recipients=sorted(people),
            place=journal.Place(div=own[0].div, zone=own[0].zone),
            key=f"firm_day.missing:{bureau.id}:{day:%Y%m%d}",
        )


def _standing(
    organisations: Sequence[Organisation], roles: tuple[str, ...], moment: datetime
) -> set[str]:
    drill = current_work().principal.exercise_id
    found: list[User] = []
    for one in organisations:
        found += standing_at(one, roles, moment, drill)
    return {user.id for user in found}
