"""Alarms with one cause: the group's row first, its members behind it, every one of them once."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

import psycopg
import pytest
from django.db import OperationalError
from msgspec.structs import replace

from anlan.kernel.alerts import queries
from anlan.kernel.alerts.models import Alarm, EngineProgress, WaitingMembers
from anlan.kernel.alerts.rules import GROUP, MEMBERS_AT_ONCE, Progress, Transition
from anlan.kernel.alerts.services.members import write_members
from anlan.kernel.alerts.services.transitions import apply_transitions
from anlan.kernel.base.clock import now_ms
from anlan.kernel.base.ids import derived_ulid, new_ulid
from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.sensing.models import Datastream, Gateway
from tests.engine_writer import fenced
from tests.plant import Plant, build_plant

EPOCH = "01K0000000000000000000EP0D"
ENGINE = machine("engine")
pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Site:
    """A gateway and the numbers of its datastreams."""

    gateway: Gateway
    numbers: list[int]

    @property
    def cause(self) -> str:
        return f"gateway:{self.gateway.id}"


def sites_of(plant: Plant, gateways: int, streams: int) -> list[Site]:
    """Hang many gateways with many datastreams at the plant's site."""
    numbers = count(100_000)
    sites: list[Site] = []
    rows: list[Datastream] = []
    pattern = plant.streams[0]
    with unit_of_work(machine("test")):
        for at in range(gateways):
            gateway = Gateway.objects.get(pk=plant.gateway.id)
            gateway.pk, gateway.code, gateway.name = new_ulid(), f"S{at}", f"网关 {at}"
            gateway.save(force_insert=True)
            mine = [next(numbers) for _ in range(streams)]
            sites.append(Site(gateway, mine))
            for number in mine:
                row = Datastream.objects.model(**fields_of(pattern))
                row.pk, row.number, row.tag = new_ulid(), number, f"T{number}"
                row.gateway = gateway
                rows.append(row)
        Datastream.objects.bulk_create(rows, batch_size=2000)
    return sites


def fields_of(stream: Datastream) -> dict[str, object]:
    return {field.attname: getattr(stream, field.attname) for field in stream._meta.fields}


@pytest.fixture
def plant() -> Plant:
    return build_plant(streams=1)


def lost(site: Site, at_ms: int, numbers: list[int] | None = None) -> list[Transition]:
    """Say that a gateway is lost, and which datastreams fell silent with it."""
    mine = site.numbers if numbers is None else numbers
    group = Transition(
        alarm_id=derived_ulid(at_ms, site.cause, "group"),
        number=GROUP,
        condition="gateway",
        kind="raised",
        at_ms=at_ms,
        known_ms=at_ms,
        value=float(len(mine)),
        limit_version=0,
        cause_key=site.cause,
    )
    return [group, *(silent(site, number, at_ms, site.cause) for number in mine)]


def silent(site: Site, number: int, at_ms: int, cause: str = "") -> Transition:
    return Transition(
        alarm_id=derived_ulid(at_ms, site.cause, number),
        number=number,
        condition="silent",
        kind="raised",
        at_ms=at_ms,
        known_ms=at_ms,
        value=None,
        limit_version=1,
        cause_key=cause,
    )


def apply(transitions: list[Transition], seq: int) -> int:
    progress = Progress(shard_group="0", epoch=EPOCH, after_seq=seq - 1, seq=seq)
    with unit_of_work(ENGINE):
        return apply_transitions(transitions, fenced(progress))


def write_all() -> list[int]:
    """Write members until none waits; return the sizes of the batches."""
    sizes: list[int] = []
    while True:
        with unit_of_work(ENGINE):
            size = write_members()
        if not size:
            return sizes
        sizes.append(size)


def rows_of(cause: str) -> Counter[tuple[str, bool]]:
    """Count alarms of a cause by (instrument state, hangs on a parent)."""
    with unit_of_work(ENGINE):
        rows = Alarm.objects.filter(cause_key=cause, datastream__isnull=False)
        states = rows.values_list("instrument_state", "parent_id")
        return Counter((state, parent is not None) for state, parent in states)


def test_a_storm_of_ten_thousand_is_twenty_groups_first_and_every_member_once(
    plant: Plant, acting_as: Callable[[str], None]
) -> None:
    sites = sites_of(plant, gateways=20, streams=500)
    acting_as("anlan_engine")
    at_ms = now_ms()
    assert apply([one for site in sites for one in lost(site, at_ms)], 1) == 20
    with unit_of_work(ENGINE):
        groups = list(Alarm.objects.order_by("cause_key"))
        assert [one.cause_key for one in groups] == sorted(site.cause for site in sites)
        assert {one.value for one in groups} == {500.0}
        assert EngineProgress.objects.get().seq == 1
        assert len(queries.waiting_members()) == 10_000
    assert write_all() == [MEMBERS_AT_ONCE] * 10
    for site in sites:
        assert rows_of(site.cause) == {("active", True): 500}
    with unit_of_work(ENGINE):
        told = Journal.objects.filter(type="alerts.alarm.raised")
        assert told.count() == Alarm.objects.count() == 10_020
        assert {row.data["condition"] for row in told.order_by("id")[:20]} == {"gateway"}
        assert not WaitingMembers.objects.exists()


def test_a_group_says_where_it_is_what_it_is_and_how_many(
    plant: Plant, acting_as: Callable[[str], None]
) -> None:
    [site] = sites_of(plant, gateways=1, streams=3)
    acting_as("anlan_engine")
    apply(lost(site, now_ms()), 1)
    write_all()
    with unit_of_work(ENGINE):
        group = Alarm.objects.get(datastream=None)
        state = queries.alarm_state(group.id)
        told = Journal.objects.get(object=group.id).data
        member = queries.alarm_state(Alarm.objects.exclude(datastream=None).first().id)  # type: ignore[union-attr]
    assert (state.datastream_id, state.datastream_name, state.tag) == ("", "网关 0", "S0")
    assert (state.condition, state.value, state.unit, state.priority) == ("gateway", 3.0, "个", 2)
    assert (state.subject_id, state.site) == (plant.site.id, plant.site.id)
    assert {name: told[name] for name in ("datastream_id", "datastream_name", "tag", "unit")} == {
        "datastream_id": "",
        "datastream_name": "网关 0",
        "tag": "S0",
        "unit": "个",
    }
    assert (member.parent_id, member.cause_key) == (group.id, site.cause)


def test_who_comes_back_before_his_row_was_written_is_written_and_returned(
    plant: Plant, acting_as: Callable[[str], None]
) -> None:
    [site] = sites_of(plant, gateways=1, streams=3)
    acting_as("anlan_engine")
    at_ms = now_ms()
    group, *members = lost(site, at_ms)
    back = replace(members[0], kind="returned", at_ms=at_ms + 5, cause_key="")
    ended = replace(group, kind="returned", at_ms=at_ms + 5, value=None)
    apply([group, *members], 1)
    apply([ended, back], 2)
    assert write_all() == []
    assert rows_of(site.cause) == {("active", True): 2, ("returned", True): 1}
    with unit_of_work(ENGINE):
        assert Alarm.objects.get(datastream=None).instrument_state == "returned"


def test_raised_and_returned_in_one_commit_is_said_in_order(
    plant: Plant, acting_as: Callable[[str], None]
) -> None:
    [site] = sites_of(plant, gateways=1, streams=2)
    acting_as("anlan_engine")
    at_ms = now_ms()
    said = lost(site, at_ms)
    said += [replace(one, kind="returned", at_ms=at_ms + 5, cause_key="") for one in said[1:]]
    apply(said, 1)
    assert write_all() == []
    assert rows_of(site.cause) == {("returned", True): 2}


def test_a_group_that_stands_grows_and_one_that_comes_again_is_the_same_row(
    plant: Plant, acting_as: Callable[[str], None]
) -> None:
    [site] = sites_of(plant, gateways=1, streams=4)
    acting_as("anlan_engine")
    at_ms = now_ms()
    first = lost(site, at_ms, site.numbers[:3])
    grew = replace(first[0], kind="grew", at_ms=at_ms + 1, value=1.0)
    apply(first, 1)
    apply([grew, silent(site, site.numbers[3], at_ms + 1, site.cause)], 2)
    write_all()
    with unit_of_work(ENGINE):
        assert Alarm.objects.get(datastream=None).value == 4.0
    apply([replace(first[0], kind="returned", at_ms=at_ms + 2)], 3)
    apply([replace(first[0], at_ms=at_ms + 3, value=2.0)], 4)
    with unit_of_work(ENGINE):
        group = Alarm.objects.get(datastream=None)
    assert (group.occurrences, group.value, group.instrument_state) == (2, 2.0, "active")
    assert rows_of(site.cause) == {("active", True): 4}


def test_a_member_that_falls_silent_alone_later_hangs_on_no_group(
    plant: Plant, acting_as: Callable[[str], None]
) -> None:
    [site] = sites_of(plant, gateways=1, streams=2)
    acting_as("anlan_engine")
    at_ms = now_ms()
    apply(lost(site, at_ms), 1)
    write_all()
    number = site.numbers[0]
    back = replace(silent(site, number, at_ms + 5), kind="returned")
    apply([back, silent(site, number, at_ms + 9)], 2)
    with unit_of_work(ENGINE):
        alone = Alarm.objects.get(datastream__number=number)
    assert (alone.parent_id, alone.cause_key, alone.occurrences) == (None, "", 2)


@pytest.mark.django_db(transaction=True)
def test_a_click_never_waits_for_members_and_members_wait_for_the_click(
    plant: Plant, acting_as: Callable[[str], None], dsn: Callable[[str], str]
) -> None:
    """A person holds a member's row; the batch lets go at once and comes again."""
    [site] = sites_of(plant, gateways=1, streams=2)
    acting_as("anlan_engine")
    at_ms = now_ms()
    apply(lost(site, at_ms), 1)
    write_all()
    back = replace(silent(site, site.numbers[0], at_ms + 5), kind="returned")
    apply([back], 2)
    again = silent(site, site.numbers[0], at_ms + 9, site.cause)
    apply([replace(lost(site, at_ms)[0], at_ms=at_ms + 9), again], 3)
    with psycopg.connect(dsn("anlan_admin")) as person:
        person.execute(
            "SELECT 1 FROM alerts_alarm a JOIN sensing_datastream d ON d.id = a.datastream_id "
            "WHERE d.number = %s FOR UPDATE OF a",
            [site.numbers[0]],
        )
        with pytest.raises(OperationalError, match="lock timeout"), unit_of_work(ENGINE):
            write_members()
    assert write_all() == [1]
    assert rows_of(site.cause) == {("active", True): 2}
