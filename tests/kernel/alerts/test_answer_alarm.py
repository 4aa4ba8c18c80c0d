"""Firm and bureau answer: who may, in which order, and what the journal keeps."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import pytest

from anlan.kernel.alerts import events, queries
from anlan.kernel.alerts.models import Alarm
from anlan.kernel.alerts.rules import acts_of
from anlan.kernel.alerts.services import answers
from anlan.kernel.base.clock import now
from anlan.kernel.base.errors import (
    ConflictError,
    DomainError,
    InvalidError,
    NotFoundError,
    NotPermittedError,
    StaleVersionError,
)
from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import Grant, Principal, Scope
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.places.rules import div_of, div_range
from anlan.kernel.sensing.models import Datastream, Limit
from anlan.kernel.sensing.services import limits
from anlan.kernel.subjects.models import Subject
from tests.cast import assemble, csrf, signed_in
from tests.kernel.alerts.test_apply_transitions import apply, step
from tests.plant import Plant, build_plant

pytestmark = pytest.mark.django_db
FIRM = frozenset({"alerts.alarm.view", "alerts.alarm.confirm", "alerts.alarm.close"})
BUREAU = frozenset({"alerts.alarm.view", "alerts.alarm.check", "alerts.alarm.shelve"})


def person(name: str, permissions: frozenset[str], scope: Scope, **sites: Any) -> Principal:
    grant = Grant(permissions=permissions, scope=scope, **sites)
    return Principal(actor=f"user:{name}", name=name, grants=(grant,), scope=scope, ceiling=1)


@pytest.fixture
def plant(acting_as: Callable[[str], None]) -> Plant:
    made = build_plant()
    acting_as("anlan_engine")
    apply([step(made, "raised", 1)], 0, 1)
    acting_as("anlan_app")
    return made


@pytest.fixture
def firm(plant: Plant) -> Principal:
    site = frozenset({plant.site.id})
    return person("control_room", FIRM, Scope(sites=tuple(site)), own_sites=site)


@pytest.fixture
def bureau(plant: Plant) -> Principal:
    site = frozenset({plant.site.id})
    scope = Scope(divs=(div_range("640181"),), sites=tuple(site))
    return person("duty_officer", BUREAU, scope, supervised_sites=site)


@pytest.fixture
def neighbour(plant: Plant) -> Principal:
    return person("neighbour", FIRM | BUREAU, Scope(divs=(div_range("640323"),)))


def alarm_id(seen_by: Principal) -> str:
    with unit_of_work(seen_by):
        found: str = Alarm.objects.get().id
        return found


def answered(
    who: Principal, verb: Callable[..., events.AlarmState], **said: Any
) -> events.AlarmState:
    with unit_of_work(who):
        return verb(**said)


def returned(plant: Plant, acting_as: Callable[[str], None]) -> None:
    acting_as("anlan_engine")
    apply([step(plant, "returned", 2)], 1, 2)
    acting_as("anlan_app")


def test_the_firm_confirms_and_the_bureau_checks_by_different_transitions(
    firm: Principal, bureau: Principal
) -> None:
    one = alarm_id(firm)
    assert answered(firm, answers.confirm_alarm, alarm_id=one).firm_state == "confirmed"
    checked = answered(
        bureau,
        answers.check_alarm,
        alarm_id=one,
        outcome="verified_by_phone",
        note="中控李某：正在倒罐",
    )
    assert (checked.firm_state, checked.bureau_state, checked.version) == (
        "confirmed",
        "in_hand",
        3,
    )
    with unit_of_work(bureau):
        who = Journal.objects.filter(object=one).order_by("id").values_list("type", "actor")
        assert list(who) == [
            ("alerts.alarm.raised", "system:engine"),
            ("alerts.alarm.confirmed", "user:control_room"),
            ("alerts.alarm.checked", "user:duty_officer"),
        ]


def test_the_bureau_cannot_confirm_for_the_firm_nor_the_firm_check_for_the_bureau(
    firm: Principal, bureau: Principal
) -> None:
    one = alarm_id(firm)
    with pytest.raises(NotPermittedError):
        answered(bureau, answers.confirm_alarm, alarm_id=one)
    with pytest.raises(NotPermittedError):
        answered(firm, answers.check_alarm, alarm_id=one, outcome="closed", note="x")


def test_a_territory_bureau_that_does_not_supervise_sees_and_may_not_check(plant: Plant) -> None:
    onlooker = person("territory", BUREAU, Scope(divs=(div_range("640181"),)))
    with pytest.raises(NotPermittedError):
        answered(
            onlooker, answers.check_alarm, alarm_id=alarm_id(onlooker), outcome="closed", note="x"
        )


def test_for_a_neighbour_the_alarm_does_not_exist(firm: Principal, neighbour: Principal) -> None:
    one = alarm_id(firm)
    with unit_of_work(neighbour):
        assert not Alarm.objects.exists()
        assert not Journal.objects.filter(object=one).exists()
    for verb in (answers.confirm_alarm, answers.unshelve_alarm):
        with pytest.raises(NotFoundError):
            answered(neighbour, verb, alarm_id=one)


def test_two_persons_cannot_both_be_first(firm: Principal) -> None:
    one = alarm_id(firm)
    answered(firm, answers.confirm_alarm, alarm_id=one)
    with pytest.raises(ConflictError) as refused:
        answered(firm, answers.confirm_alarm, alarm_id=one)
    assert refused.value.facts["confirmed_by"] == "control_room"


def test_a_new_occurrence_wants_a_new_confirmation(
    plant: Plant, firm: Principal, acting_as: Callable[[str], None]
) -> None:
    one = alarm_id(firm)
    answered(firm, answers.confirm_alarm, alarm_id=one)
    returned(plant, acting_as)
    acting_as("anlan_engine")
    apply([step(plant, "raised", 3)], 2, 3)
    acting_as("anlan_app")
    state = answered(firm, answers.confirm_alarm, alarm_id=one)
    assert (state.occurrences, state.firm_state) == (2, "confirmed")


def test_who_has_not_seen_that_it_came_again_looks_first(
    plant: Plant, firm: Principal, bureau: Principal, acting_as: Callable[[str], None]
) -> None:
    one = alarm_id(firm)
    returned(plant, acting_as)
    acting_as("anlan_engine")
    apply([step(plant, "raised", 3)], 2, 3)
    acting_as("anlan_app")
    said = {"outcome": "verified_by_phone", "note": "中控李某：正在倒罐"}
    with pytest.raises(StaleVersionError) as refused:
        answered(firm, answers.confirm_alarm, alarm_id=one, version=1)
    assert refused.value.facts["version"] == 3
    with pytest.raises(StaleVersionError):
        answered(bureau, answers.check_alarm, alarm_id=one, version=99, **said)
    assert answered(firm, answers.confirm_alarm, alarm_id=one, version=3).occurrences == 2
    with pytest.raises(StaleVersionError):
        answered(bureau, answers.check_alarm, alarm_id=one, version=3, **said)
    assert answered(bureau, answers.check_alarm, alarm_id=one, version=4, **said).version == 5


def test_that_it_returned_meanwhile_keeps_nobody_from_answering(
    plant: Plant, firm: Principal, acting_as: Callable[[str], None]
) -> None:
    one = alarm_id(firm)
    returned(plant, acting_as)
    state = answered(firm, answers.confirm_alarm, alarm_id=one, version=1)
    assert (state.instrument_state, state.firm_state) == ("returned", "confirmed")


def test_an_answer_over_http_says_which_version_it_answers(
    acting_as: Callable[[str], None],
) -> None:
    made = build_plant()
    cast = assemble(site=made.site.id)
    acting_as("anlan_engine")
    apply([step(made, "raised", 1)], 0, 1)
    acting_as("anlan_app")
    client = signed_in(cast.control_room)
    (seen,) = client.get("/api/v1/alerts/alarms/open").json()["items"]
    path = f"/api/v1/alerts/alarms/{seen['id']}"

    def confirm(**headers: str) -> int:
        answer = client.post(f"{path}/confirm", headers=csrf(client) | headers)
        return int(answer.status_code)

    assert confirm() == 428
    assert confirm(**{"If-Match": '"9"'}) == 412
    assert confirm(**{"If-Match": client.get(path).headers["ETag"]}) == 200
    assert confirm(**{"If-Match": '"1"'}) == 409


CLOSING = {"cause": "true_exceedance", "measure": "停泵降液位"}


def test_closing_is_refused_while_the_value_is_beyond_the_limit(firm: Principal) -> None:
    one = alarm_id(firm)
    answered(firm, answers.confirm_alarm, alarm_id=one)
    with pytest.raises(ConflictError, match="仍超限"):
        answered(firm, answers.close_alarm, alarm_id=one, **CLOSING)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"cause": "no such", "measure": "x"}, "alerts.unknown_cause"),
        ({"cause": "other", "measure": "  "}, "alerts.measure_missing"),
        (
            {"cause": "instrument_fault", "measure": "换表", "is_false": True},
            "alerts.evidence_missing",
        ),
    ],
)
def test_a_disposition_needs_cause_measure_and_evidence_of_a_false_alarm(
    plant: Plant,
    firm: Principal,
    acting_as: Callable[[str], None],
    said: dict[str, Any],
    code: str,
) -> None:
    one = alarm_id(firm)
    answered(firm, answers.confirm_alarm, alarm_id=one)
    returned(plant, acting_as)
    with pytest.raises(DomainError) as refused:
        answered(firm, answers.close_alarm, alarm_id=one, **said)
    assert refused.value.code == code


def test_the_firm_closes_what_returned_and_was_confirmed(
    plant: Plant, firm: Principal, acting_as: Callable[[str], None]
) -> None:
    one = alarm_id(firm)
    returned(plant, acting_as)
    with pytest.raises(ConflictError, match="请先确认"):
        answered(firm, answers.close_alarm, alarm_id=one, **CLOSING)
    answered(firm, answers.confirm_alarm, alarm_id=one)
    assert answered(firm, answers.close_alarm, alarm_id=one, **CLOSING).firm_state == "closed"
    with unit_of_work(firm):
        row = Journal.objects.get(type="alerts.alarm.closed")
        assert row.change is not None
        assert row.change["firm_state"] == ["confirmed", "closed"]


def test_the_desk_can_read_why_the_firm_closed_and_by_which_limit_it_was(
    plant: Plant, firm: Principal, bureau: Principal, acting_as: Callable[[str], None]
) -> None:
    with unit_of_work(person_everything()):
        Limit.objects.filter(condition="HH").update(
            standard="AQ 3035-2010", clause="4.2", confidence="standard"
        )
    one = alarm_id(firm)
    until = now() + timedelta(hours=1)
    answered(bureau, answers.shelve_alarm, alarm_id=one, until=until, reason="检修")
    answered(firm, answers.confirm_alarm, alarm_id=one)
    returned(plant, acting_as)
    said = {"cause": "instrument_fault", "measure": "换表", "evidence": "检修单 17"}
    answered(firm, answers.close_alarm, alarm_id=one, is_false=True, **said)
    answered(bureau, answers.check_alarm, alarm_id=one, outcome="closed", note="李某：已换")

    with unit_of_work(bureau):
        shown = asdict(queries.alarm_state(one))
        rows = Journal.objects.filter(object=one).order_by("id")
        newest, schemas = rows.last(), {row.schema for row in rows}
        limit = Limit.objects.get(datastream=plant.streams[0], condition="HH")

    expected = said | {
        "is_false": True,
        "check_note": "李某：已换",
        "shelved_by": "duty_officer",
        "shelve_reason": "检修",
        "limit_id": limit.id,
        "limit_version": 99,
        "limit_value": 90.0,
        "limit_standard": "AQ 3035-2010",
        "limit_clause": "4.2",
        "limit_confidence": "standard",
        "matter": "",
    }
    assert newest is not None
    assert {name: shown[name] for name in expected} == expected
    assert {name: newest.data[name] for name in expected} == expected
    assert schemas == {events.ALARM_RAISED.schema} == {3}


def test_shelving_needs_an_end_to_come_and_can_be_taken_back(bureau: Principal) -> None:
    one = alarm_id(bureau)
    past = now() - timedelta(minutes=1)
    with pytest.raises(InvalidError):
        answered(bureau, answers.shelve_alarm, alarm_id=one, until=past, reason="检修")
    until = now() + timedelta(hours=1)
    assert answered(
        bureau, answers.shelve_alarm, alarm_id=one, until=until, reason="检修"
    ).shelved_until
    assert answered(bureau, answers.unshelve_alarm, alarm_id=one).shelved_until is None


@pytest.fixture
def river(acting_as: Callable[[str], None]) -> None:
    """Raise an alarm of the county's gauge, which is no firm's."""
    plant = build_plant("gauge", div=div_of("640181"), zone=None)
    with unit_of_work(person_everything()):
        Subject.objects.filter(pk__in=[plant.site.id, plant.tank.id]).update(site=None)
        Datastream.objects.filter(pk__in=[one.id for one in plant.streams]).update(site=None)
    acting_as("anlan_engine")
    apply([step(plant, "raised", 1)], 0, 1)
    acting_as("anlan_app")


@pytest.mark.usefixtures("river")
def test_a_subject_without_a_firm_is_answered_by_the_post_in_charge_of_its_place() -> None:
    scope = Scope(divs=(div_range("640181"),))
    keeper = person("keeper", FIRM | BUREAU, scope)
    assert (
        answered(keeper, answers.confirm_alarm, alarm_id=alarm_id(keeper)).firm_state == "confirmed"
    )


@pytest.mark.usefixtures("river")
def test_a_share_answers_nothing_at_a_subject_without_a_firm() -> None:
    lent, own = div_range("640181"), div_range("640323")
    sharer = person("sharer", FIRM | BUREAU, Scope(divs=(own, lent)), shared=(lent,))
    one = alarm_id(sharer)
    until = now() + timedelta(hours=1)
    acts: tuple[tuple[Callable[..., events.AlarmState], dict[str, Any]], ...] = (
        (answers.confirm_alarm, {}),
        (answers.close_alarm, CLOSING),
        (answers.check_alarm, {"outcome": "closed", "note": "x"}),
        (answers.shelve_alarm, {"until": until, "reason": "检修"}),
    )
    for verb, said in acts:
        with pytest.raises(NotPermittedError) as refused:
            answered(sharer, verb, alarm_id=one, **said)
        assert refused.value.facts["reason"] == "out_of_reach_in_charge"
    with unit_of_work(sharer):
        assert acts_of(sharer, Alarm.objects.get(pk=one).facts) == []
        assert Journal.objects.filter(object=one).count() == 1


def person_everything() -> Principal:
    from anlan.kernel.base.permissions import machine

    return machine("test")


def test_who_moved_the_limit_may_not_close_the_alarm_that_it_silenced(
    plant: Plant, firm: Principal, acting_as: Callable[[str], None]
) -> None:
    site = frozenset({plant.site.id})
    keeper = person(
        "safety",
        FIRM | {"sensing.limit.edit"},
        Scope(sites=tuple(site)),
        own_sites=site,
    )
    one = alarm_id(keeper)
    answered(keeper, answers.confirm_alarm, alarm_id=one)
    with unit_of_work(keeper):
        limits.file_limit(datastream_id=plant.streams[0].id, condition="HH", value=99.0)
    acting_as("anlan_engine")
    apply([step(plant, "returned", 2)], 1, 2)
    acting_as("anlan_app")
    said = {"alarm_id": one, "cause": "limit_unsuitable", "measure": "限值改为 99"}
    with pytest.raises(NotPermittedError) as refused:
        answered(keeper, answers.close_alarm, **said)
    assert refused.value.code == "alerts.moved_the_limit"
    assert answered(firm, answers.close_alarm, **said).firm_state == "closed"
