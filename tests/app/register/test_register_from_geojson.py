"""Sites and equipment from GeoJSON, and places of web maps with their datum declared."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.test import Client

from anlan.engines.geodesy.offset import Datum, from_wgs84
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.people.models import Organisation
from anlan.kernel.subjects.models import Subject
from tests.app.register.book import CODE, firm_book, supervised, xlsx
from tests.app.register.over_http import counted, send

pytestmark = pytest.mark.django_db


def features(*of: tuple[dict[str, Any], Any]) -> bytes:
    """Return a GeoJSON file of these properties and geometries."""
    made = [{"type": "Feature", "properties": one, "geometry": shape} for one, shape in of]
    return json.dumps({"type": "FeatureCollection", "features": made}).encode()


def point(lon: object, lat: object) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [lon, lat]}


SITE = {"code": "lwyp", "credit_code": CODE, "name": "灵武油品厂区", "division": "640181001"}
TANK = {
    "site": "lwyp",
    "code": "T101",
    "kind": "tank",
    "name": "储罐",
    "attributes": {"volume_m3": 9},
}


def test_sites_and_equipment_come_from_geojson_by_the_number_of_their_feature(
    keeper: Client, bureau: Organisation, tmp_path: Path
) -> None:
    firm = xlsx(tmp_path, {"organisations": firm_book()["organisations"]}).read_bytes()
    assert send(keeper, firm, dry_run="false")[1]["is_kept"]
    site = features((SITE, point(106.34, 38.1)))
    assert send(keeper, site, dry_run="false")[1]["is_kept"]
    assert supervised(tmp_path, bureau).errors == []
    bad = TANK | {"code": "T102", "kind": "teapot"}

    _, report = send(keeper, features((SITE, None), (TANK, point(106.341, 38.2)), (bad, None)))
    assert counted(report) == {"sites": (0, 0, 1, 0), "subjects": (1, 0, 0, 1)}
    assert [(one["sheet"], one["row"]) for one in report["errors"]] == [("subjects", 3)]

    assert send(keeper, features((TANK, point(106.341, 38.2))), dry_run="false")[1]["is_kept"]
    with unit_of_work(machine("test")):
        tank = Subject.objects.get(code="T101")
    assert tank.location is not None
    assert ((tank.location.x, tank.location.y), tank.attributes) == (
        (106.341, 38.2),
        {"volume_m3": 9},
    )


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b'{"type": "FeatureCollection"}', "register.not_geojson"),
        (b'{"features": [', "register.not_geojson"),
        (b'{"features": [7]}', "register.not_geojson"),
        (b'{"a":' * 5_000, "register.not_geojson"),
        (features((SITE, {"type": "Polygon", "coordinates": []})), "register.not_a_point"),
        (features((SITE, point("", ""))), ""),
        (features((SITE | {"colour": "red"}, None)), "register.unknown_column"),
    ],
    ids=[
        "no features",
        "cut",
        "no feature",
        "too deep",
        "no point",
        "empty place",
        "unknown column",
    ],
)
def test_what_is_no_geojson_of_points_is_refused(keeper: Client, content: bytes, code: str) -> None:
    status, problem = send(keeper, content)
    assert (status, problem.get("code", "")) == ((422, code) if code else (200, ""))


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_coordinates_of_web_maps_are_brought_home_when_their_datum_is_declared(
    keeper: Client, tmp_path: Path, datum: Datum
) -> None:
    book = firm_book()
    east, north = from_wgs84(np.array([106.34]), np.array([38.1]), datum)
    book["sites"][1][4:6] = [east[0], north[0]]
    content = xlsx(tmp_path, book).read_bytes()

    send(keeper, content, only=["organisations", "sites"], datum=datum, dry_run="false")

    with unit_of_work(machine("test")):
        place = Subject.objects.get().location
    assert place is not None
    assert (place.x, place.y) == pytest.approx((106.34, 38.1), abs=1e-7)


def test_a_place_off_the_earth_is_told_as_it_was_written_whatever_the_datum(
    keeper: Client, tmp_path: Path
) -> None:
    book = firm_book()
    book["sites"][1][4:6] = ["1063.4", "38.1"]
    content = xlsx(tmp_path, book).read_bytes()

    _, report = send(keeper, content, only=["organisations", "sites"], datum="gcj02")

    [wrong] = report["errors"]
    assert (wrong["code"], wrong["row"]) == ("register.place_off_earth", 2)
    assert "1063.4" in wrong["title"]
