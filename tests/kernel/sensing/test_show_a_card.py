"""A subject's card and a datastream's page answer with all that their shapes promise."""

from collections.abc import Callable

import pytest

from anlan.kernel.sensing import ports
from tests.cast import assemble, signed_in
from tests.plant import build_plant

pytestmark = pytest.mark.django_db


class Store:
    """Answers for the newest readings only, as history does right after the start."""

    def last(self, numbers: list[int]) -> ports.Newest:
        return ports.Newest(readings={numbers[0]: ports.Reading(t=1_000, v=55.5, q=192)})


def test_a_card_and_a_page_name_the_gateway_and_count_the_limits(
    acting_as: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    plant = build_plant(streams=2)
    client = signed_in(assemble(site=plant.site.id).duty_officer)
    monkeypatch.setattr(ports, "observation_store", Store)
    acting_as("anlan_app")

    card = client.get(f"/api/v1/sensing/subjects/{plant.tank.id}/datastreams")
    page = client.get(f"/api/v1/sensing/datastreams/{plant.streams[0].id}")

    assert (card.status_code, page.status_code) == (200, 200), card.content
    assert [one["id"] for one in card.json()["items"]] == [one.id for one in plant.streams]
    shown = page.json()
    assert (shown["gateway_name"], shown["last"]["v"]) == (plant.gateway.name, 55.5)
    assert shown["limits_count"] == len(shown["limits"]) > 0
