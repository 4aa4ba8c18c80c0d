"""Read what is invented for a pack, and lay it round the pack's real county and settlements."""

import tomllib
from collections.abc import Iterator, Sequence
from math import sqrt
from pathlib import Path
from typing import Any

from anlan.app.base_map.build import Ground, build
from anlan.app.base_map.description import Origin
from anlan.app.base_map.invented.hills import Hills
from anlan.app.base_map.invented.shapes import Spot, beside, blob, wandering
from anlan.app.base_map.layers import Feature
from anlan.app.base_map.mercator import Bounds
from anlan.app.region.build import Region

HERE = Path(__file__).parent
#: How far a line strays between two of its points, as a part of their distance.
REACH = {"main": 0.10, "river": 0.09, "stream": 0.10, "canal": 0.03, "motorway": 0.02}
REACH_OF_ROADS = 0.035
#: So much of the county's size lies round it on the map (web/src/map/MapView.vue: around).
AROUND = 1.5
ZOOMS_OF_HILLS = (5, 9)


def file_of(pack: str) -> Path:
    """Return the file with what is invented for a pack."""
    return HERE / f"{pack}.toml"


def build_invented(region: Region, pack: str, folder: Path) -> int:
    """Build the invented base map of a pack, if there is one; return how many features it has."""
    if not file_of(pack).exists():
        return 0
    raw = tomllib.loads(file_of(pack).read_text(encoding="utf-8"))
    features = list(_features(raw, region))
    build(features, _hills(raw, region), _origin(raw, region), folder)
    return len(features)


def _origin(raw: dict[str, Any], region: Region) -> Origin:
    return Origin(
        title=raw["title"],
        source=raw["source"],
        source_en=raw["source_en"],
        map_approval=region.pack.map_approval,
        is_invented=True,
    )


def _features(raw: dict[str, Any], region: Region) -> Iterator[Feature]:
    spots: dict[str, Spot] = {
        row.code: (row.location.x, row.location.y) for row in region.settlements
    }
    rivers = {
        one["name"]: wandering(_spots(one["along"], spots), one["name"], REACH[one["kind"]])
        for one in raw["river"]
    }
    for number, one in enumerate(raw["land"]):
        name = f"{one['kind']} {number}"
        shape = (
            beside(rivers[one["beside"]], one["metres"])
            if "beside" in one
            else blob(tuple(one["at"]), one["radius_m"], name)
        )
        yield Feature(layer="land_cover", kind=one["kind"], geometry=shape)
    for row in region.settlements:
        metres = raw["built"]["metres_a_root_of_people"] * sqrt(row.population or 900)
        shape = blob(spots[row.code], metres, row.code)
        yield Feature(layer="land_cover", kind="built", geometry=shape)
    for one in raw["river"]:
        named = {"name": one["name"], "name_en": one["name_en"]}
        line = rivers[one["name"]]
        yield Feature(layer="rivers", kind=one["kind"], geometry=line, **named)
        if "width_m" in one:
            band = beside(line, one["width_m"] / 2)
            yield Feature(layer="water", kind="river", geometry=band)
    for one in raw["lake"]:
        shape = blob(tuple(one["at"]), one["radius_m"], one["name"])
        named = {"name": one["name"], "name_en": one["name_en"]}
        yield Feature(layer="water", kind=one["kind"], geometry=shape, **named)
    for one in raw["road"]:
        reach = REACH.get(one["kind"], REACH_OF_ROADS)
        line = wandering(_spots(one["along"], spots), one["name"], reach)
        named = {"name": one["name"], "name_en": one["name_en"]}
        yield Feature(layer="roads", kind=one["kind"], geometry=line, **named)


def _spots(along: Sequence[Any], known: dict[str, Spot]) -> list[Spot]:
    """Return the points of a line; a township's code stands for its settlement."""
    return [known[one] if isinstance(one, str) else (one[0], one[1]) for one in along]


def _hills(raw: dict[str, Any], region: Region) -> Ground:
    main = next(one for one in raw["river"] if one["kind"] == "main")
    longitudes, latitudes = zip(*main["along"], strict=True)
    hills = Hills(latitudes=latitudes, longitudes=longitudes)
    return Ground(heights=hills.heights, bounds=_box(region), zooms=ZOOMS_OF_HILLS)


def _box(region: Region) -> Bounds:
    west, south, east, north = region.county.bounds
    dx, dy = (east - west) * AROUND, (north - south) * AROUND
    return west - dx, south - dy, east + dx, north + dy
