"""What GDAL reads through pyogrio: Shapefile, GeoPackage, FlatGeobuf, File Geodatabase and the like."""

from typing import Any

import numpy as np
import shapely

from anlan.app.base_map.description import Source
from anlan.app.base_map.layers import Feature
from anlan.app.base_map.sources.crs import settled, to_degrees
from anlan.app.base_map.sources.needed import needed
from anlan.app.base_map.sources.table import Table, features_of
from anlan.app.region.errors import RegionSourceError


def read(source: Source) -> list[Feature]:
    """Return the features of one table of a file. Raises RegionSourceError."""
    pyogrio = needed("pyogrio")
    errors = pyogrio.errors
    try:
        name = _table(source, [str(row[0]) for row in pyogrio.list_layers(source.file)])
        encoding = {"encoding": source.encoding} if source.encoding else {}
        meta, _, shapes, columns = pyogrio.raw.read(source.file, layer=name, **encoding)
    except (errors.DataSourceError, errors.DataLayerError, errors.FeatureError) as error:
        raise RegionSourceError(
            f"{source.file.name}：读不了，文件损坏或不全 · cannot be read, broken or not whole: {error}"
        ) from error
    if shapes is None or not len(shapes):
        raise RegionSourceError(f"{source.file.name}：{name} 没有图形 · holds no shapes")
    crs = settled(source.file.name, meta["crs"], source.crs)
    return features_of(
        source, Table(_shapes(source, shapes, crs), dict(zip(meta["fields"], columns, strict=True)))
    )


def _shapes(source: Source, shapes: Any, crs: str) -> Any:
    try:
        read_ = shapely.from_wkb(np.asarray(shapes, dtype=object))
    except shapely.GEOSException as error:
        raise RegionSourceError(
            f"{source.file.name}：图形损坏 · a shape is broken: {error}"
        ) from error
    return to_degrees(source.file.name, shapely.force_2d(read_), crs)


def _table(source: Source, tables: list[str]) -> str:
    """Return the table to read: the one named, or the only one."""
    if source.table in tables:
        return source.table
    if not source.table and len(tables) == 1:
        return tables[0]
    why = (
        "没有图层 · has no layer"
        if source.table
        else "有几个图层，用 table 指明 · name one by `table`"
    )
    raise RegionSourceError(f"{source.file.name}：{why} {source.table}：{', '.join(tables)}")
