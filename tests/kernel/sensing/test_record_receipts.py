"""Receipts are evidence, never a reason for a door to stay shut."""

import pytest

from anlan.kernel.base.clock import now_ms
from anlan.kernel.base.ids import new_ulid
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.sensing.models import BatchReceipt
from anlan.kernel.sensing.services.receipts import Receipt, record_receipts
from tests.plant import build_plant

pytestmark = pytest.mark.django_db(transaction=True)


def receipt(gateway_id: str, sequence: int) -> Receipt:
    return Receipt(
        gateway_id=gateway_id,
        sequence=sequence,
        count=1,
        refused=0,
        digest="0" * 64,
        verdict="accepted",
        arrived_ms=now_ms(),
        log_epoch=new_ulid(),
        log_sequence=sequence,
    )


def test_a_batch_of_a_gateway_that_the_database_has_lost_does_not_stop_the_others() -> None:
    known = build_plant().gateway.id
    with unit_of_work(machine("gateway")):
        record_receipts([receipt(new_ulid(), 1), receipt(known, 2)])
    with unit_of_work(machine("gateway"), read_only=True):
        assert list(BatchReceipt.objects.values_list("gateway_id", "sequence")) == [(known, 2)]
