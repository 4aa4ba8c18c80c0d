"""Who holds which post, now or at a moment; who is on duty."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import CharField, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Substr

from anlan.kernel.base.clock import now
from anlan.kernel.people.models import DutyShift, Organisation, Post, PostHolding, User

#: How a person stands in `actor` columns.
PERSON = "user:"


def actor_of(user: User) -> str:
    """Return the text that names a person in the journal."""
    return f"{PERSON}{user.id}"


def valid_at(moment: datetime, since: str = "valid_from", until: str = "valid_to") -> Q:
    """Return the condition of a dated row that holds at a moment (start included, end not)."""
    return Q(**{f"{since}__lte": moment}) & (
        Q(**{f"{until}__isnull": True}) | Q(**{f"{until}__gt": moment})
    )


def holdings(at: datetime | None = None) -> QuerySet[PostHolding]:
    """Return who holds which post at a moment (now)."""
    return PostHolding.objects.filter(valid_at(at or now(), "held_from", "held_to"))


def posts_of(user: User, at: datetime | None = None) -> list[Post]:
    """Return the posts that a person holds, with organisation and role."""
    return _posts(user.id, at)


def posts_of_actor(actor: str) -> list[Post]:
    """Return the posts of whoever an `actor` column names; a process holds none."""
    return _posts(actor.removeprefix(PERSON), None) if actor.startswith(PERSON) else []


def _posts(user_id: str, at: datetime | None) -> list[Post]:
    held = holdings(at).filter(user_id=user_id)
    rows = held.select_related("post__organisation", "post__role").order_by("held_from", "id")
    return [row.post for row in rows]


def names_of(actors: Iterable[str]) -> dict[str, str]:
    """Return the names behind `actor` columns; a process is its own name."""
    wanted = {actor: actor.removeprefix(PERSON) for actor in actors}
    names = dict(User.objects.filter(id__in=wanted.values()).values_list("id", "name"))
    return {actor: names.get(key, key) for actor, key in wanted.items()}


def name_behind(column: str) -> Coalesce:
    """Return the expression for lists: the name of whom an `actor` column names."""
    person = User.objects.filter(id=Substr(OuterRef(column), len(PERSON) + 1))
    return Coalesce(Subquery(person.values("name")[:1]), F(column), output_field=CharField())


def on_duty(
    organisation: Organisation,
    post: Post | None = None,
    at: datetime | None = None,
    exercise_id: str | None = None,
) -> list[User]:
    """Return who is on duty for an organisation (for one post of it), first come first."""
    shifts = DutyShift.objects.filter(
        valid_at(at or now(), "starts_at", "ends_at"),
        organisation=organisation,
        exercise_id=exercise_id,
    )
    if post is not None:
        shifts = shifts.filter(post=post)
    rows = shifts.select_related("user").order_by("starts_at", "id")
    return list({row.user_id: row.user for row in rows}.values())
