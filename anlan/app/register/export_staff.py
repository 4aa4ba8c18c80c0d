"""Divisions and zones, bureaus and posts, accounts as the workbooks that enter them."""

from collections.abc import Iterator

from django.db.models import F, Q

from anlan.app.register.books import ACCOUNTS, BUREAUS, PLACES
from anlan.app.register.export import Cells, Contents
from anlan.app.register.sheets import SUPERVISIONS
from anlan.kernel.base.clock import SHANGHAI, now
from anlan.kernel.base.fields import Sensitivity
from anlan.kernel.people.models import (
    AdministratorKind,
    Organisation,
    OrganisationKind,
    Post,
    SiteReach,
    SiteRelation,
    User,
)
from anlan.kernel.people.queries.holdings import valid_at
from anlan.kernel.places import queries
from anlan.kernel.places.models import Area


def places() -> Contents:
    """Return the divisions and zones in force; outlines are not in it, and stand as they are."""
    rows = {PLACES[0]: _divisions, PLACES[1]: _zones}
    return Contents("places", "区划与功能区", "Divisions and zones", rows, Sensitivity.PUBLIC)


def bureaus() -> Contents:
    """Return bureaus, and the posts of all organisations; who holds one is personal, and not in it."""
    rows = {BUREAUS[0]: _bureaus, BUREAUS[1]: _posts}
    return Contents("bureaus", "部门与岗位", "Bureaus and posts", rows)


def supervisions() -> Contents:
    """Return which bureau supervises which site today or later."""
    rows = {SUPERVISIONS[0]: _supervisions}
    return Contents("supervisions", "监管关系", "Supervision", rows)


def accounts() -> Contents:
    """Return the accounts in use, without the three administrators and without any phone."""
    rows = {ACCOUNTS[0]: _accounts}
    return Contents("accounts", "账号", "Accounts", rows, Sensitivity.PERSONAL)


def _divisions() -> Iterator[Cells]:
    # the whole country has no code, and nobody enters it
    for one in queries.divisions().exclude(code="").defer("boundary").order_by("level", "code"):
        yield {
            "code": one.code,
            "name": one.name,
            "name_en": one.name_en,
            "population": one.population,
            "valid_from": one.valid_from,
        }


def _zones() -> Iterator[Cells]:
    rows = Area.objects.filter(queries.in_force(queries.today())).defer("boundary")
    for one in rows.order_by("number"):
        yield {
            "number": one.number,
            "division": one.division_code,
            "kind": one.kind,
            "name": one.name,
            "name_en": one.name_en,
            "attribution": one.attribution,
            "valid_from": one.valid_from,
        }


def _bureaus() -> Iterator[Cells]:
    """Bureaus, whatever they stand below before them."""
    rows = Organisation.objects.exclude(kind=OrganisationKind.FIRM).filter(merged_into=None)
    waiting = {one.id: one for one in rows.select_related("parent").order_by("name", "id")}
    while waiting:
        for one in [one for one in waiting.values() if one.parent_id not in waiting]:
            yield {
                "id": one.id,
                "kind": one.kind,
                "name": one.name,
                "name_en": one.name_en,
                "credit_code": one.credit_code,
                "division": one.territory_code,
                "zone": one.zone,
                "parent": one.parent.name if one.parent else None,
            }
            del waiting[one.id]


def _posts() -> Iterator[Cells]:
    rows = Post.objects.filter(organisation__merged_into=None)
    rows = rows.select_related("organisation", "role")
    for one in rows.order_by("organisation__name", "role__code", "title", "id"):
        yield {
            # two firms may bear one name
            "organisation": one.organisation.credit_code or one.organisation.name,
            "role": one.role.code,
            "title": one.title,
            "division": one.territory_code,
            "title_en": one.title_en,
        }


def _supervisions() -> Iterator[Cells]:
    owners = {
        one.site: one.organisation
        for one in SiteReach.objects.filter(
            valid_at(now()), relation=SiteRelation.OWNER
        ).select_related("organisation")
    }
    # what is over, or was taken back before it began, is history
    rows = SiteReach.objects.filter(relation=SiteRelation.SUPERVISOR).exclude(
        Q(valid_to__lt=now()) | Q(valid_to__lte=F("valid_from"))
    )
    for one in rows.select_related("organisation").order_by("site", "matter", "valid_from", "id"):
        owner = owners.get(one.site)
        if owner is None or owner.credit_code is None:
            continue  # a site without an owner is a finding of Data quality, not a row to enter again
        yield {
            "credit_code": owner.credit_code,
            "site_id": one.site,
            "organisation": one.organisation.name,
            "matter": one.matter,
            "valid_from": one.valid_from.astimezone(SHANGHAI).isoformat(),
            "valid_to": one.valid_to.astimezone(SHANGHAI).isoformat() if one.valid_to else None,
        }


def _accounts() -> Iterator[Cells]:
    rows = User.objects.filter(is_active=True, administrator=AdministratorKind.NONE)
    for one in rows.order_by("username"):
        yield {"username": one.username, "name": one.name}
