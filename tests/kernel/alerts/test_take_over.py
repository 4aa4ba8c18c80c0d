"""One engine writes for a shard; who took over last, and nobody else."""

import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import timedelta
from importlib import import_module

import psycopg
import pytest
from django.db import OperationalError, connection, connections

from anlan.kernel.alerts.models import Alarm, EngineProgress, EngineWriter
from anlan.kernel.alerts.rules import Progress
from anlan.kernel.alerts.services.alarm_sql import ADVANCE
from anlan.kernel.alerts.services.transitions import _moved, apply_transitions
from anlan.kernel.alerts.services.writers import beat, take_over
from anlan.kernel.base.clock import now
from anlan.kernel.base.errors import ConflictError
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import SET_SCOPE, scope_settings, unit_of_work
from tests.kernel.alerts.test_apply_transitions import EPOCH, step
from tests.plant import Plant, build_plant

pytestmark = pytest.mark.django_db
ENGINE = machine("engine")
OTHER_EPOCH = EPOCH[:-1] + "1"
ALL = range(64)


@pytest.fixture
def plant(acting_as: Callable[[str], None]) -> Plant:
    made = build_plant()
    acting_as("anlan_engine")
    return made


@pytest.fixture
def engine_role(acting_as: Callable[[str], None]) -> None:
    acting_as("anlan_engine")


def hold(group: str = "main", shards: Iterable[int] = ALL) -> str:
    with unit_of_work(ENGINE):
        fence = take_over(group, list(shards))
    assert fence is not None
    return fence


def commit(
    fence: str, after: int, seq: int, plant: Plant | None = None, *, group: str = "main",
    epoch: str = EPOCH,
) -> None:  # fmt: skip
    """Write progress, and an alarm of the plant where one is given."""
    raised = [step(plant, "raised", seq)] if plant else []
    progress = Progress(shard_group=group, epoch=epoch, after_seq=after, seq=seq, fence=fence)
    with unit_of_work(ENGINE):
        apply_transitions(raised, progress)


def positions() -> dict[str, int]:
    return dict(EngineProgress.objects.values_list("shard_group", "seq"))


def test_who_was_taken_over_from_writes_nothing_although_the_place_is_still_its_own(
    plant: Plant,
) -> None:
    old = hold()
    commit(old, 0, 5)
    new = hold()
    with pytest.raises(ConflictError):
        commit(old, 5, 6, plant)
    with unit_of_work(ENGINE):
        assert not Alarm.objects.exists()
    assert positions() == {"main": 5}
    commit(new, 5, 6, plant)
    assert positions() == {"main": 6}


def test_an_old_engine_does_not_bring_back_an_old_life_of_the_log(plant: Plant) -> None:
    old = hold()
    commit(old, 0, 5)
    commit(hold(), 0, 1, epoch=OTHER_EPOCH)
    with pytest.raises(ConflictError):
        commit(old, 5, 6, plant)
    assert EngineProgress.objects.get().epoch == OTHER_EPOCH


def test_nobody_writes_who_has_not_taken_over(plant: Plant) -> None:
    with pytest.raises(ConflictError):
        commit("", 0, 1, plant)
    assert positions() == {}


def test_a_newcomer_waits_while_the_writer_lives_and_not_when_it_is_silent(
    engine_role: None,
) -> None:
    hold()
    other = connections["default"].copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            [pid] = cursor.fetchone()
        with connection.cursor() as cursor:  # all of this test is one transaction to PostgreSQL
            cursor.execute("SELECT pg_stat_clear_snapshot()")
        moment = now()
        EngineWriter.objects.update(backend_pid=pid, beat_at=moment)
        with unit_of_work(ENGINE):
            assert take_over("main", ALL) is None
            assert take_over("0-31", range(32)) is None, "part of what somebody else writes"
        EngineWriter.objects.update(beat_at=moment - timedelta(seconds=6))
        hold()
        EngineWriter.objects.update(backend_pid=0, beat_at=now())
        hold()  # whoever is gone is not waited for
    finally:
        other.close()


def test_an_engine_of_some_shards_fences_that_of_all_and_goes_on_where_it_stood(
    plant: Plant,
) -> None:
    whole = hold()
    commit(whole, 0, 7)
    low = hold("0-31", range(32))
    with pytest.raises(ConflictError):
        commit(whole, 7, 8, plant)
    commit(low, 7, 9, group="0-31")
    assert positions() == {"main": 7, "0-31": 9}, "the other half waits for its engine"
    high = hold("32-63", range(32, 64))
    commit(high, 7, 8, group="32-63")
    assert positions() == {"0-31": 9, "32-63": 8}


def test_engines_of_different_shards_write_beside_each_other(engine_role: None) -> None:
    low, high = hold("0-31", range(32)), hold("32-63", range(32, 64))
    commit(low, 0, 4, group="0-31")
    commit(high, 0, 6, group="32-63")
    commit(low, 4, 9, group="0-31")
    assert positions() == {"0-31": 9, "32-63": 6}


def test_groups_at_different_places_are_not_joined(engine_role: None) -> None:
    commit(hold("0-31", range(32)), 0, 4, group="0-31")
    commit(hold("32-63", range(32, 64)), 0, 6, group="32-63")
    with pytest.raises(ConflictError) as refused:
        hold()
    assert refused.value.code == "alerts.engine_shards_apart"
    assert positions() == {"0-31": 4, "32-63": 6}


def test_who_judged_before_there_were_fences_holds_the_shards_of_its_name(plant: Plant) -> None:
    step_to = import_module("anlan.kernel.alerts.migrations.0007_one_writer_per_group")
    for group in ("main", "3-5,7"):
        EngineProgress.objects.create(shard_group=group, epoch=EPOCH, seq=9, updated_at=now())
    with connection.cursor() as cursor:
        cursor.execute(step_to.HOLD_WHAT_IS_JUDGED)
    held = dict(EngineWriter.objects.values_list("shard_group", "shards"))
    assert held == {"main": list(ALL), "3-5,7": [3, 4, 5, 7]}
    EngineWriter.objects.filter(pk="3-5,7").delete()
    EngineProgress.objects.filter(pk="3-5,7").delete()
    commit(hold(), 9, 10, plant)
    assert positions() == {"main": 10}


def wait_for_locks_of(pid: int) -> None:
    asked = "SELECT count(*) FROM pg_locks WHERE pid = %s AND mode = 'RowExclusiveLock'"
    for _ in range(200):
        with connection.cursor() as cursor:
            cursor.execute(asked, [pid])
            if cursor.fetchone()[0]:
                return
        time.sleep(0.05)
    raise TimeoutError("the stuck writer holds nothing")


@pytest.mark.django_db(transaction=True)
def test_who_was_stopped_in_the_middle_of_one_trip_is_put_out_by_who_comes_next(
    plant: Plant,
) -> None:
    former = hold()
    with unit_of_work(ENGINE):
        EngineWriter.objects.update(beat_at=now() - timedelta(seconds=10))
    asked = dict(_moved(Progress(
        shard_group="main", epoch=EPOCH, after_seq=0, seq=1, fence=former
    )))  # fmt: skip
    params = connection.get_connection_params() | {"user": "anlan_engine", "context": None}
    stuck = psycopg.connect(**params, autocommit=True)
    # what a stopped process leaves behind: a transaction begun, and no Sync that would be answered
    with suppress(psycopg.OperationalError), stuck.pipeline(), stuck.cursor() as held:
        held.execute("BEGIN")
        held.execute(SET_SCOPE, scope_settings(ENGINE))
        held.execute(ADVANCE[False], asked)
        wait_for_locks_of(stuck.info.backend_pid)
        with pytest.raises(OperationalError):
            hold()  # it may only be slow: whoever comes waits, and comes again
        fence = hold()
    assert stuck.broken
    assert fence != former
    commit(fence, 0, 1, plant)
    assert positions() == {"main": 1}


def test_a_writer_that_only_listens_lives_and_a_former_one_is_told(engine_role: None) -> None:
    former = hold()
    with unit_of_work(ENGINE):
        EngineWriter.objects.update(beat_at=now() - timedelta(seconds=10))
        beat("main", former)
        found = EngineWriter.objects.get()
    assert now() - found.beat_at < timedelta(seconds=5)
    hold()
    with pytest.raises(ConflictError), unit_of_work(ENGINE):
        beat("main", former)
