"""The region and its shapes over the API: for who is signed in, with an ETag, never in a shared cache."""

from datetime import date

import pytest
from django.test import Client

from anlan.app.region import build
from anlan.kernel.base.config import Config
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.places import queries
from anlan.kernel.places.attribution import IN_ENGLISH
from anlan.kernel.places.services import reorganising as places
from tests import factories
from tests.cast import assemble, signed_in

pytestmark = pytest.mark.django_db
URL = "/api/v1/places"


@pytest.fixture(autouse=True)
def _in_lingwu(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Config(node="n640181", demo=True)
    monkeypatch.setattr("anlan.kernel.places.queries.config", lambda: settings)
    monkeypatch.setattr("anlan.kernel.places.api.reading.config", lambda: settings)


@pytest.fixture
def client() -> Client:
    return signed_in(assemble().duty_officer)


def test_the_region_is_the_division_that_the_node_names(client: Client) -> None:
    body = client.get(f"{URL}/region").json()

    assert (body["node"], body["name"], body["demo"]) == ("n640181", "灵武市", True)
    assert body["bbox"] == [106.0, 38.0, 106.5, 38.5]
    assert body["center"] == [106.25, 38.25]


def test_a_region_that_is_not_loaded_is_said(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("anlan.kernel.places.queries.config", lambda: Config(node="n110101"))

    answer = client.get(f"{URL}/region")

    assert (answer.status_code, answer.json()["code"]) == (404, "places.division_not_found")


def test_outlines_of_one_level_come_as_geojson(client: Client) -> None:
    answer = client.get(f"{URL}/divisions.geojson", {"level": "county"})

    body = answer.json()
    assert answer["Content-Type"] == "application/geo+json"
    assert body["type"] == "FeatureCollection"
    assert {one["properties"]["name"] for one in body["features"]} == {"灵武市", "永宁县"}
    feature = body["features"][0]
    assert feature["geometry"]["type"] == "MultiPolygon"
    assert set(feature) == {"type", "id", "geometry", "properties"}
    assert {"code", "level", "div", "is_schematic", "attribution"} <= set(feature["properties"])


def test_zones_and_settlements_come_as_geojson(client: Client) -> None:
    factories.settlement("宁东")

    areas = client.get(f"{URL}/areas.geojson").json()["features"]
    settlements = client.get(f"{URL}/settlements.geojson").json()["features"]

    assert [one["properties"]["number"] for one in areas] == [64018101]
    assert [one["geometry"]["coordinates"] for one in settlements] == [[106.6, 38.1]]


def test_a_zone_is_found_by_its_number_and_by_its_name_in_either_language(client: Client) -> None:
    with unit_of_work(machine("test")):
        factories.zone(64018102, "太阳山开发区", name_en="Taiyangshan Park")

    for words in ("8102", "太阳山", "taiyang"):
        found = client.get(f"{URL}/zones", {"filter": f"search.like:{words}"}).json()["items"]
        assert [one["number"] for one in found] == [64018102], words


def test_a_level_that_is_none_is_refused_by_name(client: Client) -> None:
    answer = client.get(f"{URL}/divisions.geojson", {"level": "galaxy"})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].endswith("level")


def test_an_unchanged_shape_is_not_sent_again_and_a_changed_one_is(client: Client) -> None:
    first = client.get(f"{URL}/areas.geojson")
    headers = {"If-None-Match": first["ETag"]}

    assert client.get(f"{URL}/areas.geojson", headers=headers).status_code == 304
    assert first["Cache-Control"] == "private, no-cache"

    factories.zone(64018102, "另一个功能区")
    assert client.get(f"{URL}/areas.geojson", headers=headers).status_code == 200


def test_a_merged_division_is_no_longer_drawn_or_listed(client: Client) -> None:
    from datetime import date

    from anlan.kernel.places import queries
    from anlan.kernel.places.services import reorganising

    with factories.working():
        successor = queries.division("640121")
        reorganising.supersede_division(code="640181", successor=successor, on=date(2026, 1, 1))

    drawn = client.get(f"{URL}/divisions.geojson", {"level": "county"}).json()["features"]
    listed = client.get(f"{URL}/divisions", {"filter": "level.eq:3"}).json()

    assert [one["properties"]["code"] for one in drawn] == ["640121"]
    assert [one["code"] for one in listed["items"]] == ["640121"]


def test_nobody_sees_the_map_without_a_session() -> None:
    for path in ("region", "divisions", "areas.geojson", "settlements.geojson"):
        answer = Client().get(f"{URL}/{path}")
        assert answer.status_code == 401
        assert answer["Content-Type"] == "application/problem+json"


def test_every_source_of_a_region_is_named_in_english_too() -> None:
    named = {build.OUTLINE_SOURCE, build.CELL_SOURCE, build.INVENTED}
    assert named == set(IN_ENGLISH)
    assert all(words.isascii() for words in IN_ENGLISH.values())


def test_what_was_merged_away_stays_on_the_list_and_says_what_came_after(client: Client) -> None:
    with unit_of_work(machine("test")):
        old = factories.division("640181104", "白土岗乡")
        places.supersede_division(
            code=old.code, successor=queries.division("640181103"), on=date(2021, 3, 1)
        )

    ended = client.get(f"{URL}/vintages", {"filter": "is_in_force.eq:false"}).json()["items"]
    standing = client.get(f"{URL}/vintages", {"filter": "is_in_force.eq:true"}).json()["items"]

    assert [(one["code"], one["valid_to"], one["successor_code"]) for one in ended] == [
        ("640181104", "2021-03-01", "640181103")
    ]
    codes = [one["code"] for one in standing]
    assert codes == sorted(codes), "a tree in the order of its codes"
    assert "640181103" in codes
    [town] = [one for one in standing if one["code"] == "640181103"]
    assert (town["parent_code"], town["successor_code"]) == ("640181", None)


def test_the_divisions_are_sorted_by_their_days_page_by_page(client: Client) -> None:
    asked = {"sort": "-valid_to", "limit": "2"}
    with unit_of_work(machine("test")):
        for code, day in (("640181104", 1), ("640181105", 2), ("640181106", 3)):
            factories.division(code)
            places.supersede_division(
                code=code, successor=queries.division("640181103"), on=date(2021, 3, day)
            )
    asked["filter"] = "is_in_force.eq:false"

    first = client.get(f"{URL}/vintages", asked).json()
    second = client.get(f"{URL}/vintages", asked | {"after": first["next"]}).json()

    days = [one["valid_to"] for one in (*first["items"], *second["items"])]
    assert days == ["2021-03-03", "2021-03-02", "2021-03-01"]


def test_a_zone_names_the_townships_that_it_lies_over(client: Client) -> None:
    [zone] = client.get(f"{URL}/zones").json()["items"]

    assert (zone["name"], zone["over"]) == ("宁东能源化工基地", "宁东镇")
    assert zone["is_in_force"]
