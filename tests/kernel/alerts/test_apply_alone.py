"""The engine's writes in one round trip: the same rows as step by step, or none at all."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from msgspec import structs

from anlan.kernel.alerts.models import Alarm, EngineProgress, WaitingMembers
from anlan.kernel.alerts.rules import GROUP, Deafness, Progress, Transition
from anlan.kernel.alerts.services.transitions import apply_alone, apply_transitions
from anlan.kernel.base.clock import now_ms
from anlan.kernel.base.ids import derived_ulid
from anlan.kernel.base.models import Journal, JournalPending
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from tests.engine_writer import fenced
from tests.kernel.alerts.test_apply_transitions import EPOCH, Kind, step
from tests.plant import Plant, build_plant

pytestmark = pytest.mark.django_db(transaction=True)
ENGINE = machine("engine")
#: A progress that nobody can have: the fence of a writer that never was.
NOBODY = Progress(shard_group="main", epoch=EPOCH, after_seq=0, seq=1, fence="0" * 26)


class UndoneError(Exception):
    """What was written is taken back."""


@pytest.fixture
def plant(acting_as: Callable[[str], None]) -> Plant:
    made = build_plant()
    acting_as("anlan_engine")
    return made


def ahead(group: str = "main", after: int = 0, seq: int = 1) -> Progress:
    with unit_of_work(ENGINE):
        return fenced(Progress(shard_group=group, epoch=EPOCH, after_seq=after, seq=seq))


def chain(plant: Plant) -> list[Transition]:
    """Return what one message can bring: three turns of one datastream, another's, and a lost gateway."""
    kinds: tuple[Kind, ...] = ("raised", "returned", "raised")
    turns = [step(plant, kind, seq) for seq, kind in enumerate(kinds)]
    other = step(plant, "raised", 4, condition="LL", stream=1)
    at = now_ms()
    lost = Transition(
        alarm_id=derived_ulid(at, EPOCH, 0, 9, 0), number=GROUP, condition="gateway", kind="raised",
        at_ms=at, known_ms=at, value=1.0, limit_version=0, cause_key=f"gateway:{plant.gateway.id}",
    )  # fmt: skip
    return [*turns, other, lost]


def rows() -> tuple[list[Any], ...]:
    """Return everything that the engine wrote, without the moments of writing."""
    alarms = [
        (a.id, a.version, a.datastream_id, a.condition, a.instrument_state, a.occurrences,
         a.priority, a.limit_id, a.value, a.cause_key, a.subject_id, a.div, a.site)
        for a in Alarm.objects.order_by("id")
    ]  # fmt: skip
    told = [
        (row.type, row.object, row.object_version, row.actor, row.occurred_at, row.div)
        for row in Journal.objects.filter(type__startswith="alerts.alarm").order_by("id")
    ]
    pending = JournalPending.objects.filter(journal__type__startswith="alerts.alarm").count()
    return alarms, told, [pending], [one.seq for one in EngineProgress.objects.all()]


def written() -> tuple[list[Any], ...]:
    with unit_of_work(ENGINE):
        return rows()


NOTHING: tuple[list[Any], ...] = ([], [], [0], [])


def test_one_trip_writes_what_the_steps_write(plant: Plant) -> None:
    transitions, progress = chain(plant), ahead()
    by_steps = NOTHING
    with suppress(UndoneError), unit_of_work(ENGINE):
        apply_transitions(transitions, progress)
        by_steps = rows()
        raise UndoneError
    assert written() == NOTHING
    assert apply_alone(ENGINE, transitions, progress)
    assert written() == by_steps
    assert [len(part) for part in by_steps] == [3, 5, 1, 1]
    assert by_steps[2:] == ([5], [1])


def test_postgresql_is_waited_for_once(plant: Plant, tmp_path: Path) -> None:
    assert apply_alone(ENGINE, chain(plant)[:3], ahead())
    progress = ahead(after=1, seq=2)
    turns = [step(plant, "returned", 2), step(plant, "raised", 3, stream=1)]
    wire = connection.connection.pgconn
    with (tmp_path / "wire").open("w") as heard:
        wire.trace(heard.fileno())
        assert apply_alone(ENGINE, turns, progress)
        wire.untrace()
    said = [line.split("\t") for line in (tmp_path / "wire").read_text().splitlines()]
    syncs = [kind for _, way, _, kind, *_ in said if way == "F" and kind == "Sync"]
    assert len(syncs) == 1


def test_a_writer_who_was_fenced_writes_nothing(plant: Plant) -> None:
    former = ahead()
    ahead()
    assert not apply_alone(ENGINE, [step(plant, "raised", 1)], former)
    assert written() == NOTHING


def test_progress_that_has_moved_is_not_moved_again(plant: Plant) -> None:
    progress = ahead()
    assert apply_alone(ENGINE, [step(plant, "raised", 1)], progress)
    once = written()
    assert not apply_alone(ENGINE, [step(plant, "returned", 2)], progress)
    assert written() == once


def test_members_and_deafness_are_left_to_the_steps(plant: Plant) -> None:
    progress = ahead()
    member = structs.replace(step(plant, "raised", 1, condition="silent"), cause_key="gateway:G")
    deaf = replace(progress, deaf=(Deafness(from_ms=0, to_ms=1),))
    assert not apply_alone(ENGINE, [member], progress)
    assert not apply_alone(ENGINE, [], deaf)
    with unit_of_work(ENGINE):
        WaitingMembers.objects.create(numbers=[plant.streams[1].number], columns={})
    assert not apply_alone(ENGINE, [step(plant, "raised", 1)], progress)
    assert written() == NOTHING


def test_what_is_refused_is_raised_whole_and_the_next_goes_well(plant: Plant) -> None:
    progress = ahead()
    first = step(plant, "raised", 1)
    of_one_name = structs.replace(step(plant, "raised", 2, stream=1), alarm_id=first.alarm_id)
    unknown = structs.replace(step(plant, "raised", 3, stream=1), condition="no such condition")
    with pytest.raises(IntegrityError):
        apply_alone(ENGINE, [first, of_one_name], progress)
    with pytest.raises(KeyError):
        apply_alone(ENGINE, [first, unknown], progress)
    assert written() == NOTHING
    assert apply_alone(ENGINE, [first], progress)


def test_it_has_a_transaction_of_its_own(plant: Plant) -> None:
    with transaction.atomic(), pytest.raises(RuntimeError, match="its own"):
        apply_alone(ENGINE, [step(plant, "raised", 1)], NOBODY)
