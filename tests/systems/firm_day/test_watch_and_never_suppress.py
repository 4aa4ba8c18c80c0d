"""A permit raises watch and suppresses nothing: the alarm beside the work is raised, listed and told as ever."""

import ast
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from django.test import Client

from anlan.kernel.alerts.services.notices import tell_of_alarm
from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.people.models import User
from anlan.kernel.sensing.models import ObservedProperty, Suppression
from anlan.systems import firm_day
from anlan.systems.firm_day.subscriptions import HANDLERS
from tests.cast import Cast
from tests.kernel.alerts.test_tell_people import raise_alarm
from tests.plant import Plant
from tests.systems.firm_day.day import Clock, act, begun, messages, react, told

pytestmark = pytest.mark.django_db
Acting = Callable[[str], None]


def test_an_alarm_beside_the_work_is_raised_listed_and_told_as_ever(
    firm: Client, plant: Plant, cast: Cast, clock: Clock, acting_as: Acting
) -> None:
    begun(firm, plant, clock)
    alarm = raise_alarm(plant, acting_as)
    assert (alarm.instrument_state, alarm.priority, alarm.bureau_state) == ("active", 1, "listed")
    assert (alarm.suppressed_by, alarm.shelved_until, alarm.out_of_service) == (None, None, False)
    with unit_of_work(machine("test")):
        assert not Suppression.objects.exists()
        # nothing that the engine would hear was said either
        assert not Journal.objects.filter(type__startswith="sensing.suppression").exists()
    with unit_of_work(machine("alerts.subscriptions")):
        said = tell_of_alarm(alarm_id=alarm.id, occurrence=alarm.occurrences)
    assert {one for message in said for one in told(message)} >= {
        cast.control_room.id,
        cast.monitor.id,
    }


def test_no_line_of_the_slice_can_reach_what_keeps_an_alarm_quiet() -> None:
    """Neither suppressions, limits nor the alarms' own verbs are imported anywhere in it."""
    imported = {
        name
        for file in Path(firm_day.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
        for name in (node.module, *(f"{node.module}.{one.name}" for one in node.names))
    }
    quiet = ("anlan.kernel.sensing.services", "anlan.kernel.alerts.services")
    assert not [one for one in imported if one and one.startswith(quiet)]
    assert not [
        one for one in imported if one and one.rpartition(".")[2] in {"Suppression", "Limit"}
    ]


def test_who_stops_the_work_is_told_once_in_ten_minutes(
    firm: Client, safety: User, plant: Plant, cast: Cast, clock: Clock, acting_as: Acting
) -> None:
    permit = begun(firm, plant, clock)
    raise_alarm(plant, acting_as)
    react(HANDLERS)
    react(HANDLERS)
    [message] = messages("firm_day.permit")
    assert told(message) == {safety.id, cast.control_room.id}
    assert message.about_id == permit["id"]
    assert "动火 一级" in message.title
    assert "监护人李监护" in message.body
    assert "Stop the work at once" in message.body_en
    clock.later(minutes=11)
    react(HANDLERS)
    assert len(messages("firm_day.permit")) == 2


def test_gas_concerns_every_work_on_the_site_and_a_level_only_its_own_tank(
    firm: Client, plant: Plant, clock: Clock, acting_as: Acting
) -> None:
    begun(firm, plant, clock, subject_id=plant.site.id)
    raise_alarm(plant, acting_as)
    react(HANDLERS)
    assert messages("firm_day.permit") == []
    acting_as("anlan_owner")
    with unit_of_work(machine("test")):
        ObservedProperty.objects.filter(code="level").update(code="combustible_gas")
    acting_as("anlan_worker")
    react(HANDLERS)
    assert len(messages("firm_day.permit")) == 1


def test_nobody_is_told_of_work_that_has_ended(
    firm: Client, plant: Plant, clock: Clock, acting_as: Acting
) -> None:
    permit = begun(firm, plant, clock)
    act(firm, permit, "finish")
    raise_alarm(plant, acting_as)
    react(HANDLERS)
    assert messages("firm_day.permit") == []


def test_a_drill_is_told_in_the_drill(firm: Client, plant: Plant, clock: Clock) -> None:
    """Real work is not seen from within a drill."""
    begun(firm, plant, clock)
    with unit_of_work(
        replace(machine("firm_day.subscriptions"), exercise_id="01K0000000000000000000DR1L")
    ):
        from anlan.systems.firm_day.queries.permits import under_way_at

        assert not under_way_at([plant.site.id]).exists()
