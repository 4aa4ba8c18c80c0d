"""Duty shifts (值班): who stands for a post from when to when."""

from datetime import datetime

from anlan.kernel.base import journal
from anlan.kernel.base.clock import now, utc_text
from anlan.kernel.base.errors import ConflictError, InvalidError, NotPermittedError
from anlan.kernel.base.permissions import decide
from anlan.kernel.base.unit_of_work import current_work
from anlan.kernel.people import events
from anlan.kernel.people.models import DutyShift, Post, User
from anlan.kernel.people.queries.directory import facts_of
from anlan.kernel.people.queries.holdings import holdings
from anlan.kernel.people.queries.own_territory import is_own
from anlan.kernel.people.rules import periods_overlap
from anlan.kernel.places.rules import div_of

EDIT = "people.duty.edit"


def add_duty_shift(*, user: User, post: Post, starts_at: datetime, ends_at: datetime) -> DutyShift:
    """Put somebody who holds a post on duty for it; a drill's shifts are the drill's own."""
    principal = current_work().principal
    decision = decide(principal, EDIT, facts_of(post.organisation))
    if not decision.allowed:
        raise NotPermittedError("不能为该单位排班", permission=EDIT, reason=decision.reason)
    if not is_own(principal, EDIT, facts_of(post.organisation), post.organisation_id):
        raise NotPermittedError("不能为该单位排班", permission=EDIT, reason="out_of_reach_own")
    if ends_at <= starts_at:
        raise InvalidError("交班须晚于接班", code="people.bad_period")
    if not holdings(starts_at).filter(user=user, post=post).exists():
        raise ConflictError(f"{user.name} 届时不任该岗位", code="people.not_in_post")
    exercise_id = principal.exercise_id
    others = DutyShift.objects.filter(user=user, post=post, exercise_id=exercise_id)
    if any(periods_overlap((starts_at, ends_at), (one.starts_at, one.ends_at)) for one in others):
        raise ConflictError("与已排的班次重叠", code="people.shift_overlaps")
    moment = now()
    made = DutyShift.objects.create(
        organisation=post.organisation,
        post=post,
        user=user,
        starts_at=starts_at,
        ends_at=ends_at,
        exercise_id=exercise_id,
        created_at=moment,
        updated_at=moment,
    )
    state = events.DutyShiftState(
        id=made.id,
        organisation_id=made.organisation_id,
        post_id=made.post_id,
        user_id=made.user_id,
        starts_at=utc_text(starts_at),
        ends_at=utc_text(ends_at),
    )
    place = journal.Place(
        div=div_of(post.territory_code or post.organisation.territory_code),
        zone=post.organisation.zone,
    )
    about = journal.Subject(id=made.id, version=made.version, place=place, exercise_id=exercise_id)
    journal.record(events.DUTY_SHIFT_ADDED, state, about)
    return made
