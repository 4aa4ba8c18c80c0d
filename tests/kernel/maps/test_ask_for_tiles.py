"""Tiles over HTTP: one's own at both addresses, kept by the browser; another's are refused."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from tests import factories
from tests.cast import Cast, assemble, signed_in
from tests.kernel.maps import world
from tests.plant import build_plant

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    plant = build_plant(zone=None)
    made = assemble(plant.site.id)
    with unit_of_work(machine("test")):
        world.count_all()
    return made


def layer(client: Client) -> dict[str, Any]:
    (told,) = client.get("/api/v1/maps/layers").json()
    found: dict[str, Any] = told
    return found


def address(told: dict[str, Any], zoom: int = 0, x: int = 0, y: int = 0) -> str:
    return str(told["tiles"]).format(z=zoom, x=x, y=y)


def test_ones_own_tile_is_kept_by_the_browser(cast: Cast) -> None:
    client = signed_in(cast.duty_officer)
    told = layer(client)
    assert told["layer"] == "subjects"
    assert told["count"] == 1
    assert told["version"] > 0
    for prefix in ("", "/api/v1"):
        answer = client.get(prefix + address(told))
        assert answer.status_code == 200, answer.content
        assert answer["Content-Type"] == "application/vnd.mapbox-vector-tile"
        assert {"private", "immutable"} <= set(answer["Cache-Control"].split(", "))
        assert "Cookie" in answer["Vary"], "another session of the same browser keeps its own"
        assert [one["id"] for one in world.features(answer.content)] == [cast.site]


def test_anothers_digest_is_refused_and_written_down(cast: Cast) -> None:
    own, other = signed_in(cast.duty_officer), signed_in(cast.neighbour)
    told = layer(own)
    assert told["digest"] != layer(other)["digest"]
    answer = other.get(address(told))
    assert answer.status_code == 403
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "maps.foreign_digest"
    assert layer(other)["count"] == 0
    assert other.get(address(layer(other))).status_code == 204, "he reaches nothing that is placed"


def test_a_new_post_has_another_digest(cast: Cast) -> None:
    client = signed_in(cast.duty_officer)
    before = layer(client)
    factories.holding(cast.duty_officer, factories.post(cast.neighbour_bureau, "duty_officer"))
    again = signed_in(cast.duty_officer)
    assert layer(again)["digest"] != before["digest"]
    assert again.get(address(before)).status_code == 403


@pytest.mark.parametrize("where", [(0, 1, 0), (17, 0, 0), (3, 0, 8)])
def test_there_is_no_tile_outside_the_pyramid(cast: Cast, where: tuple[int, int, int]) -> None:
    client = signed_in(cast.duty_officer)
    answer = client.get(address(layer(client), *where))
    assert (answer.status_code, answer.json()["code"]) == (404, "maps.no_tile")


def test_there_is_no_other_layer(cast: Cast) -> None:
    client = signed_in(cast.duty_officer)
    answer = client.get(address(layer(client)).replace("subjects", "objects"))
    assert (answer.status_code, answer.json()["code"]) == (404, "maps.no_tile")


def test_nobody_without_a_session_gets_a_tile(cast: Cast) -> None:
    told = layer(signed_in(cast.duty_officer))
    assert Client().get(address(told)).status_code == 401


def test_who_may_see_no_subject_sees_no_tile(cast: Cast, acting_as: Callable[[str], None]) -> None:
    del acting_as
    assert signed_in(cast.audit_administrator).get("/api/v1/maps/layers").status_code == 403
