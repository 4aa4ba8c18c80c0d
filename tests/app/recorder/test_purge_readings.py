"""READINGS keeps a day, and whatever somebody has not taken in."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from nats.js import JetStreamContext

from anlan.app.log_purge import KEPT, engines_progress, purge_readings
from anlan.kernel.alerts.models import EngineProgress, ExerciseProgress
from anlan.kernel.base import bus
from anlan.kernel.base.clock import now
from anlan.kernel.base.config import Config
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.sensing.control import encode_tick

EPOCH = "01K5000000000000000000000A"


async def filled(js: JetStreamContext, settings: Config, count: int) -> None:
    await bus.ensure_streams(js, settings)
    subject = bus.readings_subject(settings.node, 0, bus.TICK)
    for number in range(count):
        await js.publish(subject, encode_tick(number))


@pytest.mark.parametrize(
    ("engine", "recorder", "gone"), [(40, 100, 40), (100, 7, 7), (0, 100, 0), (500, 500, 100)]
)
async def test_what_is_old_goes_up_to_where_everybody_has_it(
    settings_of_run: Config, engine: int, recorder: int, gone: int
) -> None:
    client = await bus.connect(settings_of_run, "test")
    js = client.jetstream()
    await filled(js, settings_of_run, 100)
    later = now() + KEPT + timedelta(minutes=1)
    purged = await purge_readings(js, engine_seq=engine, recorder_seq=recorder, moment=later)
    state = (await js.stream_info(bus.READINGS)).state
    assert (purged, state.messages) == (gone, 100 - gone)
    again = await purge_readings(js, engine_seq=engine, recorder_seq=recorder, moment=later)
    assert again == 0
    await client.close()


async def test_what_is_young_stays_to_the_message(settings_of_run: Config) -> None:
    client = await bus.connect(settings_of_run, "test")
    js = client.jetstream()
    await filled(js, settings_of_run, 30)
    border = (await js.get_msg(bus.READINGS, 18)).time
    assert border is not None
    purged = await purge_readings(js, engine_seq=99, recorder_seq=99, moment=border + KEPT)
    assert purged == 17
    assert (await js.stream_info(bus.READINGS)).state.first_seq == 18
    assert await purge_readings(js, engine_seq=99, recorder_seq=99, moment=now()) == 0
    await client.close()


@pytest.mark.django_db
def test_an_engine_that_has_not_begun_this_life_holds_everything(
    acting_as: Callable[[str], None],
) -> None:
    acting_as("anlan_owner")
    with unit_of_work(machine("test")):
        assert engines_progress(EPOCH) == 0
        EngineProgress.objects.create(shard_group="a", epoch=EPOCH, seq=70, updated_at=now())
        EngineProgress.objects.create(shard_group="b", epoch=EPOCH, seq=50, updated_at=now())
    acting_as("anlan_recorder")
    with unit_of_work(machine("recorder")):
        assert engines_progress(EPOCH) == 50
        assert engines_progress("01K600000000000000000000FF") == 0


@pytest.mark.django_db
def test_exercises_hold_the_log_while_somebody_judges_them(
    acting_as: Callable[[str], None],
) -> None:
    acting_as("anlan_owner")
    with unit_of_work(machine("test")):
        EngineProgress.objects.create(shard_group="a", epoch=EPOCH, seq=70, updated_at=now())
        drills = ExerciseProgress(shard_group="exercise", epoch=EPOCH, seq=5, updated_at=now())
        drills.save()
        assert engines_progress(EPOCH) == 5
        drills.updated_at -= KEPT
        drills.save()
        assert engines_progress(EPOCH) == 70
