"""Nobody comes in before the log is held; strangers, forgers and second gateways stay out."""

import json
import threading
from typing import Any

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from anlan.adapters.mqtt.const import CONSUMER
from anlan.kernel.base.bus import MQTT_LOG
from anlan.kernel.base.clock import now_ms
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.sensing.models import Gateway, QuarantinedMessage
from anlan.kernel.sensing.services import equipment
from tests.app.gateway.house import PATIENCE_S, Box, House, rows
from tests.plant import Plant

pytestmark = pytest.mark.slow


def test_devices_stay_out_until_the_self_test_has_come_back(house: House, plant: Plant) -> None:
    assert may_come_in(house, plant.gateway) is False
    house.start()
    assert may_come_in(house, plant.gateway) is True
    assert may_come_in(house, plant.gateway, password="guessed") is False


def test_a_gateway_registered_while_we_run_may_come_in_and_one_that_is_gone_may_not(
    house: House, plant: Plant
) -> None:
    house.start()
    with unit_of_work(machine("test")):
        second = equipment.register_gateway(
            organisation_id=plant.organisation.id,
            site_id=plant.site.id,
            firm_code="F1",
            code="G2",
            name="second",
        )
    house.until(lambda: may_come_in(house, second), "the second gateway is let in")
    with unit_of_work(machine("test")):
        Gateway.objects.filter(pk=second.id).update(is_active=False, version=2)
    house.until(lambda: not may_come_in(house, second), "it is shut out")
    assert may_come_in(house, plant.gateway)


def test_a_second_gateway_says_why_and_stops(house: House, box: Box) -> None:
    first = house.start()
    second = house.start(wait=False)
    assert second.wait(timeout=30) == 3
    assert f"pid {first.pid}" in house.said()
    assert "Only one may write READINGS" in house.said()
    house.processes.remove(second)
    box.connect()
    box.send(box.message(box.reading(1.0, now_ms())))
    house.until(lambda: len(house.batches()) == 1, "the first goes on")


def test_when_the_consumer_is_lost_devices_are_kept_out_until_a_new_one_holds_the_log(
    house: House, plant: Plant
) -> None:
    process = house.start()
    house.ask(lambda bus: bus.jetstream().delete_consumer(MQTT_LOG, CONSUMER))
    assert process.wait(timeout=30) == 3
    assert "our consumer is gone" in house.said()
    house.start()
    assert may_come_in(house, plant.gateway)
    told = [line.partition("doorkeeper ")[2] for line in house.said().splitlines()]
    wanted = ["1 gateways may come in", "0 gateways may come in", "1 gateways may come in"]
    assert [line for line in told if line] == wanted


def test_what_cannot_be_taken_is_quarantined_told_and_stops_nobody(house: House, box: Box) -> None:
    house.start()
    heard: list[dict[str, Any]] = []
    box.client.on_message = lambda _c, _u, message: heard.append(json.loads(message.payload))
    box.connect()
    house.until(box.client.is_connected, "the box is in")
    granted = threading.Event()
    box.client.on_subscribe = lambda *_: granted.set()
    box.client.subscribe("a1/F1/G1/errors")
    assert granted.wait(PATIENCE_S)
    t = now_ms()
    bad = [b"hello", box.signed(b"{"), box.message(box.reading(1.0, t))[:-1] + b"x"]
    for payload in bad:
        box.send(payload)
    half = box.message({"tag": "?", "t": t, "v": 1}, box.reading(5.0, t))
    box.send(half)
    house.until(lambda: len(house.batches()) == 1, "the good row is in the log")
    house.until(lambda: len(rows(QuarantinedMessage)) == 4, "all are kept")
    kept = rows(QuarantinedMessage)
    assert sorted((row.code, bytes(row.payload)) for row in kept) == sorted(
        zip(
            ["signature_bad", "unreadable", "signature_bad", "rows_refused"],
            [*bad, half],
            strict=True,
        )
    )
    assert {row.gateway_id for row in kept} == {box.plant.gateway.id}
    assert {row.div for row in kept} == {box.plant.gateway.div}
    house.until(lambda: len(heard) == 4, "the box is told")
    assert [one["code"] for one in heard] == [
        "signature_bad",
        "unreadable",
        "signature_bad",
        "rows_refused",
    ]
    assert heard[3]["refused"] == [{"row": 0, "code": "tag_unknown", "tag": "?"}]
    house.until(lambda: pending(house) == 0, "the raw log may forget them")


def test_8_4_3_3_repeated_altered_and_missing_are_told_apart_also_after_a_crash(
    house: House, box: Box
) -> None:
    house.start()
    box.connect()
    t = now_ms()
    first = box.message(box.reading(1.0, t))
    altered = box.message(box.reading(9.0, t), seq=1)
    box.send(first)
    box.send(first)
    box.send(altered)
    box.send(box.message(box.reading(2.0, t + 1), seq=4))
    house.until(lambda: counted(house, "altered") == 1, "the alteration")
    assert counted(house, "repeat") == 1
    house.until(lambda: rows(Gateway)[0].health.get("missing") == [[2, 3]], "the gap")
    house.kill()
    house.start()
    box.send(first)
    box.send(altered)
    box.send(box.message(box.reading(1.5, t), seq=3))
    house.until(lambda: counted(house, "altered") == 1, "the alteration after the crash")
    assert (counted(house, "repeat"), counted(house, "kept")) == (1, 1)
    house.until(lambda: len(rows(QuarantinedMessage)) == 2, "both are kept")
    assert {row.code for row in rows(QuarantinedMessage)} == {"altered"}
    assert [batch.seq for batch in house.batches()] == [1, 4, 3]


def counted(house: House, word: str) -> int:
    return int((house.health() or {}).get("messages", {}).get(word, 0))


def pending(house: House) -> int:
    info = house.ask(lambda bus: bus.jetstream().consumer_info(MQTT_LOG, CONSUMER))
    return int(info.num_ack_pending + info.num_pending)


def may_come_in(house: House, gateway: Gateway, password: str | None = None) -> bool:
    """Try the MQTT door as a device; return whether it opened."""
    said: list[bool] = []
    device = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="probe")
    device.username_pw_set(f"{gateway.firm_code}.{gateway.code}", password or gateway.token)
    device.on_connect = lambda _c, _u, _f, reason, _p: said.append(not reason.is_failure)
    device.connect("127.0.0.1", house.server.mqtt_port)
    while not said:
        device.loop(timeout=0.1)
    device.disconnect()
    return said[0]
