"""GCJ-02 and BD-09 against the published values of two open implementations, there and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.engines.geodesy.offset import CHINA, Datum, from_wgs84, to_wgs84

METRE_DEG = 1e-5 / 1.11
#: (datum, WGS-84 longitude, latitude, the same in the datum), from the test values of eviltransform
#: (three places) and of coordtransform (its README, GCJ-02 to BD-09 and WGS-84 to GCJ-02).
PUBLISHED: list[tuple[Datum, float, float, float, float]] = [
    ("gcj02", 121.5272106, 31.1774276, 121.531541859215, 31.17530398364597),
    ("gcj02", 113.912316, 22.543847, 113.9171764808363, 22.540796131694766),
    ("gcj02", 116.377817, 39.911954, 116.38404722455657, 39.91334545536069),
    ("gcj02", 116.404, 39.915, 116.41024449916938, 39.91640428150164),
]


def one(lon: float, lat: float) -> tuple[np.ndarray, np.ndarray]:
    return np.array([lon]), np.array([lat])


@pytest.mark.parametrize(("datum", "lon", "lat", "east", "north"), PUBLISHED)
def test_the_published_values_come_out(
    datum: Datum, lon: float, lat: float, east: float, north: float
) -> None:
    (there_lon,), (there_lat,) = from_wgs84(*one(lon, lat), datum)
    assert (there_lon, there_lat) == pytest.approx((east, north), abs=1e-9)
    (back_lon,), (back_lat,) = to_wgs84(*one(east, north), datum)
    assert (back_lon, back_lat) == pytest.approx((lon, lat), abs=1e-9)


def test_bd09_is_gcj02_shifted_again_as_published() -> None:
    lon, lat = to_wgs84(*one(116.404, 39.915), "gcj02")
    (east,), (north,) = from_wgs84(lon, lat, "bd09")
    assert (east, north) == pytest.approx((116.41036949371029, 39.92133699351021), abs=1e-9)
    # the published inverse is an approximation: ours ends within half a metre of it
    back_lon, back_lat = to_wgs84(*one(116.404, 39.915), "bd09")
    (east,), (north,) = from_wgs84(back_lon, back_lat, "gcj02")
    assert (east, north) == pytest.approx(
        (116.39762729119315, 39.90865673957631), abs=0.5 * METRE_DEG
    )


@given(
    lon=st.floats(CHINA[0] + 0.1, CHINA[2] - 0.1),
    lat=st.floats(CHINA[1] + 0.1, CHINA[3] - 0.1),
    datum=st.sampled_from(["wgs84", "gcj02", "bd09"]),
)
def test_there_and_back_is_the_same_place_anywhere_in_china(
    lon: float, lat: float, datum: Datum
) -> None:
    there = from_wgs84(*one(lon, lat), datum)
    (east,), (north,) = to_wgs84(*there, datum)
    assert (east, north) == pytest.approx((lon, lat), abs=1e-9)


def test_a_place_in_the_region_is_shifted_by_half_a_kilometre_and_outside_china_not_at_all() -> (
    None
):
    lon, lat = np.array([106.34, -71.3]), np.array([38.1, -29.9])
    east, north = from_wgs84(lon, lat, "gcj02")
    shift_m = np.hypot((east - lon) * np.cos(np.radians(lat)), north - lat) * 111_320
    assert 300 < shift_m[0] < 800
    assert shift_m[1] == 0


def test_an_array_is_shifted_like_its_members_and_what_is_no_number_stays_so() -> None:
    lon, lat = np.array([106.34, np.nan, 113.9]), np.array([38.1, 38.1, 22.5])
    east, north = to_wgs84(lon, lat, "bd09")
    for at in (0, 2):
        (alone_lon,), (alone_lat,) = to_wgs84(*one(lon[at], lat[at]), "bd09")
        assert (east[at], north[at]) == (alone_lon, alone_lat)
    assert np.isnan(east[1])
