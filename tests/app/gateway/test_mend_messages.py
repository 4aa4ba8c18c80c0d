"""What a person sends again out of quarantine goes through the real door, once, also over a crash."""

from typing import Any

import pytest

from anlan.kernel.base.clock import now_ms
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.sensing.models import BatchReceipt, Gateway, QuarantinedMessage
from anlan.kernel.sensing.services import equipment, keys
from anlan.kernel.sensing.services.quarantine import adopt_tag, resend_message
from tests.app.gateway.house import Box, House, rows
from tests.app.gateway.test_keep_readings import post

pytestmark = pytest.mark.slow
TAG = "T101.NEW"


def quarantined(house: House) -> QuarantinedMessage:
    """Return the only message in quarantine, once it is there."""
    house.until(lambda: len(rows(QuarantinedMessage)) == 1, "the message is set aside")
    return rows(QuarantinedMessage)[0]


def resend(row: QuarantinedMessage, mended: bytes | None = None) -> None:
    with unit_of_work(machine("test")):
        resend_message(message_id=row.id, version=row.version, reason="改正", mended=mended)


def settled(house: House) -> QuarantinedMessage:
    house.until(lambda: rows(QuarantinedMessage)[0].settled_at is not None, "it is settled")
    return rows(QuarantinedMessage)[0]


def test_an_unreadable_message_is_mended_and_fills_its_gap(house: House, box: Box) -> None:
    house.start()
    box.connect()
    t = now_ms()
    box.send(box.message(box.reading(1.0, t)))
    whole = box.message(box.reading(2.0, t + 1))[:-65]
    box.send(box.signed(whole[:-1]))
    box.send(box.message(box.reading(3.0, t + 2)))
    row = quarantined(house)
    assert (row.code, row.gateway_id) == ("unreadable", box.plant.gateway.id)
    resend(row, b"still not JSON")
    house.until(lambda: rows(QuarantinedMessage)[0].result_code == "unreadable", "refused again")
    resend(rows(QuarantinedMessage)[0], whole)
    row = settled(house)
    assert [batch.values.tolist() for batch in house.batches()] == [[1.0], [3.0], [2.0]]
    kept = house.log()[2]
    assert (row.settled_how, row.log_sequence) == ("resent", kept.sequence)
    assert bytes(row.payload) == box.signed(whole[:-1])
    house.until(lambda: health_of(house)["missing"] == [], "the gap is filled")
    assert health_of(house)["messages"] == {
        "kept": 2,
        "unreadable": 1,
        "mended": 1,
        "mended_refused": 1,
    }
    house.until(lambda: len(rows(BatchReceipt)) == 3, "its receipt")
    [receipt] = [one for one in rows(BatchReceipt) if one.mends]
    assert (receipt.mends.partition(":")[0], receipt.sequence) == (row.id, 2)


def health_of(house: House) -> dict[str, Any]:
    found: dict[str, Any] = rows(Gateway)[0].health
    return found


def test_an_unknown_tag_is_adopted_and_its_readings_come_in(house: House, box: Box) -> None:
    house.start()
    t = now_ms()
    unknown = {"tag": TAG, "t": t, "v": 7.25}
    assert post(house, box.message(box.reading(1.0, t), unknown)).json()["refused_count"] == 1
    row = quarantined(house)
    assert (row.code, row.unknown_tags, row.refused) == (
        "rows_refused",
        [TAG],
        [[1, "tag_unknown", TAG]],
    )
    house.until(lambda: list(health_of(house).get("unknown_tags", {})) == [TAG], "it is told")
    with unit_of_work(machine("test")):
        device = equipment.register_device(
            gateway=box.plant.gateway, subject_id=box.plant.tank.id, name="d"
        )
        stream, resending = adopt_tag(
            message_id=row.id,
            version=row.version,
            tag=TAG,
            device_id=device.id,
            property_code="level",
            name="new",
            resolution=0.5,
        )
    assert resending == 1
    settled(house)
    first, again = house.batches()
    assert first.numbers.tolist() == [box.plant.streams[0].number]
    assert again.numbers.tolist() == [box.plant.streams[0].number, stream.number]
    assert again.values.tolist() == [1.0, 7.0]  # half even, to the resolution given now
    assert again.arrived_ms > first.arrived_ms
    house.until(lambda: health_of(house)["unknown_tags"] == {}, "it is unknown no more")


def forged(payload: bytes) -> bytes:
    """Return the message with a signature that another key has made."""
    return payload[:-1] + (b"0" if payload[-1:] != b"0" else b"1")


def test_a_person_answers_for_a_message_without_a_signature(house: House, box: Box) -> None:
    house.start()
    box.connect()
    box.send(forged(box.message(box.reading(1.0, now_ms()))))
    row = quarantined(house)
    assert row.code == "signature_bad"
    resend(row)
    settled(house)
    assert [batch.values.tolist() for batch in house.batches()] == [[1.0]]


def test_a_sending_that_a_crash_has_cut_short_is_not_written_twice(house: House, box: Box) -> None:
    house.start()
    box.connect()
    box.send(forged(box.message(box.reading(1.0, now_ms()))))
    resend(quarantined(house))
    row = settled(house)
    house.kill()
    with unit_of_work(machine("test")):  # as if the answer had not been written before the crash
        QuarantinedMessage.objects.filter(pk=row.id).update(
            settled_at=None, resend_at=row.settled_at, version=row.version - 1
        )
    house.start()
    again = settled(house)
    assert (again.settled_how, again.log_sequence) == ("resent", row.log_sequence)
    assert len(house.batches()) == 1


def test_a_key_rolls_without_a_gap(house: House, box: Box) -> None:
    house.start()
    box.connect()
    gateway = box.plant.gateway
    box.send(box.message(box.reading(1.0, now_ms())))
    with unit_of_work(machine("test")):
        _row, new = keys.issue_key(gateway_id=gateway.id, version=1)
    old = gateway.hmac_key
    box.send(box.message(box.reading(2.0, now_ms())))

    def with_new(value: float) -> bytes:
        gateway.hmac_key = new
        made = box.message(box.reading(value, now_ms()))
        gateway.hmac_key = old
        return made

    house.until(lambda: post(house, with_new(3.0)).status_code == 202, "the new key is believed")
    house.until(lambda: len(health_of(house).get("keys_used", {})) == 2, "both have been used")
    with unit_of_work(machine("test")):
        keys.finish_key(gateway_id=gateway.id, version=2)
    late = box.message(box.reading(4.0, now_ms()))
    house.until(lambda: post(house, late).status_code == 401, "the old key is refused")
    assert post(house, with_new(5.0)).status_code == 202
    values = [value for batch in house.batches() for value in batch.values.tolist()]
    assert set(values) == {1.0, 2.0, 3.0, 4.0, 5.0}


def test_counts_and_gaps_go_on_over_a_restart(house: House, box: Box) -> None:
    house.start()
    box.connect()
    t = now_ms()
    box.send(box.message(box.reading(1.0, t)))
    box.send(box.message(box.reading(2.0, t + 1), seq=5, backfill=[t - 1000, t]))
    house.until(lambda: health_of(house).get("missing") == [[2, 4]], "the gap")
    house.kill()
    house.start()
    box.send(box.message(box.reading(3.0, t + 2), seq=3))
    box.send(box.message(box.reading(4.0, t + 3), seq=6))
    house.until(lambda: health_of(house)["last_seq"] == 6, "it goes on")
    health = health_of(house)
    assert (health["gaps"], health["missing"]) == (1, [[2, 2], [4, 4]])
    assert health["messages"] == {"kept": 4}
    [backfill] = health["backfills"]
    assert (backfill["from_ms"], backfill["to_ms"], backfill["readings"]) == (t - 1000, t, 1)
