"""Installations: the sheet by hand-checked figures, people counted or entered, and who may do what."""

import tomllib
from importlib import resources
from typing import Any

import pytest
from django.test import Client
from shapely import Point

from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.places.services import loading as places
from anlan.kernel.sensing.services import equipment
from anlan.kernel.subjects.models import Subject
from anlan.systems.hazchem.services.holdings import REFRIGERATED
from tests import factories, hazards
from tests.cast import Cast, assemble, csrf, signed_in
from tests.plant import Plant, build_plant

pytestmark = pytest.mark.django_db
URL = "/api/v1/hazchem/installations"


@pytest.fixture
def plant() -> Plant:
    return build_plant(streams=2)


@pytest.fixture
def cast(plant: Plant) -> Cast:
    return assemble(site=plant.site.id)


@pytest.fixture
def desk(cast: Cast) -> Client:
    """Who is in charge of the site: the zone's monitor."""
    return signed_in(cast.monitor)


def body_of(plant: Plant, **more: Any) -> dict[str, Any]:
    """Return a unit with the published vector: ammonia 60 t, chlorine 20 t, methanol 2,000 t, 60 people."""
    held = [
        (hazards.chemical("C-1"), 2000.0),
        (hazards.chemical("C-2", **hazards.AMMONIA), 60.0),
        (hazards.chemical("C-3", **hazards.CHLORINE), 20.0),
    ]
    return {
        "subject_id": plant.tank.id, "code": "M1", "name": "储罐区", "unit_kind": "storage", "people": 60,
        "holdings": [
            {"chemical_id": one.id, "name": f"{n} 号", "design_t": t, "fixed_t": t / 2}
            for n, (one, t) in enumerate(held, 1)
        ],
    } | more  # fmt: skip


def register(client: Client, body: dict[str, Any]) -> Any:
    return client.post(URL, body, content_type="application/json", headers=csrf(client))


def change(client: Client, unit: dict[str, Any], body: dict[str, Any], path: str = "") -> Any:
    send = client.post if path else client.patch
    headers = csrf(client) | {"If-Match": f'"{unit["version"]}"'}
    return send(f"{URL}/{unit['id']}{path}", body, content_type="application/json", headers=headers)


def test_the_published_vector_comes_out_of_the_sheet(desk: Client, plant: Plant) -> None:
    made = register(desk, body_of(plant))
    assert made.status_code == 200, made.json()
    unit = made.json()
    assert (unit["s"], unit["r"], unit["grade"], unit["alpha"]) == (14.0, 48.0, 3, 1.5)
    sheet = desk.get(f"{URL}/{unit['id']}/sheet").json()
    assert [row["design_share"] for row in sheet["rows"]] == [4.0, 6.0, 4.0]
    assert [row["design_weighted"] for row in sheet["rows"]] == [4.0, 12.0, 16.0]
    # every figure says its table and row
    methanol, ammonia, chlorine = sheet["rows"]
    assert (methanol["critical"]["table"], methanol["critical"]["value"]) == (1, 500)
    assert (methanol["beta"]["table"], methanol["beta"]["row"]) == (4, "W5.3")
    assert (ammonia["beta"]["table"], ammonia["beta"]["row"], ammonia["beta"]["value"]) == (
        3,
        "氨",
        2,
    )
    assert chlorine["beta"]["value"] == 4
    assert sheet["alpha"] == {"value": 1.5, "table": 5, "row": "50–99", "row_en": "", "mark": "V"}
    # 2 of R are missing to grade 2; by the live half of it R is 24: 26 are missing
    nearest = sheet["design"]["to_next"]
    assert (nearest["grade"], nearest["of"], nearest["bound"], nearest["missing"]) == (
        2,
        "r",
        50.0,
        2.0,
    )
    assert (sheet["live"]["s"], sheet["live"]["r"], sheet["live"]["grade"]) == (7.0, 24.0, 3)


@pytest.mark.parametrize(
    ("tonnes", "people", "grade"),
    [
        (4.999, 0, 0),
        (5.0, 0, 4),
        (25.0, 0, 3),
        (124.9, 0, 3),
        (125.0, 0, 2),
        (62.5, 100, 1),
        (62.4, 100, 2),
    ],
)
def test_grades_turn_exactly_at_the_bounds(
    desk: Client, plant: Plant, tonnes: float, people: int, grade: int
) -> None:
    """Chlorine: Q 5 t, beta 4; with nobody near alpha is 0.5, from 100 people on it is 2."""
    chlorine = hazards.chemical("C-3", **hazards.CHLORINE)
    held = [{"chemical_id": chlorine.id, "name": "1 号", "design_t": tonnes, "fixed_t": 0}]
    made = register(desk, body_of(plant, people=people, holdings=held))
    assert made.json()["grade"] == grade
    sheet = desk.get(f"{URL}/{made.json()['id']}/sheet").json()
    if grade == 0:
        assert (sheet["design"]["to_next"]["of"], sheet["design"]["to_next"]["grade"]) == ("s", 4)
    assert (sheet["design"]["to_next"] is None) == (grade == 1)


def test_people_are_counted_from_the_settlements_and_shown(desk: Client, plant: Plant) -> None:
    degree_m = 111_320.0
    north = [
        ("近村", 450.0, 80),
        ("边村", 640.0, 25),
        ("远村", 900.0, 5000),
        ("未知村", 100.0, None),
    ]
    with unit_of_work(machine("test")):
        rows = [
            places.SettlementInput(
                name=name, division_code="640181103", population=n,
                location=Point(106.6, 38.1 + metres / degree_m),
            )
            for name, metres, n in north
        ]  # fmt: skip
        places.load_settlements(rows=rows)
    body = body_of(plant) | {"people": None, "subject_id": plant.site.id}
    unit = register(desk, body).json()
    sheet = desk.get(f"{URL}/{unit['id']}/sheet").json()
    assert (unit["people"], sheet["people_source"], unit["alpha"]) == (80, "counted", 1.5)
    assert [(one["name"], one["population"]) for one in sheet["people_basis"]] == [
        ("未知村", None),
        ("近村", 80),
    ]
    assert sheet["people_basis"][1]["distance_m"] == pytest.approx(450, rel=0.01)
    # the 500 m begin at the boundary of the works
    wider = change(desk, unit, {"boundary_m": 200, "reason": "测得厂界"}).json()
    assert (wider["people"], wider["alpha"], wider["grade"]) == (105, 2.0, 2)
    # a person's figure stands until somebody counts again
    entered = change(desk, wider, {"people": 40, "reason": "入户核实"}).json()
    moved = change(desk, entered, {"boundary_m": 0, "reason": "更正"}).json()
    sheet = desk.get(f"{URL}/{unit['id']}/sheet").json()
    assert (moved["people"], sheet["people_source"], sheet["people_noted_by_name"]) == (
        40,
        "entered",
        "赵监测",
    )
    counted = change(desk, moved, {"recount": True, "reason": "重新统计"}).json()
    assert counted["people"] == 80


def test_without_a_place_people_are_to_be_entered(desk: Client, plant: Plant) -> None:
    refused = register(desk, body_of(plant) | {"people": None})
    assert (refused.status_code, refused.json()["code"]) == (422, "hazchem.no_place_to_count")


def test_each_sees_what_he_reaches_and_only_who_is_in_charge_writes(
    desk: Client, cast: Cast, plant: Plant
) -> None:
    unit = register(desk, body_of(plant)).json()
    body = {"name": "改名", "reason": "更名"}
    neighbour, firm, county = (
        signed_in(one) for one in (cast.neighbour, cast.control_room, cast.duty_officer)
    )
    assert neighbour.get(URL).json()["items"] == []
    assert neighbour.get(f"{URL}/points.geojson").json()["features"] == []
    for path in ("", "/sheet"):
        hidden = neighbour.get(f"{URL}/{unit['id']}{path}")
        assert (hidden.status_code, hidden.json()["code"]) == (
            404,
            "hazchem.installation_not_found",
        )
    for one in (firm, county):
        assert [row["id"] for row in one.get(URL).json()["items"]] == [unit["id"]]
        assert one.get(f"{URL}/{unit['id']}").json()["may"] == []
        assert change(one, unit, body).status_code == 403
    # the county's keeper sees the site in his territory; the zone's bureau is in charge of it
    keeper = signed_in(factories.officer(cast.bureau, "section_hazchem"))
    for path in ("", "/retire"):
        refused = change(keeper, unit, {"reason": "更名"}, path)
        assert (refused.status_code, refused.json()["reason"]) == (403, "out_of_reach_in_charge")
    assert register(keeper, body_of(plant, code="M2")).status_code == 403
    assert desk.get(f"{URL}/{unit['id']}").json()["may"] == ["change"]
    assert (
        desk.get(f"/api/v1/hazchem/subjects/{plant.site.id}/installations").json()[0]["id"]
        == unit["id"]
    )
    assert signed_in(cast.system_administrator).get(URL).status_code == 403


def test_the_rows_are_walled_below_the_web_too(cast: Cast, plant: Plant) -> None:
    from anlan.systems.hazchem.models import Holding, MajorHazardInstallation
    from tests.cast import principal

    hazards.installation(plant.tank)
    with unit_of_work(principal(cast.neighbour)):
        assert (MajorHazardInstallation.objects.count(), Holding.objects.count()) == (0, 0)
    with unit_of_work(principal(cast.control_room)):
        assert (MajorHazardInstallation.objects.count(), Holding.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("held", "code"),
    [
        ([], None),
        ([{"chemical_id": "", "name": "1", "design_t": 1, "fixed_t": 1}], "hazchem.chemical_not_found"),
        ([{"name": "1", "design_t": 1}], "hazchem.stock_unsaid"),
        ([{"name": "1", "design_t": 1, "stock_from": "tank"}], "hazchem.bad_tank"),
        ([{"name": "1", "design_t": 1, "stock_from": "tank",
           "tank": {"strapping": [[1, 5], [1, 6]]}}], "hazchem.bad_tank"),
        ([{"name": "1", "design_t": 1, "stock_from": "tank",
           "tank": {"strapping": [[0, -0.5], [10, 100]]}}], None),
        ([{"name": "1", "design_t": 1, "stock_from": "tank",
           "tank": {"strapping": [[-1, 0], [10, 100]]}}], None),
        ([{"name": "1", "design_t": 1, "stock_from": "tank",
           "tank": {"shape": "sphere", "radius_m": 5}}], "hazchem.no_level"),
    ],
)  # fmt: skip
def test_a_holding_that_cannot_be_is_refused_with_its_row(
    desk: Client, plant: Plant, held: list[dict[str, Any]], code: str | None
) -> None:
    chemical = hazards.chemical()
    rows = [{"chemical_id": chemical.id} | one for one in held]
    refused = register(desk, body_of(plant, holdings=rows))
    assert refused.status_code in {404, 422}
    if code:
        assert (refused.json()["code"], refused.json()["row"]) == (code, 1)
    else:
        # refused by its shape, field by field
        assert refused.json()["errors"]


def test_a_chemical_whose_figures_the_standard_cannot_tell_makes_no_sheet(
    desk: Client, plant: Plant
) -> None:
    bare = hazards.chemical("C-7", name="某物")
    held = [{"chemical_id": bare.id, "name": "1", "design_t": 1, "fixed_t": 1}]
    refused = register(desk, body_of(plant, holdings=held))
    assert (refused.status_code, refused.json()["code"]) == (422, "hazchem.class_unsaid")


def test_a_level_of_another_site_or_in_another_unit_is_refused(desk: Client, plant: Plant) -> None:
    other = build_plant("other", streams=1)
    with unit_of_work(machine("test")):
        flow = equipment.define_property(code="flow", title="流量", title_en="Flow", unit="m³/h")
        wrong = equipment.register_datastream(
            gateway=plant.gateway, subject_id=plant.tank.id, observed_property=flow, tag="FI", name="流量",
        )  # fmt: skip
    chemical = hazards.chemical()
    for stream, code in ((other.streams[0], "hazchem.no_level"), (wrong, "hazchem.not_a_level")):
        one = {
            "chemical_id": chemical.id, "name": "T101", "design_t": 9, "stock_from": "tank",
            "datastream_id": stream.id, "tank": {"shape": "sphere", "radius_m": 5},
        }  # fmt: skip
        assert register(desk, body_of(plant, holdings=[one])).json()["code"] == code


def test_the_density_of_a_refrigerated_tank_must_be_said(desk: Client, plant: Plant) -> None:
    """What ships is that of the liquid at 20 degrees: ammonia has 609 kg/m3 then, at its boiling point 682."""
    ammonia = hazards.chemical("C-2", **hazards.AMMONIA, density_kg_m3=609.4)
    one = {
        "chemical_id": ammonia.id, "name": "T101", "design_t": 9, "stock_from": "tank",
        "datastream_id": plant.streams[0].id, "tank": {"shape": "sphere", "radius_m": 5},
    }  # fmt: skip

    def asked(code: str, **more: Any) -> Any:
        return register(desk, body_of(plant, code=code, subject_id=plant.site.id, holdings=[one | more]))  # fmt: skip

    assert asked("M1").status_code == 200
    with unit_of_work(machine("test")):
        Subject.objects.filter(pk=plant.tank.id).update(attributes={"tank_type": REFRIGERATED})
    refused = asked("M2")
    said = refused.json()
    assert (refused.status_code, said["code"]) == (422, "hazchem.cold_density_unsaid")
    assert (said["field"], said["row"]) == ("density_kg_m3", 1)
    made = asked("M2", density_kg_m3=682.0).json()
    [row] = desk.get(f"{URL}/{made['id']}/sheet").json()["rows"]
    assert row["density_kg_m3"] == 682.0


def test_a_change_keeps_what_was_in_the_journal_and_a_repeat_makes_no_version(
    desk: Client, plant: Plant
) -> None:
    unit = register(desk, body_of(plant)).json()
    sheet = desk.get(f"{URL}/{unit['id']}/sheet").json()
    keep = ("id", "chemical_version_id", "name", "design_t", "permit_t", "stock_from", "fixed_t")
    held = [{name: row[name] for name in keep} for row in sheet["rows"]]
    same = change(desk, unit, {"holdings": held, "reason": "核对"}).json()
    assert same["version"] == unit["version"]
    # two change places, one goes, one is more than before
    held = [held[2] | {"design_t": 25.0}, held[0]]
    less = change(desk, unit, {"holdings": held, "reason": "停用氨罐"}).json()
    assert (less["version"], less["s"]) == (2, 9.0)
    rows = desk.get(f"{URL}/{unit['id']}/sheet").json()["rows"]
    assert [(row["number"], row["chemical"]) for row in rows] == [(1, "液氯"), (2, "甲醇")]
    with unit_of_work(machine("test")):
        said = Journal.objects.filter(object=unit["id"], type="hazchem.installation.changed").get()
    assert said.change is not None
    assert [len(one) for one in said.change["holdings"]] == [3, 2]
    assert said.change["reason"] == [None, "停用氨罐"]
    assert change(desk, unit, {"name": "晚了", "reason": "x"}).status_code == 412
    assert (
        change(desk, less, {"name": "无由", "reason": ""}).json()["code"]
        == "hazchem.reason_missing"
    )


def test_a_filed_figure_is_as_old_as_its_filing_and_one_row_is_not_written_twice(
    desk: Client, plant: Plant
) -> None:
    unit = register(desk, body_of(plant)).json()
    keep = ("id", "chemical_version_id", "name", "design_t", "permit_t", "stock_from", "fixed_t")

    def rows() -> list[dict[str, Any]]:
        return list(desk.get(f"{URL}/{unit['id']}/sheet").json()["rows"])

    before = rows()
    held = [{name: row[name] for name in keep} for row in before]
    held[0] |= {"name": "改名"}
    held[1] |= {"fixed_t": 31.0}
    changed = change(desk, unit, {"holdings": held, "reason": "更正"}).json()
    at = [row["stock_at"] for row in before]
    after = [row["stock_at"] for row in rows()]
    assert (after[0], after[2]) == (at[0], at[2])
    assert after[1] > at[1]
    twice = change(desk, changed, {"holdings": [held[0], held[0]], "reason": "x"})
    assert (twice.status_code, twice.json()["code"], twice.json()["row"]) == (
        422,
        "hazchem.holding_twice",
        2,
    )


def test_a_code_is_given_once_at_a_site_and_again_when_its_unit_is_gone(
    desk: Client, plant: Plant
) -> None:
    unit = register(desk, body_of(plant)).json()
    again = register(desk, body_of(plant))
    assert (again.status_code, again.json()["code"]) == (409, "hazchem.installation_code_taken")
    gone = change(desk, unit, {"reason": "拆除"}, "/retire").json()
    assert gone["retired_at"] is not None
    assert gone["may"] == []
    assert desk.get(f"{URL}/points.geojson").json()["features"] == []
    assert (
        change(desk, gone, {"name": "x", "reason": "x"}).json()["code"] == "hazchem.retired_already"
    )
    assert register(desk, body_of(plant)).status_code == 200


def test_the_kind_of_tank_that_is_kept_cold_is_one_that_ships() -> None:
    file = resources.files("anlan.app.register").joinpath("kinds.toml")
    kinds = tomllib.loads(file.read_text(encoding="utf-8"))["kind"]
    [tank] = [one for one in kinds if one["code"] == "tank"]
    assert REFRIGERATED in tank["properties"]["tank_type"]["enum"]
