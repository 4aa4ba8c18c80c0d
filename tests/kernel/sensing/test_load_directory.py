"""What the doors know of gateways and tags, and how they notice that it has changed."""

import pytest

from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.sensing.directory import (
    Absent,
    digests_of,
    directory_mark,
    load_directory,
    mended_already,
    read_past,
    receipts_upto,
)
from anlan.kernel.sensing.models import BatchReceipt, Gateway
from anlan.kernel.sensing.services import equipment, upkeep
from anlan.kernel.sensing.services.receipts import Receipt, record_receipts
from tests.plant import Plant, build_plant

pytestmark = pytest.mark.django_db
SYSTEM = machine("test")
EPOCH, NEXT_EPOCH = "01K3Z00000000000000000000E", "01K3Z00000000000000000000F"


@pytest.fixture
def plant() -> Plant:
    return build_plant(code="F1")


def test_a_gateway_is_found_by_its_user_with_its_tags_and_key(plant: Plant) -> None:
    with unit_of_work(SYSTEM, read_only=True):
        directory = load_directory()
    entry = directory.find("F1.G1")
    assert entry is not None
    assert entry.keys == (bytes.fromhex(plant.gateway.hmac_key),)
    first, second = plant.streams
    numbers = entry.table.columns[0]
    places = entry.table.places([second.tag, "?", first.tag])
    assert numbers[places].tolist() == [second.number, -1, first.number]
    assert directory.find("G1") is None
    assert plant.gateway.token not in repr(entry)


def test_while_a_key_rolls_both_are_valid(plant: Plant) -> None:
    with unit_of_work(SYSTEM):
        Gateway.objects.update(next_hmac_key="ab" * 32)
        entry = load_directory().find("F1.G1")
    assert entry is not None
    assert entry.keys == (bytes.fromhex(plant.gateway.hmac_key), b"\xab" * 32)


def test_one_bad_gateway_is_left_out_and_told_and_the_others_stay(plant: Plant) -> None:
    build_other = {"organisation_id": plant.organisation.id, "site_id": plant.site.id}
    with unit_of_work(SYSTEM):
        for code in ("G2", "G3"):
            equipment.register_gateway(**build_other, firm_code="F1", code=code, name=code)
        Gateway.objects.filter(code="G2").update(hmac_key="no key")
        Gateway.objects.filter(code="G3").update(code="G.3")
        directory = load_directory()
    assert set(directory.entries) == {("F1", "G1")}
    assert [trouble.split(":")[0] for trouble in directory.troubles] == ["F1/G2", "F1/G.3"]


def test_of_one_that_may_not_send_it_is_known_where_it_stands(plant: Plant) -> None:
    with unit_of_work(SYSTEM):
        upkeep.change_gateway(gateway_id=plant.gateway.id, is_active=False)
        stopped = load_directory()
        upkeep.change_gateway(gateway_id=plant.gateway.id, is_active=True)
        again = load_directory()
        Gateway.objects.update(hmac_key="no key")
        keyless = load_directory()
    at = Absent(
        id=plant.gateway.id,
        div=plant.gateway.div,
        zone=plant.gateway.zone,
        site=plant.gateway.site,
    )
    assert (stopped.find("F1.G1"), stopped.find_absent("F1.G1")) == (None, at)
    assert (again.find("F1.G1") is not None, again.absent) == (True, {})
    assert (keyless.find("F1.G1"), keyless.find_absent("F1.G1")) == (None, at)
    assert stopped.find_absent("F1.G2") is None


def test_every_change_that_a_door_must_see_moves_the_mark(plant: Plant) -> None:
    with unit_of_work(SYSTEM):
        marks = [directory_mark()]
        upkeep.retire_datastream(datastream_id=plant.streams[0].id)
        marks.append(directory_mark())
        equipment.register_gateway(
            organisation_id=plant.organisation.id,
            site_id=plant.site.id,
            firm_code="F1",
            code="G2",
            name="2",
        )
        marks.append(directory_mark())
        table = load_directory().entries["F1", "G1"].table
    assert len(set(marks)) == 3
    assert [point.tag for point in table.points] == [plant.streams[1].tag]


def receipt(
    plant: Plant, sequence: int, *, place: int, epoch: str = EPOCH, mends: str = ""
) -> Receipt:
    return Receipt(
        gateway_id=plant.gateway.id,
        sequence=sequence,
        count=1,
        refused=0,
        digest=f"{sequence:064x}",
        verdict="accepted",
        arrived_ms=1_785_549_600_123,
        log_epoch=epoch,
        log_sequence=place,
        mends=mends,
    )


def test_receipts_say_where_to_take_up_again_and_are_written_once(plant: Plant) -> None:
    with unit_of_work(SYSTEM):
        record_receipts([receipt(plant, 41, place=7), receipt(plant, 42, place=9)])
        record_receipts(
            [receipt(plant, 42, place=9), receipt(plant, 40, place=3, epoch=NEXT_EPOCH)]
        )
        assert BatchReceipt.objects.count() == 3
        assert (receipts_upto(EPOCH), receipts_upto(NEXT_EPOCH), receipts_upto("?")) == (9, 3, 0)
        [state] = read_past().states
        assert (state.id, state.last) == (plant.gateway.id, 42)
        assert [sequence for _id, sequence, _digest in read_past().recent] == [41, 42, 40]
        assert digests_of(plant.gateway.id, 41) == {f"{41:064x}"}
        assert digests_of(plant.gateway.id, 43) == set()


def test_what_a_person_sent_again_moves_no_gateway_forward_and_is_known_by_its_name(
    plant: Plant,
) -> None:
    with unit_of_work(SYSTEM):
        record_receipts([receipt(plant, 41, place=7)])
        record_receipts([receipt(plant, 999, place=8, mends="01K:2")])
        [state] = read_past().states
        assert state.last == 41
        assert mended_already("01K:2") == (EPOCH, 8, 0)
        assert mended_already("01K:3") is None
