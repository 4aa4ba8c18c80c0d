"""The verbs of maps: what changed is counted anew, a county whole, and its version rises (7.13)."""

import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import Max, Q
from numpy.typing import NDArray

from anlan.engines.tiling.cells import Cells, Points, cells_of
from anlan.kernel.base import deadlines
from anlan.kernel.base.clock import now
from anlan.kernel.maps import queries
from anlan.kernel.maps.models import Cell, LayerVersion
from anlan.kernel.maps.rules import (
    COUNTY,
    GRID_ZOOM,
    MOST_POINTS,
    MOST_ZOOM,
    SIDE,
    SUBJECTS,
    TOWNSHIP,
)
from anlan.kernel.maps.services.grid_sql import INSERT, LOCK, MARK

#: A change is seen so soon; what goes on changing is counted so far apart.
SOON, APART = timedelta(seconds=3), timedelta(seconds=60)
#: How often counties are looked for of which nobody has told.
LOOK_S = 60.0
_looked_s = [-LOOK_S]


@dataclass(frozen=True, slots=True)
class _Stood:
    """What stands in an area, in columns; `codes` are those of its kinds."""

    level: int
    area: int
    ids: Sequence[str]
    codes: list[str]
    points: Points

    def part(self, level: int, area: int, chosen: NDArray[np.intp]) -> "_Stood":
        """Return some of it, as an area of its own."""
        all_of = self.points
        points = Points(all_of.x[chosen], all_of.y[chosen], all_of.kind[chosen], all_of.kinds)
        return _Stood(level, area, [self.ids[at] for at in chosen], self.codes, points)


def note_changes(counties: Iterable[int], layer: str = SUBJECTS) -> None:
    """Have counties counted anew before long; what waits already waits no longer for it."""
    if wanted := sorted(set(counties)):
        said: dict[str, Any] = {"layer": layer, "counties": wanted}
        said |= {"soon": now() + SOON, "apart": APART}
        with connection.cursor() as cursor:
            cursor.execute(MARK, said)


def rebuild_due(limit: int = deadlines.AT_ONCE) -> int:
    """Count the county anew that has waited longest; return `limit` where there may be another."""
    if time.monotonic() - _looked_s[0] >= LOOK_S:
        note_changes(queries.uncounted_counties(SUBJECTS))
        _looked_s[0] = time.monotonic()
    waiting = queries.due(now())
    if waiting is None:
        return 0
    rebuild(waiting)
    return limit


def rebuild(county: LayerVersion) -> None:
    """Count a county's grid whole, and those of its townships, and raise its version, in the open transaction."""
    areas = _stood(county.county)
    towns = county.county * 1000, county.county * 1000 + 999
    standing = Cell.objects.filter(layer=county.layer)
    standing.filter(
        Q(level=COUNTY, area=county.county) | Q(level=TOWNSHIP, area__range=towns)
    ).delete()
    for area in areas:
        counted = [(zoom, _counted(area, zoom)) for zoom in range(MOST_ZOOM)]
        alone = {area.ids[at] for _, cells in counted for at in cells.first[cells.count == 1]}
        names = queries.names(sorted(alone))
        for zoom, cells in counted:
            said = _columns(area, cells, names)
            said |= {"layer": county.layer, "zoom": zoom, "level": area.level, "area": area.area}
            if said["count"]:
                with connection.cursor() as cursor:
                    cursor.execute(INSERT, said)
    _raise(county)


def _stood(county: int) -> list[_Stood]:
    """Return what stands in a county, and in each of its townships."""
    rows = list(queries.placed(county))
    if not rows:
        return []
    ids, kinds, towns, xs, ys = zip(*rows, strict=True)
    codes, kind = np.unique(np.array(kinds, dtype=np.str_), return_inverse=True)
    points = Points(np.array(xs, float), np.array(ys, float), kind.astype(np.int64), len(codes))
    whole = _Stood(COUNTY, county, ids, codes.tolist(), points)
    found, town = np.unique(np.array(towns, np.int64), return_inverse=True)
    return [whole] + [
        whole.part(TOWNSHIP, int(area), np.flatnonzero(town == at)) for at, area in enumerate(found)
    ]


def _counted(stood: _Stood, zoom: int) -> Cells:
    """Count at a zoom: beyond the grid of all only in tiles that hold too many to be drawn one by one."""
    over = 0 if zoom <= GRID_ZOOM else MOST_POINTS
    return cells_of(stood.points, zoom, side=SIDE, over=over)


def _columns(stood: _Stood, cells: Cells, names: dict[str, tuple[str, str]]) -> dict[str, Any]:
    """Return the columns of cells; of one that stands alone its own id, kind and name."""
    found: dict[str, Any] = {
        name: getattr(cells, name).tolist() for name in ("x", "y", "cell", "px", "py", "count")
    }
    single = [
        stood.ids[at] if count == 1 else None
        for at, count in zip(cells.first.tolist(), found["count"], strict=True)
    ]
    said = [names.get(one, ("", "")) if one else (None, None) for one in single]
    return found | {
        "subject": single,
        "kind": [
            stood.codes[stood.points.kind[at]] if one else None
            for at, one in zip(cells.first.tolist(), single, strict=True)
        ],
        "name": [name for name, _ in said],
        "name_en": [name_en for _, name_en in said],
        "kinds": [
            None if one else _by_kind(stood.codes, row)
            for row, one in zip(cells.kinds.tolist(), single, strict=True)
        ],
    }


def _by_kind(codes: list[str], row: list[int]) -> str:
    return json.dumps({f"k_{code}": n for code, n in zip(codes, row, strict=True) if n})


def _raise(county: LayerVersion) -> None:
    """Give a county a version higher than any that was committed: nobody else gives one meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    rows = LayerVersion.objects.filter(layer=county.layer)
    highest = rows.aggregate(highest=Max("version"))["highest"]
    county.version, county.built_at, county.due_at = highest + 1, now(), None
    county.save(update_fields=["version", "built_at", "due_at"])
