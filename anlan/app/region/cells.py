"""Township cells as an aid to the eye: every place belongs to the nearest seat (Voronoi).

These are not township boundaries; they are drawn dashed and marked 示意.
"""

from math import cos, radians

from shapely import GeometryCollection, MultiPoint, MultiPolygon, Point, voronoi_polygons
from shapely.affinity import scale
from shapely.geometry.base import BaseGeometry

from anlan.app.region.boundaries import as_multipolygon


def nearest_cells(seats: dict[str, Point], county: MultiPolygon) -> dict[str, MultiPolygon]:
    """Cut a county into the areas nearest to each seat; together they cover it exactly.

    Degrees of longitude are shortened by the cosine of the latitude first, so that
    "nearest" is meant on the ground and not on the graticule.
    """
    shrink = cos(radians(county.centroid.y))
    flat_county = scale(county, xfact=shrink, yfact=1.0, origin=(0, 0))
    flat = {code: Point(point.x * shrink, point.y) for code, point in seats.items()}
    cells = voronoi_polygons(MultiPoint(list(flat.values())), extend_to=flat_county)
    return {
        code: as_multipolygon(
            scale(
                _polygons(_cell_around(point, cells).intersection(flat_county)),
                xfact=1 / shrink,
                yfact=1.0,
                origin=(0, 0),
            )
        )
        for code, point in flat.items()
    }


def _cell_around(point: Point, cells: GeometryCollection) -> BaseGeometry:
    """Return the one Voronoi cell that holds its seat."""
    return next(cell for cell in cells.geoms if cell.covers(point))


def _polygons(geometry: object) -> MultiPolygon:
    """Keep the areas of an intersection; shared edges may leave lines behind."""
    if isinstance(geometry, GeometryCollection) and not isinstance(geometry, MultiPolygon):
        parts = [part for part in geometry.geoms if part.geom_type.endswith("Polygon")]
        merged = [polygon for part in parts for polygon in as_multipolygon(part).geoms]
        return MultiPolygon(merged)
    return as_multipolygon(geometry)
