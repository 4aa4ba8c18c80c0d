"""JSON shapes of maps."""

from ninja import Schema


class TilePath(Schema):
    """The address of a tile: which layer, as which version and scope see it, and where."""

    layer: str
    version: int
    digest: str
    zoom: int
    x: int
    y: int


class LayerOut(Schema):
    """A layer as whoever asks sees it now.

    `tiles` is the address of its tiles with {z}, {x} and {y} left open; `count` what is in them. From
    `points_zoom` on they hold points wherever there are not too many, at `most_zoom` nothing else.
    """

    layer: str
    version: int
    digest: str
    count: int
    tiles: str
    points_zoom: int
    most_zoom: int
