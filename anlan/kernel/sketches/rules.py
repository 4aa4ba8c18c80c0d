"""What may be drawn: shapes as people give them, GeoJSON in degrees."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shapely import Geometry, LineString, Point, Polygon, is_valid_reason
from shapely.errors import ShapelyError
from shapely.geometry import shape

MOST_CORNERS = 2_000
MOST_SHARES = 20
LEAST_RADIUS_M, MOST_RADIUS_M = 1.0, 200_000.0
_EXPECTED: Mapping[str, type[Geometry]] = {
    "point": Point,
    "circle": Point,
    "line": LineString,
    "area": Polygon,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Who may see a sketch beside its author: a ring of people, and organisations by name until a time."""

    audience: str = "own"
    shared_with: list[str] = field(default_factory=list)
    shared_until: datetime | None = None


class ShapeError(ValueError):
    """A shape that cannot be kept, with the reason in words."""


def shape_of(kind: str, given: Mapping[str, Any], radius_m: float | None) -> Geometry:
    """Return what was drawn. Raises ShapeError with the reason, in Chinese, as it is shown."""
    try:
        made = shape(given)
    except (AttributeError, IndexError, KeyError, ShapelyError, TypeError, ValueError) as error:
        raise ShapeError("不是可读的 GeoJSON 图形") from error
    if not isinstance(made, _EXPECTED[kind]) or made.is_empty or made.has_z:
        raise ShapeError("图形与类别不符")
    west, south, east, north = made.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise ShapeError("坐标须为经纬度（度）")
    if _corners(made) > MOST_CORNERS:
        raise ShapeError(f"不超过 {MOST_CORNERS} 个点")
    if not made.is_valid:
        # GEOS says it in English with the place in brackets: `Self-intersection[106.2 38.2]`
        where = is_valid_reason(made).partition("[")[2].rstrip("]")
        raise ShapeError(f"在 {where} 附近自相交或不闭合")
    _check_radius(kind, radius_m)
    return made


def _corners(made: Geometry) -> int:
    whole = made.exterior if isinstance(made, Polygon) else made
    return len(whole.coords)


def _check_radius(kind: str, radius_m: float | None) -> None:
    if (kind == "circle") != (radius_m is not None):
        raise ShapeError("圆须有半径，其他图形没有半径")
    if radius_m is not None and not LEAST_RADIUS_M <= radius_m <= MOST_RADIUS_M:
        raise ShapeError(f"半径须在 {LEAST_RADIUS_M:g} 米到 {MOST_RADIUS_M / 1000:g} 公里之间")
