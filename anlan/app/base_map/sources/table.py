"""Rows of any table of shapes as features of one layer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import shapely
from numpy.typing import NDArray

from anlan.app.base_map.description import Source
from anlan.app.base_map.layers import LAYERS, Feature, class_by_people
from anlan.app.base_map.vector import DIMENSIONS, of_dimension
from anlan.app.region.errors import RegionSourceError


@dataclass(frozen=True, slots=True)
class Table:
    """Shapes in degrees, and their columns."""

    shapes: Sequence[Any] | NDArray[Any]
    columns: Mapping[str, Sequence[Any]]


def features_of(source: Source, table: Table) -> list[Feature]:
    """Return the rows as features. Raises RegionSourceError for another column or kind of shape."""
    _refuse_unknown_columns(source, table.columns)
    found = []
    for row, shape in enumerate(table.shapes):
        if shape is None or shapely.is_empty(shape):
            continue
        if (fitting := _fitting(source, shape)) is None:
            continue
        population = _whole(_cell(table, source.population, row))
        found.append(
            Feature(
                layer=source.layer,
                kind=_kind(source, _cell(table, source.kind, row), population),
                geometry=fitting,
                name=_word(_cell(table, source.name, row)),
                name_en=_word(_cell(table, source.name_en, row)),
                population=population,
            )
        )
    if not found:
        wanted = {"point": "点 points", "line": "线 lines", "area": "面 areas"}
        shape_of = wanted[LAYERS[source.layer].shape]
        raise RegionSourceError(
            f"{source.file.name}：没有可作 {source.layer} 的{shape_of}，是不是选错了图层？"
            f" · nothing in it can be {source.layer}: is it the wrong layer?"
        )
    return found


def _fitting(source: Source, shape: Any) -> Any | None:
    """Return a shape as its layer draws it; the outline of an area is a line of boundaries or rivers."""
    dimension = DIMENSIONS[LAYERS[source.layer].shape]
    own = int(shapely.get_dimensions(shape))
    if own == 2 and not shapely.is_valid(shape):
        shape = of_dimension(shapely.make_valid(shape), 2)
    if own == 2 and dimension == 1:
        return shapely.boundary(shape) if source.layer == "boundaries" else None
    if own == 2 and dimension == 0:
        return shapely.point_on_surface(shape)
    return of_dimension(shape, dimension) if own == dimension else None


def _kind(source: Source, said: Any, population: int | None) -> str:
    """Return the class of a row: by its column, by what all of the file are, else the plainest."""
    layer = LAYERS[source.layer]
    word = _word(said)
    kind = source.kinds.get(word, word)
    if kind in layer.classes:
        return kind
    if source.all_are:
        return source.all_are
    return class_by_people(population) if source.layer == "settlements" else layer.plainest


def _refuse_unknown_columns(source: Source, columns: Mapping[str, Sequence[Any]]) -> None:
    wanted = {source.name, source.name_en, source.kind, source.population} - {""}
    if missing := sorted(wanted - set(columns)):
        raise RegionSourceError(
            f"{source.file.name}：没有字段 {', '.join(missing)} · has no such column;"
            f" {', '.join(sorted(columns)) or '-'}"
        )


def _cell(table: Table, column: str, row: int) -> Any:
    return table.columns[column][row] if column else None


def _word(value: Any) -> str:
    if value is None or value != value:  # noqa: PLR0124 - a number that is none, as GDAL fills gaps
        return ""
    return (
        str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()
    )


def _whole(value: Any) -> int | None:
    try:
        return int(float(value))
    except (TypeError, ValueError):
        return None
