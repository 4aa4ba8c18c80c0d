"""How services are cut: corners in either order of axes, scales for either pixel, and what cannot be read."""

import json

import pytest

from anlan.adapters.map_services.errors import AwayError
from anlan.adapters.map_services.pyramid import of_arcgis, of_wmts
from tests.adapters.map_services.conftest import Describe
from tests.map_stand_in import AROUND_M, SCALE_1, capabilities


@pytest.mark.parametrize(
    ("matrix_set", "crs", "corner", "order", "first"),
    [
        ("c", "EPSG:4490", (-180, 90), "yx", 360 / 512),
        ("cxy", "EPSG:4490", (-180, 90), "xy", 360 / 512),
        ("w", "EPSG:3857", (-AROUND_M / 2, AROUND_M / 2), "xy", AROUND_M / 512),
    ],
)
def test_tianditu_is_read_to_the_last_digit(
    describe: Describe,
    matrix_set: str,
    crs: str,
    corner: tuple[float, float],
    order: str,
    first: float,
) -> None:
    found = of_wmts(capabilities(), describe("wmts", matrix_set=matrix_set, crs=crs))
    assert (found.left, found.top) == pytest.approx(corner, abs=1e-5)
    assert found.axis_order == order
    assert [one.name for one in found.levels] == [str(z) for z in range(1, 19)]
    assert [one.resolution for one in found.levels] == pytest.approx(
        [first / 2**n for n in range(18)], rel=1e-12
    )


def test_scales_of_the_standard_are_read_as_such(describe: Describe) -> None:
    """OGC 07-057r7, annex E: GoogleCRS84Quad has 2.795411320143589e8 at zoom 1."""
    document = capabilities()
    for z in range(1, 19):
        document = document.replace(
            repr(SCALE_1 * 2 / 2**z).encode(), repr(2.795411320143589e8 * 2 / 2**z).encode()
        )
    found = of_wmts(document, describe("wmts"))
    assert found.levels[0].resolution == 360 / 512


def test_a_forced_order_is_kept(describe: Describe) -> None:
    found = of_wmts(capabilities(), describe("wmts", axis_order="xy"))
    assert (found.left, found.top, found.axis_order) == (90, -180, "xy")


@pytest.mark.parametrize(
    ("corner", "order"), [("400 -400", "yx"), ("-400 400", "xy"), ("60 70", "yx"), ("100 40", "xy"), ("40 100", "yx")]
)  # fmt: skip
def test_the_order_is_the_one_that_can_be(describe: Describe, corner: str, order: str) -> None:
    document = capabilities().replace(b"90.0 -180.0", corner.encode())
    assert of_wmts(document, describe("wmts")).axis_order == order


@pytest.mark.parametrize(
    ("document", "more", "said"),
    [
        (b"<html>", {}, "能力文档不是 XML"),
        (b"<Capabilities/>", {}, "能力文档里没有矩阵集 c（有：没有）"),
        (capabilities(), {"matrix_set": "d"}, "（有：c、cxy、w）"),
        (capabilities(), {"matrix_set": "w"}, "EPSG::900913，不是所写的 EPSG:4490"),
        (capabilities().replace(b"90.0 -180.0", b"north west"), {}, "矩阵集 c 读不懂"),
        (capabilities().replace(b">256<", b">0<"), {}, "矩阵集 c 读不懂：瓦片"),
    ],
)
def test_what_cannot_be_read_is_said(
    describe: Describe, document: bytes, more: dict[str, str], said: str
) -> None:
    with pytest.raises(AwayError, match=said):
        of_wmts(document, describe("wmts", **more))


def test_arcgis_says_why_it_refuses() -> None:
    with pytest.raises(AwayError, match="499 Token Required"):
        of_arcgis(json.dumps({"error": {"code": 499, "message": "Token Required"}}).encode())
    with pytest.raises(AwayError, match="读不懂"):
        of_arcgis(b"<html>")
