"""Subjects hang in a tree, inherit place and site, and obey the schema of their kind."""

from typing import Any

import pytest

from anlan.kernel.base.errors import DomainError, InvalidError, StaleVersionError
from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import Principal, Scope, machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.places.rules import div_range
from anlan.kernel.subjects import queries, services
from anlan.kernel.subjects.models import Subject, SubjectKind
from anlan.kernel.subjects.services.kinds import define_kind
from tests import factories
from tests.cast import assemble, csrf, signed_in
from tests.plant import build_plant

pytestmark = pytest.mark.django_db
SYSTEM = machine("test")


def test_a_tank_inherits_site_and_place_from_the_enterprise_it_hangs_under() -> None:
    plant = build_plant()
    assert plant.site.site == plant.site.id
    assert (plant.tank.site, plant.tank.div, plant.tank.zone) == (
        plant.site.id,
        plant.site.div,
        plant.site.zone,
    )
    with unit_of_work(SYSTEM, read_only=True):
        assert queries.path_of(plant.tank) == [
            {"id": plant.site.id, "name": plant.site.name, "name_en": plant.site.name_en}
        ]


def test_attributes_that_break_the_schema_of_the_kind_are_named_field_by_field() -> None:
    plant = build_plant()
    with pytest.raises(InvalidError) as refused, unit_of_work(SYSTEM):
        services.register_subject(
            kind="tank", name="T9", parent_id=plant.site.id, attributes={"volume_m3": -5}
        )
    assert refused.value.facts["errors"][0]["field"] == "volume_m3"
    with unit_of_work(SYSTEM, read_only=True):
        assert not Subject.objects.filter(name="T9").exists()


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"kind": "no_such", "name": "x"}, "subjects.unknown_kind"),
        ({"kind": "tank", "name": "x"}, "subjects.no_place"),
        ({"kind": "tank", "name": "x", "parent_id": "0" * 26}, "subjects.unknown_parent"),
    ],
)
def test_a_subject_without_kind_or_place_is_refused(said: dict[str, Any], code: str) -> None:
    build_plant()
    with pytest.raises(DomainError) as refused, unit_of_work(SYSTEM):
        services.register_subject(**said)
    assert refused.value.code == code


def test_a_change_under_somebody_elses_change_is_refused_and_journalled_otherwise() -> None:
    tank = build_plant().tank
    with unit_of_work(SYSTEM):
        services.change_subject(subject_id=tank.id, expected_version=1, name="甲醇罐 T101")
    with pytest.raises(StaleVersionError), unit_of_work(SYSTEM):
        services.change_subject(subject_id=tank.id, expected_version=1, name="另一个名字")
    with unit_of_work(SYSTEM, read_only=True):
        row = Journal.objects.get(object=tank.id, type="subjects.subject.changed")
        assert (row.object_version, row.data["name"]) == (2, "甲醇罐 T101")
        assert row.change is not None
        assert row.change["before"]["name"] == tank.name


def test_a_change_that_says_nothing_new_makes_no_version_and_no_row() -> None:
    tank = build_plant().tank
    same = {"name": tank.name, "attributes": tank.attributes, "location": tank.location}
    with unit_of_work(SYSTEM):
        row = services.change_subject(subject_id=tank.id, expected_version=1, **same)
        assert row.version == 1
        assert not Journal.objects.filter(object=tank.id, type="subjects.subject.changed").exists()


def test_defining_the_same_kind_again_changes_nothing_and_a_new_schema_raises_its_version() -> None:
    with unit_of_work(SYSTEM):
        first = define_kind(code="mine", title="矿山", title_en="Mine", schema={"type": "object"})
        again = define_kind(code="mine", title="矿山", title_en="Mine", schema={"type": "object"})
        assert (again.id, again.version) == (first.id, 1)
        wider = {"type": "object", "properties": {"depth_m": {"type": "number"}}}
        changed = define_kind(code="mine", title="矿山", title_en="Mine", schema=wider)
        assert (changed.version, changed.schema_version) == (2, 2)
    with pytest.raises(InvalidError), unit_of_work(SYSTEM):
        define_kind(code="bad", title="x", title_en="x", schema={"type": "no such type"})
    with unit_of_work(SYSTEM, read_only=True):
        assert not SubjectKind.objects.filter(code="bad").exists()


def test_the_map_shows_a_county_its_own_points_and_no_others() -> None:
    build_plant("ours")
    build_plant("theirs", div=6403230000000000, zone=None)
    officer = Principal(actor="user:x", name="x", scope=Scope(divs=(div_range("640323"),)))
    with unit_of_work(officer, read_only=True):
        names = [one["properties"]["name"] for one in queries.points()["features"]]
    assert names == ["theirs 厂区"]


def test_a_subject_is_moved_on_the_map_by_who_may_and_says_that_he_may() -> None:
    plant = build_plant("east")
    cast = assemble(site=plant.site.id)
    keeper = signed_in(factories.officer(cast.zone_bureau, "data_keeper"))
    path = f"/api/v1/subjects/{plant.tank.id}"

    def patch(body: dict[str, Any], version: int) -> Any:
        headers = csrf(keeper) | {"If-Match": f'"{version}"'}
        return keeper.patch(path, body, content_type="application/json", headers=headers)

    moved = patch({"lon": 106.61, "lat": 38.11}, 1)
    half = patch({"lon": 106.61}, 2)

    assert (moved.json()["lon"], moved.json()["lat"], moved.json()["may"]) == (
        106.61, 38.11, ["change"],
    )  # fmt: skip
    assert (half.status_code, half.json()["code"]) == (422, "subjects.half_a_place")
    assert signed_in(cast.duty_officer).get(path).json()["may"] == []
