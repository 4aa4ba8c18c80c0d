"""HTTP of the register of places: divisions with their reorganisations, functional zones."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from anlan.kernel.base.doors import expected_version
from anlan.kernel.base.listing import ListSpec
from anlan.kernel.base.queries import at_version
from anlan.kernel.places import queries
from anlan.kernel.places.api.reading import (
    REORGANISATIONS,
    VIEW,
    VINTAGES,
    ZONES,
    door,
    kept,
    router,
)
from anlan.kernel.places.models import Area, AreaKind, Division, Reorganisation
from anlan.kernel.places.outlines import outline_of
from anlan.kernel.places.schemas import (
    DivisionBody,
    DivisionMergeBody,
    DivisionMoveBody,
    DivisionPatch,
    DivisionRenameBody,
    ReorganisationOut,
    VintageOut,
    ZoneBody,
    ZoneCloseBody,
    ZoneOut,
    ZonePatch,
)
from anlan.kernel.places.services import divisions, reorganising, zones

EDIT = divisions.EDIT
#: One router: the same paths are read there and written here.
__all__ = ["router"]


@door.create("/divisions", EDIT, response=VintageOut)
def register_division(request: HttpRequest, body: DivisionBody) -> dict[str, Any]:
    """Enter a division of one's own territory."""
    wanted = _drawn(body.dict(exclude={"boundary"}), body.boundary)
    return _vintage(divisions.register_division(**wanted).id)


@door.change("/divisions/{division_id}", EDIT, "PATCH", response=VintageOut)
def change_division(request: HttpRequest, division_id: str, body: DivisionPatch) -> dict[str, Any]:
    """Correct a division's English name, population or outline."""
    row = at_version(Division.objects, division_id, expected_version(request))
    wanted = _drawn(body.dict(exclude={"boundary"}, exclude_none=True), body.boundary)
    divisions.change_division(division=row, **wanted)
    return _vintage(division_id)


@door.change("/divisions/{division_id}/rename", EDIT, response=ReorganisationOut)
def rename_division(
    request: HttpRequest, division_id: str, body: DivisionRenameBody
) -> dict[str, Any]:
    """Give a division another name from a day on."""
    row = at_version(Division.objects, division_id, expected_version(request))
    return _act(reorganising.rename_division(division=row, **body.dict()))


@door.change("/divisions/{division_id}/move", EDIT, response=ReorganisationOut)
def move_division(request: HttpRequest, division_id: str, body: DivisionMoveBody) -> dict[str, Any]:
    """Let a division, and what lies below it, stand under another one from a day on."""
    row = at_version(Division.objects, division_id, expected_version(request))
    return _act(reorganising.move_division(division=row, **body.dict()))


@door.change("/divisions/{division_id}/merge", EDIT, response=ReorganisationOut)
def merge_division(
    request: HttpRequest, division_id: str, body: DivisionMergeBody
) -> dict[str, Any]:
    """Merge a division into another one of its level from a day on."""
    row = at_version(Division.objects, division_id, expected_version(request))
    return _act(reorganising.merge_division(division=row, **body.dict()))


@door.list("/reorganisations", VIEW, REORGANISATIONS, ReorganisationOut)
def reorganisation_list(request: HttpRequest) -> QuerySet[Reorganisation]:
    """What was reorganised, the latest first."""
    return queries.reorganisations()


@door.change("/reorganisations/{reorganisation_id}/undo", EDIT, response=ReorganisationOut)
def undo_reorganisation(request: HttpRequest, reorganisation_id: str) -> dict[str, Any]:
    """Put back what a reorganisation changed."""
    row = at_version(Reorganisation.objects, reorganisation_id, expected_version(request))
    return _act(reorganising.undo_reorganisation(reorganisation=row))


@door.create("/zones", EDIT, response=ZoneOut)
def register_zone(request: HttpRequest, body: ZoneBody) -> dict[str, Any]:
    """Enter a functional zone or park."""
    details = body.dict(exclude={"kind", "boundary"})
    boundary = outline_of(body.boundary)
    made = zones.register_zone(kind=AreaKind(body.kind), boundary=boundary, **details)
    return _zone(made.id)


@door.change("/zones/{zone_id}", EDIT, "PATCH", response=ZoneOut)
def change_zone(request: HttpRequest, zone_id: str, body: ZonePatch) -> dict[str, Any]:
    """Change a zone's name, kind, source or outline."""
    row = at_version(Area.objects, zone_id, expected_version(request))
    wanted = _drawn(body.dict(exclude={"boundary"}, exclude_none=True), body.boundary)
    zones.change_zone(zone=row, **wanted)
    return _zone(zone_id)


@door.change("/zones/{zone_id}/close", EDIT, response=ZoneOut)
def close_zone(request: HttpRequest, zone_id: str, body: ZoneCloseBody) -> dict[str, Any]:
    """End a zone on a day."""
    row = at_version(Area.objects, zone_id, expected_version(request))
    zones.close_zone(zone=row, on=body.on)
    return _zone(zone_id)


@door.change("/zones/{zone_id}/reopen", EDIT, response=ZoneOut)
def reopen_zone(request: HttpRequest, zone_id: str) -> dict[str, Any]:
    """Take a closing back."""
    row = at_version(Area.objects, zone_id, expected_version(request))
    zones.reopen_zone(zone=row)
    return _zone(zone_id)


def _drawn(wanted: dict[str, Any], outline: dict[str, Any] | None) -> dict[str, Any]:
    """Add the outline, where one was given."""
    return wanted if outline is None else wanted | {"boundary": outline_of(outline)}


def _vintage(division_id: str) -> dict[str, Any]:
    return _row(VINTAGES, queries.vintages(kept()).filter(pk=division_id))


def _act(made: Reorganisation) -> dict[str, Any]:
    return _row(REORGANISATIONS, queries.reorganisations().filter(pk=made.id))


def _zone(zone_id: str) -> dict[str, Any]:
    return _row(ZONES, queries.areas(kept()).filter(pk=zone_id))


def _row(spec: ListSpec, rows: QuerySet[Any, Any]) -> dict[str, Any]:
    paths = sorted({field.path for field in spec.fields.values()})
    return spec.renamed(rows.values(*paths).get())
