"""Writes what can be found. The rows derive from the tables of subjects and places: no news of their own."""

from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from json import dumps
from typing import Any

from django.db import connection
from django.db.models import F, FloatField, Func

from anlan.kernel.base.config import config
from anlan.kernel.base.unit_of_work import current_work
from anlan.kernel.places.models import Area, AreaKind, Division, Settlement
from anlan.kernel.places.queries import in_force, today
from anlan.kernel.places.rules import node_div
from anlan.kernel.search.models import FoundKind, SearchEntry
from anlan.kernel.search.rules import lexemes
from anlan.kernel.subjects.models import Subject

AT_ONCE = 2_000
_WRITE = """
    INSERT INTO search_searchentry
        (id, kind, version, name, name_en, code, div, zone, site, lon, lat, lexemes)
    SELECT id, kind, version, name, name_en, code, div, zone, site, lon, lat, array_to_tsvector(
        ARRAY(SELECT jsonb_array_elements_text(lexemes)))
    FROM jsonb_to_recordset(%s::jsonb) AS given(
        id text, kind text, version int, name text, name_en text, code text,
        div int8, zone int8, site text, lon float8, lat float8, lexemes jsonb)
    ON CONFLICT (id) DO UPDATE SET
        version = excluded.version, name = excluded.name, name_en = excluded.name_en,
        code = excluded.code, div = excluded.div, zone = excluded.zone, site = excluded.site,
        lon = excluded.lon, lat = excluded.lat, lexemes = excluded.lexemes
    WHERE search_searchentry.version <= excluded.version
"""
_Row = dict[str, Any]
#: Where a point is, and where the inside of an outline is, in degrees.
_AT = {
    axis: Func(F("location"), function=function, output_field=FloatField())
    for axis, function in (("lon", "ST_X"), ("lat", "ST_Y"))
}
_INSIDE = Func(F("boundary"), function="ST_PointOnSurface")
_WITHIN = {
    axis: Func(_INSIDE, function=function, output_field=FloatField())
    for axis, function in (("lon", "ST_X"), ("lat", "ST_Y"))
}


def index_subjects(ids: Collection[str]) -> int:
    """Make some subjects findable as they stand now; return how many there are."""
    current_work()
    columns = ("id", "version", "name", "name_en", "code", "div", "zone", "site", "lon", "lat")
    rows = Subject.objects.filter(pk__in=ids).annotate(**_AT).values(*columns)
    return _write(row | {"kind": FoundKind.SUBJECT.value} for row in rows.iterator(AT_ONCE))


def index_places() -> int:
    """Make the divisions, zones and settlements of today findable, and no others; return how many."""
    current_work()
    SearchEntry.objects.exclude(kind=FoundKind.SUBJECT).delete()
    return _write(_places())


def _places() -> Iterator[_Row]:
    valid = in_force(today())
    names = ("id", "name", "name_en", "lon", "lat")
    divisions = Division.objects.filter(valid).annotate(**_WITHIN)
    for division in divisions.values(*names, "code", "div"):
        yield _place(division, FoundKind.DIVISION)
    zones = Area.objects.filter(valid, kind=AreaKind.FUNCTIONAL_ZONE).annotate(**_WITHIN)
    for zone in zones.values(*names):
        yield _place(zone | {"div": node_div(config().node)}, FoundKind.ZONE)
    for settlement in Settlement.objects.annotate(**_AT).values(*names, "div"):
        yield _place(settlement, FoundKind.SETTLEMENT)


def _place(row: _Row, kind: FoundKind) -> _Row:
    return {"code": "", "version": 1, "zone": None, "site": None, "kind": kind.value} | row


def _write(rows: Iterable[_Row]) -> int:
    """Write rows by the thousand: a statement for each would take an import's time twice."""
    written, left = 0, iter(rows)
    while batch := list(islice(left, AT_ONCE)):
        said = [
            row | {"lexemes": lexemes(row["name"], row["name_en"], row["code"])} for row in batch
        ]
        with connection.cursor() as cursor:
            cursor.execute(_WRITE, [dumps(said, ensure_ascii=False)])
        written += len(said)
    return written
