"""HTTP of organisations, roles, accounts, posts and duty, under /people."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Query

from anlan.kernel.base.doors import Door, expected_version, principal
from anlan.kernel.people.models import (
    DutyShift,
    Organisation,
    OrganisationKind,
    Post,
    PostHolding,
    Role,
    User,
)
from anlan.kernel.people.queries import directory
from anlan.kernel.people.queries.holdings import holdings, names_of
from anlan.kernel.people.rules import LINK_LIFETIME
from anlan.kernel.people.schemas import (
    DutyShiftBody,
    DutyShiftOut,
    FirstLinkOut,
    HoldingBody,
    HoldingOut,
    NamesOut,
    OrganisationBody,
    OrganisationOut,
    OrganisationPatch,
    PostBody,
    PostOut,
    RoleOut,
    UserBody,
    UserOut,
    UserPatch,
)
from anlan.kernel.people.services import duty, guessing, posts, second_factor, sessions, users
from anlan.kernel.people.services import organisations as organisation_services

door = Door("people")
router = door.router


@door.list("/organisations", "people.organisation.view", directory.ORGANISATIONS, OrganisationOut)
def organisations(request: HttpRequest) -> QuerySet[Organisation]:
    """Firms, bureaus and agencies."""
    return directory.organisations()


@door.create("/organisations", organisation_services.EDIT, response=OrganisationOut)
def create_organisation(request: HttpRequest, body: OrganisationBody) -> dict[str, Any]:
    """Register a firm of one's own territory; bureaus and agencies, as the security administrator."""
    details = body.dict(exclude={"kind"})
    kind = OrganisationKind(body.kind)
    made = organisation_services.create_organisation(kind=kind, **details)
    return directory.row(directory.ORGANISATIONS, directory.organisations(), made.id)


@door.change(
    "/organisations/{organisation_id}",
    organisation_services.EDIT,
    "PATCH",
    response=OrganisationOut,
)
def change_organisation(
    request: HttpRequest, organisation_id: str, body: OrganisationPatch
) -> dict[str, Any]:
    """Give an organisation another name, seat or zone; of bureaus, as the security administrator."""
    row = directory.at_version(Organisation.objects, organisation_id, expected_version(request))
    organisation_services.change_organisation(organisation=row, **body.dict())
    return directory.row(directory.ORGANISATIONS, directory.organisations(), organisation_id)


@door.list("/roles", "people.organisation.view", directory.ROLES, RoleOut)
def roles(request: HttpRequest) -> QuerySet[Role]:
    """The role catalogue."""
    return Role.objects.all()


@door.read("/names", "people.organisation.view", response=NamesOut)
def names(request: HttpRequest, actor: Query[list[str]]) -> dict[str, Any]:
    """The names behind `actor` columns, at most 200 at once."""
    return {"names": names_of(actor[:200])}


@door.list("/users", "people.user.view", directory.USERS, UserOut)
def user_list(request: HttpRequest) -> QuerySet[User]:
    """Accounts; never their passwords."""
    return directory.users()


@door.create("/users", "people.user.edit", response=UserOut)
def create_user(request: HttpRequest, body: UserBody) -> dict[str, Any]:
    """Open an account; without a temporary password its owner needs a first link."""
    made = users.create_user(username=body.username, name=body.name, password=body.password)
    return directory.row(directory.USERS, directory.users(), made.id)


@door.change("/users/{user_id}", "people.user.edit", "PATCH", response=UserOut)
def change_user(request: HttpRequest, user_id: str, body: UserPatch) -> dict[str, Any]:
    """Write its owner's name anew; stop an account or wake it."""
    user = directory.at_version(User.objects, user_id, expected_version(request))
    if body.name is not None:
        users.rename(user=user, name=body.name)
    if body.is_active is not None:
        users.set_active(user=user, is_active=body.is_active)
    return directory.row(directory.USERS, directory.users(), user_id)


@door.change("/users/{user_id}/password/reset", "people.user.edit", response=FirstLinkOut)
def reset_password(request: HttpRequest, user_id: str) -> dict[str, Any]:
    """Take a forgotten password away; the link is handed to its owner, and shown only here."""
    user = directory.at_version(User.objects, user_id, expected_version(request))
    users.reset_password(user=user)
    return {
        "link_token": sessions.issue_first_link(user=user),
        "hours": int(LINK_LIFETIME.total_seconds() // 3600),
    }


@door.change("/users/{user_id}/unlock", "people.user.edit", response=UserOut)
def unlock(request: HttpRequest, user_id: str) -> dict[str, Any]:
    """Take the lock off an account that was guessed at too often."""
    user = directory.at_version(User.objects, user_id, expected_version(request))
    guessing.unlock(user=user)
    return directory.row(directory.USERS, directory.users(), user_id)


@door.change("/users/{user_id}/second-factor/reset", "people.second_factor.reset", response=UserOut)
def reset_second_factor(request: HttpRequest, user_id: str) -> dict[str, Any]:
    """Take the second factor of somebody away whose app is lost."""
    user = directory.at_version(User.objects, user_id, expected_version(request))
    second_factor.reset(user=user)
    return directory.row(directory.USERS, directory.users(), user_id)


@door.list("/posts", "people.organisation.view", directory.POSTS, PostOut)
def post_list(request: HttpRequest) -> QuerySet[Post]:
    """Posts of every organisation."""
    return directory.posts()


@door.create("/posts", "people.post.edit", response=PostOut)
def create_post(request: HttpRequest, body: PostBody) -> dict[str, Any]:
    """Set up a post."""
    organisation = directory.one(Organisation.objects, body.organisation_id)
    role = directory.role(body.role)
    texts = body.dict(include={"title", "title_en", "territory_code"})
    made = posts.create_post(organisation=organisation, role=role, **texts)
    return directory.row(directory.POSTS, directory.posts(), made.id)


@door.list("/holdings", "people.post.view", directory.HOLDINGS, HoldingOut)
def holding_list(request: HttpRequest) -> QuerySet[PostHolding]:
    """Who holds which post today."""
    return holdings()


@door.create("/posts/{post_id}/holdings", "people.post.edit", response=HoldingOut)
def appoint(request: HttpRequest, post_id: str, body: HoldingBody) -> dict[str, Any]:
    """Appoint somebody to a post."""
    user, post = directory.one(User.objects, body.user_id), directory.one(Post.objects, post_id)
    made = posts.appoint(user=user, post=post)
    return directory.row(directory.HOLDINGS, PostHolding.objects, made.id)


@door.change("/holdings/{holding_id}/end", "people.post.edit", response=HoldingOut)
def end_holding(request: HttpRequest, holding_id: str) -> dict[str, Any]:
    """End somebody's time in a post."""
    holding = directory.at_version(PostHolding.objects, holding_id, expected_version(request))
    posts.end_holding(holding=holding)
    return directory.row(directory.HOLDINGS, PostHolding.objects, holding_id)


@door.list("/duty", "people.duty.view", directory.SHIFTS, DutyShiftOut)
def shifts(request: HttpRequest) -> QuerySet[DutyShift]:
    """Shifts of the organisations that I reach."""
    return directory.shifts_reached(principal(request))


@door.create("/duty", "people.duty.edit", response=DutyShiftOut)
def add_shift(request: HttpRequest, body: DutyShiftBody) -> dict[str, Any]:
    """Put somebody on duty."""
    user, post = (
        directory.one(User.objects, body.user_id),
        directory.one(Post.objects, body.post_id),
    )
    made = duty.add_duty_shift(user=user, post=post, starts_at=body.starts_at, ends_at=body.ends_at)
    return directory.row(directory.SHIFTS, DutyShift.objects, made.id)
