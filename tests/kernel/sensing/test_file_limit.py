"""Limits are rows that follow one another; the engine learns of each by a version that grows."""

from typing import Any

import pytest

from anlan.kernel.base.errors import ConflictError, InvalidError
from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.sensing import queries
from anlan.kernel.sensing.models import Limit
from anlan.kernel.sensing.services import limits
from tests.plant import Plant, build_plant

pytestmark = pytest.mark.django_db
SYSTEM = machine("test")


@pytest.fixture
def plant() -> Plant:
    return build_plant(streams=1)


def test_a_new_value_closes_the_old_row_and_raises_the_control_version(plant: Plant) -> None:
    stream = plant.streams[0]
    with unit_of_work(SYSTEM):
        old = Limit.objects.get(datastream=stream, condition="HH")
        new = limits.file_limit(datastream_id=stream.id, condition="HH", value=95.0)
        old.refresh_from_db()
        assert old.superseded_at is not None
        assert new.control_version > old.control_version
        assert [one["value"] for one in queries.current_limits([stream.id])[stream.id]] == [
            80.0,
            95.0,
        ]
        row = Journal.objects.filter(object=new.id).get()
        assert (row.type, row.change) == ("sensing.limit.filed", {"value": [90.0, 95.0]})


def test_many_limits_are_filed_as_one_by_one_would_be(plant: Plant) -> None:
    stream = plant.streams[0]
    asked = [("LL", 5.0), ("L", 10.0), ("HH", 95.0), ("HH", 96.0)]
    with unit_of_work(SYSTEM):
        stream.refresh_from_db()
        before = stream.control_version
        filed = limits.file_limits(
            [
                limits.Filing(datastream_id=stream.id, condition=condition, value=value)
                for condition, value in asked
            ]
        )
        stream.refresh_from_db()
        assert stream.control_version == before + 4
        assert [one.control_version for one in filed] == [before + n for n in (1, 2, 3, 4)]
        standing = queries.current_limits([stream.id])[stream.id]
        assert [one["value"] for one in standing] == [80.0, 96.0, 10.0, 5.0]
        told = Journal.objects.filter(type="sensing.limit.filed").order_by("-id")[:4]
        assert [(one.object, one.change) for one in reversed(told)] == [
            (filed[0].id, {"value": [None, 5.0]}),
            (filed[1].id, {"value": [None, 10.0]}),
            (filed[2].id, {"value": [90.0, 95.0]}),
            (filed[3].id, {"value": [95.0, 96.0]}),
        ]


def test_one_that_cannot_stand_lets_none_of_many_in(plant: Plant) -> None:
    stream = plant.streams[0]
    asked = [("LL", 5.0), ("L", 81.0)]
    with pytest.raises(InvalidError), unit_of_work(SYSTEM):
        limits.file_limits(
            [
                limits.Filing(datastream_id=stream.id, condition=condition, value=value)
                for condition, value in asked
            ]
        )
    with unit_of_work(SYSTEM):
        assert not Limit.objects.filter(datastream=stream, condition__in=("LL", "L")).exists()


@pytest.mark.parametrize(
    ("condition", "value"),
    [("HH", 79.0), ("H", 90.0), ("LL", 85.0), ("L", float("nan")), ("rate", 1.0), ("silent", 1.0)],
)
def test_a_limit_out_of_order_or_not_judged_is_refused(
    plant: Plant, condition: str, value: float
) -> None:
    with pytest.raises(InvalidError), unit_of_work(SYSTEM):
        limits.file_limit(datastream_id=plant.streams[0].id, condition=condition, value=value)


@pytest.mark.parametrize(
    ("given", "unit", "priority"),
    [
        ({"condition": "rate", "value": 2.0, "window_ms": 60_000, "deadband": 1.0}, "%/s", 3),
        ({"condition": "range", "value": 100.0, "low": -1.0, "on_delay_ms": 5000}, "%", 4),
        ({"condition": "frozen", "value": 0.2, "window_ms": 3_600_000}, "%", 4),
    ],
)
def test_change_range_and_standstill_are_limits_too(
    plant: Plant, given: dict[str, Any], unit: str, priority: int
) -> None:
    with unit_of_work(SYSTEM):
        row = limits.file_limit(datastream_id=plant.streams[0].id, **given)
        told = Journal.objects.get(object=row.id).data
    assert (row.unit, row.priority) == (unit, priority)
    assert told == told | given


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"condition": "rate", "value": 0.0, "window_ms": 60_000}, "大于零"),
        ({"condition": "rate", "value": 1.0, "window_ms": 999}, "时间窗"),
        ({"condition": "rate", "value": 1.0, "window_ms": 1000, "deadband": 1.0}, "回差"),
        ({"condition": "range", "value": 1.0}, "下限"),
        ({"condition": "range", "value": 1.0, "low": 1.0}, "低于上限"),
        ({"condition": "range", "value": 2.0, "low": 0.0, "deadband": 1.0}, "一半"),
        ({"condition": "frozen", "value": 1.0}, "时间窗"),
        ({"condition": "frozen", "value": 1.0, "window_ms": 1000, "on_delay_ms": 1}, "没有回差"),
        ({"condition": "silent", "value": 2_000_001.0}, "中断时间"),
        ({"condition": "colour", "value": 1.0}, "没有限值类型"),
    ],
)
def test_what_could_never_be_judged_is_refused_with_its_reason(
    plant: Plant, given: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(InvalidError, match=sentence), unit_of_work(SYSTEM):
        limits.file_limit(datastream_id=plant.streams[0].id, **given)


def test_a_withdrawn_limit_keeps_its_row_and_tells_the_engine_with_a_higher_version(
    plant: Plant,
) -> None:
    with unit_of_work(SYSTEM):
        row = Limit.objects.get(datastream=plant.streams[0], condition="HH")
        filed_as = row.control_version
        gone = limits.withdraw_limit(limit_id=row.id, reason="设计变更")
        assert gone.control_version == filed_as
        told = Journal.objects.get(type="sensing.limit.withdrawn").data["control_version"]
        assert told == gone.withdrawn_version
        assert told > filed_as
    with pytest.raises(ConflictError), unit_of_work(SYSTEM):
        limits.withdraw_limit(limit_id=row.id, reason="再次")
