"""What one sender does wrong costs the others nothing: floods, huge messages, slow clients, endless topics."""

import socket
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from anlan.adapters.mqtt.const import MESSAGE_BYTES_MAX
from anlan.app.bodies import BODIES_BYTES_MAX
from anlan.app.log_writer import IN_FLIGHT_BYTES_MAX
from anlan.kernel.base.clock import now_ms
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.sensing.models import ObservedProperty, QuarantinedMessage
from anlan.kernel.sensing.services import equipment
from tests.app.gateway.house import PATIENCE_S, Box, House, rows
from tests.app.gateway.test_keep_readings import post
from tests.plant import Plant

pytestmark = pytest.mark.slow
#: What may be under way in the process at once, beside the process itself.
MEMORY = IN_FLIGHT_BYTES_MAX + BODIES_BYTES_MAX + 64 * 1024**2


@pytest.fixture
def neighbour(house: House, plant: Plant) -> Iterator[Box]:
    """Another gateway of the same firm, which does everything right."""
    with unit_of_work(machine("test")):
        gateway = equipment.register_gateway(
            organisation_id=plant.organisation.id,
            site_id=plant.site.id,
            firm_code="F1",
            code="G2",
            name="neighbour",
        )
        stream = equipment.register_datastream(
            gateway=gateway,
            subject_id=plant.tank.id,
            observed_property=ObservedProperty.objects.get(code="level"),
            tag="T102.LI",
            name="neighbour",
        )
    made = Box(replace(plant, gateway=gateway, streams=(stream,)), house.server.mqtt_port)
    yield made
    made.close()


def resident(house: House) -> int:
    """Return how much memory the gateway process has (bytes)."""
    pages = Path(f"/proc/{house.processes[-1].pid}/statm").read_text("ascii").split()[1]
    return int(pages) * 4096


def kept_of(house: House, box: Box) -> list[int]:
    """Return the numbers of a gateway's messages in READINGS, in their order."""
    return [batch.seq for batch in house.batches() if batch.gateway == box.plant.gateway.id]


def test_a_flood_from_one_gateway_loses_nothing_of_another(
    house: House, box: Box, neighbour: Box
) -> None:
    house.start()
    box.connect()
    neighbour.connect()
    flood = [box.message(box.reading(number % 90, now_ms() + number)) for number in range(3000)]
    rubbish = [b"rubbish %d" % number for number in range(1500)]
    for good, bad in zip(flood, [*rubbish, *rubbish], strict=True):
        box.client.publish(box.topic, good, qos=1)
        box.client.publish(box.topic, bad, qos=0)
    for number in range(50):
        neighbour.send(neighbour.message(neighbour.reading(number, now_ms() + number)))
    house.until(lambda: len(kept_of(house, neighbour)) == 50, "the neighbour's readings")
    assert kept_of(house, neighbour) == list(range(1, 51))
    house.until(lambda: len(kept_of(house, box)) == 3000, "the flood itself")
    assert kept_of(house, box) == list(range(1, 3001))


def test_large_messages_without_end_do_not_fill_the_memory(
    house: House, box: Box, neighbour: Box
) -> None:
    house.start()
    box.connect()
    neighbour.connect()
    before = resident(house)
    filler = "x" * (MESSAGE_BYTES_MAX - 600)
    for number in range(150):
        row = box.reading(number % 90, now_ms() + number)
        box.client.publish(box.topic, box.message(row, comment=filler), qos=1)
    neighbour.send(neighbour.message(neighbour.reading(1.0, now_ms())))
    most = 0

    def all_there() -> bool:
        nonlocal most
        most = max(most, resident(house))
        return len(kept_of(house, box)) == 150

    house.until(all_there, "every large message")
    assert kept_of(house, neighbour) == [1]
    assert most - before < MEMORY


def test_a_message_that_is_too_large_is_set_aside_or_cut_off_and_the_others_go_on(
    house: House, box: Box, neighbour: Box
) -> None:
    house.start()
    box.connect()
    neighbour.connect()
    box.send(b"x" * (2 * MESSAGE_BYTES_MAX))
    house.until(lambda: len(rows(QuarantinedMessage)) == 1, "it is kept whole")
    [row] = rows(QuarantinedMessage)
    assert (row.code, len(row.payload)) == ("too_large", 2 * MESSAGE_BYTES_MAX)
    assert post(house, b"x" * 10_000_000).status_code == 413
    house.until(box.client.is_connected, "the line stands")
    broken: list[object] = []
    box.client.on_disconnect = lambda *_said: broken.append(1)
    box.client.publish(box.topic, b"x" * 10_000_000, qos=0)  # more than the broker takes at all
    house.until(lambda: bool(broken), "the broker closes the line")
    neighbour.send(neighbour.message(neighbour.reading(1.0, now_ms())))
    house.until(lambda: kept_of(house, neighbour) == [1], "the neighbour's reading")


def test_clients_that_drip_their_bodies_keep_nobody_out(house: House, neighbour: Box) -> None:
    house.start()
    dripping = [socket.create_connection(("127.0.0.1", house.http_port)) for _ in range(400)]
    head = b"POST /api/v1/observations HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n{"
    for line in dripping:
        line.sendall(head)
    try:
        for number in range(20):
            for line in dripping:
                line.sendall(b" ")
            reading = neighbour.reading(number, now_ms() + number)
            assert post(house, neighbour.message(reading), "F1.G2").status_code == 202
    finally:
        for line in dripping:
            line.close()
    assert kept_of(house, neighbour) == list(range(1, 21))


def test_a_gateway_cannot_fill_the_broker_with_topics_of_its_own(
    house: House, box: Box, neighbour: Box
) -> None:
    house.start()
    box.connect()
    neighbour.connect()
    house.until(box.client.is_connected, "the box is in")
    for number in range(3000):
        topic = f"a1/F1/G1/{number}/{'x' * 40}"
        box.client.publish(topic, b"mine", qos=number % 2, retain=True)
    box.client.publish(box.topic, box.message(box.reading(1.0, now_ms())), qos=1)
    neighbour.send(neighbour.message(neighbour.reading(1.0, now_ms())))
    house.until(lambda: kept_of(house, box) == kept_of(house, neighbour) == [1], "both readings")
    assert kept_topics(house) == 0


def kept_topics(house: House) -> int:
    """Return how many retained messages the broker holds."""
    info = house.ask(lambda bus: bus.jetstream().stream_info("$MQTT_rmsgs"))
    return int(info.state.messages)


def test_a_connection_that_says_nothing_keeps_nobody_out(house: House, neighbour: Box) -> None:
    house.start()
    silent = [socket.create_connection(("127.0.0.1", house.server.mqtt_port)) for _ in range(100)]
    neighbour.connect()
    neighbour.send(neighbour.message(neighbour.reading(1.0, now_ms())))
    house.until(lambda: kept_of(house, neighbour) == [1], "the neighbour's reading")
    end = time.monotonic() + PATIENCE_S
    with closing(silent[0]) as line:  # the broker gives up those who do not introduce themselves
        line.settimeout(PATIENCE_S)
        assert line.recv(1) == b""
    assert time.monotonic() < end
    for line in silent:
        line.close()
