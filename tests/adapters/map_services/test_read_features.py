"""Features of a WFS by longitude and latitude, in whichever order and form they came."""

import json

import pytest

from anlan.adapters.map_services.errors import AwayError
from anlan.adapters.map_services.fetch import Fetcher
from anlan.adapters.map_services.vectors import Features
from tests.adapters.map_services.conftest import Describe
from tests.map_stand_in import FEATURES, StandIn


@pytest.mark.parametrize("path", ["/wfs", "/wfs-north", "/wfs-metres", "/wfs-gml"])
def test_every_order_of_axes_ends_as_longitude_and_latitude(
    stand_in: StandIn, describe: Describe, path: str
) -> None:
    crs = "EPSG:3857" if path == "/wfs-metres" else "EPSG:4490"
    service = describe("wfs", path, crs=crs)
    found = json.loads(Features(service, Fetcher(host=service.host)).make())
    assert found["type"] == "FeatureCollection"
    names = [one["properties"] for one in found["features"]]
    assert names == [{"name": "临河村"}, {"name": "滨河路"}]
    for one, told in zip(found["features"], FEATURES, strict=True):
        assert one["geometry"]["type"] == told["geometry"]["type"]
        assert flat(one) == pytest.approx(flat(told), abs=1e-6)


def flat(feature: dict[str, object]) -> list[float]:
    geometry = feature["geometry"]
    assert isinstance(geometry, dict)
    out: list[float] = []
    waiting = [geometry["coordinates"]]
    while waiting:
        one = waiting.pop(0)
        if isinstance(one, list | tuple):
            waiting = [*one, *waiting]
        else:
            out.append(one)
    return out


@pytest.mark.parametrize(
    ("mode", "why"), [("html", "既不是 GeoJSON 也不是 GML"), ("fails", "应答 500")]
)
def test_what_is_none_is_refused(
    stand_in: StandIn, describe: Describe, mode: str, why: str
) -> None:
    service = describe("wfs")
    stand_in.mode = mode
    with pytest.raises(AwayError, match=why):
        Features(service, Fetcher(host=service.host)).make()
