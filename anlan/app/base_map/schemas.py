"""JSON shapes of the base map."""

from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field

Zoom = Annotated[int, Field(ge=0, le=24)]
Place = Annotated[int, Field(ge=0, lt=1 << 24)]


class BaseTilesOut(Schema):
    """One archive of tiles, and who must be named beside it."""

    archive: Literal["ground", "relief"]
    version: str
    bounds: tuple[float, float, float, float]
    min_zoom: int
    max_zoom: int
    #: Every sign that its names are written with, so that a font is there before they are drawn.
    signs: str
    source: str
    source_en: str
    map_approval: str
    is_invented: bool


class BaseMapOut(Schema):
    """The base map; empty where none was built."""

    items: list[BaseTilesOut]


class TileQuery(Schema):
    """Which tile; `v` is the version that whoever asks was told of."""

    z: Zoom
    x: Place
    y: Place
    v: str = ""
