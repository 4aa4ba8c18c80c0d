"""HTTP of what a person sets for himself."""

from typing import Any

from django.http import HttpRequest

from anlan.kernel.base.doors import SIGNED_IN, Door
from anlan.kernel.people.layer_schemas import LayerSets
from anlan.kernel.people.queries.preferences import own_preference
from anlan.kernel.people.services.preferences import LAYER_SETS, keep_preference

door = Door("people")
router = door.router


@door.read("/session/layer-sets", SIGNED_IN, response=LayerSets)
def my_layer_sets(request: HttpRequest) -> dict[str, Any]:
    """My sets of map layers."""
    return own_preference(LAYER_SETS)


@door.write("/session/layer-sets", SIGNED_IN, "PUT", response=LayerSets)
def keep_layer_sets(request: HttpRequest, said: LayerSets) -> dict[str, Any]:
    """Keep my sets of map layers, all of them; the last word stands."""
    return dict(keep_preference(name=LAYER_SETS, value=said.dict()).value)
