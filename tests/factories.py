"""One factory per kernel noun, each through the noun's own service.

Every factory takes what the test cares about and invents the rest. Outside a unit of work it
acts as the process `factory`, which reaches every row.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache
from itertools import count

from django.contrib.auth.hashers import make_password
from shapely import MultiPolygon, Point, box

from anlan.kernel.base.clock import now
from anlan.kernel.base.errors import NotSignedInError
from anlan.kernel.base.fields import Sensitivity
from anlan.kernel.base.ids import new_ulid
from anlan.kernel.base.journal import Place, PlacedRow
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import current_work, unit_of_work
from anlan.kernel.documents import services as documents
from anlan.kernel.documents.models import Document
from anlan.kernel.messaging import services as messaging
from anlan.kernel.people.models import (
    AdministratorKind,
    DutyShift,
    Organisation,
    OrganisationKind,
    Post,
    PostHolding,
    Role,
    ScopeGrant,
    SiteReach,
    SiteRelation,
    User,
)
from anlan.kernel.people.queries.places import home_of
from anlan.kernel.people.queries.principals import principal_of
from anlan.kernel.people.rules import credit_code_check_character
from anlan.kernel.people.services import duty, organisations, posts, shares, users
from anlan.kernel.places import queries
from anlan.kernel.places.models import Area, Division, Settlement
from anlan.kernel.places.services import loading as places
from anlan.kernel.sketches import services as sketches
from anlan.kernel.sketches.models import Sketch, SketchKind
from anlan.kernel.sketches.rules import Shown

PASSWORD = "Right-Horse-7-Staple"
_numbers = count(1)


@contextmanager
def working() -> Iterator[None]:
    """Use the unit of work that is open, or open one as the process `factory`."""
    try:
        current_work()
    except NotSignedInError:
        with unit_of_work(machine("factory")):
            yield
    else:
        yield


def credit_code() -> str:
    """Return a 统一社会信用代码 with a right check character, another one each time."""
    body = f"91640181MA{next(_numbers):07d}"
    return body + credit_code_check_character(body)


def square(west: float = 106.0, south: float = 38.0, side: float = 0.5) -> MultiPolygon:
    """Return a square as a multipolygon (degrees)."""
    return MultiPolygon([box(west, south, west + side, south + side)])


def division(code: str = "640181", name: str = "", **columns: object) -> Division:
    """Make a division; the levels above it are made as far as they are missing."""
    from anlan.kernel.places.rules import ancestors

    known = set(Division.objects.values_list("code", flat=True))
    above = [
        places.DivisionInput(code=one, name=f"区划{one}")
        for one in ancestors(code)[:-1]
        if one not in known
    ]
    given = places.DivisionInput(code=code, name=name or f"区划{code}", **columns)  # type: ignore[arg-type]
    with working():
        places.load_divisions(rows=[*above, given])
    return queries.division(code)


def zone(
    number: int = 64018101,
    name: str = "功能区",
    boundary: MultiPolygon | None = None,
    name_en: str = "",
) -> Area:
    """Make a functional zone."""
    with working():
        row = places.AreaInput(
            number=number, name=name, boundary=boundary or square(), name_en=name_en
        )
        places.load_areas(rows=[row])
    return Area.objects.get(number=number)


def settlement(
    name: str = "居民点", division_code: str = "640181103", population: int | None = 500
) -> Settlement:
    """Make a settlement."""
    with working():
        row = places.SettlementInput(
            name=name,
            division_code=division_code,
            location=Point(106.6, 38.1),
            population=population,
        )
        places.load_settlements(rows=[row])
    return Settlement.objects.get(name=name)


def organisation(
    name: str = "",
    kind: OrganisationKind = OrganisationKind.BUREAU,
    territory_code: str = "640181",
    zone: int | None = None,
) -> Organisation:
    """Make an organisation; a firm gets a credit code."""
    with working():
        return organisations.create_organisation(
            name=name or f"单位{next(_numbers)}",
            kind=kind,
            credit_code=credit_code() if kind == OrganisationKind.FIRM else None,
            territory_code=territory_code,
            zone=zone,
            is_invented=True,
        )


def firm(name: str = "", territory_code: str = "640181") -> Organisation:
    """Make a firm."""
    return organisation(name, OrganisationKind.FIRM, territory_code)


def role(code: str = "duty_officer") -> Role:
    """Return a role of the shipped catalogue, which comes with the tables."""
    return Role.objects.get(code=code)


@cache
def _password_hash() -> str:
    return make_password(PASSWORD)


def user(
    username: str = "",
    name: str = "",
    administrator: AdministratorKind = AdministratorKind.NONE,
    *,
    must_change_password: bool = False,
) -> User:
    """Make an account that can sign in with PASSWORD (not a temporary one unless asked)."""
    username = username or f"user{next(_numbers)}"
    with working():
        made = users.create_user(
            username=username,
            name=name or f"姓名{username}",
            administrator=administrator,
            is_invented=True,
        )
    # argon2 is slow on purpose: one hash serves all accounts of a run
    made.password, made.must_change_password = _password_hash(), must_change_password
    made.password_changed_at = now()
    made.save(update_fields=["password", "must_change_password", "password_changed_at"])
    return made


def post(
    organisation: Organisation,
    role_code: str = "duty_officer",
    territory_code: str | None = None,
) -> Post:
    """Make a post."""
    with working():
        return posts.create_post(
            organisation=organisation, role=role(role_code), territory_code=territory_code
        )


def holding(user: User, post: Post) -> PostHolding:
    """Appoint somebody."""
    with working():
        return posts.appoint(user=user, post=post)


def officer(
    organisation: Organisation,
    role_code: str = "duty_officer",
    name: str = "",
    username: str = "",
    territory_code: str | None = None,
) -> User:
    """Make an account with one post in an organisation."""
    made = user(username, name)
    holding(made, post(organisation, role_code, territory_code))
    return made


def own_site(organisation: Organisation, site: str = "") -> SiteReach:
    """Make a site a firm's own; a new site unless one is given."""
    with working():
        return organisations.grant_site_reach(
            organisation=organisation, site=site or new_ulid(), relation=SiteRelation.OWNER
        )


def supervision(organisation: Organisation, site: str, matter: str = "hazchem") -> SiteReach:
    """Put a site under an organisation's supervision."""
    with working():
        return organisations.grant_site_reach(
            organisation=organisation, site=site, relation=SiteRelation.SUPERVISOR, matter=matter
        )


def share(
    organisation: Organisation, territory_code: str, valid_to: datetime | None = None
) -> ScopeGrant:
    """Share a territory with an organisation, by name and for a time."""
    with working():
        return shares.grant_scope(
            organisation=organisation,
            territory_code=territory_code,
            reason="联合处置（测试）",
            valid_to=valid_to,
        )


def duty_shift(
    user: User, post: Post, starts_at: datetime | None = None, hours: float = 12
) -> DutyShift:
    """Put somebody who holds a post on duty, from now."""
    begins = starts_at or now()
    with working():
        return duty.add_duty_shift(
            user=user, post=post, starts_at=begins, ends_at=begins + timedelta(hours=hours)
        )


PDF = b"%PDF-1.7\n%test\n"


def document(
    user: User,
    name: str = "现场照片.pdf",
    content: bytes = PDF,
    sensitivity: int = 1,
    about: str = "",
) -> Document:
    """Have a person keep a file."""
    with unit_of_work(principal_of(user)):
        return documents.upload_document(
            content=[content], name=name, sensitivity=Sensitivity(sensitivity), about=about
        )


def message(
    *recipients: User, title: str = "请核查", sensitivity: int = 1, sender: User | None = None
) -> messaging.Sent:
    """Have a person, or the process `factory`, send a message."""
    with unit_of_work(principal_of(sender)) if sender else working():
        return messaging.send_message(
            title=title,
            body="T101 液位高高限报警（测试）",
            recipients=[one.id for one in recipients],
            sensitivity=Sensitivity(sensitivity),
            place=home_of(principal_of(sender)) if sender else None,
        )


def sketch(
    user: User | None = None,
    *,
    audience: str = "territory",
    shared_with: list[Organisation] | None = None,
    at: PlacedRow | None = None,
) -> Sketch:
    """Have a person, or the process `factory`, draw a point; of the process say where it hangs."""
    with unit_of_work(principal_of(user)) if user else working():
        return sketches.draw_sketch(
            kind=SketchKind.POINT,
            name="集结点",
            shape={"type": "Point", "coordinates": [106.3, 38.1]},
            shown=Shown(
                audience=audience,
                shared_with=[one.id for one in shared_with or []],
                shared_until=now() + timedelta(days=1) if shared_with else None,
            ),
            place=Place.of(at) if at else None,
        )
