"""OpenStreetMap extracts (.osm.pbf, .osm) through osmium: which tags are which layer and class."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import shapely

from anlan.app.base_map.description import Source
from anlan.app.base_map.layers import Feature, class_by_people
from anlan.app.base_map.sources.needed import needed
from anlan.app.region.errors import RegionSourceError

Classes = Mapping[str, str]
ROADS: Classes = {
    "motorway": "motorway",
    "motorway_link": "motorway",
    "trunk": "trunk",
    "trunk_link": "trunk",
    "primary": "primary",
    "primary_link": "primary",
    "secondary": "secondary",
    "secondary_link": "secondary",
    "tertiary": "minor",
    "unclassified": "minor",
    "residential": "minor",
    "living_street": "minor",
    "service": "minor",
    "track": "minor",
}
RIVERS: Classes = {"river": "river", "canal": "canal", "stream": "stream", "ditch": "stream"}
LAND: Classes = {
    "farmland": "farmland",
    "orchard": "farmland",
    "vineyard": "farmland",
    "forest": "forest",
    "wood": "forest",
    "grassland": "grass",
    "meadow": "grass",
    "grass": "grass",
    "scrub": "grass",
    "heath": "grass",
    "sand": "sand",
    "dune": "sand",
    "wetland": "wetland",
    "residential": "built",
    "industrial": "built",
    "commercial": "built",
    "retail": "built",
    "bare_rock": "bare",
    "scree": "bare",
    "quarry": "bare",
}
PLACES: Classes = {
    "city": "city",
    "town": "town",
    "suburb": "town",
    "village": "village",
    "hamlet": "village",
}
#: `admin_level` as it is used in China.
LEVELS: Classes = {"4": "province", "5": "city", "6": "county", "8": "township", "10": "village"}
AREA_KEYS = ("natural", "landuse", "waterway", "water", "boundary")

Tags = Mapping[str, str]
Found = tuple[str, str]


def read(source: Source) -> list[Feature]:
    """Return what the file has of the layers that are asked. Raises RegionSourceError."""
    osmium = needed("osmium")
    try:
        found = [one for one in _features(osmium, source) if one.layer in source.of]
    except RuntimeError as error:  # osmium's own for a broken file, and for a cut-off one
        raise RegionSourceError(
            f"{source.file.name}：读不了，文件损坏或不全 · cannot be read, broken or not whole: {error}"
        ) from error
    if not found:
        raise RegionSourceError(
            f"{source.file.name}：没有 {', '.join(source.of)} · has nothing of these layers"
        )
    return found


def _features(osmium: Any, source: Source) -> Iterator[Feature]:
    shapes = osmium.geom.WKBFactory()
    keys = osmium.filter.KeyFilter(*AREA_KEYS)
    for thing in osmium.FileProcessor(str(source.file)).with_areas(keys):
        draw: Callable[[Any], str]
        if thing.is_node():
            named, draw = _of_node(thing.tags), shapes.create_point
        elif thing.is_way():
            named, draw = _of_way(thing.tags), shapes.create_linestring
        elif thing.is_area():
            named, draw = _of_area(thing.tags), shapes.create_multipolygon
        else:
            continue
        if named is None:
            continue
        try:
            shape = shapely.from_wkb(draw(thing))
        except (osmium.InvalidLocationError, RuntimeError):
            continue  # a way that the extract cuts off has points that are not in the file
        yield _feature(named, shape, thing.tags)


def _feature(named: Found, shape: Any, tags: Tags) -> Feature:
    layer, kind = named
    people = tags.get("population", "")
    population = int(people) if people.isdecimal() else None
    return Feature(
        layer=layer,
        kind=kind or class_by_people(population),
        geometry=shapely.boundary(shape) if layer == "boundaries" else shape,
        name=tags.get("name:zh") or tags.get("name") or "",
        name_en=tags.get("name:en") or "",
        population=population,
    )


def _of_node(tags: Tags) -> Found | None:
    kind = PLACES.get(tags.get("place", ""))
    return ("settlements", kind) if kind else None


def _of_way(tags: Tags) -> Found | None:
    if kind := ROADS.get(tags.get("highway", "")):
        return "roads", kind
    if tags.get("railway") == "rail":
        return "roads", "railway"
    kind = RIVERS.get(tags.get("waterway", ""))
    return ("rivers", kind) if kind else None


def _of_area(tags: Tags) -> Found | None:
    if tags.get("natural") == "water" or tags.get("waterway") == "riverbank":
        kinds = {"river": "river", "reservoir": "reservoir", "pond": "pond"}
        return "water", kinds.get(tags.get("water", ""), "lake")
    if tags.get("landuse") == "reservoir":
        return "water", "reservoir"
    if tags.get("boundary") == "administrative":
        level = LEVELS.get(tags.get("admin_level", ""))
        return ("boundaries", level) if level else None
    kind = LAND.get(tags.get("landuse", "")) or LAND.get(tags.get("natural", ""))
    return ("land_cover", kind) if kind else None
