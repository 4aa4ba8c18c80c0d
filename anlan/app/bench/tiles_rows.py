"""Subjects for measuring tiles: towns so dense that one tile holds tens of thousands, and country around them.

Forty thousand to a county (of a million), ten townships; three fifths of them within some kilometres of the
county's seat. Every second county has its seat beside its neighbour's, as the districts of one city have.
"""

from dataclasses import replace
from typing import Any

import psycopg
from django.db import connection

from anlan.kernel.base.permissions import Principal, Scope, machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.maps import queries, services
from anlan.kernel.maps.models import LayerVersion
from anlan.kernel.maps.rules import SUBJECTS
from anlan.kernel.places.rules import DIGITS, div_range
from anlan.kernel.subjects.models import SubjectKind
from anlan.kernel.subjects.services.kinds import define_kind

COUNTIES, TOWNSHIPS = 25, 10
KINDS = ("bench_tank", "bench_store", "bench_mine", "bench_dam", "bench_bridge")
#: Who looks; each is one way in which a tile is put together.
SCOPES = {
    "township": Scope(divs=(div_range("640181001"),)),
    "county": Scope(divs=(div_range("640181"),)),
    "province": Scope(divs=(div_range("64"),)),
}
#: Degrees: how far seats lie apart, how far a township from its seat, how wide each is.
_LOAD = """
    INSERT INTO subjects_subject (id, version, created_at, updated_at, div, zone, site, kind_id, name,
        name_en, code, location, status, attributes, is_invented)
    SELECT lpad(n::text, 26, '0'), 1, now(), now(),
        (CASE county WHEN 0 THEN 640181 ELSE 640200 + county END)::int8 * %(county_unit)s + town * %(township_unit)s,
        NULL, NULL, (%(kinds)s::text[])[1 + n %% cardinality(%(kinds)s::text[])], 'R-' || n, '', '',
        ST_SetSRID(ST_MakePoint(
            104.5 + county / 2 %% 4 * 0.7 + county %% 2 * 0.04
                + CASE WHEN in_seat THEN 0.012 * far * cos(way) ELSE 0.15 * cos(town) + 0.02 * far * cos(way) END,
            35.5 + county / 8 * 0.8
                + CASE WHEN in_seat THEN 0.012 * far * sin(way) ELSE 0.15 * sin(town) + 0.02 * far * sin(way) END),
            4326), 'active', '{}', true
    FROM (SELECT n, (n %% %(counties)s)::int AS county, (n / %(counties)s %% %(towns)s + 1)::int AS town,
            random() < 0.6 AS in_seat, sqrt(-2 * ln(1 - random())) AS far, 2 * pi() * random() AS way
        FROM generate_series(%(first)s::int8, %(last)s) n OFFSET 0) s
"""
_PLACES = """
    SELECT ST_X(location), ST_Y(location) FROM subjects_subject
    WHERE div BETWEEN %s AND %s ORDER BY md5(id) LIMIT %s
"""
_AT_ONCE = 100_000


def load(rows: int) -> None:
    """Put subjects in, as the API's role, through the policies; the same on every machine."""
    with unit_of_work(machine("bench")):
        for code in KINDS:
            define_kind(code=code, title=code, title_en=code, schema={"type": "object"})
        ids = list(SubjectKind.objects.filter(code__in=KINDS).values_list("id", flat=True))
    said: dict[str, Any] = {"kinds": ids, "counties": COUNTIES, "towns": TOWNSHIPS}
    said |= {"county_unit": 10 ** (DIGITS - 6), "township_unit": 10 ** (DIGITS - 9)}
    for first in range(1, rows + 1, _AT_ONCE):
        with unit_of_work(machine("bench")), connection.cursor() as cursor:
            cursor.execute("SELECT setseed(%s)", [first / (rows + 1)])
            last = min(first + _AT_ONCE - 1, rows)
            cursor.execute(_LOAD, said | {"first": first, "last": last})


def count() -> int:
    """Count every county that has subjects, one after the other; return how many there are."""
    with unit_of_work(machine("bench")):
        services.note_changes(queries.uncounted_counties(SUBJECTS))
        waiting = list(LayerVersion.objects.order_by("county"))
    for one in waiting:
        with unit_of_work(machine("bench")):
            services.rebuild(one)
    return len(waiting)


def people() -> dict[str, Principal]:
    """Return who looks."""
    nobody = Principal(actor="user:bench", name="bench", ceiling=3)
    return {name: replace(nobody, scope=scope) for name, scope in SCOPES.items()}


def places(admin: psycopg.Connection[Any], who: Principal, count: int) -> list[tuple[float, float]]:
    """Return where some of what somebody reaches lies: where many are, one looks more often."""
    ((low, high),) = who.scope.divs
    return [(lon, lat) for lon, lat in admin.execute(_PLACES, [low, high, count])]
