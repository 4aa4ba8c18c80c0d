"""The only writer of sketches: draw, change, take back, put back. Only who drew one does anything to it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from anlan.kernel.base import journal
from anlan.kernel.base.clock import now, utc_text
from anlan.kernel.base.errors import (
    ConflictError,
    InvalidError,
    NotPermittedError,
    StaleVersionError,
)
from anlan.kernel.base.events import EventType
from anlan.kernel.base.permissions import Facts, Reach
from anlan.kernel.base.unit_of_work import current_work, refuse_unless
from anlan.kernel.people.queries.holdings import posts_of_actor
from anlan.kernel.people.queries.places import home_of
from anlan.kernel.places.shapes import to_column
from anlan.kernel.sketches import events, queries
from anlan.kernel.sketches.models import Audience, Sketch, SketchKind
from anlan.kernel.sketches.rules import MOST_SHARES, ShapeError, Shown, shape_of

VIEW, EDIT = "sketches.sketch.view", "sketches.sketch.edit"
#: Who draws does so where he serves; who only had something shared with him looks.
KEEPERS = (Reach.HOME, Reach.OWN_FIRM, Reach.IN_CHARGE)
LONGEST = timedelta(days=366)


def draw_sketch(  # noqa: PLR0913 - one argument a column
    *,
    kind: SketchKind,
    name: str,
    shape: Mapping[str, Any],
    note: str = "",
    radius_m: float | None = None,
    shown: Shown | None = None,
    place: journal.Place | None = None,
) -> Sketch:
    """Keep what somebody has drawn; it hangs where his post is."""
    principal = current_work().principal
    where = place or home_of(principal)
    refuse_unless(EDIT, Facts(div=where.div, zone=where.zone, site=where.site), *KEEPERS)
    seen = _checked(shown or Shown())
    post = next(iter(posts_of_actor(principal.actor)), None)
    made = Sketch.objects.create(
        kind=kind,
        name=name,
        note=note,
        shape=_column(kind, shape, radius_m),
        radius_m=radius_m,
        author=principal.actor,
        organisation_id=post.organisation_id if post else "",
        audience=seen.audience,
        shared_with=seen.shared_with,
        shared_until=seen.shared_until,
        **journal.first_columns(where),
    )
    _record(events.DRAWN, made, {key: [None, value] for key, value in _private(made).items()})
    return made


def change_sketch(
    *,
    sketch: Sketch,
    name: str | None = None,
    note: str | None = None,
    shape: Mapping[str, Any] | None = None,
    radius_m: float | None = None,
    shown: Shown | None = None,
) -> Sketch:
    """Change words, shape or who may see it; what says nothing new makes no version."""
    _refuse_unless_author(sketch)
    _refuse_withdrawn(sketch)
    before, told = _private(sketch), _recipients(sketch)
    sketch.name = sketch.name if name is None else name
    sketch.note = sketch.note if note is None else note
    if shape is not None:
        sketch.radius_m = radius_m
        sketch.shape = _column(SketchKind(sketch.kind), shape, radius_m)
    if shown is not None:
        seen = _checked(shown)
        sketch.audience, sketch.shared_with = seen.audience, seen.shared_with
        sketch.shared_until = seen.shared_until
    if not (change := journal.changed(before, _private(sketch))):
        return sketch
    _save(sketch)
    _record(events.CHANGED, sketch, change, also=told)
    return sketch


def withdraw_sketch(*, sketch: Sketch) -> Sketch:
    """Take a sketch off the map; the row stays for who drew it."""
    _refuse_unless_author(sketch)
    _refuse_withdrawn(sketch)
    sketch.withdrawn_at = now()
    _save(sketch)
    _record(events.WITHDRAWN, sketch)
    return sketch


def restore_sketch(*, sketch: Sketch) -> Sketch:
    """Put a sketch back on the map as it was."""
    _refuse_unless_author(sketch)
    if sketch.withdrawn_at is None:
        raise ConflictError("没有删除", code="sketches.not_withdrawn")
    sketch.withdrawn_at = None
    _save(sketch)
    _record(events.RESTORED, sketch)
    return sketch


def at_version(sketch_id: str, version: int) -> Sketch:
    """Return a sketch for a change; somebody else's change in between is refused."""
    found = queries.own_sketch(sketch_id)
    if found.version != version:
        raise StaleVersionError("已被修改，请刷新后再改", current_version=found.version)
    return found


def _column(kind: SketchKind, shape: Mapping[str, Any], radius_m: float | None) -> Any:
    try:
        return to_column(shape_of(kind, shape, radius_m))
    except ShapeError as error:
        raise InvalidError(
            f"图形不能使用：{error}", code="sketches.bad_shape", field="shape"
        ) from error


def _checked(shown: Shown) -> Shown:
    if bool(shown.shared_with) != (shown.shared_until is not None):
        raise InvalidError(
            "共享给单位须写明截止时间", code="sketches.until_missing", field="shared_until"
        )
    if len(shown.shared_with) > MOST_SHARES:
        raise InvalidError(
            f"最多共享给 {MOST_SHARES} 个单位", code="sketches.too_many", field="shared_with"
        )
    if queries.unknown_organisations(shown.shared_with):
        raise InvalidError(
            "没有这个单位", code="sketches.unknown_organisation", field="shared_with"
        )
    until = shown.shared_until
    if until is not None and not now() < until <= now() + LONGEST:
        raise InvalidError("截止时间须在一年之内", code="sketches.bad_until", field="shared_until")
    return shown


def _refuse_unless_author(sketch: Sketch) -> None:
    if sketch.author != current_work().principal.actor:
        raise NotPermittedError("只有标绘人本人可以修改", code="sketches.not_author")


def _refuse_withdrawn(sketch: Sketch) -> None:
    if sketch.withdrawn_at is not None:
        raise ConflictError("已经删除，请先恢复", code="sketches.withdrawn")


def _save(sketch: Sketch) -> None:
    sketch.version, sketch.updated_at = sketch.version + 1, now()
    sketch.save()


def _private(sketch: Sketch) -> dict[str, Any]:
    """Return what was drawn and for whom, as the private half of the journal keeps it."""
    return {
        "name": sketch.name,
        "note": sketch.note,
        "shape": sketch.shape.wkt,
        "radius_m": sketch.radius_m,
        "audience": str(sketch.audience),
        "shared_with": sorted(sketch.shared_with),
        "shared_until": utc_text(sketch.shared_until) if sketch.shared_until else None,
    }


def _recipients(sketch: Sketch) -> frozenset[str] | None:
    """Return who is told of a sketch; None is everybody who reaches its place."""
    if sketch.audience == Audience.TERRITORY:
        return None
    theirs = set(sketch.shared_with)
    if sketch.audience == Audience.ORGANISATION:
        theirs.add(sketch.organisation_id)
    return frozenset({sketch.author} | queries.people_of(theirs))


def _record(
    event: EventType,
    sketch: Sketch,
    change: dict[str, Any] | None = None,
    also: frozenset[str] | None = frozenset(),
) -> None:
    """Tell those who see it, and those who saw it before."""
    told = _recipients(sketch)
    state = events.SketchState(
        id=sketch.id,
        version=sketch.version,
        figure=str(sketch.kind),
        author=sketch.author,
        organisation_id=sketch.organisation_id,
        audience=str(sketch.audience),
        shared_with=sorted(sketch.shared_with),
        shared_until=utc_text(sketch.shared_until) if sketch.shared_until else None,
        withdrawn_at=utc_text(sketch.withdrawn_at) if sketch.withdrawn_at else None,
        recipients=None if told is None or also is None else sorted(told | also),
    )
    journal.record(event, state, journal.Subject.of(sketch), change=change)
