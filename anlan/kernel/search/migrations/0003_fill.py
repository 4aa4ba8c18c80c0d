"""Make findable what was there before the search was."""

from collections.abc import Iterator
from datetime import date
from itertools import islice
from typing import Any

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F, FloatField, Func, Q

from anlan.kernel.search.rules import lexemes

AT_ONCE = 2_000
_INSERT = """
    INSERT INTO search_searchentry (id, kind, version, name, name_en, code, div, zone, site, lon, lat, lexemes)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, array_to_tsvector(%s::text[]))
    ON CONFLICT (id) DO NOTHING
"""


def _axis(point: F | Func, function: str) -> Func:
    return Func(point, function=function, output_field=FloatField())


_INSIDE = Func(F("boundary"), function="ST_PointOnSurface")
AT = {"lon": _axis(F("location"), "ST_X"), "lat": _axis(F("location"), "ST_Y")}
WITHIN = {"lon": _axis(_INSIDE, "ST_X"), "lat": _axis(_INSIDE, "ST_Y")}


def fill(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    rows = _rows(apps)
    with editor.connection.cursor() as cursor:
        while batch := list(islice(rows, AT_ONCE)):
            cursor.executemany(_INSERT, batch)


def _rows(apps: Apps) -> Iterator[list[Any]]:
    names = ("id", "name", "name_en", "lon", "lat")
    subjects = apps.get_model("subjects", "Subject").objects.annotate(**AT)
    columns = (*names, "version", "code", "div", "zone", "site")
    for row in subjects.values(*columns).iterator(AT_ONCE):
        yield _row("subject", **row)
    valid = Q(valid_to__isnull=True) | Q(valid_to__gt=date.today())
    divisions = apps.get_model("places", "Division").objects.filter(valid).annotate(**WITHIN)
    for row in divisions.values(*names, "code", "div"):
        yield _row("division", **row)
    zones = apps.get_model("places", "Area").objects.filter(valid, kind="functional_zone")
    for row in zones.annotate(**WITHIN).values(*names):
        yield _row("zone", **row)
    settlements = apps.get_model("places", "Settlement").objects.annotate(**AT)
    for row in settlements.values(*names, "div"):
        yield _row("settlement", **row)


def _row(
    kind: str,
    *,
    id: str,  # noqa: A002  the column's name
    name: str,
    name_en: str,
    lon: float | None,
    lat: float | None,
    code: str = "",
    version: int = 1,
    div: int = 0,
    zone: int | None = None,
    site: str | None = None,
) -> list[Any]:
    found_by = lexemes(name, name_en, code)
    return [id, kind, version, name, name_en, code, div, zone, site, lon, lat, found_by]


class Migration(migrations.Migration):
    dependencies = [
        ("search", "0002_row_security"),
        ("subjects", "0007_site_codes"),
        ("places", "0001_initial"),
    ]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
