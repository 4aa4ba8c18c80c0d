"""What a point of the map is called, and its coordinates in every system that people paste."""

import numpy as np
import pytest
from django.test import Client

from anlan.engines.geodesy.offset import Datum, from_wgs84
from tests import factories
from tests.cast import assemble, signed_in

pytestmark = pytest.mark.django_db
AT = "/api/v1/places/at"


@pytest.fixture
def client() -> Client:
    return signed_in(assemble().duty_officer)


def test_a_point_has_its_divisions_from_the_largest_its_zone_and_the_nearest_settlement(
    client: Client,
) -> None:
    factories.settlement("磁窑堡", population=7_000)  # at 106.6, 38.1

    said = client.get(AT, {"lon": "106.4", "lat": "38.2"}).json()

    names = [one["name"] for one in said["divisions"]]
    assert names[-2:] == ["灵武市", "宁东镇"]
    assert [one["level"] for one in said["divisions"]] == [1, 2, 3, 4]
    assert [one["number"] for one in said["zones"]] == [64018101]
    nearest = said["nearest"]
    assert (nearest["name"], nearest["population"]) == ("磁窑堡", 7_000)
    # 0.2 degrees west and 0.1 north of it: 17.5 and 11.1 km
    assert nearest["distance_m"] == pytest.approx(20_760, rel=0.01)
    assert nearest["bearing_deg"] == pytest.approx(302.4, abs=0.5)


def test_outside_every_outline_a_point_is_still_somewhere(client: Client) -> None:
    said = client.get(AT, {"lon": "100.0", "lat": "30.0"}).json()
    assert (said["divisions"], said["zones"], said["nearest"]) == ([], [], None)


@pytest.mark.parametrize("datum", ["wgs84", "gcj02", "bd09"])
def test_a_point_given_in_any_system_is_the_same_point(client: Client, datum: Datum) -> None:
    lon, lat = from_wgs84(np.array([106.34]), np.array([38.1]), datum)

    said = client.get(AT, {"lon": str(lon[0]), "lat": str(lat[0]), "datum": datum}).json()

    assert (said["lon"], said["lat"]) == pytest.approx((106.34, 38.1), abs=1e-8)
    assert said["coordinates"][datum] == pytest.approx([lon[0], lat[0]], abs=1e-8)
    shift = np.hypot(*(np.array(said["coordinates"]["gcj02"]) - [106.34, 38.1]))
    assert 0.002 < shift < 0.01, "some hundred metres"


@pytest.mark.parametrize(
    "wrong", [{"lat": 91}, {"lon": "x"}, {"datum": "beijing54"}, {"lon": None}]
)
def test_what_is_no_point_is_refused(client: Client, wrong: dict[str, object]) -> None:
    asked = {"lon": 106.3, "lat": 38.1} | wrong
    answer = client.get(AT, {key: str(one) for key, one in asked.items() if one is not None})
    assert answer.status_code == 422
