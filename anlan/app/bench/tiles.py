"""Vector tiles of a million subjects under row security: how long one takes, by who looks and from how far.

A tile is measured as its route makes it: the unit of work with the scope, the one statement, the commit.
Tiles are those in which something of the viewer lies, dense ones as often as many lie in them. The peer is the
same statement, its counties said as plain values, by a role that passes all policies. Then once more while
a thousand alarms a second come through the door of the whole house.
"""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
from django.db import connection

from anlan.app.bench import tiles_rows
from anlan.app.bench.house import BenchHouse, wait_until
from anlan.app.bench.plant import BEYOND, Box, build_plant
from anlan.app.bench.report import Report, Row, less_is_better, new_report, rounded
from anlan.app.bench.tiles_storm import Storm
from anlan.kernel.base.permissions import Principal
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.maps import queries
from anlan.kernel.maps.rules import COUNTY, SUBJECTS, TOWNSHIP, Parts, Tile, parts_of

ROWS = {True: 30_000, False: 1_000_000}
#: Tiles of each zoom and viewer: calm, and while a storm rages.
TILES = {True: (10, 5), False: (200, 100)}
ZOOMS = range(15)
TARGET_MS = 15.0
GATEWAYS, DATASTREAMS = 10, 10_000
#: So long a storm rages before anything is measured in it.
RISING_S = 5.0
PATIENCE_S = 240.0
_CELLS = "FROM maps_cell c WHERE"
#: What the statement itself asks for: whether a township's county is reached whole.
_DIVS = "SELECT set_config('anlan.divs', %s, true)"
_ANALYSED = ("subjects_subject", "maps_cell", "maps_layerversion")


@dataclass(slots=True)
class Took:
    """What one viewer's tiles of one zoom took, in ms, of it on a processor, and how large they were, in kB.

    Both sides are counted, PostgreSQL's and ours: what waited for others on a busy machine is no cost of a tile.
    """

    who: str
    zoom: int
    ms: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)
    bare_ms: list[float] = field(default_factory=list)
    kb: list[float] = field(default_factory=list)


def run(house: BenchHouse, *, quick: bool, say: Callable[[str], None] = lambda _: None) -> Report:
    """Measure in an empty house."""
    report = new_report("tiles", quick=quick)
    calm, stormy = TILES[quick]
    with psycopg.connect(house.admin_dsn, autocommit=True) as admin:
        boxes = build_plant(house.admin_dsn, gateways=GATEWAYS, datastreams=DATASTREAMS)
        report.rows.extend(prepare(admin, ROWS[quick], say))
        house.start()
        wait_until(lambda: _is_quiet(admin), "limits and grids are where they belong", PATIENCE_S)
        say("tiles, calm")
        for took in measured(admin, calm):
            report.rows.extend(_rows(took))
        say("tiles in a storm")
        report.rows.extend(_in_a_storm(house, boxes, admin, stormy))
    return report


def prepare(
    admin: psycopg.Connection[Any], rows: int, say: Callable[[str], None] = lambda _: None
) -> list[Row]:
    """Load, count the grids, and say what a county's costs."""
    begun = time.perf_counter()
    tiles_rows.load(rows)
    admin.execute("VACUUM ANALYZE subjects_subject")
    say(f"{rows:,} subjects in {time.perf_counter() - begun:.0f} s")
    begun = time.perf_counter()
    counties = tiles_rows.count()
    took_s = time.perf_counter() - begun
    for table in _ANALYSED:
        admin.execute(f"VACUUM ANALYZE {table}".encode())
    row = admin.execute("SELECT count(*) FROM maps_cell").fetchone()
    return [
        Row(name="tiles.subjects", value=float(rows), unit="rows"),
        Row(name="tiles.cells", value=float(row[0]) if row else 0.0, unit="rows"),
        Row(name="tiles.rebuild_a_county", value=rounded(took_s / counties * 1000), unit="ms"),
    ]


def measured(admin: psycopg.Connection[Any], count: int, *, bare: bool = True) -> Iterator[Took]:
    """Ask for tiles as each viewer, at each zoom; with `bare` each once more past all policies."""
    for name, who in tiles_rows.people().items():
        places = tiles_rows.places(admin, who, count)
        _warm(who, places[0])
        server = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
        for zoom in ZOOMS:
            took = Took(name, zoom)
            for place in places:
                at = tile_of(zoom, *place)
                used, begun = _used_ms(server), time.perf_counter()
                with unit_of_work(who, read_only=True):
                    content = queries.tile(SUBJECTS, at, who.scope)
                took.ms.append((time.perf_counter() - begun) * 1000)
                took.cpu_ms.append(_used_ms(server) - used)
                took.kb.append(len(content) / 1000)
                if bare:
                    took.bare_ms.append(_bare(admin, who, at))
            yield took


def tile_of(zoom: int, lon: float, lat: float) -> Tile:
    """Return the tile that a place lies in."""
    side = 1 << zoom
    north = math.asinh(math.tan(math.radians(lat))) / math.pi
    return Tile(zoom, math.floor((lon + 180) / 360 * side), math.floor((1 - north) / 2 * side))


def _used_ms(server: Path) -> float:
    """Return what the server's process and this thread have had of a processor so far."""
    theirs_ns = int(server.read_text(encoding="ascii").split()[0])
    return (theirs_ns + time.thread_time_ns()) / 1e6


def _warm(who: Principal, place: tuple[float, float]) -> None:
    """Have every statement planned, as it is in a process that has run for a minute."""
    for zoom in ZOOMS:
        with unit_of_work(who, read_only=True):
            queries.tile(SUBJECTS, tile_of(zoom, *place), who.scope)


def _bare(admin: psycopg.Connection[Any], who: Principal, at: Tile) -> float:
    parts = parts_of(who.scope)
    text, values = queries.statement(SUBJECTS, at, parts)
    text = text.replace(_CELLS, f"{_CELLS} {_areas(parts)} AND")
    divs = who.scope.divs[0]
    cursor = psycopg.Cursor(admin)
    begun = time.perf_counter()
    with admin.transaction(), cursor:
        cursor.execute(_DIVS, [f"{{[{divs[0]},{divs[1]}]}}"], prepare=True)
        cursor.execute(text.encode(), values, prepare=True, binary=True)
        cursor.fetchone()
    return (time.perf_counter() - begun) * 1000


def _areas(parts: Parts) -> str:
    """Say as plain values which areas' cells row security would let through."""
    ((first, last),) = parts.counties or parts.townships
    towns = (first * 1000, last * 1000 + 999) if parts.counties else (first, last)
    return (
        f"(c.level = {COUNTY:d} AND c.area BETWEEN {first} AND {last}"
        f" OR c.level = {TOWNSHIP:d} AND c.area BETWEEN {towns[0]} AND {towns[1]})"
    )


def _in_a_storm(
    house: BenchHouse, boxes: list[Box], admin: psycopg.Connection[Any], count: int
) -> list[Row]:
    versions, raised = _versions(admin), _told(admin)
    begun = time.monotonic()
    with Storm(boxes, house.nats.mqtt_port, BEYOND):
        time.sleep(RISING_S)
        found = [
            Row(
                name=f"tiles.{took.who}.z{took.zoom}.storm.p95",
                value=_at(took.ms, 95),
                unit="ms",
                target=TARGET_MS,
                met=_at(took.ms, 95) <= TARGET_MS,
            )
            for took in measured(admin, count, bare=False)
        ]
        rate = (_told(admin) - raised) / (time.monotonic() - begun)
    changed = _versions(admin) != versions
    return [
        *found,
        Row(name="tiles.storm.alarms", value=rounded(rate), unit="changes/s"),
        Row(
            name="tiles.storm.versions_changed",
            value=float(changed),
            unit="versions",
            target=0.0,
            met=not changed,
        ),
    ]


def _rows(took: Took) -> list[Row]:
    name = f"tiles.{took.who}.z{took.zoom}"
    p95, bare = _at(took.ms, 95), _at(took.bare_ms, 95)
    return [
        Row(name=f"{name}.p50", value=_at(took.ms, 50), unit="ms"),
        less_is_better(
            f"{name}.p95", p95, "ms", target=TARGET_MS, peer="no row security", peer_value=bare
        ),
        Row(name=f"{name}.cpu.p95", value=_at(took.cpu_ms, 95), unit="ms"),
        Row(name=f"{name}.size.p95", value=_at(took.kb, 95), unit="kB"),
    ]


def _at(values: list[float], percent: int) -> float:
    return rounded(float(np.percentile(values, percent)))


def _is_quiet(admin: psycopg.Connection[Any]) -> bool:
    row = admin.execute(
        "SELECT (SELECT count(*) FROM sensing_limit WHERE log_seq IS NULL)"
        " + (SELECT count(*) FROM maps_layerversion WHERE due_at IS NOT NULL)"
    ).fetchone()
    return row is not None and row[0] == 0


def _versions(admin: psycopg.Connection[Any]) -> list[tuple[Any, ...]]:
    return admin.execute("SELECT county, version FROM maps_layerversion ORDER BY 1").fetchall()


def _told(admin: psycopg.Connection[Any]) -> int:
    row = admin.execute(
        "SELECT count(*) FROM base_journal WHERE type LIKE 'alerts.alarm.%'"
    ).fetchone()
    return row[0] if row else 0
