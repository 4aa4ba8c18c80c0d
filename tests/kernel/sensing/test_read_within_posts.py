"""Over HTTP: a list shows what the posts that may view it reach, and nothing of the others'."""

from collections.abc import Callable

import pytest

from anlan.kernel.places.rules import div_of
from tests import factories
from tests.cast import NEIGHBOUR, assemble, signed_in
from tests.plant import build_plant

pytestmark = pytest.mark.django_db


def test_a_storekeeper_here_who_is_an_expert_there_lists_what_is_there(
    acting_as: Callable[[str], None],
) -> None:
    here, there = build_plant("here"), build_plant("there", div=div_of(NEIGHBOUR), zone=None)
    cast = assemble(site=here.site.id)
    both = factories.officer(cast.bureau, "storekeeper")
    factories.holding(both, factories.post(cast.neighbour_bureau, "expert"))
    client = signed_in(both)
    acting_as("anlan_app")

    listed = client.get("/api/v1/sensing/datastreams").json()["items"]
    one = client.get(f"/api/v1/sensing/datastreams/{here.streams[0].id}")

    assert {row["id"] for row in listed} == {stream.id for stream in there.streams}
    assert one.status_code == 404


def test_the_fire_brigade_may_not_file_limits_of_a_hazchem_tank(
    acting_as: Callable[[str], None],
) -> None:
    plant = build_plant(streams=1)
    cast = assemble(site=plant.site.id)
    plant.tank.kind.matter = "hazchem"
    plant.tank.kind.save()
    brigade = factories.organisation("消防救援大队", territory_code="")
    factories.supervision(brigade, plant.site.id, matter="fire")
    officer = factories.officer(brigade, "monitor")
    clients = {
        name: signed_in(one) for name, one in (("brigade", officer), ("bureau", cast.monitor))
    }
    acting_as("anlan_app")

    may = {
        name: client.get("/api/v1/sensing/datastreams").json()["items"][0]["may"]
        for name, client in clients.items()
    }

    assert may == {
        "brigade": [],
        "bureau": ["file_limit", "file_suppression", "take_out", "change", "retire"],
    }
