"""Cheats in real history are found by the night's look; honest history gives no finding; twice run is once found."""

from datetime import timedelta

import numpy as np
import pytest

from anlan.kernel.base.clock import now
from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.messaging.models import Message
from anlan.systems.data_honesty.models import HonestyFinding, HonestyLook
from anlan.systems.data_honesty.services import looks
from tests.cast import Cast
from tests.factories import working
from tests.honesty import midnight
from tests.plant import Plant
from tests.systems.data_honesty.night import WORKER, again, run_night, sweep
from tests.systems.data_honesty.written import DAYS, MINUTES, Recorder, honest

pytestmark = pytest.mark.django_db
#: Yesterday's first minute in a curve of `honest`.
YESTERDAY = (DAYS - 1) * MINUTES


def copied(curve: np.ndarray, lag_days: int = 3, shift: float = 0.0) -> np.ndarray:
    """Return a curve whose yesterday is an earlier day once more."""
    made = curve.copy()
    begin = YESTERDAY - lag_days * MINUTES
    made[YESTERDAY:] = np.round(curve[begin : begin + MINUTES] + shift, 1)
    return made


def test_a_copied_day_is_found_with_where_it_came_from(
    plant: Plant, cast: Cast, recorder: Recorder
) -> None:
    first, second, third = plant.streams
    recorder.keep({first: honest(1), second: copied(honest(2)), third: honest(3)})
    [found] = run_night()
    assert (found.kind, found.datastream, found.state) == ("copied", second, "open")
    assert abs(found.first_at - midnight(1)) <= timedelta(minutes=1)
    assert abs(found.last_at - midnight(0)) <= timedelta(minutes=1)
    assert found.earlier_at is not None
    assert found.first_at - found.earlier_at == timedelta(days=3)
    assert found.figures["hours"] == pytest.approx(24, abs=0.1)
    assert (found.figures["lag_hours"], found.figures["shift"]) == (72.0, 0.0)
    assert found.figures["equal_share"] == 1.0
    assert "逐点相同" in found.reason
    assert "第三十六条" in found.clause
    assert found.mark == "L"
    assert found.basis["engine"].startswith("honesty-")
    assert found.basis["parameters"]["copy_h"] == 4.0
    assert (found.basis["step_s"], found.basis["resolution"]) == (60, 0.1)


def test_a_copy_that_was_shifted_is_found_with_its_shift(
    plant: Plant, cast: Cast, recorder: Recorder
) -> None:
    first, second, third = plant.streams
    recorder.keep({first: copied(honest(1), shift=1.5), second: honest(2), third: honest(3)})
    [found] = run_night()
    assert (found.kind, found.datastream) == ("copied", first)
    assert found.figures["shift"] == pytest.approx(1.5)


def test_honest_history_gives_no_finding_and_says_nothing(
    plant: Plant, cast: Cast, recorder: Recorder
) -> None:
    curves = {one: honest(n) for n, one in enumerate(plant.streams, 1)}
    # a gateway cut for an hour, a tank that stands empty for a night
    for curve in curves.values():
        curve[YESTERDAY + 200 : YESTERDAY + 260] = np.nan
    curves[plant.streams[2]][YESTERDAY - 500 : YESTERDAY + 100] = 0.0
    recorder.keep(curves)
    assert run_night() == []
    with unit_of_work(machine("test")):
        [look] = HonestyLook.objects.all()
        assert (look.streams, look.found, look.failed_at) == (3, 0, None)
        assert look.done_at is not None
        assert not Message.objects.exists()


def test_the_same_night_twice_makes_no_second_finding_nor_a_second_message(
    plant: Plant, cast: Cast, recorder: Recorder
) -> None:
    first, second, third = plant.streams
    recorder.keep({first: honest(1), second: copied(honest(2)), third: copied(honest(3), 2)})
    once = run_night()
    assert len(once) == 2
    assert [(one.id, one.version) for one in again()] == [(one.id, one.version) for one in once]
    assert run_night() == once
    with unit_of_work(machine("test")):
        [message] = Message.objects.all()
        assert "2 条新线索" in message.title
        assert "2 new" in message.title_en
        told = {one.recipient for one in message.deliveries.all()}
        assert told == {cast.monitor.id}
        assert Journal.objects.filter(type="data_honesty.finding.found").count() == 2


def test_a_finding_that_goes_on_is_longer_the_next_night(
    plant: Plant, cast: Cast, recorder: Recorder
) -> None:
    stream = plant.streams[0]
    curve = honest(1)
    stuck = YESTERDAY + 600
    curve[stuck:] = 57.3
    half = curve.copy()
    half[YESTERDAY + 1_000 :] = np.nan
    rest = {one: honest(n) for n, one in enumerate(plant.streams[1:], 2)}
    recorder.keep({stream: half} | rest)
    [before] = run_night()
    assert before.kind == "constant"
    late = np.full_like(curve, np.nan)
    late[YESTERDAY + 1_000 :] = curve[YESTERDAY + 1_000 :]
    recorder.keep({stream: late})
    [after] = again()
    assert (after.id, after.first_at) == (before.id, before.first_at)
    assert after.last_at - before.last_at == pytest.approx(
        timedelta(minutes=440), abs=timedelta(minutes=3)
    )
    assert after.version == before.version + 1
    with unit_of_work(machine("test")):
        events = (
            Journal.objects.filter(object=after.id).order_by("id").values_list("type", flat=True)
        )
        assert list(events) == ["data_honesty.finding.found", "data_honesty.finding.went_on"]
        assert HonestyLook.objects.get().went_on == 1


def test_what_was_judged_and_closed_is_not_found_again(
    plant: Plant, cast: Cast, recorder: Recorder
) -> None:
    first, second, third = plant.streams
    recorder.keep({first: honest(1), second: copied(honest(2)), third: honest(3)})
    [found] = run_night()
    with working():
        HonestyFinding.objects.filter(pk=found.pk).update(state="closed", verdict="untrue")
    assert [one.id for one in again()] == [found.id]


def test_a_night_is_laid_out_once_and_only_after_its_hour(plant: Plant, cast: Cast) -> None:
    with working():
        assert looks.lay_out_looks(midnight() + timedelta(minutes=30)) == 0
        assert looks.lay_out_looks(midnight() + timedelta(hours=3)) == 1
        assert looks.lay_out_looks(midnight() + timedelta(hours=4)) == 0
        [look] = HonestyLook.objects.all()
        assert look.day == midnight(1).date()
        assert (look.site, look.div, look.zone) == (plant.site.id, plant.site.div, plant.site.zone)


def test_a_site_that_was_cut_off_all_day_is_looked_at_when_it_has_caught_up(
    plant: Plant, cast: Cast, recorder: Recorder
) -> None:
    curves = {one: copied(honest(n)) for n, one in enumerate(plant.streams, 1)}
    recorder.keep({one: curve[:YESTERDAY] for one, curve in curves.items()})
    with unit_of_work(WORKER):
        looks.lay_out_looks(midnight() + timedelta(hours=2))
        looks.follow_looks(500)
        looks.follow_looks(500)
        [look] = HonestyLook.objects.all()
        assert (look.done_at, look.streams) == (None, 0)
        assert look.not_before is not None
        assert look.not_before > now()
    late = {one: curve.copy() for one, curve in curves.items()}
    for curve in late.values():
        curve[:YESTERDAY] = np.nan
    recorder.keep(late)
    with unit_of_work(WORKER):
        HonestyLook.objects.update(not_before=now())
    assert [one.kind for one in sweep()] == ["copied"] * 3


def test_one_look_that_fails_does_not_stop_the_others(
    plant: Plant, cast: Cast, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder.keep({one: honest(n) for n, one in enumerate(plant.streams, 1)})

    def broken(*_: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(looks, "look_at", broken)
    assert run_night() == []
    with unit_of_work(machine("test")):
        [look] = HonestyLook.objects.all()
        assert look.failed_at is not None
        assert look.failed_at <= now()
