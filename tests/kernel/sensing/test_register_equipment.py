"""Whatever measures is registered by who keeps it, and leaves one journal row."""

from collections.abc import Callable
from typing import Any

import pytest

from anlan.kernel.base.errors import InvalidError, NotPermittedError
from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import Grant, Principal, Scope, machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.places.rules import div_range
from anlan.kernel.sensing.models import Datastream, Device, Gateway, ObservedProperty
from anlan.kernel.sensing.services import equipment
from tests.plant import Plant, build_plant

pytestmark = pytest.mark.django_db
Act = Callable[[Plant], object]


@pytest.fixture
def plant() -> Plant:
    return build_plant(streams=1)


def gateway(plant: Plant) -> Gateway:
    return equipment.register_gateway(
        organisation_id=plant.organisation.id,
        site_id=plant.site.id,
        firm_code="demo",
        code="G2",
        name="二号网关",
    )


def device(plant: Plant) -> Device:
    return equipment.register_device(
        gateway=plant.gateway, subject_id=plant.tank.id, name="雷达液位计", serial="S-1"
    )


def datastream(plant: Plant) -> Datastream:
    return equipment.register_datastream(
        gateway=plant.gateway,
        subject_id=plant.tank.id,
        observed_property=ObservedProperty.objects.get(code="level"),
        tag="T101.LI9",
        name="液位 9",
    )


ACTS = [gateway, device, datastream]


def person(**sites: Any) -> Principal:
    reached = frozenset[str]().union(*sites.values())
    scope = Scope(divs=(div_range("640181"),), sites=tuple(reached))
    grant = Grant(permissions=frozenset({"sensing.datastream.edit"}), scope=scope, **sites)
    return Principal(actor="user:keeper", name="科员", grants=(grant,), scope=scope, ceiling=1)


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
def test_one_registration_is_one_journal_row_where_the_thing_stands(plant: Plant, act: Act) -> None:
    with unit_of_work(person(supervised_sites=frozenset({plant.site.id}))):
        before = Journal.objects.count()
        made = act(plant)
        row = Journal.objects.latest("id")
        assert Journal.objects.count() == before + 1
    assert row.type == f"sensing.{act.__name__}.registered"
    assert (row.object, row.object_version, row.actor) == (made.id, 1, "user:keeper")  # type: ignore[attr-defined]
    assert (row.div, row.zone, row.site) == (plant.site.div, plant.site.zone, plant.site.id)


def test_an_instrument_is_written_down_with_make_and_number(plant: Plant) -> None:
    with unit_of_work(machine("test")):
        device(plant)
        said = Journal.objects.get(type="sensing.device.registered").data
    assert (said["name"], said["serial"], said["gateway_id"], said["subject_id"]) == (
        "雷达液位计",
        "S-1",
        plant.gateway.id,
        plant.tank.id,
    )


def test_what_can_be_measured_is_written_down_once(plant: Plant) -> None:
    def define() -> ObservedProperty:
        return equipment.define_property(
            code="pressure", title="压力", title_en="Pressure", unit="kPa"
        )

    with unit_of_work(machine("test")):
        assert define().id == define().id
        rows = Journal.objects.filter(type="sensing.property.defined", data__code="pressure")
        assert [row.data["unit"] for row in rows] == ["kPa"]


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
def test_who_only_sees_the_site_registers_nothing_there(plant: Plant, act: Act) -> None:
    with pytest.raises(NotPermittedError), unit_of_work(person()):
        act(plant)


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
def test_nothing_is_registered_at_what_one_does_not_see(plant: Plant, act: Act) -> None:
    elsewhere = Scope(divs=(div_range("640323"),))
    grant = Grant(permissions=frozenset({"sensing.datastream.edit"}), scope=elsewhere)
    neighbour = Principal(actor="user:n", name="邻县", grants=(grant,), scope=elsewhere)
    with pytest.raises(InvalidError), unit_of_work(neighbour):
        act(plant)
