"""What the doors set aside hangs where its sender stands, in use or not; a stranger's is the node's own."""

import asyncio
from typing import Any, cast

import pytest
from django.test import Client

from anlan.app.doors import Doors, Incoming, Outcome
from anlan.app.evidence import Evidence
from anlan.app.log_writer import LogWriter
from anlan.app.unread import unread
from anlan.kernel.base.bus import MQTT
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.places.rules import node_div
from anlan.kernel.sensing.directory import load_directory
from anlan.kernel.sensing.services import receipts, upkeep
from tests.app.gateway.test_survive_mutations import NOW, FakeEvidence, FakeWriter
from tests.cast import DIV_IN_ZONE, ZONE, Cast, assemble, signed_in
from tests.plant import Plant, build_plant

pytestmark = pytest.mark.django_db
NODE = "n640181"


@pytest.fixture
def plant() -> Plant:
    return build_plant("F1", DIV_IN_ZONE, ZONE)


@pytest.fixture
def cast_(plant: Plant) -> Cast:
    return assemble(site=plant.site.id)


def set_aside(user: str) -> None:
    """Let somebody send, and keep what the doors could not take, as the gateway process does."""
    with unit_of_work(machine("gateway"), read_only=True):
        directory = load_directory()
    writer, evidence = cast("LogWriter", FakeWriter()), cast("Evidence", FakeEvidence())
    doors = Doors(NODE, "01K3Z00000000000000000000E", writer, evidence, directory)
    incoming = Incoming(door=MQTT, user=user, payload=b"{}", arrived_ms=NOW)
    taken = asyncio.run(doors.take(incoming))
    assert taken.outcome is Outcome.STRANGER
    with unit_of_work(machine("gateway")):
        receipts.quarantine([unread(incoming, taken, home=node_div(NODE))])


def listed(client: Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get("/api/v1/sensing/quarantine").json()["items"]
    return found


def test_what_a_stopped_gateway_sends_is_seen_by_who_sees_the_gateway(
    plant: Plant, cast_: Cast
) -> None:
    with unit_of_work(machine("test")):
        upkeep.change_gateway(gateway_id=plant.gateway.id, is_active=False)
    set_aside("F1.G1")
    for who in (cast_.monitor, cast_.duty_officer):
        [row] = listed(signed_in(who))
        assert (row["gateway_name"], row["code"]) == ("F1 网关", "gateway_unknown")
    assert listed(signed_in(cast_.neighbour)) == []


def test_what_a_stranger_sends_is_seen_by_the_nodes_own_duty_room(cast_: Cast) -> None:
    set_aside("F9.G9")
    [row] = listed(signed_in(cast_.duty_officer))
    assert (row["gateway_name"], row["code"]) == (None, "gateway_unknown")
    for who in (cast_.monitor, cast_.neighbour):
        assert listed(signed_in(who)) == []
