"""Who answers for a site, as people read it: the posts of its firm with who holds them, who supervises it and is on duty."""

from collections.abc import Iterable
from typing import Any

from anlan.kernel.base.clock import now
from anlan.kernel.base.permissions import Facts
from anlan.kernel.base.unit_of_work import current_work
from anlan.kernel.people.models import (
    Contact,
    ContactKind,
    Organisation,
    Post,
    SiteReach,
    SiteRelation,
    User,
)
from anlan.kernel.people.queries.holdings import holdings, on_duty, valid_at
from anlan.kernel.people.queries.responsible import in_charge_of, owners_of

#: The posts of a firm that answer for its sites, in the order in which one asks for them. Those between the
#: first and the safety officer are the 包保责任人 of a major hazard installation: 主要、技术、操作负责人.
FIRM_ROLES = (
    "firm_principal",
    "firm_accountable_principal",
    "firm_accountable_technical",
    "firm_accountable_operational",
    "firm_safety",
    "firm_control_room",
)


def responsible_for(facts: Facts) -> dict[str, Any]:
    """Return {"posts", "missing", "supervisors"} of a site as it stands now; phones are masked.

    `missing` are the roles that no post of the firm has. Where nobody supervises the site, those whose
    territory it is are in charge, of no matter in particular. Call once the place is known to be in sight.
    """
    moment, site = now(), facts.site or ""
    posts = list(
        Post.objects.filter(
            organisation__in=owners_of(site, moment), role__code__in=FIRM_ROLES
        ).select_related("role")
    )
    posts.sort(key=lambda one: (FIRM_ROLES.index(one.role.code), one.title, one.id))
    held: dict[str, list[User]] = {}
    rows = holdings(moment).filter(post__in=posts, user__is_active=True)
    for one in rows.select_related("user").order_by("held_from", "id"):
        held.setdefault(one.post_id, []).append(one.user)
    matters = _matters(site)
    bureaus = [one for one, _ in matters.values()] or in_charge_of(facts, moment)
    exercise_id = current_work().principal.exercise_id
    duty = {one.id: on_duty(one, at=moment, exercise_id=exercise_id) for one in bureaus}
    phones = _masked(user.id for those in (*held.values(), *duty.values()) for user in those)

    def people(those: Iterable[User]) -> list[dict[str, str]]:
        return [{"name": one.name, "phone": phones.get(one.id, "")} for one in those]

    has = {one.role.code for one in posts}
    return {
        "posts": [
            {
                "role": one.role.code,
                "title": one.title,
                "title_en": one.title_en,
                "people": people(held.get(one.id, [])),
            }
            for one in posts
        ],
        "missing": [role for role in FIRM_ROLES if role not in has],
        "supervisors": [
            {
                "name": one.name,
                "name_en": one.name_en,
                "matters": matters[one.id][1] if one.id in matters else [],
                "people": people(duty[one.id]),
            }
            for one in bureaus
        ],
    }


def _matters(site: str) -> dict[str, tuple[Organisation, list[str]]]:
    """Return who supervises a site now, each with the matters."""
    reaches = SiteReach.objects.filter(valid_at(now()), site=site, relation=SiteRelation.SUPERVISOR)
    found: dict[str, tuple[Organisation, list[str]]] = {}
    for one in reaches.select_related("organisation").order_by("organisation__name", "matter"):
        found.setdefault(one.organisation_id, (one.organisation, []))[1].append(one.matter)
    return found


def _masked(users: Iterable[str]) -> dict[str, str]:
    rows = Contact.objects.filter(user__in=set(users), kind=ContactKind.PHONE)
    return dict(rows.values_list("user_id", "masked"))
