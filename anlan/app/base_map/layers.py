"""What a base map is made of: its layers, bottom to top, and from which zoom on each class is drawn."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from anlan.app.base_map.mvt import Value

Shape = Literal["point", "line", "area"]
#: The zooms of the tiles; nearer than the last the map draws on from it.
FIRST_ZOOM, LAST_ZOOM = 5, 12
#: From so many people on a settlement is a city or a town, where its class is not given.
CITY, TOWN = 100_000, 3_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerKind:
    """One layer: its shape, and its classes with the first zoom of each, the plainest last."""

    title: str
    shape: Shape
    classes: Mapping[str, int]

    @property
    def plainest(self) -> str:
        """Return the class of what has none."""
        return list(self.classes)[-1]


LAYERS: Mapping[str, LayerKind] = {
    "land_cover": LayerKind(
        title="地表覆盖",
        shape="area",
        classes={
            "farmland": 5,
            "forest": 5,
            "grass": 5,
            "sand": 5,
            "wetland": 6,
            "built": 6,
            "bare": 5,
        },
    ),
    "water": LayerKind(
        title="水面", shape="area", classes={"river": 5, "lake": 5, "reservoir": 6, "pond": 9}
    ),
    "rivers": LayerKind(
        title="水系", shape="line", classes={"main": 5, "river": 6, "canal": 8, "stream": 9}
    ),
    "roads": LayerKind(
        title="道路",
        shape="line",
        classes={
            "motorway": 5,
            "trunk": 6,
            "railway": 7,
            "primary": 7,
            "secondary": 9,
            "minor": 11,
        },
    ),
    "boundaries": LayerKind(
        title="界线",
        shape="line",
        classes={"province": 5, "city": 5, "county": 5, "township": 8, "village": 10},
    ),
    "settlements": LayerKind(
        title="居民地", shape="point", classes={"city": 5, "town": 7, "village": 9}
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One thing of the map, in degrees (WGS-84, or CGCS2000, which is the same to a decimetre)."""

    layer: str
    kind: str
    geometry: Any
    name: str = ""
    name_en: str = ""
    population: int | None = None

    @property
    def first_zoom(self) -> int:
        """Return from where on it is drawn."""
        return LAYERS[self.layer].classes[self.kind]

    @property
    def properties(self) -> dict[str, Value]:
        """Return what a tile says of it; what is not known is not said."""
        said: dict[str, Value | None] = {
            "class": self.kind,
            "name": self.name,
            "name_en": self.name_en,
            "population": self.population,
        }
        return {key: value for key, value in said.items() if value not in ("", None)}


def class_by_people(population: int | None) -> str:
    """Return the class of a settlement by how many live there."""
    if population is None or population < TOWN:
        return "village"
    return "city" if population >= CITY else "town"
