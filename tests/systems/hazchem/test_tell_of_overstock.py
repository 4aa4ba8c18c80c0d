"""Over-stock reaches whoever answers for it, on both sides, once for each finding."""

import msgspec
import pytest

from anlan.kernel.base.envelope import Envelope
from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.messaging.models import Message
from anlan.systems.hazchem.models import MajorHazardInstallation
from anlan.systems.hazchem.services.installations import retire_installation
from anlan.systems.hazchem.subscriptions import HANDLERS
from tests import hazards
from tests.cast import Cast, assemble
from tests.factories import working
from tests.plant import Plant, build_plant

pytestmark = pytest.mark.django_db
FOUND = "hazchem.installation.overstock_found"


@pytest.fixture
def plant() -> Plant:
    return build_plant(streams=1)


@pytest.fixture
def cast(plant: Plant) -> Cast:
    return assemble(site=plant.site.id)


def _store(plant: Plant, stock_t: float) -> MajorHazardInstallation:
    held = hazards.lot(hazards.chemical(), 2200.0, permit_t=2000.0, fixed_t=stock_t)
    return hazards.installation(plant.tank, "M1", held, name="甲醇库", name_en="Methanol store")


def _react(unit: MajorHazardInstallation) -> list[Message]:
    """Hand the journal's findings to the handler as the bus does; return what is said."""
    with unit_of_work(machine("hazchem.subscriptions")):
        for row in Journal.objects.filter(object=unit.id, type=FOUND).order_by("id"):
            event = Envelope(
                id=row.ulid,
                node=row.node,
                position=row.id,
                schema=row.schema,
                type=row.type,
                occurred_at=row.occurred_at,
                known_at=row.known_at,
                correlation_id=row.correlation_id,
                causation_id=None,
                exercise_id=None,
                actor=row.actor,
                object=row.object,
                version=row.object_version,
                div=row.div,
                zone=row.zone,
                site=row.site,
                data=msgspec.Raw(msgspec.json.encode(row.data)),
            )
            HANDLERS[FOUND](event)
        return list(Message.objects.order_by("id"))


def _told(message: Message) -> set[str]:
    with unit_of_work(machine("test")):
        return {one.recipient for one in message.deliveries.all()}


@pytest.mark.parametrize(
    ("stock_t", "beyond", "beyond_en"),
    [(2100.0, "超许可量 2,000.00 t", "over its permit of 2,000.00 t"),
     (2300.0, "超设计最大量 2,200.00 t", "over its design maximum of 2,200.00 t"),
     (10040.0, "现存 10,040.00 t", "10,040.00 t of 甲醇")],
)  # fmt: skip
def test_both_sides_are_told_how_much_is_too_much(
    plant: Plant, cast: Cast, stock_t: float, beyond: str, beyond_en: str
) -> None:
    unit = _store(plant, stock_t)
    [message] = _react(unit)
    assert beyond in message.body
    assert beyond_en in message.body_en
    assert "甲醇库" in message.title
    assert (message.about_kind, message.about_id) == ("hazchem.installation", unit.id)
    assert _told(message) == {cast.monitor.id, cast.control_room.id}


def test_a_repeat_says_nothing_again(plant: Plant, cast: Cast) -> None:
    unit = _store(plant, 2100.0)
    assert len(_react(unit)) == len(_react(unit)) == 1


def test_nobody_is_told_of_what_is_kept_or_retired(plant: Plant, cast: Cast) -> None:
    assert _react(_store(plant, 1900.0)) == []
    other = hazards.installation(
        plant.tank, "M2", hazards.lot(hazards.chemical(), 2200.0, permit_t=2000.0)
    )
    with working():
        retire_installation(installation=other, reason="拆除")
    assert _react(other) == []
