"""Hot queries under row security: which index PostgreSQL takes for whom, and how long it takes.

Rows are loaded and asked for as the API's role, inside its unit of work. A plan that reads the whole
table for a township is a county's screen that stands still (decisions, 7.6).
"""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
from django.contrib.gis.geos import Polygon
from django.db import connection
from django.db.models import QuerySet

from anlan.app.bench import scope_lists
from anlan.app.bench.report import Report, Row, new_report
from anlan.app.bench.scope_plan import Plan, plan_of
from anlan.kernel.base.permissions import EVERYTHING, Principal, Scope
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.places.rules import DIGITS, div_range
from anlan.kernel.subjects import queries
from anlan.kernel.subjects.models import Subject
from anlan.kernel.subjects.services.kinds import define_kind

ROWS = 1_000_000
#: A tile of zoom 12 over 宁东, in degrees.
BOX = (106.5, 38.1, 106.59, 38.17)
PROVINCE, COUNTY, TOWNSHIP = "64", "640181", "640181003"
ZONE = 64018101
_COUNTIES, _TOWNSHIPS, _SITE = 100, 10, 1_000
#: Names of divisions and rows: 100 counties of ten provinces, the first of them Lingwu; a site to a
#: thousand rows of one county; every twentieth row of Lingwu in the zone. Places lie evenly over three degrees.
_LOAD = """
    INSERT INTO subjects_subject (id, version, created_at, updated_at, div, zone, site, kind_id, name,
        name_en, code, location, status, attributes, is_invented)
    SELECT lpad(n::text, 26, '0'), 1, now(), now(),
        CASE WHEN county = 0 THEN 640181::int8 ELSE (64 - county / 10) * 10000 + 200 + county END
            * %(county_unit)s + (n / %(counties)s %% %(townships)s + 1) * %(township_unit)s,
        CASE WHEN county = 0 AND n %% 2000 = 0 THEN %(zone)s END,
        lpad((n / %(site_rows)s * %(counties)s + county)::text, 26, 'S'), %(kind)s, 'R-' || n, '', '',
        ST_SetSRID(ST_MakePoint(105 + (n * 7919 %% 30011) / 10003.7, 37 + (n * 104729 %% 30013) / 10004.3), 4326),
        'active', '{}', true
    FROM (SELECT n, n %% %(counties)s AS county FROM generate_series(%(first)s::int8, %(last)s) n) s
"""
_AT_ONCE = 100_000


def people(site: str) -> dict[str, Principal]:
    """Return who asks: what each reaches is one arm of the policy."""
    scopes = {
        "township": Scope(divs=(div_range(TOWNSHIP),)),
        "county": Scope(divs=(div_range(COUNTY),)),
        # a bureau reaches its county, its zone and the sites that it supervises there
        "bureau": Scope(
            divs=(div_range(COUNTY),),
            zones=(ZONE,),
            sites=tuple(f"{_COUNTIES * one:S>26}" for one in range(10)),
        ),
        "zone": Scope(zones=(ZONE,)),
        "firm": Scope(sites=(site,)),
        "province": Scope(divs=(div_range(PROVINCE),)),
        "everything": EVERYTHING,
    }
    return {
        name: Principal(actor=f"user:{name}", name=name, scope=scope, ceiling=3)
        for name, scope in scopes.items()
    }


def load(rows: int, kind_id: str) -> None:
    """Put subjects in, as the API's role, through the policies."""
    digits = 10 ** (DIGITS - 6), 10 ** (DIGITS - 9)
    for first in range(1, rows + 1, _AT_ONCE):
        with (
            unit_of_work(
                Principal(actor="system:bench", name="bench", scope=EVERYTHING, ceiling=3)
            ),
            connection.cursor() as cursor,
        ):
            cursor.execute(
                _LOAD,
                {
                    "first": first,
                    "last": min(first + _AT_ONCE - 1, rows),
                    "kind": kind_id,
                    "zone": ZONE,
                    "counties": _COUNTIES,
                    "site_rows": _COUNTIES * _SITE,
                    "townships": _TOWNSHIPS,
                    "county_unit": digits[0],
                    "township_unit": digits[1],
                },
            )


def hot(key: str, scope: Scope) -> dict[str, list[QuerySet[Any, Any]]]:
    """Return what the screens ask most: a page of the list, its count part by part, a tile's box, one row."""
    box = Polygon.from_bbox(BOX)
    box.srid = 4326
    listed = queries.listed(scope)
    pages = {f"page by {sort}": _page(listed, sort) for sort in ("name", "code", "status")}
    return pages | {
        "count": [part.order_by().values("id")[:10_001] for part in listed],
        "box": [Subject.objects.filter(location__bboverlaps=box).values("id")],
        "one": [Subject.objects.filter(pk=key).values("id")],
    }


def _page(parts: tuple[QuerySet[Any, Any], ...], sort: str) -> list[QuerySet[Any, Any]]:
    """Return the first page as the list reads it: each part in order, then all of them."""
    columns = ("id", "name", "code", "status", "kind_code", "lon", "lat")
    first, *others = (part.order_by(sort, "id").values(*columns)[:51] for part in parts)
    return [first.union(*others, all=True).order_by(sort, "id")[:51] if others else first]


def plans(site: str, key: str) -> Iterator[Plan]:
    """Explain every hot query for everybody."""
    for who, principal in people(site).items():
        for name, asked in hot(key, principal.scope).items():
            with unit_of_work(principal, read_only=True):
                told = [json.loads(rows.explain(format="json", analyze=True))[0] for rows in asked]
                text = "\n".join(rows.explain() for rows in asked)
            yield plan_of(who, name, told, text)


def run(
    *,
    rows: int,
    admin: psycopg.Connection[Any],
    kind_id: str,
    say: Callable[[str], None],
) -> Report:
    """Load, explain, and report the time and the indexes of each; `admin` is past all policies."""
    begun = time.perf_counter()
    load(rows, kind_id)
    scope_lists.load(admin)
    for table in sorted(scope_lists.BIG):
        admin.execute(f"VACUUM ANALYZE {table}".encode())
    say(f"{rows:,} subjects, datastreams, limits, alarms in {time.perf_counter() - begun:.0f} s")
    report = new_report("scope", quick=rows < ROWS)
    key, whole = f"{rows // 2:0>26}", 0
    asked = people(a_site())
    found = [*plans(site=a_site(), key=key), *scope_lists.plans(asked, key)]
    for plan in found:
        say(f"\n-- {plan.who}, {plan.query}: {', '.join(plan.indexes) or 'NO INDEX'}\n{plan.text}")
        where = "+".join(plan.indexes) or "no index"
        report.rows.append(
            Row(
                name=f"{plan.who} {plan.query} [{where}]",
                value=round(plan.execution_ms, 2),
                unit="ms",
            )
        )
        read = scope_lists.BIG & set(plan.whole_tables)
        whole += bool(read) and plan.who in scope_lists.NARROW
    report.rows.append(
        Row(
            name="screens of a township or county that read a big table whole",
            value=float(whole),
            unit="screens",
            target=0.0,
            met=whole == 0,
        )
    )
    return report


def a_site() -> str:
    """Return the first site of Lingwu."""
    return f"{0:S>26}"


def a_kind() -> str:
    """Make the kind that the rows are of; return its id."""
    with unit_of_work(Principal(actor="system:bench", name="bench", scope=EVERYTHING, ceiling=3)):
        return str(define_kind(code="bench", title="基准", title_en="Bench", schema={}).id)
