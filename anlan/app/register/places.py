"""Coordinates of a workbook, brought to CGCS2000/WGS-84 at the door from the datum that is declared."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from anlan.app.register.sheets import Row
from anlan.engines.geodesy.offset import Datum, to_wgs84

#: Seven places are a centimetre.
_DECIMALS = 7


def brought_home(rows: Sequence[Row], datum: Datum) -> list[Row]:
    """Return the rows with their coordinates in CGCS2000/WGS-84.

    What is no place on earth stays as it was written, to be refused under its own row.
    """
    if datum == "wgs84":
        return list(rows)
    found = [(at, place) for at, row in enumerate(rows) if (place := _place(row)) is not None]
    if not found:
        return list(rows)
    lon, lat = np.array([place for _, place in found]).T
    east, north = to_wgs84(lon, lat, datum)
    home = list(rows)
    for (at, _), x, y in zip(found, east, north, strict=True):
        text = rows[at].text | {
            "lon": repr(round(float(x), _DECIMALS)),
            "lat": repr(round(float(y), _DECIMALS)),
        }
        home[at] = replace(rows[at], text=text)
    return home


def _place(row: Row) -> tuple[float, float] | None:
    try:
        lon, lat = float(row.of("lon")), float(row.of("lat"))
    except ValueError:
        return None
    is_on_earth = math.isfinite(lon + lat) and abs(lon) <= 180 and abs(lat) <= 90
    return (lon, lat) if is_on_earth else None
