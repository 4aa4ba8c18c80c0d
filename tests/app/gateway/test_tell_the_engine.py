"""Time and changes on the log: what the engine must know besides readings (7.3)."""

import pytest

from anlan.kernel.base.clock import now_ms
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.sensing.control import (
    Control,
    LimitSet,
    Retirement,
    decode_control,
    decode_tick,
)
from anlan.kernel.sensing.models import Limit
from anlan.kernel.sensing.services import equipment, limits
from tests.app.gateway.house import House, rows
from tests.plant import Plant

pytestmark = pytest.mark.slow


def test_time_ticks_on_every_shard_in_use(house: House, plant: Plant) -> None:
    began = now_ms()
    house.start()
    house.until(lambda: len(house.log("t")) >= 3, "three ticks")
    ticks = house.log("t")
    assert {kept.shard for kept in ticks} == {plant.gateway.shard}
    times = [decode_tick(kept.payload) for kept in ticks]
    assert times == sorted(set(times))
    assert began < times[0] <= times[-1] <= now_ms()


def test_limits_reach_the_log_and_know_their_place_in_it(house: House, plant: Plant) -> None:
    house.start()
    house.until(lambda: len(house.log("c")) == 4, "HH and H of two datastreams")
    house.until(lambda: all(row.log_seq for row in rows(Limit)), "they know where they stand")
    stand = {kept.sequence: decode_control(kept.payload) for kept in house.log("c")}
    for row in rows(Limit):
        change = stand[row.log_seq or 0]
        assert isinstance(change, LimitSet)
        assert (change.limit_id, change.condition) == (row.id, row.condition)
        assert (change.value, change.version) == (row.value, row.control_version)
    stream = plant.streams[0]
    with unit_of_work(machine("test")):
        filed = limits.file_limit(datastream_id=stream.id, condition="silent", value=90.0)
        gone = Limit.objects.get(datastream=stream, condition="HH")
        limits.withdraw_limit(limit_id=gone.id, reason="设计变更")
        equipment.retire_datastream(datastream_id=plant.streams[1].id)
    house.until(lambda: len(house.log("c")) == 7, "the changes")
    by_kind = {getattr(change, "condition", "retired"): change for change in changes(house)[4:]}
    silent, withdrawn, retired = (by_kind[name] for name in ("silent", "HH", "retired"))
    assert isinstance(silent, LimitSet)
    assert (silent.limit_id, silent.silence_ms) == (filed.id, 90_000)
    assert isinstance(withdrawn, LimitSet)
    assert (withdrawn.limit_id, withdrawn.condition) == (None, "HH")
    assert withdrawn.version > silent.version
    assert retired == Retirement(number=plant.streams[1].number, version=retired.version)


def test_after_a_crash_only_what_is_missing_is_published(house: House, plant: Plant) -> None:
    house.start()
    house.until(lambda: all(row.log_seq for row in rows(Limit)), "all stand in the log")
    house.kill()
    with unit_of_work(machine("test")):
        limits.file_limit(datastream_id=plant.streams[0].id, condition="HH", value=95.0)
    house.start()
    house.until(lambda: len(house.log("c")) == 5, "the one filed meanwhile")
    last = changes(house)[-1]
    assert isinstance(last, LimitSet)
    assert last.value == 95.0


def changes(house: House) -> list[Control]:
    return [decode_control(kept.payload) for kept in house.log("c")]
