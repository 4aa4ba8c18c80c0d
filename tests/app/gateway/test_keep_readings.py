"""From the real MQTT door into the log: numbered, rounded, kept, with a receipt."""

import pytest

from anlan.kernel.base.clock import now_ms
from anlan.kernel.sensing.models import BatchReceipt
from tests.app.gateway.house import Box, House

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
    assert batch.gateway == box.plant.gateway.id
    assert batch.numbers.tolist() == [first.number, second.number]
    assert batch.values.tolist() == [91.2, 3.0]
    assert batch.times_ms.tolist() == [t, t]
    receipt = BatchReceipt.objects.get()
    assert (receipt.sequence, receipt.count, receipt.refused) == (1, 2, 0)
    assert (receipt.verdict, receipt.log_sequence) == ("accepted", kept.sequence)
