"""Whom an urgent alarm is told to: who stands there now, once, and not twice for one cause."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from anlan.kernel.alerts.models import Alarm
from anlan.kernel.alerts.rules import Progress, Transition
from anlan.kernel.alerts.services.notices import Raised, tell_of_alarm, tell_of_alarms
from anlan.kernel.alerts.services.transitions import apply_transitions
from anlan.kernel.base.clock import now, now_ms
from anlan.kernel.base.ids import derived_ulid, new_ulid
from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import Facts, Principal, machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.messaging import queries as inbox
from anlan.kernel.messaging import services as messaging
from anlan.kernel.messaging.models import Delivery, Message
from anlan.kernel.people.models import Organisation, PostHolding, User
from anlan.kernel.people.queries.principals import principal_of
from anlan.kernel.people.queries.responsible import in_charge_of
from anlan.kernel.people.services import posts
from anlan.kernel.places.rules import div_of
from tests import factories
from tests.cast import DIV_IN_TOWN, DIV_IN_ZONE, DIV_NEXT_DOOR, ZONE, Cast, assemble
from tests.engine_writer import fenced
from tests.plant import Plant, build_plant

pytestmark = pytest.mark.django_db
EPOCH = "01K0000000000000000000EP0C"
WORKER = machine("alerts.subscriptions")


@pytest.fixture
def plant() -> Plant:
    return build_plant(zone=ZONE)


@pytest.fixture
def cast(plant: Plant, acting_as: Callable[[str], None]) -> Cast:
    """The cast's firm owns the plant's site; the zone's bureau supervises it."""
    made = assemble(site=plant.site.id)
    acting_as("anlan_worker")
    return made


_sequence = iter(range(1, 10_000))


def raise_alarm(
    plant: Plant, acting_as: Callable[[str], None], *, stream: int = 0, drill: str | None = None
) -> Alarm:
    """Let the engine raise HH (priority 1); raising again while open is a new occurrence."""
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
        exercise_id=drill,
    )
    acting_as("anlan_engine")
    progress = Progress(shard_group=f"t{seq}", epoch=EPOCH, after_seq=0, seq=seq)
    with unit_of_work(machine("engine")):
        apply_transitions([step], fenced(progress))
        found = Alarm.objects.get(datastream=plant.streams[stream], exercise_id=drill)
    acting_as("anlan_worker")
    return found


def acting(drill: str | None = None) -> Principal:
    return replace(WORKER, exercise_id=drill)


def change(alarm: Alarm, **values: object) -> Alarm:
    """Set columns that no service writes yet (another priority, causes, parents)."""
    with unit_of_work(acting(alarm.exercise_id)):
        Alarm.objects.filter(pk=alarm.pk).update(**values)
        return Alarm.objects.get(pk=alarm.pk)


def tell(alarm: Alarm) -> list[Message]:
    """Do what the worker does with the event of the alarm's newest occurrence."""
    with unit_of_work(acting(alarm.exercise_id)):
        return tell_of_alarm(alarm_id=alarm.id, occurrence=alarm.occurrences)


def told(drill: str | None = None) -> list[str]:
    """Return the names of all who have got a message, one for each."""
    with unit_of_work(acting(drill), read_only=True):
        ids = list(Delivery.objects.order_by("id").values_list("recipient", flat=True))
        names = dict(User.objects.filter(id__in=ids).values_list("id", "name"))
    return sorted(names[one] for one in ids)


def missed() -> list[Journal]:
    with unit_of_work(acting(), read_only=True):
        return list(Journal.objects.filter(type="alerts.notice.missed"))


Raise = Callable[..., Alarm]


@pytest.fixture
def raised(plant: Plant, cast: Cast, acting_as: Callable[[str], None]) -> Raise:
    """How a test raises an alarm: `raised(stream=1, drill=…)`."""
    del cast
    return partial(raise_alarm, plant, acting_as)


def test_red_goes_to_the_control_room_and_to_the_bureau_in_charge(
    cast: Cast, raised: Raise
) -> None:
    alarm = raised()

    messages = tell(alarm)

    assert told() == ["孙中控", "赵监测"]
    for message in messages:
        assert (message.about_kind, message.about_id) == ("alerts.alarm", alarm.id)
        assert (message.sender, message.sensitivity) == ("system:alerts.subscriptions", 1)
        assert (message.site, message.zone, message.exercise_id) == (alarm.site, ZONE, None)
        assert "红色报警" in message.title
        assert "91.5" in message.body
        assert "限值 90" in message.body
        assert message.title_en.startswith("Red alarm: ")
        assert "value 91.5" in message.body_en
        assert "limit 90" in message.body_en
    assert cast.neighbour.name not in told()


def test_orange_goes_to_the_firm_alone_and_yellow_to_nobody(raised: Raise) -> None:
    tell(change(raised(), priority=2))
    tell(change(raised(stream=1), priority=3))
    assert told() == ["孙中控"]


def test_only_who_is_on_duty_is_told_and_everybody_when_nobody_is(
    cast: Cast, raised: Raise
) -> None:
    with unit_of_work(machine("test")):
        post = PostHolding.objects.get(user=cast.control_room).post
    second = factories.user("second", "二班中控")
    factories.holding(second, post)
    tell(change(raised(), priority=2))
    assert told() == ["二班中控", "孙中控"]

    factories.duty_shift(second, post)
    tell(change(raised(stream=1), priority=2))
    assert told() == ["二班中控", "二班中控", "孙中控"]


def test_being_asked_again_says_nothing_again(raised: Raise) -> None:
    alarm = raised()
    first, again = tell(alarm), tell(alarm)
    assert [one.id for one in again] == [one.id for one in first]
    assert told() == ["孙中控", "赵监测"]


def test_many_told_together_are_told_as_one_by_one_each_by_its_own_cause(
    raised: Raise, django_assert_max_num_queries: Any
) -> None:
    alarms = [raised(), change(raised(stream=1), priority=2)]
    causes = [(new_ulid(), new_ulid()) for _ in alarms]
    many = [
        Raised(alarm_id=alarm.id, occurrence=1, cause=cause)
        for alarm, cause in zip(alarms, causes, strict=True)
    ]
    with unit_of_work(acting()):
        said = tell_of_alarms([*many, many[0]])  # one of them comes twice
        again = tell_of_alarms(many)
    assert told() == ["孙中控", "孙中控", "赵监测"]
    assert [one.id for one in again] == [one.id for one in said]
    with unit_of_work(acting(), read_only=True):
        rows = Journal.objects.filter(type="messaging.message.sent").order_by("id")
        threads = list(rows.values_list("correlation_id", "causation_id"))
    assert threads == [causes[0], causes[0], causes[1]]

    with unit_of_work(acting()), django_assert_max_num_queries(30):
        tell_of_alarms(many * 20)


def test_a_new_occurrence_is_told_to_who_has_read_the_last_one(cast: Cast, raised: Raise) -> None:
    first = raised()
    [for_firm, _] = tell(first)
    tell(raised())
    assert told() == ["孙中控", "赵监测"]

    with unit_of_work(principal_of(cast.control_room)):
        messaging.mark_read(message_id=for_firm.id)
    third = raised()
    assert third.occurrences == 3
    tell(third)
    assert told() == ["孙中控", "孙中控", "赵监测"]
    with unit_of_work(acting()):
        assert tell_of_alarm(alarm_id=third.id, occurrence=2) == []


def test_a_storm_with_one_cause_tells_once_and_members_of_a_group_never(raised: Raise) -> None:
    first = change(raised(), cause_key="gateway:G1")
    second = change(raised(stream=1), cause_key="gateway:G1")
    tell(second)
    tell(first)
    assert told() == ["孙中控", "赵监测"]
    assert tell(change(second, cause_key="", parent_id=first.id)) == []


def test_a_red_one_behind_an_orange_one_of_the_same_cause_reaches_the_bureau(
    raised: Raise,
) -> None:
    tell(change(raised(), cause_key="gateway:G1", priority=2))
    tell(change(raised(stream=1), cause_key="gateway:G1"))
    assert told() == ["孙中控", "赵监测"]


def test_a_drill_tells_in_the_drill_and_leaves_no_trace_in_the_real_inbox(
    cast: Cast, raised: Raise
) -> None:
    drill = new_ulid()
    alarm = raised(drill=drill)

    messages = tell(alarm)

    assert {one.exercise_id for one in messages} == {drill}
    assert all(one.title.startswith("【演练】") for one in messages)
    assert (told(drill), told()) == (["孙中控", "赵监测"], [])
    with unit_of_work(principal_of(cast.control_room)):
        assert inbox.unread(principal_of(cast.control_room)) == 0
    with unit_of_work(principal_of(cast.control_room, drill)):
        assert inbox.unread(principal_of(cast.control_room, drill)) == 1


def test_where_the_firm_has_nobody_the_bureau_is_told_in_its_place(
    cast: Cast, raised: Raise
) -> None:
    with factories.working():
        posts.end_holding(holding=PostHolding.objects.get(user=cast.control_room))
    tell(change(raised(), priority=2))
    assert told() == ["赵监测"]


def test_where_nobody_stands_at_all_the_journal_says_so(cast: Cast, raised: Raise) -> None:
    for user in (cast.control_room, cast.monitor):
        with factories.working():
            posts.end_holding(holding=PostHolding.objects.get(user=user))
    alarm = raised()
    assert tell(alarm) == []
    [row] = missed()
    assert row.data["alarm_id"] == alarm.id
    assert row.data["organisations"] == sorted([cast.firm.id, cast.zone_bureau.id])
    assert row.object != alarm.id


def test_what_is_put_aside_or_over_before_it_could_be_told_is_not_told(raised: Raise) -> None:
    assert tell(change(raised(), shelved_until=now() + timedelta(hours=1))) == []
    late = change(raised(stream=1), is_late=True, instrument_state="returned")
    assert tell(late) == []
    assert tell(change(late, instrument_state="active")) != []
    assert missed() == []


def test_in_charge_is_who_supervises_the_matter_then_the_site_then_zone_then_territory(
    cast: Cast,
) -> None:
    mines = factories.organisation("矿山监察（测试）", territory_code="")
    factories.supervision(mines, cast.town_site, "mining")
    moment = now()

    def of(**facts: Any) -> list[Organisation]:
        with unit_of_work(acting(), read_only=True):
            return in_charge_of(Facts(**facts), moment)

    assert of(div=DIV_IN_TOWN, site=cast.town_site, matter="mining") == [mines]
    assert of(div=DIV_IN_TOWN, site=cast.town_site, matter="hazchem") == [cast.bureau]
    assert of(div=DIV_IN_TOWN, site=cast.town_site) == [cast.bureau, mines]
    assert of(div=DIV_IN_ZONE, zone=ZONE) == [cast.zone_bureau]
    assert of(div=DIV_IN_TOWN) == [cast.bureau]
    assert of(div=DIV_NEXT_DOOR) == [cast.neighbour_bureau]
    assert of(div=div_of("650102")) == []
