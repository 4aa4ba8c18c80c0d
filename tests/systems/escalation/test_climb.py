"""An alarm that its owner lets pass is carried upwards: whom it reaches, when, once, and no further than it is answered."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from anlan.kernel.alerts.models import Alarm
from anlan.kernel.alerts.rules import Progress, Transition
from anlan.kernel.alerts.services.transitions import apply_transitions
from anlan.kernel.base.clock import now, now_ms
from anlan.kernel.base.ids import derived_ulid
from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.messaging.models import Delivery, Message
from anlan.kernel.people.models import User
from anlan.systems.escalation.models import Escalation
from anlan.systems.escalation.queries import above, escalations
from anlan.systems.escalation.services.climbing import climb, sweep
from tests import factories
from tests.cast import DIV_IN_ZONE, ZONE, Cast, assemble
from tests.engine_writer import fenced
from tests.plant import Plant, build_plant

pytestmark = pytest.mark.django_db
EPOCH = "01K0000000000000000000ESCA"
MINUTE = timedelta(minutes=1)
_sequence = iter(range(1, 10_000))


@pytest.fixture
def plant() -> Plant:
    return build_plant(zone=ZONE, streams=4)


@pytest.fixture
def cast(plant: Plant, acting_as: Callable[[str], None]) -> Cast:
    """The zone's bureau is in charge; above it stand the county's territory, a city's and the province's bureau."""
    made = assemble(site=plant.site.id)
    with factories.working():
        factories.officer(made.firm, "firm_safety", "钱安全", "safety")
        factories.officer(made.firm, "firm_principal", "武厂长", "principal")
        factories.officer(made.zone_bureau, "duty_leader", "秦带班", "zone_leader")
        city = factories.organisation("银川市应急管理局", territory_code="6401")
        province = factories.organisation("自治区应急管理厅", territory_code="64")
        factories.officer(city, "monitor", "何市局", "city")
        factories.officer(province, "duty_officer", "施省厅", "province")
    acting_as("anlan_worker")
    return made


Late = Callable[..., Alarm]


@pytest.fixture
def late(plant: Plant, acting_as: Callable[[str], None]) -> Late:
    """Return how a test lets the engine raise HH some minutes ago: `late(minutes, stream, priority)`."""

    def made(minutes: int, stream: int = 0, priority: int = 1) -> Alarm:
        seq = next(_sequence)
        at = now_ms()
        step = Transition(
            alarm_id=derived_ulid(at, EPOCH, 0, seq, stream),
            number=plant.streams[stream].number,
            condition="HH",
            kind="raised",
            at_ms=at,
            known_ms=at,
            value=91.5,
            limit_version=99,
        )
        acting_as("anlan_engine")
        progress = Progress(shard_group=f"t{seq}", epoch=EPOCH, after_seq=0, seq=seq)
        with unit_of_work(machine("engine")):
            apply_transitions([step], fenced(progress))
            alarm = Alarm.objects.get(datastream=plant.streams[stream])
        acting_as("anlan_worker")
        return change(alarm, last_raised_at=now() - minutes * MINUTE, priority=priority)

    return made


def change(alarm: Alarm, **values: object) -> Alarm:
    """Set columns as an owner's act, or the time, would have left them."""
    with unit_of_work(machine("test")):
        Alarm.objects.filter(pk=alarm.pk).update(**values)
        return Alarm.objects.get(pk=alarm.pk)


def climbed() -> int:
    with unit_of_work(machine("deadlines")):
        return climb(500)


def rungs() -> list[str]:
    with unit_of_work(machine("test"), read_only=True):
        return sorted(Escalation.objects.values_list("rung", flat=True))


def told() -> list[str]:
    """Return the name of everybody who got a message, once for each message."""
    with unit_of_work(machine("test"), read_only=True):
        names = dict(User.objects.values_list("id", "name"))
        return sorted(names[one] for one in Delivery.objects.values_list("recipient", flat=True))


def states() -> dict[str, str]:
    with unit_of_work(machine("test"), read_only=True):
        return {one.rung: getattr(one, "state") for one in escalations()}  # noqa: B009 - annotated


@pytest.mark.usefixtures("cast")
@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (9, []),
        (11, ["bureau_leader", "firm_accountable"]),
        (19, ["bureau_leader", "firm_accountable"]),
        (21, ["above", "bureau_leader", "firm_accountable", "firm_principal"]),
        (59, ["above", "bureau_leader", "firm_accountable", "firm_principal"]),
        (61, ["above", "above_two", "bureau_leader", "firm_accountable", "firm_principal"]),
    ],
)
def test_a_red_alarm_that_nobody_answers_climbs_with_the_minutes(
    late: Late, minutes: int, expected: list[str]
) -> None:
    late(minutes)
    climbed()
    assert rungs() == expected


@pytest.mark.usefixtures("cast")
def test_each_is_told_once_however_often_it_is_looked(late: Late) -> None:
    late(120)
    assert climbed() == 5
    assert told() == ["何市局", "施省厅", "武厂长", "秦带班", "钱安全"]
    assert climbed() == 0
    assert len(told()) == 5


@pytest.mark.usefixtures("cast")
def test_what_is_said_names_the_alarm_the_deadline_and_how_late(late: Late) -> None:
    alarm = late(12)
    climbed()
    with unit_of_work(machine("test"), read_only=True):
        row = Escalation.objects.get(rung="firm_accountable")
        message = Message.objects.get(pk=row.message_id)
        entry = Journal.objects.get(type="escalation.escalation.made", object=row.id)
    assert message.title.startswith("逾期升级：红色报警：")
    assert message.title.endswith("企业未确认")
    assert "已逾期 2 分钟" in message.body
    assert "not confirmed by the firm" in message.title_en
    assert (message.about_kind, message.about_id) == ("alerts.alarm", alarm.id)
    assert entry.data["told"] == row.told
    assert entry.correlation_id == alarm.correlation_id
    assert row.site == alarm.site


@pytest.mark.usefixtures("cast")
def test_an_answer_stops_the_climb_and_says_so(late: Late) -> None:
    alarm = late(12)
    climbed()
    assert set(states().values()) == {"waiting"}
    change(
        alarm,
        firm_state="confirmed",
        confirmed_at=now(),
        confirmed_occurrence=1,
        bureau_state="in_hand",
    )
    assert set(states().values()) == {"answered"}
    change(alarm, last_raised_at=now() - 25 * MINUTE)
    assert climbed() == 0


@pytest.mark.usefixtures("cast")
def test_what_came_again_climbs_by_itself(late: Late) -> None:
    alarm = late(12)
    climbed()
    change(alarm, occurrences=2, last_raised_at=now())
    assert set(states().values()) == {"again"}
    change(alarm, last_raised_at=now() - 11 * MINUTE)
    assert climbed() == 2


@pytest.mark.usefixtures("cast")
def test_who_confirmed_and_never_closes_is_late_again(late: Late) -> None:
    alarm = late(29)
    change(
        alarm,
        firm_state="confirmed",
        confirmed_at=now() - 25 * MINUTE,
        confirmed_occurrence=1,
        bureau_state="in_hand",
    )
    assert climbed() == 0
    change(alarm, last_raised_at=now() - 31 * MINUTE)
    assert climbed() == 1
    with unit_of_work(machine("test"), read_only=True):
        assert Escalation.objects.get().awaited == "close"
    assert states() == {"firm_accountable": "waiting"}


@pytest.mark.usefixtures("cast")
def test_a_second_deadline_is_said_again_and_each_is_urgent(late: Late) -> None:
    alarm = late(41, 0, 2)
    climbed()
    change(alarm, firm_state="confirmed", confirmed_at=now(), confirmed_occurrence=1)
    change(alarm, last_raised_at=now() - 251 * MINUTE)
    climbed()
    with unit_of_work(machine("test"), read_only=True):
        rows = Escalation.objects.filter(rung="bureau_leader")
        assert len({one.message_id for one in rows}) == 2
        assert set(Message.objects.values_list("urgent", flat=True)) == {True}


@pytest.mark.usefixtures("cast")
def test_orange_stays_in_the_county_and_yellow_is_nobodys(late: Late) -> None:
    late(600, 0, 2)
    late(600, 1, 3)
    climbed()
    assert rungs() == ["bureau_leader", "firm_accountable", "firm_principal"]


@pytest.mark.usefixtures("cast")
@pytest.mark.parametrize("aside", ["shelved", "suppressed", "out_of_service", "over"])
def test_what_is_set_aside_or_was_over_when_it_came_waits_for_nobody(
    late: Late, aside: str
) -> None:
    values: dict[str, dict[str, object]] = {
        "shelved": {"shelved_until": now() + MINUTE},
        "suppressed": {"suppressed_by": EPOCH},
        "out_of_service": {"out_of_service": True},
        "over": {"is_late": True, "instrument_state": "returned"},
    }
    alarm = change(late(120), **values[aside])
    assert climbed() == 0
    change(alarm, shelved_until=now() - MINUTE, suppressed_by=None, out_of_service=False, is_late=False)  # fmt: skip
    assert climbed() == 5


@pytest.mark.usefixtures("cast")
def test_a_group_stands_for_its_members_and_a_site_gets_one_message(
    plant: Plant, late: Late
) -> None:
    alarms = [late(12, number) for number in range(len(plant.streams))]
    assert len(alarms) > 2
    group, *members = alarms
    change(members[0], parent=group, cause_key="gateway:x")
    climbed()
    with unit_of_work(machine("test"), read_only=True):
        found = Escalation.objects.filter(rung="firm_accountable")
        assert {one.alarm_id for one in found} == {one.id for one in alarms} - {members[0].id}
        message = Message.objects.get(pk=found[0].message_id)
        assert len({one.message_id for one in found}) == 1
    assert f"{len(alarms) - 1} 条报警" in message.title
    assert told().count("钱安全") == 1


def test_where_nobody_stands_the_record_says_so(plant: Plant, late: Late) -> None:
    assemble(site=plant.site.id)
    late(120)
    climbed()
    with unit_of_work(machine("test"), read_only=True):
        row = Escalation.objects.get(rung="firm_accountable")
        assert (row.told, row.message_id) == ([], None)
        # no level above exists here: its rung names nobody either
        assert Escalation.objects.get(rung="above").organisations == []


def test_levels_above_are_those_that_exist(cast: Cast) -> None:
    with unit_of_work(machine("test"), read_only=True):
        names = [[one.name for one in above(cast.zone_bureau, DIV_IN_ZONE, up)] for up in (1, 2, 3)]
        city = above(cast.bureau, DIV_IN_ZONE, 1)[0]
        over_city = [one.name for one in above(city, DIV_IN_ZONE, 1)]
    assert names == [["银川市应急管理局"], ["自治区应急管理厅"], []]
    assert over_city == ["自治区应急管理厅"]


@pytest.mark.usefixtures("cast")
def test_a_process_looks_every_few_seconds_and_one_at_a_time(
    late: Late, monkeypatch: pytest.MonkeyPatch
) -> None:
    late(120)
    monkeypatch.setattr("anlan.systems.escalation.services.climbing._pace.last", None)
    with unit_of_work(machine("deadlines")):
        assert sweep(500) == 5
        assert sweep(500) == 0
