"""GCJ-02 and BD-09, the coordinates of Chinese web maps, to CGCS2000/WGS-84 and back.

Neither is published; the formulas are those that every open implementation shares (eviltransform,
coordtransform). CGCS2000 and WGS-84 differ by centimetres and count as one here. Outside China the
web maps do not shift, and neither do we.
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

Datum = Literal["wgs84", "gcj02", "bd09"]
Degrees = NDArray[np.float64]

#: Krasovsky 1940, which the shift is computed on: semi-major axis in metres, first eccentricity squared.
_A_M, _E2 = 6_378_245.0, 0.00669342162296594323
_BD_X_RAD = np.pi * 3000 / 180
#: Where web maps shift, in degrees: west, south, east, north.
CHINA = (73.66, 3.86, 135.05, 53.55)
#: The shift varies so slowly that each step leaves less than a hundredth of the error before it.
_STEPS = 8


def to_wgs84(lon_deg: Degrees, lat_deg: Degrees, datum: Datum) -> tuple[Degrees, Degrees]:
    """Return CGCS2000/WGS-84 longitudes and latitudes (n,), in degrees, of coordinates in a datum.

    Good to 1e-9 degrees against the forward formula. NaN stays NaN.
    """
    lon, lat = np.asarray(lon_deg, float), np.asarray(lat_deg, float)
    if datum == "bd09":
        lon, lat = _bd09_to_gcj02(lon, lat)
    if datum == "wgs84":
        return lon, lat
    east, north = lon.copy(), lat.copy()
    for _ in range(_STEPS):
        shifted_lon, shifted_lat = _wgs84_to_gcj02(east, north)
        east, north = east - (shifted_lon - lon), north - (shifted_lat - lat)
    return east, north


def from_wgs84(lon_deg: Degrees, lat_deg: Degrees, datum: Datum) -> tuple[Degrees, Degrees]:
    """Return coordinates (n,) in a datum, in degrees, of CGCS2000/WGS-84 ones."""
    lon, lat = np.asarray(lon_deg, float), np.asarray(lat_deg, float)
    if datum == "wgs84":
        return lon, lat
    lon, lat = _wgs84_to_gcj02(lon, lat)
    return _gcj02_to_bd09(lon, lat) if datum == "bd09" else (lon, lat)


def _wgs84_to_gcj02(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    x, y = lon - 105.0, lat - 35.0
    common = 20.0 * np.sin(6.0 * np.pi * x) + 20.0 * np.sin(2.0 * np.pi * x)
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x))
    north += (common + 20.0 * np.sin(np.pi * y) + 40.0 * np.sin(np.pi * y / 3.0)) * 2.0 / 3.0
    north += (160.0 * np.sin(np.pi * y / 12.0) + 320.0 * np.sin(np.pi * y / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x))
    east += (common + 20.0 * np.sin(np.pi * x) + 40.0 * np.sin(np.pi * x / 3.0)) * 2.0 / 3.0
    east += (150.0 * np.sin(np.pi * x / 12.0) + 300.0 * np.sin(np.pi * x / 30.0)) * 2.0 / 3.0
    lat_rad = np.radians(lat)
    flat = 1.0 - _E2 * np.sin(lat_rad) ** 2
    meridian_m = _A_M * (1.0 - _E2) / (flat * np.sqrt(flat))
    parallel_m = _A_M / np.sqrt(flat) * np.cos(lat_rad)
    west, south, east_end, north_end = CHINA
    inside = (lon >= west) & (lon <= east_end) & (lat >= south) & (lat <= north_end)
    return (
        np.where(inside, lon + np.degrees(east / parallel_m), lon),
        np.where(inside, lat + np.degrees(north / meridian_m), lat),
    )


def _gcj02_to_bd09(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BD_X_RAD)
    angle_rad = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BD_X_RAD)
    return radius * np.cos(angle_rad) + 0.0065, radius * np.sin(angle_rad) + 0.006


def _bd09_to_gcj02(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """Invert the forward formula; its published inverse is off by some tenths of a metre."""
    east, north = lon - 0.0065, lat - 0.006
    for _ in range(_STEPS):
        there_lon, there_lat = _gcj02_to_bd09(east, north)
        east, north = east - (there_lon - lon), north - (there_lat - lat)
    return east, north
