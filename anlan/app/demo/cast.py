"""The cast: bureaus, people, their posts and duty, as data; brought in through the services of people."""

import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from anlan.app.demo.mapping import HERE
from anlan.kernel.base.clock import SHANGHAI, now
from anlan.kernel.people.models import (
    AdministratorKind,
    ContactKind,
    DutyShift,
    Organisation,
    OrganisationKind,
    Post,
    PostHolding,
    Role,
    ScopeGrant,
    User,
)
from anlan.kernel.people.queries.addresses import kinds_known
from anlan.kernel.people.services import contacts, duty, organisations, posts, shares, users

#: A bureau's duty changes at 08:00 local time and lasts a day.
SHIFT_STARTS_HOUR = 8
SHIFT = timedelta(days=1)
#: Shifts are laid out from the present one on.
SHIFTS_AHEAD = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Bureau:
    """An authority of the demo; `zone` means that it is in charge of the functional zone."""

    key: str
    name: str
    name_en: str
    territory: str
    zone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One person of the cast: an administrator, or somebody with a post."""

    key: str
    username: str
    name: str
    title: str
    title_en: str
    what_to_try: str = ""
    what_to_try_en: str = ""
    organisation: str = ""
    role: str = ""
    also: str = ""
    """A second role at the same organisation, in a post of its own."""
    administrator: str = ""
    on_duty: bool = False
    on_page: bool = True
    """Whether the page of the cast shows this person and a one-time link is issued."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A territory that a bureau is shown for some days, with the reason (共享)."""

    organisation: str
    territory: str
    days: int
    reason: str
    is_waiting: bool = False
    """Whether it is only asked for: somebody of the giver's side may approve it."""


@cache
def read_shares() -> tuple[Share, ...]:
    """Read what is shared with whom."""
    raw = tomllib.loads((HERE / "cast.toml").read_text(encoding="utf-8"))
    return tuple(Share(**row) for row in raw["share"])


@cache
def read_cast() -> tuple[tuple[Bureau, ...], tuple[Part, ...]]:
    """Read bureaus and people; those on the page first."""
    raw = tomllib.loads((HERE / "cast.toml").read_text(encoding="utf-8"))
    rooms = [_control_room(**row) for row in raw["control_room"]]
    return (
        tuple(Bureau(**row) for row in raw["organisation"]),
        (*(Part(**row) for row in raw["member"]), *rooms),
    )


def _control_room(firm: str, name: str) -> Part:
    """Return who sits in a firm's control room, so that its urgent alarms reach somebody of its own."""
    return Part(
        key=f"control_room_{firm.lower()}",
        username=f"demo.control.{firm.lower()}",
        name=name,
        organisation=firm,
        role="firm_control_room",
        on_duty=True,
        on_page=False,
        title="企业中控值班",
        title_en="Firm's control room",
    )


def load_bureaus(zone: int) -> dict[str, Organisation]:
    """Make the bureaus that are missing; return all by their key."""
    bureaus, _ = read_cast()
    known = {one.name: one for one in Organisation.objects.all()}
    return {
        one.key: known.get(one.name)
        or organisations.create_organisation(
            name=one.name,
            name_en=one.name_en,
            kind=OrganisationKind.BUREAU,
            territory_code=one.territory,
            zone=zone if one.zone else None,
            is_invented=True,
        )
        for one in bureaus
    }


def load_people(known: dict[str, Organisation]) -> dict[str, User]:
    """Make the people and posts that are missing; return the users by their key.

    `known` holds bureaus by key and firms by code. Somebody whose firm is not there is left out.
    """
    _, parts = read_cast()
    there = {one.username: one for one in User.objects.filter(is_invented=True)}
    cast = {}
    for part in parts:
        if part.organisation and part.organisation not in known:
            continue
        user = there.get(part.username) or users.create_user(
            username=part.username,
            name=part.name,
            administrator=AdministratorKind(part.administrator),
            is_invented=True,
        )
        cast[part.key] = user
        _give_addresses(user, len(cast))
        held = set(PostHolding.objects.filter(user=user).values_list("post__role__code", flat=True))
        for code in filter(None, (part.role, part.also)):
            if code not in held:
                _appoint(user, part, code, known[part.organisation])
    return cast


def _give_addresses(user: User, number: int) -> None:
    """Give somebody who has none a phone and a mail address; a demo's channels reach nobody by them."""
    known = kinds_known([user.id]).get(user.id, set())
    if ContactKind.PHONE not in known:
        contacts.set_phone(user=user, phone=f"13800000{number:03}")
    if ContactKind.MAIL not in known:
        contacts.set_mail(user=user, mail=f"{user.username}@example.com")


def _appoint(user: User, part: Part, code: str, organisation: Organisation) -> None:
    role = Role.objects.get(code=code)
    titles = {"title": part.title, "title_en": part.title_en} if code == part.role else {}
    post = Post.objects.filter(organisation=organisation, role=role).first() or posts.create_post(
        organisation=organisation, role=role, **titles
    )
    posts.appoint(user=user, post=post, held_from=_shift_start(now()))


def load_duty(cast: dict[str, User]) -> int:
    """Put the cast on duty for the present shift and the next ones; return the shifts that were made."""
    _, parts = read_cast()
    first = _shift_start(now())
    made = 0
    for part in parts:
        if not part.on_duty or part.key not in cast:
            continue
        user = cast[part.key]
        held = PostHolding.objects.select_related("post__organisation")
        post = held.get(user=user, post__role__code=part.role).post
        there = set(
            DutyShift.objects.filter(user=user, post=post).values_list("starts_at", flat=True)
        )
        for number in range(SHIFTS_AHEAD):
            starts_at = first + number * SHIFT
            if starts_at not in there:
                duty.add_duty_shift(
                    user=user, post=post, starts_at=starts_at, ends_at=starts_at + SHIFT
                )
                made += 1
    return made


def load_shares() -> int:
    """Share what no standing grant shares already; return how many were made."""
    names = {one.key: one.name for one in read_cast()[0]}
    made = 0
    for share in read_shares():
        organisation = Organisation.objects.get(name=names[share.organisation])
        standing = ScopeGrant.objects.filter(
            organisation=organisation,
            territory_code=share.territory,
            ended_at=None,
            valid_to__gt=now(),
        )
        if not standing.exists():
            given = shares.ask_share if share.is_waiting else shares.grant_scope
            given(
                organisation=organisation,
                territory_code=share.territory,
                reason=share.reason,
                valid_from=now(),
                valid_to=_shift_start(now()) + timedelta(days=share.days),
            )
            made += 1
    return made


def _shift_start(moment: datetime) -> datetime:
    """Return when the shift that is on at a moment began."""
    local = moment.astimezone(SHANGHAI)
    start = local.replace(hour=SHIFT_STARTS_HOUR, minute=0, second=0, microsecond=0)
    return start if start <= local else start - SHIFT
