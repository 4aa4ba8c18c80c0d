"""The owner of a finding asked to mend it (催办): a message to whoever stands there, once a day and asker."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from anlan.kernel.base import journal
from anlan.kernel.base.clock import SHANGHAI, now
from anlan.kernel.base.errors import ConflictError, InvalidError, NotPermittedError
from anlan.kernel.base.fields import Sensitivity
from anlan.kernel.base.permissions import Facts
from anlan.kernel.base.unit_of_work import current_work
from anlan.kernel.messaging import queries as inbox
from anlan.kernel.messaging import services as messaging
from anlan.kernel.people.models import AdministratorKind, Organisation, User
from anlan.kernel.people.queries.holdings import actor_of, names_of
from anlan.kernel.people.queries.responsible import in_charge_of, owners_of, standing_at
from anlan.systems.data_quality.models import Finding
from anlan.systems.data_quality.queries import findings as queries
from anlan.systems.data_quality.rules import (
    ABOUT,
    ASK,
    FIRM_POSTS,
    KEEPER_POSTS,
    KINDS,
    KINDS_EN,
    may_ask,
)

TITLE_LENGTH = 200
SENSITIVITY = Sensitivity.INTERNAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Who was asked, and when."""

    at: datetime
    names: list[str]


def ask_owner(*, finding_id: str, reason: str) -> Asked:
    """Ask whoever is to mend a finding; refused where nobody stands, and a second time on one day."""
    if not reason.strip():
        raise InvalidError("请写明要求", code="data_quality.reason_missing")
    principal = current_work().principal
    finding = queries.finding(finding_id)
    facts = queries.facts_of(finding)
    if not may_ask(principal, finding.kind, facts):
        raise NotPermittedError("不在负责范围内", permission=ASK, reason="not_in_charge")
    moment = now()
    day = moment.astimezone(SHANGHAI)
    key = f"{queries.ASKED}{finding.id}:{day:%Y%m%d}:{principal.actor}"
    if inbox.said([key]):
        raise ConflictError("今天已经催办过", code="data_quality.asked_already")
    owners = _owners(finding, facts, moment)
    people = [user for user in owners if actor_of(user) != principal.actor]
    if not people:
        raise InvalidError("没有可以催办的人", code="data_quality.nobody_to_ask")
    sent = _send(finding, people, key, reason.strip(), names_of([principal.actor]))
    reached = {one.recipient for one in sent.deliveries}
    return Asked(at=moment, names=[user.name for user in people if user.id in reached])


def _owners(finding: Finding, facts: Facts, at: datetime) -> list[User]:
    """Return the people whose it is to mend."""
    if finding.owner == "security_administrator":
        kept = User.objects.filter(administrator=AdministratorKind.SECURITY, is_active=True)
        return list(kept.order_by("id"))
    if finding.owner == "firm":
        firms = owners_of(finding.site, at) if finding.site else []
        return _standing(firms, FIRM_POSTS, at)
    return _standing(in_charge_of(facts, at), KEEPER_POSTS, at)


def _standing(
    organisations: list[Organisation], posts: tuple[tuple[str, ...], ...], at: datetime
) -> list[User]:
    """Return who stands there for the first posts that anybody holds."""
    for roles in posts:
        found = {user.id: user for one in organisations for user in standing_at(one, roles, at)}
        if found:
            return list(found.values())
    return []


def _send(
    finding: Any, people: list[User], key: str, reason: str, asker: dict[str, str]
) -> messaging.Sent:
    """Say it in both languages; the finding comes with the names that the list adds to it."""
    since = finding.since.astimezone(SHANGHAI)
    who = next(iter(asker.values()), "")
    object_zh = " ".join(filter(None, (finding.site_name, finding.name, finding.code)))
    site_en = finding.site_name_en or finding.site_name
    object_en = " ".join(filter(None, (site_en, finding.name_en or finding.name, finding.code)))
    kind, kind_en = KINDS[finding.kind], KINDS_EN[finding.kind]
    place = journal.Place(div=finding.div, zone=finding.zone, site=finding.site)
    return messaging.send_message(
        title=f"请处理数据问题：{kind} {finding.name}"[:TITLE_LENGTH],
        body=f"{object_zh}：{kind}，自 {since:%m月%d日 %H:%M}。{who}：{reason}",
        title_en=f"Please mend: {kind_en}, {finding.name_en or finding.name}"[:TITLE_LENGTH],
        body_en=f"{object_en}: {kind_en} since {since:%d %b %H:%M}. {who}: {reason}",
        recipients=[user.id for user in people],
        about=messaging.About(kind=ABOUT[finding.kind], id=finding.object_id, place=place),
        sensitivity=SENSITIVITY,
        key=key,
    )
