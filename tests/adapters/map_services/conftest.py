"""A stand-in for the government's services, and what a bureau says of it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from anlan.adapters.map_services.description import MapService
from tests.map_stand_in import StandIn

Describe = Callable[..., MapService]


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    """Start a server that draws where on earth each pixel is."""
    started = StandIn().start()
    yield started
    started.stop()


@pytest.fixture
def describe(stand_in: StandIn) -> Describe:
    """Return how a service at the stand-in is described."""

    def made(kind: str, path: str = "", **more: Any) -> MapService:
        said = {
            "id": "img",
            "title": "影像",
            "source": "某省",
            "url": f"{stand_in.address}{path or '/' + kind}",
        }
        if kind == "wmts":
            said |= {"layer": "img", "matrix_set": "c"}
        if kind in {"wms", "wfs"}:
            said |= {"layer": "img"}
        return MapService.model_validate(said | {"kind": kind} | more)

    return made
