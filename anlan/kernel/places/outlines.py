"""Outlines as people give them: GeoJSON (RFC 7946), drawn in the browser or out of a file.

A load repairs what a source draws badly; what a person draws is refused with the reason instead,
because only he knows which area he meant.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from shapely import MultiPolygon, Polygon, get_num_coordinates, is_valid_reason, union_all
from shapely.geometry import shape

from anlan.kernel.base.errors import InvalidError

#: A county's outline at 1:250 000 has some thousand corners.
MOST_CORNERS = 50_000
#: Degrees: less than a square metre is a slip of the hand.
LEAST_AREA_DEG2 = 1e-10
_NESTED = {
    "Feature": "geometry",
    "FeatureCollection": "features",
    "GeometryCollection": "geometries",
}


def outline_of(given: Mapping[str, Any]) -> MultiPolygon:
    """Return the area of a geometry, a feature or a collection of features, WGS 84 in degrees.

    Raises InvalidError for what is no area, has corners off the globe or crosses itself.
    """
    try:
        parts = list(_polygons(given))
    except (AttributeError, IndexError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise _refused("不是可读的 GeoJSON 面", "unreadable") from error
    if not parts:
        raise _refused("没有面（Polygon 或 MultiPolygon）", "no_area")
    if sum(map(get_num_coordinates, parts)) > MOST_CORNERS:
        raise _refused(f"边界点超过 {MOST_CORNERS} 个", "too_many_corners")
    for part in parts:
        west, south, east, north = part.bounds
        if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
            raise _refused("坐标须为经纬度（度）", "not_degrees")
        if not part.is_valid:
            # GEOS says it in English with the place in brackets: `Self-intersection[106.2 38.2]`
            where = is_valid_reason(part).partition("[")[2].rstrip("]")
            raise _refused(f"在 {where} 附近自相交或不闭合", "crosses_itself")
    whole = union_all(parts)
    if whole.area < LEAST_AREA_DEG2:
        raise _refused("面积过小", "no_area")
    return MultiPolygon([whole] if isinstance(whole, Polygon) else list(whole.geoms))


def _polygons(given: Mapping[str, Any]) -> Iterator[Polygon]:
    kind = given["type"]
    if kind in _NESTED:
        inner = given[_NESTED[kind]]
        for one in inner if isinstance(inner, list) else [inner]:
            yield from _polygons(one)
        return
    if kind in {"Polygon", "MultiPolygon"}:
        made = shape(given)
        yield from [made] if isinstance(made, Polygon) else made.geoms


def _refused(text: str, why: str) -> InvalidError:
    return InvalidError(
        f"边界不能使用：{text}", code="places.bad_outline", field="boundary", why=why
    )
