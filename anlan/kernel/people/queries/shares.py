"""The list of shares (共享): what is given and received, how each stands, how long it lasts."""

from collections.abc import Iterable

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Concat, Now

from anlan.kernel.base.errors import NotFoundError
from anlan.kernel.base.listing import Field, ListSpec
from anlan.kernel.base.permissions import Facts, Principal
from anlan.kernel.people.models import ScopeGrant
from anlan.kernel.people.queries import directory
from anlan.kernel.people.queries.holdings import name_behind, posts_of_actor
from anlan.kernel.people.queries.own_territory import is_own
from anlan.kernel.places.models import Area, Division
from anlan.kernel.places.rules import div_of

#: How a share stands; the first that holds, in this order.
STATES = {
    "ended": "已提前结束",
    "over": "已到期",
    "waiting": "待批准",
    "planned": "未开始",
    "running": "共享中",
}

SHARES = ListSpec(
    fields={
        "id": Field(path="id", sortable=True),
        "organisation_id": Field(path="organisation_id"),
        "organisation_name": Field(path="organisation__name", sortable=True, title="共享给"),
        "organisation_name_en": Field(path="organisation__name_en"),
        "territory_code": Field(path="territory_code", sortable=True, title="区划代码"),
        "zone": Field(path="zone", kind="int", title="功能区编号"),
        "territory_name": Field(path="territory_name", title="共享的属地"),
        "territory_name_en": Field(path="territory_name_en"),
        "reason": Field(path="reason", title="事由"),
        "valid_from": Field(path="valid_from", kind="time", sortable=True, title="起"),
        "valid_to": Field(path="valid_to", kind="time", sortable=True, title="止"),
        "state": Field(path="state", title="状态", words=STATES),
        "asked_by": Field(path="asked_by"),
        "asked_by_name": Field(path="asked_by_name", title="提出"),
        "approved_by_name": Field(path="approved_by_name", title="批准"),
        "approved_at": Field(path="approved_at", kind="time", title="批准时间"),
        "ended_by_name": Field(path="ended_by_name", title="结束人"),
        "ended_at": Field(path="ended_at", kind="time", title="结束时间"),
        "end_reason": Field(path="end_reason", title="结束理由"),
        "is_given": Field(path="is_given", kind="bool", title="由本方给出"),
        "search": Field(path="search"),
        "version": Field(path="version", kind="int"),
    },
    sort="-valid_from",
)


def shares_seen(principal: Principal, permission: str) -> QuerySet[ScopeGrant]:
    """Return the shares of one's own territory and those one's own organisation has received.

    An administrator, who has no territory, sees all of them: they are grants, not business.
    """
    posts = [one for one in posts_of_actor(principal.actor) if permission in one.role.permissions]
    if not posts:
        return shares()
    places = ScopeGrant.objects.order_by().values_list("territory_code", "zone").distinct()
    given = [one for one in places if is_own(principal, permission, place_of(*one))]
    return shares(given).filter(
        _among(given) | Q(organisation__in={one.organisation_id for one in posts})
    )


def seen_at_version(principal: Principal, permission: str, key: str, version: int) -> ScopeGrant:
    """Return one share for a change, locked; one that is not seen is not there."""
    if not shares_seen(principal, permission).filter(pk=key).exists():
        raise NotFoundError(f"没有 {key}", code="people.not_found")
    return directory.at_version(ScopeGrant.objects, key, version)


def place_of(territory_code: str, zone: int | None) -> Facts:
    """Return the place of what is shared; a zone hangs on no division: its own bureau shares it."""
    return Facts(div=0, zone=zone) if zone is not None else Facts(div=div_of(territory_code))


def _among(given: Iterable[tuple[str, int | None]]) -> Q:
    found = Q(pk__in=[])
    for territory_code, zone in given:
        found |= Q(territory_code=territory_code, zone=zone)
    return found


def shares(given: Iterable[tuple[str, int | None]] = ()) -> QuerySet[ScopeGrant]:
    """Return the shares as their list shows them; those of the places `given` are one's own to end."""
    place = Division.objects.filter(code=OuterRef("territory_code")).order_by("-id")
    zone = Area.objects.filter(number=OuterRef("zone"))
    state = Case(
        When(ended_at__isnull=False, then=Value("ended")),
        When(valid_to__lte=Now(), then=Value("over")),
        When(approved_at__isnull=True, then=Value("waiting")),
        When(valid_from__gt=Now(), then=Value("planned")),
        default=Value("running"),
    )
    named = ScopeGrant.objects.annotate(
        territory_name=Coalesce(
            Subquery(zone.values("name")[:1]),
            Subquery(place.values("name")[:1]),
            "territory_code",
        ),
        territory_name_en=Coalesce(
            Subquery(zone.values("name_en")[:1]),
            Subquery(place.values("name_en")[:1]),
            Value(""),
        ),
        state=state,
        is_given=Case(
            When(_among(given), then=Value(value=True)),
            default=Value(value=False),
            output_field=BooleanField(),
        ),
        asked_by_name=name_behind("asked_by"),
        approved_by_name=name_behind("approved_by"),
        ended_by_name=name_behind("ended_by"),
    )
    words = ("organisation__name", "organisation__name_en", "territory_name", "reason")
    texts = [part for one in words for part in (Value(" "), Coalesce(one, Value("")))]
    return named.annotate(search=Concat(Value(""), *texts, output_field=CharField()))
