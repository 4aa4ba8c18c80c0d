"""A suppression by design has an end, a reason, somebody who filed it, and overlaps no other."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from anlan.kernel.alerts.rules import Progress
from anlan.kernel.alerts.services.transitions import apply_transitions
from anlan.kernel.base.clock import now, to_ms
from anlan.kernel.base.config import config
from anlan.kernel.base.errors import ConflictError, InvalidError, NotFoundError, StaleVersionError
from anlan.kernel.base.ids import new_ulid
from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.sensing import queries
from anlan.kernel.sensing.control import SuppressionSet
from anlan.kernel.sensing.models import Suppression
from anlan.kernel.sensing.services import control, suppressions
from tests.engine_writer import fenced
from tests.plant import Plant, build_plant

pytestmark = pytest.mark.django_db
SYSTEM = machine("test")


@pytest.fixture
def plant() -> Plant:
    return build_plant(streams=1)


def test_it_needs_an_end_to_come_and_can_be_ended_early(plant: Plant) -> None:
    moment = now()
    stream = plant.streams[0].id
    with pytest.raises(InvalidError), unit_of_work(SYSTEM):
        suppressions.file_suppression(
            datastream_id=stream, starts_at=moment, ends_at=moment - timedelta(1), reason="检修"
        )
    with unit_of_work(SYSTEM):
        row = suppressions.file_suppression(
            datastream_id=stream, starts_at=moment, ends_at=moment + timedelta(1), reason="检修"
        )
        assert queries.running_suppressions().count() == 1
        ended = suppressions.end_suppression(suppression_id=row.id)
        assert queries.running_suppressions().count() == 0
        assert ended.ended_by == "system:test"
    with pytest.raises(ConflictError), unit_of_work(SYSTEM):
        suppressions.end_suppression(suppression_id=row.id)


def file(stream: str, starts_at: datetime, hours: float) -> Suppression:
    with unit_of_work(SYSTEM):
        return suppressions.file_suppression(
            datastream_id=stream,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=hours),
            reason="校验",
        )


def waiting() -> list[tuple[str, int]]:
    """Return what the log would be told now, and under which version."""
    with unit_of_work(SYSTEM):
        changes = control.unpublished_suppressions()
        control.place_in_log([(one, 7) for one in changes], epoch=new_ulid(), at_ms=1)
    return [(one.row_id, one.control.version) for one in changes]


def test_two_that_overlap_are_refused_because_one_would_silently_end_the_other(
    plant: Plant,
) -> None:
    moment, stream = now(), plant.streams[0].id
    first = file(stream, moment, 2)
    with pytest.raises(ConflictError) as refused:
        file(stream, moment + timedelta(hours=1.9), 2)
    assert refused.value.facts["suppression_id"] == first.id
    later = file(stream, moment + timedelta(hours=2), 2)
    assert later.ended_at is None


def test_one_far_off_waits_and_the_engine_hears_of_it_after_those_before_it(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment, stream = now(), plant.streams[0].id
    far = file(stream, moment + timedelta(days=9), 2)
    [(told, first_version)] = waiting()
    assert told == far.id
    soon = file(stream, moment, 2)
    [(told, second_version)] = waiting()
    assert told == soon.id
    assert second_version > first_version
    assert waiting() == []
    assert state_of(far.id) == "planned"
    monkeypatch.setattr(queries, "now", lambda: moment + timedelta(hours=3))
    [(told, third_version)] = waiting()
    assert told == far.id
    assert third_version > second_version


def test_ending_the_one_that_runs_lets_the_next_be_heard_behind_its_end(plant: Plant) -> None:
    moment, stream = now(), plant.streams[0].id
    running = file(stream, moment, 2)
    next_one = file(stream, moment + timedelta(days=1), 2)
    assert [told for told, _ in waiting()] == [running.id]
    with unit_of_work(SYSTEM):
        suppressions.end_suppression(suppression_id=running.id)
    told = waiting()
    assert [one for one, _ in told] == [running.id, next_one.id]
    assert told[0][1] < told[1][1]


def test_ending_one_that_waits_is_not_told_while_another_runs(plant: Plant) -> None:
    moment, stream = now(), plant.streams[0].id
    running = file(stream, moment, 2)
    next_one = file(stream, moment + timedelta(days=1), 2)
    assert [told for told, _ in waiting()] == [running.id]
    with unit_of_work(SYSTEM):
        suppressions.end_suppression(suppression_id=next_one.id)
    assert waiting() == []


@pytest.mark.parametrize("kind", ["by_design", "out_of_service"])
def test_it_neither_began_weeks_ago_nor_lasts_longer_than_the_setting_allows(
    plant: Plant, kind: str
) -> None:
    moment = now()
    stream = plant.streams[0].id

    def file(begins: timedelta, days: timedelta) -> Suppression:
        said: dict[str, Any] = {
            "datastream_id": stream,
            "starts_at": moment + begins,
            "ends_at": moment + begins + days,
            "reason": "检修",
        }
        with unit_of_work(SYSTEM):
            if kind == "by_design":
                return suppressions.file_suppression(**said)
            return suppressions.take_out_of_service(approved_by="设备科长", **said)

    month = timedelta(days=config().suppression_days)
    with pytest.raises(InvalidError, match="不能补报") as early:
        file(timedelta(days=-21), timedelta(days=365))
    assert (early.value.code, early.value.facts["field"]) == ("sensing.begins_in_past", "starts_at")
    with pytest.raises(InvalidError, match="最长 30 天（设置 suppression_days）") as long:
        file(timedelta(hours=1), month + timedelta(seconds=1))
    assert (long.value.code, long.value.facts["field"]) == ("sensing.span_too_long", "ends_at")
    assert long.value.facts["longest_days"] == 30
    # A form that lay open for ten minutes, and the longest there may be.
    assert file(timedelta(minutes=-10), month).kind == kind


def test_it_waits_until_the_engine_has_passed_its_place_on_the_log(
    plant: Plant, acting_as: Callable[[str], None]
) -> None:
    moment = now()
    epoch = new_ulid()
    with unit_of_work(SYSTEM):
        row = suppressions.file_suppression(
            datastream_id=plant.streams[0].id,
            starts_at=moment,
            ends_at=moment + timedelta(hours=2),
            reason="校验",
        )
    assert state_of(row.id) == "waiting"
    with unit_of_work(SYSTEM):
        changes = control.unpublished_suppressions()
        control.place_in_log([(change, 7) for change in changes], epoch=epoch, at_ms=1)
    assert state_of(row.id) == "waiting"
    acting_as("anlan_engine")
    with unit_of_work(SYSTEM):
        progress = Progress(shard_group="main", epoch=epoch, after_seq=0, seq=7)
        apply_transitions([], fenced(progress))
    acting_as("anlan_app")
    assert state_of(row.id) == "running"


def test_out_of_service_needs_somebody_who_approved_it_and_goes_on_the_log_like_any_other(
    plant: Plant,
) -> None:
    moment = now()
    span: dict[str, Any] = {
        "starts_at": moment,
        "ends_at": moment + timedelta(hours=8),
        "reason": "变送器校验",
    }
    stream = plant.streams[0].id
    with pytest.raises(InvalidError) as refused, unit_of_work(SYSTEM):
        suppressions.take_out_of_service(datastream_id=stream, approved_by=" ", **span)
    assert refused.value.code == "sensing.approver_missing"
    with unit_of_work(SYSTEM):
        row = suppressions.take_out_of_service(datastream_id=stream, approved_by="设备科长", **span)
    assert (row.kind, row.approved_by, row.filed_by) == (
        "out_of_service",
        "设备科长",
        "system:test",
    )
    with unit_of_work(SYSTEM):
        [change] = control.unpublished_suppressions()
    assert change.control == SuppressionSet(
        number=plant.streams[0].number,
        suppression_id=row.id,
        starts_ms=to_ms(row.starts_at),
        ends_ms=to_ms(row.ends_at),
        version=row.control_version,
    )


def test_each_kind_is_ended_by_its_own_verb_and_one_stands_at_a_time(plant: Plant) -> None:
    moment = now()
    span: dict[str, Any] = {
        "starts_at": moment,
        "ends_at": moment + timedelta(hours=8),
        "reason": "变送器校验",
    }
    stream = plant.streams[0].id
    with unit_of_work(SYSTEM):
        row = suppressions.take_out_of_service(datastream_id=stream, approved_by="设备科长", **span)
    with pytest.raises(ConflictError), unit_of_work(SYSTEM):
        suppressions.file_suppression(datastream_id=stream, **span)
    with pytest.raises(NotFoundError), unit_of_work(SYSTEM):
        suppressions.end_suppression(suppression_id=row.id)
    with pytest.raises(StaleVersionError), unit_of_work(SYSTEM):
        suppressions.return_to_service(suppression_id=row.id, version=7)
    with unit_of_work(SYSTEM):
        back = suppressions.return_to_service(suppression_id=row.id, version=1)
        [change] = control.unpublished_suppressions()
    assert isinstance(change.control, SuppressionSet)
    assert (back.ended_by, change.control.suppression_id) == ("system:test", None)
    with unit_of_work(SYSTEM, read_only=True):
        rows = Journal.objects.filter(object=row.id).order_by("id")
        assert [one.type for one in rows] == ["sensing.outage.filed", "sensing.outage.ended"]


def state_of(suppression_id: str) -> str:
    with unit_of_work(SYSTEM):
        row = queries.suppressions().get(pk=suppression_id)
        return str(vars(row)["state"])
