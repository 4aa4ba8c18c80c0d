"""The engine's writes: alarms, journal and progress in one transaction, once and only once."""

from collections.abc import Callable
from dataclasses import asdict, fields
from functools import partial
from typing import Any, Literal

import pytest
from django.db import IntegrityError, connection
from msgspec.structs import replace
from psycopg import Cursor

from anlan.kernel.alerts import queries
from anlan.kernel.alerts.events import AlarmState
from anlan.kernel.alerts.models import Alarm, EngineProgress
from anlan.kernel.alerts.rules import Deafness, Progress, Transition
from anlan.kernel.alerts.services import rows
from anlan.kernel.alerts.services.transitions import apply_transitions, plan_statements
from anlan.kernel.base.clock import from_ms, now_ms
from anlan.kernel.base.config import config
from anlan.kernel.base.errors import ConflictError
from anlan.kernel.base.ids import derived_ulid
from anlan.kernel.base.models import Journal, JournalPending
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.places.rules import node_div
from anlan.kernel.sensing.models import Datastream
from tests.engine_writer import fenced
from tests.plant import Plant, build_plant

pytestmark = pytest.mark.django_db
Kind = Literal["raised", "returned", "unconfirmed", "reaffirmed"]
EPOCH = "01K0000000000000000000EP0C"
ENGINE = machine("engine")


@pytest.fixture
def plant(acting_as: Callable[[str], None]) -> Plant:
    made = build_plant()
    acting_as("anlan_engine")
    return made


def step(
    plant: Plant, kind: Kind, seq: int, *, condition: str = "HH", stream: int = 0
) -> Transition:
    at = now_ms()
    return Transition(
        alarm_id=derived_ulid(at, EPOCH, 0, seq, stream),
        number=plant.streams[stream].number,
        condition=condition,
        kind=kind,
        at_ms=at,
        known_ms=at,
        value=91.5,
        limit_version=99,
    )


def apply(transitions: list[Transition], after: int, seq: int, exercise: str | None = None) -> int:
    progress = Progress(shard_group="0", epoch=EPOCH, after_seq=after, seq=seq)
    with unit_of_work(ENGINE):
        return apply_transitions(
            [replace(one, exercise_id=exercise) for one in transitions], fenced(progress)
        )


def the_alarm() -> Alarm:
    with unit_of_work(ENGINE):
        return Alarm.objects.get()


def test_a_raise_makes_one_alarm_with_its_limit_its_journal_row_and_the_progress(
    plant: Plant,
) -> None:
    raised = step(plant, "raised", 1)
    assert apply([raised], 0, 1) == 1
    alarm = the_alarm()
    assert (alarm.id, alarm.instrument_state, alarm.priority) == (raised.alarm_id, "active", 1)
    assert (alarm.limit_value, alarm.value, alarm.bureau_state) == (90.0, 91.5, "listed")
    assert (alarm.div, alarm.zone, alarm.site) == (plant.site.div, plant.site.zone, plant.site.id)
    with unit_of_work(ENGINE):
        row = Journal.objects.get(type="alerts.alarm.raised")
        assert JournalPending.objects.filter(journal=row).exists()
        assert (row.object, row.object_version, row.actor) == (alarm.id, 1, "system:engine")
        assert EngineProgress.objects.get().seq == 1


def test_the_journal_carries_exactly_the_public_state_that_the_api_shows(plant: Plant) -> None:
    apply([step(plant, "raised", 1)], 0, 1)
    with unit_of_work(ENGINE):
        data = Journal.objects.get(type="alerts.alarm.raised").data
        shown = asdict(queries.alarm_state(data["id"]))
    assert data.keys() == {field.name for field in fields(AlarmState)}
    same = {name: data[name] for name in data if not name.endswith(("_at", "_until"))}
    assert same == {name: shown[name] for name in same}


def test_raise_return_raise_in_one_message_reopens_the_same_row(plant: Plant) -> None:
    kinds: tuple[Kind, ...] = ("raised", "returned", "raised")
    chain = [step(plant, kind, seq) for seq, kind in enumerate(kinds)]
    assert apply(chain, 0, 1) == 3
    alarm = the_alarm()
    assert (alarm.instrument_state, alarm.occurrences, alarm.version) == ("active", 2, 3)
    assert alarm.id == chain[0].alarm_id


def test_a_raise_after_the_firm_closed_makes_a_new_alarm(plant: Plant) -> None:
    apply([step(plant, "raised", 1), step(plant, "returned", 2)], 0, 2)
    with unit_of_work(ENGINE):
        Alarm.objects.update(firm_state="closed")
    apply([step(plant, "raised", 3)], 2, 3)
    with unit_of_work(ENGINE):
        assert Alarm.objects.count() == 2


def test_progress_that_another_engine_moved_refuses_the_whole_batch(plant: Plant) -> None:
    apply([], 0, 5)
    with pytest.raises(ConflictError):
        apply([step(plant, "raised", 6)], 4, 6)
    with unit_of_work(ENGINE):
        assert not Alarm.objects.exists()
        assert EngineProgress.objects.get().seq == 5


def test_a_new_epoch_starts_its_own_count(plant: Plant) -> None:
    apply([], 0, 5)
    other = Progress(shard_group="0", epoch=EPOCH[:-1] + "1", after_seq=0, seq=1)
    with unit_of_work(ENGINE):
        apply_transitions([], fenced(other))
        assert EngineProgress.objects.get().seq == 1


def test_a_return_without_an_open_alarm_changes_nothing(plant: Plant) -> None:
    assert apply([step(plant, "returned", 1)], 0, 1) == 0


def test_the_database_itself_refuses_a_second_open_alarm_of_a_condition(plant: Plant) -> None:
    apply([step(plant, "raised", 1)], 0, 1)
    alarm = the_alarm()
    alarm.id = derived_ulid(now_ms(), "another")
    with pytest.raises(IntegrityError), unit_of_work(ENGINE):
        alarm.save(force_insert=True)


def test_a_thousand_alarms_of_a_storm_are_a_handful_of_statements(
    plant: Plant, django_assert_max_num_queries: object
) -> None:
    both = [step(plant, "raised", 1), step(plant, "raised", 2, condition="H", stream=1)]
    apply([], 0, 1)
    with unit_of_work(ENGINE):
        progress = fenced(Progress(shard_group="0", epoch=EPOCH, after_seq=1, seq=2))
    with django_assert_max_num_queries(8), unit_of_work(ENGINE):  # type: ignore[operator]
        apply_transitions(both, progress)


def test_times_are_those_of_the_reading_not_of_the_writing(plant: Plant) -> None:
    raised = step(plant, "raised", 1)
    apply([raised], 0, 1)
    assert the_alarm().raised_at == from_ms(raised.at_ms)


def test_a_time_of_deafness_is_one_journal_row_beside_the_progress(plant: Plant) -> None:
    ended_ms = now_ms()
    deafness = Deafness(from_ms=ended_ms - 60_000, to_ms=ended_ms)
    for seq in (1, 2):
        progress = Progress(
            shard_group="0", epoch=EPOCH, after_seq=seq - 1, seq=seq, deaf=(deafness,)
        )
        with unit_of_work(ENGINE):
            apply_transitions([], fenced(progress))
    with pytest.raises(ConflictError), unit_of_work(ENGINE):
        apply_transitions([], fenced(progress))
    with unit_of_work(ENGINE):
        rows = list(Journal.objects.filter(type="alerts.engine.was_deaf").order_by("id"))
        assert EngineProgress.objects.get().version == 2
    assert [(row.object, row.object_version) for row in rows] == [("0", 1), ("0", 2)]
    assert rows[0].data["reason"] == "no_ticks"
    assert rows[0].occurred_at == from_ms(ended_ms)
    assert rows[0].div == node_div(config().node) != plant.site.div, "the whole area, no one site"


def test_an_alarm_without_data_is_marked_once_and_the_mark_goes_with_the_data(
    plant: Plant,
) -> None:
    apply([step(plant, "raised", 1)], 0, 1)
    doubt = step(plant, "unconfirmed", 2)
    assert apply([doubt], 1, 2) == 1
    alarm = the_alarm()
    assert (alarm.unconfirmed_at, alarm.instrument_state) == (from_ms(doubt.at_ms), "active")
    assert apply([step(plant, "unconfirmed", 3)], 2, 3) == 0, "it is marked already"
    assert apply([step(plant, "reaffirmed", 4)], 3, 4) == 1
    assert the_alarm().unconfirmed_at is None
    apply([doubt], 4, 5)
    apply([step(plant, "returned", 6)], 5, 6)
    assert the_alarm().unconfirmed_at is None
    with unit_of_work(ENGINE):
        types = list(Journal.objects.order_by("id").values_list("type", flat=True))
    told = [name.rpartition(".")[2] for name in types if name.startswith("alerts.")]
    assert told == ["raised", "unconfirmed", "reaffirmed", "unconfirmed", "returned"]


def test_a_statement_is_planned_once_and_again_when_the_table_has_grown(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Row security makes a plan cost ten times its execution, and an empty table's plan misleads."""
    said: list[str] = []

    class Heard(Cursor[Any]):
        def execute(self, query: Any, *args: Any, **kwargs: Any) -> Any:
            said.append(bytes(query).decode() if isinstance(query, bytes) else query)
            return super().execute(query, *args, **kwargs)

    monkeypatch.setattr(rows, "Cursor", Heard)
    monkeypatch.setattr(rows, "_Growth", partial(rows._Growth, replan_at=2))
    rows._growth.clear()
    for seq in range(6):
        apply([step(plant, "raised" if seq % 2 == 0 else "returned", seq + 1)], seq, seq + 1)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT generic_plans, custom_plans FROM pg_prepared_statements"
            " WHERE statement LIKE '%%INSERT INTO alerts_alarm%%'"
        )
        assert cursor.fetchall() == [(3, 0)]
    assert [at for at, one in enumerate(said) if one == "DISCARD PLANS"] == [1, 4]


def test_statements_are_planned_before_the_first_alarm_and_write_nothing(
    plant: Plant, acting_as: Callable[[str], None]
) -> None:
    journalled = Journal.objects.count()
    with unit_of_work(ENGINE):
        plan_statements()
    assert (Alarm.objects.count(), Journal.objects.count()) == (0, journalled)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%%alerts_alarm%%'"
            " AND generic_plans > 0"
        )
        assert cursor.fetchone() == (7,)
    # whatever the size of numbers and values, a real one runs a plan that stands
    acting_as("anlan_owner")
    with unit_of_work(machine("test")):
        Datastream.objects.filter(pk=plant.streams[1].id).update(number=70_000)
        plant.streams[1].refresh_from_db()
    acting_as("anlan_engine")
    apply([step(plant, "raised", 1), replace(step(plant, "raised", 2, stream=1), value=2.0)], 0, 2)
    apply([replace(step(plant, "returned", 3), value=None)], 2, 3)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%%alerts_alarm%%'"
        )
        assert cursor.fetchone() == (7,)
    assert Alarm.objects.count() == 2
