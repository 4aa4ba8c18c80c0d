"""One firm entered twice becomes one: what hangs on the doubled one moves to the one that is kept.

The doubled one stays as an alias: its name and code still find the firm. `release` undoes `absorb`.
Whose act it is, and whether both firms are within reach, says the caller.
"""

from collections.abc import Callable, Mapping, Sequence

from django.db.models import QuerySet

from anlan.kernel.base import journal
from anlan.kernel.base.clock import now, utc_text
from anlan.kernel.base.errors import ConflictError
from anlan.kernel.base.fields import Identified
from anlan.kernel.base.services.handover import hand_back, hand_over
from anlan.kernel.people import events
from anlan.kernel.people.models import DutyShift, Organisation, Post, ScopeGrant, SiteReach
from anlan.kernel.people.queries.directory import facts_of
from anlan.kernel.people.queries.holdings import holdings
from anlan.kernel.people.services.organisations import record_organisation, site_reach_state
from anlan.kernel.people.services.posts import record_post
from anlan.kernel.people.services.shares import scope_grant_state
from anlan.kernel.people.services.users import end_sessions

#: Ids of the rows that moved, by what they are.
Moved = Mapping[str, Sequence[str]]
_OWNER = "organisation_id"
_POSTS = Post.objects.select_related("organisation", "role")
_Giving = Callable[[str, QuerySet, str], list]  # type: ignore[type-arg]


def absorb(*, kept: Organisation, merged: Organisation) -> dict[str, list[str]]:
    """Move what is a firm's to the one that is kept; return the ids by what they are."""

    def give(_key: str, rows: QuerySet, column: str) -> list:  # type: ignore[type-arg]
        return hand_over(rows.filter(**{column: merged.id}), column, kept.id)

    moved = _move(give, merged, kept)
    _name(merged, kept.id)
    return moved


def release(*, kept: Organisation, merged: Organisation, moved: Moved) -> None:
    """Give everything back that `absorb` moved, and let the doubled firm stand by itself again."""
    if merged.merged_into_id != kept.id or kept.merged_into_id is not None:
        raise ConflictError(
            "两家单位之后又参与了别的合并，请先撤回那一次", code="people.merged_again_since"
        )

    def give(key: str, rows: QuerySet, column: str) -> list:  # type: ignore[type-arg]
        # a merge written down before shares moved too names none
        return hand_back(rows, column, moved.get(key, ()), giver=kept.id, taker=merged.id)

    _name(merged, None)
    _move(give, kept, merged)


def _name(merged: Organisation, kept_id: str | None) -> None:
    before = merged.merged_into_id
    merged.merged_into_id = kept_id
    merged.version, merged.updated_at = merged.version + 1, now()
    merged.save(update_fields=["merged_into", "version", "updated_at"])
    change = {"merged_into": [before, kept_id]}
    record_organisation(events.ORGANISATION_CHANGED, merged, change)


def _move(give: _Giving, giver: Organisation, taker: Organisation) -> dict[str, list[str]]:
    change = {_OWNER: [giver.id, taker.id]}
    posts: list[Post] = give("posts", Post.objects.all(), _OWNER)
    for post in _POSTS.filter(pk__in=[one.id for one in posts]):
        record_post(events.POST_MOVED, post, dict(change))
        # what the post reaches has changed: whoever holds it signs in anew
        for held in holdings().filter(post=post).select_related("user"):
            end_sessions(user=held.user)
    reaches: list[SiteReach] = give("reaches", SiteReach.objects.all(), _OWNER)
    grants: list[ScopeGrant] = give("grants", ScopeGrant.objects.all(), _OWNER)
    shifts: list[DutyShift] = give("shifts", DutyShift.objects.all(), _OWNER)
    facts = facts_of(taker)
    place = journal.Place(div=facts.div, zone=facts.zone)
    journal.record_all(
        [
            *(journal.Entry(event=events.SITE_REACH_MOVED, state=site_reach_state(one), change=change,
                            about=journal.Subject(id=one.id, version=one.version, place=place))
              for one in reaches),
            *(journal.Entry(event=events.SCOPE_MOVED, state=scope_grant_state(one), change=change,
                            about=journal.Subject(id=one.id, version=one.version, place=place))
              for one in grants),
            *(journal.Entry(event=events.DUTY_SHIFT_MOVED, state=_shift(one), change=change,
                            about=journal.Subject(id=one.id, version=one.version, place=place))
              for one in shifts),
        ]
    )  # fmt: skip
    parts: list[Organisation] = give("parts", Organisation.objects.all(), "parent_id")
    aliases: list[Organisation] = give("aliases", Organisation.objects.all(), "merged_into_id")
    for column, rows in (("parent", parts), ("merged_into", aliases)):
        for one in rows:
            record_organisation(events.ORGANISATION_CHANGED, one, {column: [giver.id, taker.id]})
    made: dict[str, Sequence[Identified]] = {
        "posts": posts,
        "reaches": reaches,
        "grants": grants,
        "shifts": shifts,
        "parts": parts,
        "aliases": aliases,
    }
    return {key: [one.id for one in rows] for key, rows in made.items()}


def _shift(one: DutyShift) -> events.DutyShiftState:
    return events.DutyShiftState(
        id=one.id,
        organisation_id=one.organisation_id,
        post_id=one.post_id,
        user_id=one.user_id,
        starts_at=utc_text(one.starts_at),
        ends_at=utc_text(one.ends_at),
    )
