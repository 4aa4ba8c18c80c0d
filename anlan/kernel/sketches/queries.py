"""Reads of sketches; row security leaves only what their authors let the reader see."""

from typing import Any, cast

from django.db.models import BooleanField, Case, CharField, QuerySet, Value, When
from django.db.models.functions import Concat

from anlan.kernel.base.errors import NotFoundError, NotPermittedError
from anlan.kernel.base.listing import Field, ListSpec
from anlan.kernel.base.unit_of_work import current_work
from anlan.kernel.people.models import Organisation
from anlan.kernel.people.queries.holdings import holdings, name_behind
from anlan.kernel.sketches.models import Audience, Sketch, SketchKind

#: What a map draws at once; what is older stays in the list.
MOST_DRAWN = 2_000
_SHOWN = (
    "id", "version", "kind", "name", "note", "radius_m", "author", "author_name", "organisation_id",
    "audience", "shared_with", "shared_until", "updated_at", "is_mine", "exercise_id",
)  # fmt: skip
_KINDS = cast("dict[Any, str]", dict(SketchKind.choices))
_AUDIENCES = cast("dict[Any, str]", dict(Audience.choices))
SKETCHES = ListSpec(
    fields={
        "id": Field(path="id"),
        "version": Field(path="version", kind="int"),
        "name": Field(path="name", sortable=True, title="名称"),
        "note": Field(path="note", title="说明"),
        "kind": Field(path="kind", sortable=True, title="图形", words=_KINDS),
        "radius_m": Field(path="radius_m", kind="float", title="半径（米）"),
        "author": Field(path="author"),
        "author_name": Field(path="author_name", title="标绘人"),
        "audience": Field(path="audience", title="可见范围", words=_AUDIENCES),
        "shared_until": Field(path="shared_until", kind="time", title="共享至"),
        "updated_at": Field(path="updated_at", kind="time", sortable=True, title="更新时间"),
        "is_mine": Field(path="is_mine", kind="bool"),
        "exercise_id": Field(path="exercise_id"),
        "search": Field(path="search"),
    },
    sort="-updated_at",
)


def sketches() -> QuerySet[Sketch]:
    """Return the sketches that stand, and whether they are the reader's own."""
    own = When(author=current_work().principal.actor, then=Value(value=True))
    return Sketch.objects.filter(withdrawn_at=None).annotate(
        author_name=name_behind("author"),
        is_mine=Case(own, default=Value(value=False), output_field=BooleanField()),
        search=Concat("name", Value(" "), "note", output_field=CharField()),
    )


def shapes() -> dict[str, Any]:
    """Return the newest sketches as GeoJSON, and whether these are all."""
    rows = list(sketches().order_by("-updated_at", "-id")[: MOST_DRAWN + 1])
    return {
        "type": "FeatureCollection",
        "is_whole": len(rows) <= MOST_DRAWN,
        "features": [_feature(row) for row in rows[:MOST_DRAWN]],
    }


def _feature(row: Sketch) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": row.id,
        "geometry": geometry(row),
        "properties": {name: getattr(row, name) for name in _SHOWN},
    }


def geometry(row: Sketch) -> dict[str, Any]:
    """Return a shape as GeoJSON, longitude first."""
    return {"type": row.shape.geom_type, "coordinates": row.shape.coords}


def own_sketch(sketch_id: str) -> Sketch:
    """Return one sketch for a change, also one that was taken back; only its author makes one.

    Row security lets nobody else lock it, so what is seen and cannot be locked is another's.
    """
    found = Sketch.objects.select_for_update().filter(pk=sketch_id).first()
    if found is None and Sketch.objects.filter(pk=sketch_id).exists():
        raise NotPermittedError("只有标绘人本人可以修改", code="sketches.not_author")
    if found is None:
        raise NotFoundError("没有这个标绘", code="sketches.not_found")
    return found


def one_feature(sketch_id: str) -> dict[str, Any]:
    """Return one sketch as the map draws it."""
    rows = Sketch.objects.annotate(author_name=name_behind("author"), is_mine=Value(value=True))
    return _feature(rows.get(pk=sketch_id))


def people_of(organisations: set[str]) -> set[str]:
    """Return, as actors, who serves in organisations today."""
    held = holdings().filter(post__organisation_id__in=organisations)
    return {f"user:{one}" for one in held.values_list("user_id", flat=True)}


def unknown_organisations(ids: list[str]) -> set[str]:
    """Return those of some ids that no organisation has."""
    known = Organisation.objects.filter(pk__in=ids, merged_into=None)
    return set(ids) - set(known.values_list("pk", flat=True))
