"""JSON shapes of the government's map services."""

from typing import Literal

from ninja import Schema

from anlan.app.base_map.schemas import Place, Zoom


class MapServiceOut(Schema):
    """One service as the map needs it: nothing of where it is and of what opens it."""

    id: str
    title: str
    title_en: str
    form: Literal["pictures", "vector_tiles", "features"]
    role: Literal["ground", "overlay"]
    #: Changes with what is fetched; another version has other addresses.
    digest: str
    #: The layer inside vector tiles.
    layer: str
    source: str
    source_en: str
    map_approval: str
    min_zoom: int
    max_zoom: int
    opacity: float
    colour: str
    is_shown: bool
    #: Whether it is left alone now, because it did not answer.
    is_away: bool


class MapServicesOut(Schema):
    """Every service; empty where a bureau has described none."""

    items: list[MapServiceOut]


class ServiceTileQuery(Schema):
    """Which tile; `v` is the digest that whoever asks was told of."""

    z: Zoom
    x: Place
    y: Place
    v: str = ""
