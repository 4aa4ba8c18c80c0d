"""Limits, suppressions and datastreams are changed by the firm or the bureau in charge, not by who sees them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from anlan.kernel.base.clock import now
from anlan.kernel.base.errors import NotFoundError, NotPermittedError
from anlan.kernel.base.permissions import Grant, Principal, Scope, machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.places.rules import div_range
from anlan.kernel.sensing.models import Limit
from anlan.kernel.sensing.services import limits, suppressions, upkeep
from anlan.kernel.subjects import services as subjects
from tests.plant import Plant, build_plant

pytestmark = pytest.mark.django_db
EDIT = frozenset(
    {
        "sensing.limit.edit",
        "sensing.suppression.edit",
        "sensing.datastream.edit",
        "subjects.subject.edit",
    }
)
HERE, ELSEWHERE = div_range("640181"), div_range("640323")
Act = Callable[[Plant], object]


@pytest.fixture
def plant() -> Plant:
    return build_plant(streams=1)


def person(*grants: Grant) -> Principal:
    scope = Scope()
    for grant in grants:
        scope |= grant.scope
    return Principal(actor="user:x", name="某人", grants=grants, scope=scope, ceiling=1)


def post(permissions: frozenset[str], scope: Scope, **sites: Any) -> Grant:
    return Grant(permissions=permissions, scope=scope, **sites)


def file(plant: Plant) -> object:
    return limits.file_limit(datastream_id=plant.streams[0].id, condition="HH", value=95.0)


def withdraw(plant: Plant) -> object:
    row = Limit.objects.get(datastream=plant.streams[0], condition="HH", superseded_at=None)
    return limits.withdraw_limit(limit_id=row.id, reason="设计变更")


def suppress(plant: Plant) -> object:
    return suppressions.file_suppression(
        datastream_id=plant.streams[0].id,
        starts_at=now(),
        ends_at=now() + timedelta(hours=1),
        reason="检修",
    )


def retire(plant: Plant) -> object:
    return upkeep.retire_datastream(datastream_id=plant.streams[0].id)


def rename(plant: Plant) -> object:
    return subjects.change_subject(subject_id=plant.tank.id, expected_version=1, name="甲醇罐")


def register(plant: Plant) -> object:
    return subjects.register_subject(kind="tank", name="T102", parent_id=plant.site.id)


ACTS = [file, withdraw, suppress, retire, rename, register]


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
def test_the_county_that_only_sees_a_firm_supervised_by_others_changes_nothing_there(
    plant: Plant, act: Act
) -> None:
    county = person(post(EDIT, Scope(divs=(HERE,))))

    with pytest.raises(NotPermittedError) as refused, unit_of_work(county):
        act(plant)

    assert refused.value.facts["reason"].startswith("out_of_reach")


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
def test_a_permission_of_a_post_elsewhere_is_none_here(plant: Plant, act: Act) -> None:
    site = frozenset({plant.site.id})
    keeper_elsewhere = post(EDIT, Scope(divs=(ELSEWHERE,)))
    watcher_here = post(frozenset(), Scope(divs=(HERE,), sites=tuple(site)), supervised_sites=site)

    with pytest.raises(NotPermittedError), unit_of_work(person(keeper_elsewhere, watcher_here)):
        act(plant)


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
@pytest.mark.parametrize("relation", ["own_sites", "supervised_sites"])
def test_the_firm_and_the_bureau_in_charge_change_what_is_theirs(
    plant: Plant, act: Act, relation: str
) -> None:
    site = frozenset({plant.site.id})
    one = person(post(EDIT, Scope(sites=tuple(site)), **{relation: site}))

    with unit_of_work(one):
        assert act(plant) is not None


def test_a_suppression_is_not_ended_by_who_only_sees_it(plant: Plant) -> None:
    with unit_of_work(machine("test")):
        filed = suppressions.file_suppression(
            datastream_id=plant.streams[0].id,
            starts_at=now(),
            ends_at=now() + timedelta(hours=1),
            reason="检修",
        )

    with (
        pytest.raises(NotPermittedError),
        unit_of_work(person(post(EDIT, Scope(divs=(HERE,))))),
    ):
        suppressions.end_suppression(suppression_id=filed.id)


def test_for_a_neighbour_there_is_nothing_to_change(plant: Plant) -> None:
    with pytest.raises(NotFoundError), unit_of_work(person(post(EDIT, Scope(divs=(ELSEWHERE,))))):
        file(plant)
