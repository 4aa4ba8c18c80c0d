"""Posts and who holds them; nobody appoints himself, an administrator holds none (practice P11)."""

from datetime import datetime

from anlan.kernel.base import journal
from anlan.kernel.base.clock import now, utc_text
from anlan.kernel.base.errors import ConflictError, InvalidError, NotPermittedError
from anlan.kernel.base.events import EventType
from anlan.kernel.base.unit_of_work import current_work
from anlan.kernel.people import events
from anlan.kernel.people.models import Organisation, OrganisationKind, Post, PostHolding, Role, User
from anlan.kernel.people.queries.holdings import actor_of, holdings
from anlan.kernel.people.services.organisations import refuse_merged
from anlan.kernel.people.services.users import end_sessions
from anlan.kernel.places.rules import div_of

FIRM_FAMILY = "firm"
ADMINISTRATOR_FAMILY = "administrator"


def create_post(
    *,
    organisation: Organisation,
    role: Role,
    title: str = "",
    title_en: str = "",
    territory_code: str | None = None,
) -> Post:
    """Set up a post; `territory_code` narrows it below its organisation's territory."""
    refuse_merged(organisation)
    if role.family == ADMINISTRATOR_FAMILY:
        raise InvalidError("三员不设业务岗位", code="people.administrator_post")
    if (role.family == FIRM_FAMILY) != (organisation.kind == OrganisationKind.FIRM):
        raise InvalidError(
            f"{organisation.name} 不能设 {role.title}",
            code="people.role_not_of_kind",
            field="role",
        )
    if territory_code is not None and not _is_territory(territory_code):
        raise InvalidError(
            f"区划代码 {territory_code!r} 无效", code="people.bad_territory", field="territory_code"
        )
    moment = now()
    made = Post.objects.create(
        organisation=organisation,
        role=role,
        title=title or role.title,
        title_en=title_en or role.title_en,
        territory_code=territory_code,
        created_at=moment,
        updated_at=moment,
    )
    record_post(events.POST_CREATED, made)
    return made


def record_post(
    event: EventType, post: Post, change: dict[str, list[str | None]] | None = None
) -> None:
    """Write the journal row of a post."""
    state = events.PostState(
        id=post.id,
        organisation_id=post.organisation_id,
        role=post.role.code,
        territory_code=post.territory_code,
    )
    about = journal.Subject(id=post.id, version=post.version, place=_place(post))
    journal.record(event, state, about, change=change)


def appoint(*, user: User, post: Post, held_from: datetime | None = None) -> PostHolding:
    """Appoint a person to a post; his open sessions end, because what he reaches has changed."""
    actor = current_work().principal.actor
    if actor == actor_of(user):
        raise NotPermittedError("不能任命本人", code="people.own_appointment")
    if user.administrator:
        raise InvalidError("三员不能担任业务岗位", code="people.administrator_post")
    if not user.is_active:
        raise ConflictError("账号已停用", code="people.inactive")
    if holdings().filter(user=user, post=post).exists():
        raise ConflictError("已担任该岗位", code="people.already_held")
    moment = now()
    made = PostHolding.objects.create(
        post=post,
        user=user,
        held_from=held_from or moment,
        appointed_by=actor,
        created_at=moment,
        updated_at=moment,
    )
    end_sessions(user=user)
    _record(events.APPOINTED, made)
    return made


def end_holding(*, holding: PostHolding, at: datetime | None = None) -> PostHolding:
    """End a person's time in a post; his open sessions end."""
    if holding.held_to is not None:
        raise ConflictError("已经离任", code="people.already_ended")
    moment = now()
    ends = at or moment
    if ends < holding.held_from:
        raise InvalidError("离任不能早于任职", code="people.bad_period")
    holding.held_to = ends
    holding.version, holding.updated_at = holding.version + 1, moment
    holding.save(update_fields=["held_to", "version", "updated_at"])
    end_sessions(user=holding.user)
    _record(events.VACATED, holding)
    return holding


def _record(event: EventType, holding: PostHolding) -> None:
    state = events.HoldingState(
        id=holding.id,
        post_id=holding.post_id,
        user_id=holding.user_id,
        held_from=utc_text(holding.held_from),
        held_to=utc_text(holding.held_to) if holding.held_to else None,
        appointed_by=holding.appointed_by,
        sessions_epoch=holding.user.sessions_epoch,
    )
    about = journal.Subject(id=holding.id, version=holding.version, place=_place(holding.post))
    journal.record(event, state, about)


def _place(post: Post) -> journal.Place:
    code = post.territory_code or post.organisation.territory_code
    return journal.Place(div=div_of(code), zone=post.organisation.zone)


def _is_territory(code: str) -> bool:
    try:
        return bool(code) and div_of(code) > 0
    except ValueError:
        return False
