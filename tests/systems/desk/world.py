"""A week of alarms, silence and readings at two firms, made as raw rows."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec.structs import replace

from anlan.kernel.alerts.models import Alarm
from anlan.kernel.base.clock import SHANGHAI, to_ms
from anlan.kernel.base.ids import new_ulid
from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.sensing.models import BatchReceipt, Limit, QuarantinedMessage
from anlan.kernel.sensing.services import limits
from tests.kernel.alerts.test_apply_transitions import Kind, apply, step
from tests.plant import Plant, build_plant

#: Monday to Monday, long ago: the whole of it has happened.
START = datetime(2026, 9, 7, tzinfo=SHANGHAI)
END = START + timedelta(days=7)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@dataclass
class Log:
    """Writes transitions as the engine, one after the other."""

    plant: Plant
    at: int = 0

    def say(self, kind: Kind, moment: datetime, *, condition: str, stream: int) -> None:
        """Write one transition as of a moment."""
        self.at += 1
        said = step(self.plant, kind, self.at, condition=condition, stream=stream)
        apply([replace(said, at_ms=to_ms(moment), known_ms=to_ms(moment))], self.at - 1, self.at)


def turn(plant: Plant, stream: int, condition: str, **columns: object) -> None:
    """Give an alarm the answers of a test."""
    with unit_of_work(machine("test")):
        rows = Alarm.objects.filter(datastream=plant.streams[stream], condition=condition)
        assert rows.update(**columns) == 1


def checked(plant: Plant, stream: int, condition: str, at: datetime) -> None:
    """Leave the journal row of a bureau's check."""
    with unit_of_work(machine("test")):
        alarm = Alarm.objects.get(datastream=plant.streams[stream], condition=condition)
        Journal.objects.create(
            node="t", type="alerts.alarm.checked", occurred_at=at, known_at=at,
            correlation_id=new_ulid(), actor="test", object=alarm.id, object_version=9, div=alarm.div,
            zone=alarm.zone, site=alarm.site, data={},
        )  # fmt: skip


def with_silence_limits(plant: Plant, since: datetime) -> None:
    """Let every datastream be watched for silence since a moment."""
    with unit_of_work(machine("test")):
        for stream in plant.streams:
            made = limits.file_limit(datastream_id=stream.id, condition="silent", value=60.0)
            Limit.objects.filter(pk=made.pk).update(valid_from=since)


def answered(confirm: datetime | None, close: datetime | None, **more: object) -> dict[str, object]:
    """Return the firm's columns by when it confirmed and closed."""
    state = "closed" if close else "confirmed" if confirm else "new"
    return {
        "firm_state": state, "confirmed_at": confirm, "confirmed_occurrence": 1 if confirm else 0,
        "closed_at": close, "instrument_state": "returned", "returned_at": START + 30 * HOUR,
    } | more  # fmt: skip


def a_week(log: Log) -> None:
    """Write the week: what each alarm is to count as stands beside it."""
    plant = log.plant
    raised = START + 24 * HOUR
    for stream, condition in enumerate(("HH", "HH", "H", "H", "H", "frozen")):
        log.say("raised", raised, condition=condition, stream=stream)
    # 0 red, confirmed and closed in time, checked in time
    turn(plant, 0, "HH", **answered(raised + 5 * MINUTE, raised + 20 * MINUTE))
    checked(plant, 0, "HH", raised + 9 * MINUTE)
    # 1 red, confirmed late, closed late, checked late
    turn(plant, 1, "HH", **answered(raised + 11 * MINUTE, raised + 40 * MINUTE))
    checked(plant, 1, "HH", raised + 11 * MINUTE)
    # 2 yellow, in time by the long clocks; a false alarm
    turn(plant, 2, "H", **answered(raised + 29 * MINUTE, raised + 3 * HOUR, is_false=True))
    # 3 yellow, confirmed in time, never closed: the bureau should have phoned
    turn(plant, 3, "H", **answered(raised + 10 * MINUTE, None))
    # 4 yellow, closed an hour after the week: late
    turn(plant, 4, "H", **answered(raised + 10 * MINUTE, END + HOUR))
    # 5 frozen: a bad value, nobody answered
    # silent from hour 10 to 12 and again from 20 to 21
    for kind, hour in (("raised", 10), ("returned", 12), ("raised", 20), ("returned", 21)):
        log.say(kind, START + hour * HOUR, condition="silent", stream=0)  # type: ignore[arg-type]
    # silent since before the week, back an hour after it began
    log.say("raised", START - HOUR, condition="silent", stream=1)
    log.say("returned", START + HOUR, condition="silent", stream=1)
    # an alarm before the week and one after it are not of it
    log.say("raised", START - 2 * HOUR, condition="rate", stream=2)
    log.say("raised", END, condition="rate", stream=3)


def readings(plant: Plant) -> None:
    """Receive 90 of 100 readings in the week, ten more outside it, and three messages nobody could take."""
    with unit_of_work(machine("test")):
        for n, (at, count, refused) in enumerate(
            ((START, 40, 10), (END - MINUTE, 50, 0), (END, 10, 0)), 1
        ):
            BatchReceipt.objects.create(
                gateway=plant.gateway, sequence=n, count=count, refused=refused, digest=f"{n:064d}",
                arrived_at=at,
            )  # fmt: skip
        for at in (START, START + HOUR, END):
            QuarantinedMessage.objects.create(
                gateway=plant.gateway, div=plant.site.div, zone=plant.site.zone, site=plant.site.id,
                door="mqtt", code="bad", reason="", payload=b"", received_at=at,
            )  # fmt: skip


def build() -> Plant:
    """Make a plant of six datastreams that has been watched since long before."""
    plant = build_plant(streams=6)
    with_silence_limits(plant, START - timedelta(days=30))
    return plant
