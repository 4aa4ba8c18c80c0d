"""JSON shapes of a person's sets of map layers."""

from typing import Annotated

from pydantic import Field, StringConstraints

from anlan.kernel.base.body import Body
from anlan.kernel.people.schemas import NO_NUL

LayerKey = Annotated[str, StringConstraints(max_length=48, pattern=r"^[a-z_]+$")]
SetName = Annotated[
    str, StringConstraints(min_length=1, max_length=30, pattern=NO_NUL, strip_whitespace=True)
]
MOST_SETS, MOST_LAYERS = 20, 100


class LayerLook(Body):
    """How one layer stands in a set."""

    key: LayerKey
    is_visible: bool
    opacity: float = Field(default=1.0, ge=0.0, le=1.0)


class LayerSet(Body):
    """A set of layers under a name (图层组合)."""

    name: SetName
    layers: list[LayerLook] = Field(max_length=MOST_LAYERS)


class LayerSets(Body):
    """My sets, and with which of them the map opens ("" for what ships)."""

    sets: list[LayerSet] = Field(default_factory=list, max_length=MOST_SETS)
    opens_with: str = Field(default="", max_length=30)
