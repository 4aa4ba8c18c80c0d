"""Out of service and suppressed are flags with an end and a filing: alarms say so from begin to end (2b)."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from anlan.kernel.alerts.models import Alarm
from anlan.kernel.alerts.services.asides import follow_windows
from anlan.kernel.alerts.services.notices import tell_of_alarm
from anlan.kernel.base import deadlines
from anlan.kernel.base.clock import now
from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.sensing.models import Suppression
from anlan.kernel.sensing.services import suppressions
from tests.cast import assemble
from tests.kernel.alerts.test_apply_transitions import apply, step
from tests.plant import Plant, build_plant

pytestmark = pytest.mark.django_db
SYSTEM = machine("test")
HOUR = timedelta(hours=1)


@pytest.fixture
def plant(acting_as: Callable[[str], None]) -> Plant:
    made = build_plant(streams=2)
    acting_as("anlan_engine")
    apply([step(made, "raised", 1), step(made, "raised", 2, stream=1)], 0, 1)
    acting_as("anlan_worker")
    return made


def take_out(plant: Plant, *, begins: timedelta = timedelta(0)) -> Suppression:
    with unit_of_work(SYSTEM):
        return suppressions.take_out_of_service(
            datastream_id=plant.streams[0].id,
            starts_at=now() + begins,
            ends_at=now() + begins + HOUR,
            reason="变送器校验",
            approved_by="设备科长",
        )


def sweep(at_once: int = 500) -> int:
    with unit_of_work(machine("deadlines")):
        return follow_windows(at_once)


def alarm_of(plant: Plant, at: int = 0) -> Alarm:
    with unit_of_work(SYSTEM, read_only=True):
        return Alarm.objects.get(datastream=plant.streams[at])


def kinds(alarm: Alarm) -> list[str]:
    with unit_of_work(SYSTEM, read_only=True):
        rows = Journal.objects.filter(object=alarm.id).order_by("id")
        return [kind.rpartition(".")[2] for kind in rows.values_list("type", flat=True)]


def test_an_open_alarm_says_who_took_its_datastream_out_why_and_until_when(plant: Plant) -> None:
    window = take_out(plant)
    assert (sweep(), sweep()) == (1, 0)
    alarm, other = alarm_of(plant), alarm_of(plant, 1)
    assert (alarm.out_of_service, alarm.out_of_service_until) == (True, window.ends_at)
    assert (alarm.out_of_service_by, alarm.out_of_service_reason) == ("设备科长", "变送器校验")
    assert (alarm.suppressed_by, other.suppressed_by) == (window.id, None)
    assert kinds(alarm) == ["raised", "taken_out"]
    with unit_of_work(SYSTEM, read_only=True):
        said = Journal.objects.filter(object=alarm.id).latest("id").data
    assert (said["out_of_service"], said["version"]) == (True, alarm.version)


def test_it_is_put_back_by_whoever_ends_it_and_by_time(plant: Plant) -> None:
    window = take_out(plant)
    sweep()
    with unit_of_work(SYSTEM):
        suppressions.return_to_service(suppression_id=window.id, version=1)
    assert sweep() == 1
    again = take_out(plant)
    sweep()
    with unit_of_work(SYSTEM):
        Suppression.objects.filter(pk=again.id).update(ends_at=now())
    assert (sweep(), sweep()) == (1, 0)
    alarm = alarm_of(plant)
    assert (alarm.out_of_service, alarm.out_of_service_until) == (False, None)
    assert (alarm.out_of_service_by, alarm.suppressed_by) == ("", None)
    assert kinds(alarm) == ["raised", "taken_out", "put_back", "taken_out", "put_back"]


def test_one_that_begins_later_sets_nothing_aside_before_and_a_suppression_is_another_flag(
    plant: Plant,
) -> None:
    take_out(plant, begins=HOUR)
    with unit_of_work(SYSTEM):
        filed = suppressions.file_suppression(
            datastream_id=plant.streams[1].id, starts_at=now(), ends_at=now() + HOUR, reason="切换"
        )
    assert sweep() == 1
    assert alarm_of(plant).suppressed_by is None
    other = alarm_of(plant, 1)
    assert (other.suppressed_by, other.out_of_service) == (filed.id, False)
    with unit_of_work(SYSTEM):
        suppressions.end_suppression(suppression_id=filed.id)
    sweep()
    assert kinds(other) == ["raised", "suppressed", "unsuppressed"]


def test_nobody_is_told_of_what_is_out_of_service(plant: Plant) -> None:
    assemble(site=plant.site.id)
    take_out(plant)
    sweep()
    aside, other = alarm_of(plant), alarm_of(plant, 1)
    with unit_of_work(machine("alerts")):
        assert tell_of_alarm(alarm_id=aside.id, occurrence=1) == []
        assert tell_of_alarm(alarm_id=other.id, occurrence=1) != []


def test_a_closed_alarm_keeps_what_it_said_and_a_sweep_takes_no_more_than_it_may(
    plant: Plant,
) -> None:
    take_out(plant)
    with unit_of_work(SYSTEM):
        suppressions.take_out_of_service(
            datastream_id=plant.streams[1].id,
            starts_at=now(),
            ends_at=now() + HOUR,
            reason="检修",
            approved_by="设备科长",
        )
        Alarm.objects.filter(datastream=plant.streams[1]).update(
            instrument_state="returned", firm_state="closed"
        )
    assert (sweep(1), sweep(1)) == (1, 0)
    assert alarm_of(plant, 1).out_of_service is False


def test_the_worker_sweeps_them() -> None:
    assert "alarms set aside" in {one.name for one in deadlines.sweeps()}
