"""HTTP of sketches; one call per route."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from anlan.kernel.base.doors import Door, expected_version
from anlan.kernel.sketches import queries, schemas, services
from anlan.kernel.sketches.models import Sketch, SketchKind

VIEW, EDIT = services.VIEW, services.EDIT
door = Door("sketches")
router = door.router


@door.list("", VIEW, queries.SKETCHES, schemas.SketchRow)
def list_sketches(request: HttpRequest) -> QuerySet[Sketch]:
    """List the sketches that I may see, the newest first."""
    return queries.sketches()


@door.read("/shapes.geojson", VIEW, response=schemas.SketchShapes)
def sketch_shapes(request: HttpRequest) -> dict[str, Any]:
    """Return the sketches that I may see, for the map."""
    return queries.shapes()


@door.create("", EDIT, response=schemas.SketchFeature)
def draw_sketch(request: HttpRequest, said: schemas.SketchBody) -> dict[str, Any]:
    """Keep what I have drawn."""
    wanted = said.dict(exclude={"kind", "shown"})
    kind = SketchKind(said.kind)
    made = services.draw_sketch(kind=kind, shown=said.shown.shown(), **wanted)
    return queries.one_feature(made.id)


@door.change("/{sketch_id}", EDIT, "PATCH", response=schemas.SketchFeature)
def change_sketch(
    request: HttpRequest, sketch_id: str, said: schemas.SketchPatch
) -> dict[str, Any]:
    """Change my sketch: words, shape, who may see it."""
    row = services.at_version(sketch_id, expected_version(request))
    wanted = said.dict(exclude={"shown"})
    shown = said.shown.shown() if said.shown else None
    services.change_sketch(sketch=row, shown=shown, **wanted)
    return queries.one_feature(sketch_id)


@door.change("/{sketch_id}/withdraw", EDIT, response=schemas.SketchFeature)
def withdraw_sketch(request: HttpRequest, sketch_id: str) -> dict[str, Any]:
    """Take my sketch off the map."""
    services.withdraw_sketch(sketch=services.at_version(sketch_id, expected_version(request)))
    return queries.one_feature(sketch_id)


@door.change("/{sketch_id}/restore", EDIT, response=schemas.SketchFeature)
def restore_sketch(request: HttpRequest, sketch_id: str) -> dict[str, Any]:
    """Put my sketch back on the map."""
    services.restore_sketch(sketch=services.at_version(sketch_id, expected_version(request)))
    return queries.one_feature(sketch_id)
