"""Tiles at volume: found by the spatial index of townships under row security; every viewer's are measured."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection

from anlan.app.bench import tiles, tiles_rows
from anlan.app.bench.scope_plan import Plan, plan_of
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.maps import queries
from anlan.kernel.maps.rules import SUBJECTS, Tile, parts_of

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = 60_000
Admin = psycopg.Connection[Any]


@pytest.fixture
def admin(journal_dsn: Callable[[str], str]) -> Iterator[Admin]:
    with psycopg.connect(journal_dsn("anlan_admin"), autocommit=True) as made:
        yield made


def explained(name: str, at: Tile) -> Plan:
    """Explain the statement of a tile as it is run: prepared, its plan made without its values."""
    who = tiles_rows.people()[name]
    text, values = queries.statement(SUBJECTS, at, parts_of(who.scope))
    with unit_of_work(who, read_only=True), connection.cursor() as cursor:
        if parts_of(who.scope).has_besides:
            cursor.execute(f"EXPLAIN (FORMAT JSON) {text}", values)
        else:
            used = sorted(set(re.findall(r"%\((\w+)\)s", text)))
            places = {key: n for n, key in enumerate(used, 1)}
            numbered = re.sub(r"%\((\w+)\)s", lambda found: f"${places[found[1]]}", text)
            cursor.execute("DEALLOCATE ALL")
            cursor.execute(f"PREPARE tile AS {numbered}".replace("%%", "%"))
            said = ", ".join(f"'{values[key]}'" for key in used)
            cursor.execute(f"EXPLAIN (FORMAT JSON) EXECUTE tile({said})")
        (told,) = cursor.fetchone()
    plan = told[0] | {"Planning Time": 0.0, "Execution Time": 0.0}
    return plan_of(name, f"z{at.zoom}", [plan], str(told))


def test_near_tiles_are_found_by_the_spatial_index_of_townships(admin: Admin) -> None:
    tiles.prepare(admin, ROWS)
    where = tiles_rows.places(admin, tiles_rows.people()["county"], 1)[0]
    for who in ("township", "county", "province"):
        for zoom in (12, 14, 16):
            plan = explained(who, tiles.tile_of(zoom, *where))
            assert "subjects_township_place" in plan.indexes, plan.text
            assert not {"subjects_subject", "maps_cell"} & set(plan.whole_tables), plan.text
        far = explained(who, tiles.tile_of(6, *where))
        assert far.indexes == ("maps_cell_once",), far.text
    admin.execute("DROP INDEX subjects_township_place")
    without = explained("county", tiles.tile_of(14, *where))
    assert "subjects_township_place" not in without.indexes, "the test above can fail"


def test_every_viewer_is_measured_at_every_zoom(admin: Admin) -> None:
    rows = {row.name: row for row in tiles.prepare(admin, 5_000)}
    assert rows["tiles.cells"].value > 0
    found = list(tiles.measured(admin, 2))
    assert {(one.who, one.zoom) for one in found} == {
        (who, zoom) for who in ("township", "county", "province") for zoom in range(15)
    }
    for one in found:
        assert (len(one.ms), len(one.bare_ms)) == (2, 2)
        assert min(one.kb) > 0, "something of the viewer lies in each tile"
