"""A changed subject gives the map of its county a new version; an alarm gives it none."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from anlan.app.subscribers import subscribers
from anlan.kernel.base.envelope import Envelope
from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import Scope, machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.maps import queries, services
from anlan.kernel.maps.models import LayerVersion
from anlan.kernel.maps.rules import SUBJECTS, Tile
from anlan.kernel.places.rules import div_range
from anlan.kernel.subjects import services as subjects
from anlan.kernel.subjects.models import Subject
from tests.kernel.alerts.test_apply_transitions import apply, step
from tests.kernel.maps.world import REACHES, features, person, tile_at
from tests.plant import Plant, build_plant

pytestmark = pytest.mark.django_db
NEAR = Tile(0, 0, 0)


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing wait, and look for counties that nobody has told of each time."""
    monkeypatch.setattr(services, "SOON", timedelta(0))
    monkeypatch.setattr(services, "APART", timedelta(0))
    monkeypatch.setattr(services, "LOOK_S", 0.0)


@pytest.fixture
def plant() -> Plant:
    """A plant in Lingwu that has been counted."""
    made = build_plant()
    assert hear(0) > 0
    sweep()
    return made


def hear(since: int) -> int:
    """Hand what was written to the slice as the worker does; return how much of it was for us."""
    (own,) = [one for one in subscribers() if one.slice == "maps"]
    with unit_of_work(machine("test")):
        rows = list(Journal.objects.filter(id__gt=since, type__in=own.handlers).order_by("id"))
    said: dict[str, Any] = dict.fromkeys(one.name for one in msgspec.structs.fields(Envelope))
    for row in rows:
        data = msgspec.Raw(msgspec.json.encode(row.data))
        event = Envelope(**(said | {"type": row.type, "div": row.div, "data": data}))
        with unit_of_work(own.principal):
            own.handlers[row.type](event)
    return len(rows)


def sweep() -> int:
    """Do what the worker does each second; return how many counties were counted."""
    done = 0
    while True:
        with unit_of_work(machine("deadlines")):
            if services.rebuild_due(500) < 500:
                return done
        done += 1


def version(of: str = "county") -> int:
    with unit_of_work(person(REACHES[of]), read_only=True):
        return queries.drawn(SUBJECTS, REACHES[of]).version


def last() -> int:
    with unit_of_work(machine("test")):
        return Journal.objects.order_by("-id").values_list("id", flat=True)[0]


def test_a_raised_alarm_changes_no_version_and_no_tile(
    plant: Plant, acting_as: Callable[[str], None]
) -> None:
    before, journal, drawn = version(), last(), tile(REACHES["county"])
    acting_as("anlan_engine")
    assert apply([step(plant, "raised", 1)], 0, 1) == 1
    acting_as("anlan_app")
    assert last() > journal, "the alarm is in the journal"
    assert hear(journal) == 0
    assert sweep() == 0
    assert version() == before > 0
    assert tile(REACHES["county"]) == drawn


def tile(scope: Scope, at: Tile = NEAR) -> bytes:
    with unit_of_work(person(scope), read_only=True):
        return queries.tile(SUBJECTS, at, scope)


def test_a_changed_subject_raises_the_version_of_those_who_reach_its_county(plant: Plant) -> None:
    before = {name: version(name) for name in REACHES}
    journal = last()
    with unit_of_work(machine("test")):
        subjects.change_subject(
            subject_id=plant.site.id, expected_version=plant.site.version, name="新名"
        )
    assert hear(journal) == 1
    assert sweep() == 1
    risen = {name for name in REACHES if version(name) > before[name]}
    assert risen == {"township", "county", "province", "everything"}
    assert "新名" in {one["name"] for one in features(tile(REACHES["county"]))}


def test_a_retired_subject_is_on_no_map_any_more(plant: Plant) -> None:
    journal = last()
    with unit_of_work(machine("test")):
        subjects.change_subject(
            subject_id=plant.site.id, expected_version=plant.site.version, status="retired"
        )
    assert hear(journal) == 1
    sweep()
    for zoom in (0, 11, 12, 16):
        assert features(tile(REACHES["county"], tile_at(zoom, 106.6, 38.1))) == []


def test_who_supervises_a_site_sees_its_county_change(plant: Plant) -> None:
    scope = Scope(divs=(div_range("640122"),), sites=(plant.site.id,))
    with unit_of_work(person(scope), read_only=True):
        before = queries.drawn(SUBJECTS, scope)
    journal = last()
    with unit_of_work(machine("test")):
        subjects.change_subject(
            subject_id=plant.site.id, expected_version=plant.site.version, name="新名"
        )
    hear(journal)
    sweep()
    with unit_of_work(person(scope), read_only=True):
        after = queries.drawn(SUBJECTS, scope)
    assert after.version > before.version
    assert after.count == before.count == 1


def test_what_goes_on_changing_is_counted_once_in_a_while(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "APART", timedelta(minutes=1))
    for _ in range(3):
        with unit_of_work(machine("test")):
            services.note_changes([640181])
    assert sweep() == 0
    with unit_of_work(machine("test")):
        row = LayerVersion.objects.get(county=640181)
    assert row.due_at is not None
    assert row.built_at is not None
    assert row.due_at - row.built_at == timedelta(minutes=1)


def test_a_county_that_nobody_has_told_of_is_found(plant: Plant) -> None:
    """A database that was loaded before there were maps, or by a restore."""
    with unit_of_work(machine("test")):
        LayerVersion.objects.all().delete()
        assert Subject.objects.exists()
    assert sweep() == 1
    assert version() > 0
