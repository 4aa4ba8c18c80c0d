"""Instruments and datastreams as lists: within reach, searched by what people know, with their limits counted."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from anlan.kernel.base.clock import now
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.base.xlsx import MEDIA_TYPE
from anlan.kernel.sensing.models import Datastream, Limit
from anlan.kernel.sensing.services import equipment
from tests.cast import Cast, assemble, signed_in
from tests.plant import Plant, build_plant

pytestmark = pytest.mark.django_db
URL = "/api/v1/sensing"


@pytest.fixture
def plant() -> Plant:
    """A plant whose second datastream lost its limits and hangs on a level gauge."""
    made = build_plant(streams=2)
    with unit_of_work(machine("test")):
        gauge = equipment.register_device(
            gateway=made.gateway, subject_id=made.tank.id, name="雷达液位计",
            model="RD-80", serial="S-0042",
        )  # fmt: skip
        Datastream.objects.filter(pk=made.streams[1].id).update(device=gauge)
        Limit.objects.filter(datastream=made.streams[1]).update(superseded_at=now())
    return made


@pytest.fixture
def cast(plant: Plant, acting_as: Callable[[str], None]) -> Cast:
    made = assemble(site=plant.site.id)
    acting_as("anlan_app")
    return made


def rows(client: Client, path: str, **asked: str) -> list[dict[str, Any]]:
    answer = client.get(f"{URL}/{path}", asked)
    assert answer.status_code == 200, answer.content
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def test_a_datastream_says_its_gateway_and_how_many_limits_stand(plant: Plant, cast: Cast) -> None:
    client = signed_in(cast.monitor)

    counted = {one["tag"]: one["limits_count"] for one in rows(client, "datastreams")}
    bare = rows(client, "datastreams", filter="limits_count.eq:0")

    assert counted == {"T101.LI0": 2, "T101.LI1": 0}
    assert [one["tag"] for one in bare] == ["T101.LI1"]
    assert bare[0]["gateway_name"] == plant.gateway.name


@pytest.mark.parametrize("words", ["T101.LI1", "液位 1", "demo 厂区", "demo T101"])
def test_a_datastream_is_found_by_tag_name_site_and_subject(cast: Cast, words: str) -> None:
    client = signed_in(cast.monitor)

    found = rows(client, "datastreams", filter=f"search.like:{words}")

    assert "T101.LI1" in {one["tag"] for one in found}
    assert rows(client, "datastreams", filter="search.like:别处") == []


@pytest.mark.parametrize("words", ["雷达", "RD-80", "S-0042", "demo T101"])
def test_a_device_is_found_by_name_model_serial_and_subject(cast: Cast, words: str) -> None:
    [device] = rows(signed_in(cast.monitor), "devices", filter=f"search.like:{words}")

    assert (device["name"], device["datastreams_count"]) == ("雷达液位计", 1)


@pytest.mark.parametrize("path", ["devices", "datastreams"])
@pytest.mark.parametrize("sort", ["name", "-site_name", "subject_name", "gateway_name"])
def test_the_lists_are_sorted_by_what_they_show(cast: Cast, path: str, sort: str) -> None:
    assert rows(signed_in(cast.monitor), path, sort=sort)


@pytest.mark.parametrize("path", ["devices", "datastreams"])
def test_the_neighbour_sees_none_and_a_sheet_is_taken_by_who_sees(cast: Cast, path: str) -> None:
    assert rows(signed_in(cast.neighbour), path) == []
    sheet = signed_in(cast.monitor).get(f"{URL}/{path}", headers={"Accept": MEDIA_TYPE})
    assert sheet.headers["Content-Type"] == MEDIA_TYPE
