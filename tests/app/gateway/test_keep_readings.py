"""What a device was told is stored is stored: over MQTT and HTTP, through crashes, exactly once."""

import random
import threading
import time

import httpx
import msgspec
import psycopg
import pytest

from anlan.app.stack.throw_away import Databases
from anlan.kernel.base.clock import now_ms
from anlan.kernel.sensing.models import BatchReceipt, QuarantinedMessage
from tests.app.gateway.house import NODE, Box, House, rows
from tests.conftest import DATABASE

pytestmark = pytest.mark.slow


def test_a_reading_over_mqtt_is_in_the_log_with_a_receipt(house: House, box: Box) -> None:
    house.start()
    box.connect()
    t = now_ms()
    box.send(box.message(box.reading(91.2499, t), box.reading(3.0, t, index=1)))
    house.until(lambda: BatchReceipt.objects.count() == 1, "a receipt")
    [kept] = house.log()
    [batch] = house.batches()
    first, second = box.plant.streams
    assert kept.shard == 0
    assert (batch.node, batch.gateway) == (NODE, box.plant.gateway.id)
    assert batch.numbers.tolist() == [first.number, second.number]
    assert batch.values.tolist() == [91.2, 3.0]
    assert batch.times_ms.tolist() == [t, t]
    receipt = BatchReceipt.objects.get()
    assert (receipt.sequence, receipt.count, receipt.refused) == (1, 2, 0)
    assert (receipt.verdict, receipt.log_sequence) == ("accepted", kept.sequence)


def test_qos_0_is_taken_and_counted(house: House, box: Box) -> None:
    house.start()
    box.connect()
    house.until(box.client.is_connected, "the box is in")
    box.send_qos_0(box.message(box.reading(1.0, now_ms())))
    house.until(lambda: len(house.batches()) == 1, "the reading")
    health = house.health()
    assert health is not None
    assert (health["qos_0"], health["messages"], health["readings"]) == (
        1,
        {"kept": 1},
        {"kept": 1},
    )


def test_an_exercise_runs_on_a_shard_of_its_own(house: House, box: Box) -> None:
    house.start()
    box.connect()
    exercise = "01K3Z00000000000000000000X"
    box.send(box.message(box.reading(1.0, now_ms()), exercise=exercise))
    box.send(box.message(box.reading(2.0, now_ms())))
    house.until(lambda: len(house.log()) == 2, "both readings")
    drill, real = house.log()
    assert (drill.shard, real.shard) == (64, 0)
    assert [batch.exercise_id for batch in house.batches()] == [exercise, None]


def test_http_answers_202_when_the_log_has_it_and_the_same_again(house: House, box: Box) -> None:
    house.start()
    message = box.message(
        box.reading(1.0, now_ms()), {"tag": "?", "t": 1, "v": 1}, box.reading(2.0, now_ms(), 1)
    )
    refused = [{"row": 1, "code": "tag_unknown", "tag": "?"}]
    said = {"accepted": 2, "refused": refused, "refused_count": 1}
    assert post(house, message).json() == said | {"repeated": False}
    assert len(house.batches()) == 1
    again = post(house, message)
    assert (again.status_code, again.json()) == (202, said | {"repeated": True})
    assert [kept.kind for kept in house.log()] == ["h"]


def test_http_refuses_with_a_problem(house: House, box: Box) -> None:
    house.start()
    good = box.message(box.reading(1.0, now_ms()))
    foreign = box.signed(good[:-65].replace(b'"G1"', b'"G2"'))
    cases = [
        (good[:-1] + b"x", "F1.G1", 401, "sensing.signature_bad"),
        (good, "F9.G9", 401, "sensing.signature_bad"),
        (b"x" * (1024 * 1024 + 1), "F1.G1", 413, "base.too_large"),
        (box.signed(b"{"), "F1.G1", 422, "sensing.unreadable"),
        (foreign, "F1.G1", 422, "sensing.foreign"),
    ]
    for payload, user, status, code in cases:
        answer = post(house, payload, user)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert answer.headers["content-type"] == "application/problem+json"
    assert house.batches() == []
    house.until(lambda: len(rows(QuarantinedMessage)) == 2, "signed and unusable is kept")
    assert post(house, good).status_code == 202
    assert post(house, box.message(box.reading(2.0, 0), seq=1)).status_code == 409


def test_msgpack_columns_come_in_like_json(house: House, box: Box) -> None:
    house.start()
    t = now_ms()
    columns = {
        "tags": [box.plant.streams[0].tag],
        "i": (0).to_bytes(4, "little"),
        "t": t.to_bytes(8, "little"),
        "v": bytes.fromhex("cdccccccccd45640"),
    }
    body = msgspec.msgpack.encode({"v": 1, "gw": "G1", "seq": 1, "columns": columns})
    assert post(house, box.signed(body)).json()["accepted"] == 1
    assert house.batches()[0].values.tolist() == [91.3]


def test_with_postgresql_away_readings_go_on_and_receipts_come_later(
    house: House, box: Box, databases: Databases
) -> None:
    house.start()
    box.connect()
    with psycopg.connect(databases.dsn("anlan_admin", "postgres"), autocommit=True) as admin:
        name = DATABASE
        admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'anlan_gateway'"
            " AND datname = %s",
            [name],
        )
        for number in range(5):
            box.send(box.message(box.reading(float(number), now_ms() + number)))
        house.until(lambda: len(house.batches()) == 5, "readings without PostgreSQL")
        house.until(lambda: (house.health() or {})["database"] == "away", "it says so")
        house.kill()  # what it held in memory is gone; the log is not
        admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
    house.start()
    house.until(lambda: BatchReceipt.objects.count() == 5, "receipts out of the log")
    assert set(BatchReceipt.objects.values_list("sequence", flat=True)) == {1, 2, 3, 4, 5}


def test_every_puback_is_a_batch_in_the_log_exactly_once_through_kill_9(
    house: House, box: Box
) -> None:
    """Messages flow while NATS and the gateway are killed in turn; nothing told stored is lost.

    The box keeps the order of its messages on the wire, as the protocol asks; ours ends there.
    """
    house.start()
    box.connect()
    stop = threading.Event()

    def flow() -> None:
        message = box.message(box.reading(0.0, now_ms()))
        while not stop.is_set():
            if box.line.publish(box.topic, message) is not None:
                message = box.message(box.reading(box.seq % 90, now_ms()))
            time.sleep(0.005)

    sender = threading.Thread(target=flow)
    sender.start()
    chance = random.Random(7)  # noqa: S311 - when to kill is no secret
    try:
        for victim in ("gateway", "nats", "gateway", "nats"):
            time.sleep(0.4 + chance.random())
            if victim == "nats":
                house.server.kill()
                house.server.start(house.folder / "nats.log")
            else:
                house.kill()
                house.start()
        time.sleep(0.5)
    finally:
        stop.set()
        sender.join()
    sent = box.line.sent
    house.until(lambda: box.line.acknowledged == sent, "every message has its PUBACK")
    house.until(lambda: house.count() >= sent, "every message is in the log")
    seqs = [batch.seq for batch in house.batches()]
    assert seqs == list(range(1, sent + 1)), "none lost, none twice, none behind a later one"
    assert sent > 300, "the flow was too thin to prove anything"


def post(house: House, payload: bytes, user: str = "F1.G1") -> httpx.Response:
    url = house.health_url.removesuffix("/health")
    return httpx.post(url, content=payload, headers={"X-Gateway": user}, timeout=20)
