"""Time and changes on the log: what the engine must know besides readings (7.3)."""

from typing import Any

import pytest
from nats.aio.client import Client

from anlan.kernel.base.bus import CONTROL, readings_subject
from anlan.kernel.base.clock import now_ms
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.sensing.control import (
    Control,
    LimitSet,
    Retirement,
    SuppressionSet,
    decode_control,
    decode_tick,
    encode_control,
)
from anlan.kernel.sensing.models import Datastream, Limit
from anlan.kernel.sensing.services import limits, upkeep
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
        upkeep.retire_datastream(datastream_id=plant.streams[1].id)
    house.until(lambda: len(house.log("c")) == 7, "the changes")
    by_kind = {getattr(change, "condition", "retired"): change for change in changes(house)[4:]}
    silent, withdrawn, retired = (by_kind[name] for name in ("silent", "HH", "retired"))
    assert isinstance(silent, LimitSet)
    assert (silent.limit_id, silent.silence_ms) == (filed.id, 90_000)
    assert isinstance(withdrawn, LimitSet)
    assert (withdrawn.limit_id, withdrawn.condition) == (None, "HH")
    assert withdrawn.version > silent.version
    assert retired == Retirement(number=plant.streams[1].number, version=retired.version)
    with unit_of_work(machine("test")):
        upkeep.reinstate_datastream(datastream_id=plant.streams[1].id)
    house.until(lambda: len(house.log("c")) == 8, "it is taken up again")
    again = changes(house)[-1]
    assert again == Retirement(number=retired.number, version=again.version, retired=False)
    assert again.version > retired.version


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


def test_a_database_that_was_set_back_has_the_last_word_over_the_log(
    house: House, plant: Plant
) -> None:
    house.start()
    house.until(lambda: all(row.log_seq for row in rows(Limit)), "all stand in the log")
    house.kill()
    stream, other = plant.streams[:2]
    standing = {row.condition: row for row in rows(Limit) if row.datastream_id == stream.id}
    before = rows(Datastream)
    # a time that the database loses: out of use, HH lowered, a limit on silence, a suppression, a new
    # datastream
    lost: list[Control] = [
        Retirement(number=stream.number, version=6),
        LimitSet(**(_limit_of(stream.number, "HH") | {"value": 60.0, "version": 7})),
        LimitSet(**(_limit_of(stream.number, "silent") | {"silence_ms": 9_000, "version": 8})),
        SuppressionSet(number=stream.number, suppression_id="S", starts_ms=1, ends_ms=2, version=9),
        LimitSet(**(_limit_of(999, "HH") | {"version": 3})),
    ]
    subject = readings_subject("n640181", plant.gateway.shard, CONTROL)

    async def publish(bus: Client) -> None:
        for control in lost:
            await bus.jetstream().publish(subject, encode_control(control))

    house.ask(publish)
    count = len(house.log("c"))

    house.start()
    house.until(lambda: len(house.log("c")) >= count + 5, "the rows are said anew")
    said = {(one.number, getattr(one, "condition", type(one).__name__)): one
            for one in changes(house)[count:]}  # fmt: skip
    high = said[stream.number, "HH"]
    assert isinstance(high, LimitSet)
    assert (high.limit_id, high.value) == (standing["HH"].id, standing["HH"].value)
    silent, aside = said[stream.number, "silent"], said[stream.number, "SuppressionSet"]
    assert isinstance(silent, LimitSet)
    assert isinstance(aside, SuppressionSet)
    assert (silent.limit_id, aside.suppression_id) == (None, None)
    assert {high.version, silent.version, aside.version} == {10}
    in_use = Retirement(number=stream.number, version=10, retired=False)
    assert said[stream.number, "Retirement"] == in_use
    assert said[999, "Retirement"] == Retirement(number=999, version=4)
    # what is filed now is above all that the log has heard, and nobody else was touched
    with unit_of_work(machine("test")):
        filed = limits.file_limit(datastream_id=stream.id, condition="HH", value=93.0)
    assert filed.control_version == 11
    untouched = next(row for row in before if row.id == other.id).control_version
    assert {row.id: row.control_version for row in rows(Datastream)}[other.id] == untouched
    house.until(lambda: len(house.log("c")) == count + 6, "what was filed")
    house.kill()
    house.start()
    house.until(lambda: len(house.log("t")) > 0 and house.health() is not None, "it runs")
    assert len(house.log("c")) == count + 6, "once is enough"


def _limit_of(number: int, condition: str) -> dict[str, Any]:
    return {
        "number": number,
        "condition": condition,
        "limit_id": "lost",
        "value": 1.0,
        "deadband": 0.0,
        "on_delay_ms": 0,
        "off_delay_ms": 0,
        "silence_ms": 0,
        "version": 1,
    }


def changes(house: House) -> list[Control]:
    return [decode_control(kept.payload) for kept in house.log("c")]
