"""The register of chemicals: one code each, versions that stand, and the standard's word for every figure."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from anlan.kernel.base.config import config
from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.systems.hazchem.models import ChemicalVersion, HazardousChemical
from anlan.systems.hazchem.rules import is_cas
from anlan.systems.hazchem.shipped import load_shipped, shipped_chemicals
from tests import factories, hazards
from tests.cast import Cast, assemble, csrf, signed_in
from tests.plant import Plant, build_plant

pytestmark = pytest.mark.django_db
URL = "/api/v1/hazchem"
ACETIC: dict[str, Any] = {
    "code": "C-9", "name": "乙酸", "name_en": "Acetic acid", "cas": "64-19-7", "classes": ["W5.4"],
    "flash_point_k": 312.15, "sources": {"flash_point_k": "SDS"}, "reason": "新增",
}  # fmt: skip


@pytest.fixture(autouse=True)
def node(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The node is the county's: its people keep what is the whole node's."""
    monkeypatch.setenv("ANLAN_NODE", "n640181")
    config.cache_clear()
    yield
    config.cache_clear()


@pytest.fixture
def plant() -> Plant:
    return build_plant(streams=2)


@pytest.fixture
def cast(plant: Plant) -> Cast:
    return assemble(site=plant.site.id)


@pytest.fixture
def keeper(cast: Cast) -> Client:
    """Who keeps the register: the county's section of hazardous chemicals."""
    return signed_in(factories.officer(cast.bureau, "section_hazchem"))


def send(client: Client, path: str, body: dict[str, Any], version: int | None = None) -> Any:
    headers = csrf(client) | ({} if version is None else {"If-Match": f'"{version}"'})
    return client.post(URL + path, body, content_type="application/json", headers=headers)


def test_the_85_named_chemicals_ship_once_each_under_a_code_of_their_own() -> None:
    rows = shipped_chemicals()
    codes, cas = [code for code, _ in rows], [one.cas for _, one in rows if one.cas]
    assert len(rows) == len(set(codes)) == 85
    assert all(is_cas(one) for one in cas)
    with unit_of_work(machine("test")):
        assert load_shipped() == 85
        assert load_shipped() == 0
        chemicals = HazardousChemical.objects.select_related("current")
        told = {one.code: one.current for one in chemicals if one.current}
    assert len(told) == 85
    ammonia, methanol, phosgene = (told[f"GB18218-{n:03d}"] for n in (1, 65, 6))
    assert (ammonia.critical_t, ammonia.beta) == (10, 2)
    assert (methanol.critical_t, methanol.beta, methanol.classes) == (500, 1, ["W5.3"])
    assert (phosgene.critical_t, phosgene.beta) == (0.3, 20)
    # all that is under a row has that row's quantity, whichever of its forms it is
    assert (told["GB18218-043"].critical_t, told["GB18218-044"].critical_t) == (5, 50)
    assert all(one.critical_t for one in told.values())


def test_a_shipped_figure_says_from_where_it_is() -> None:
    figures = {
        "flash_point_k", "flammable_low", "flammable_high", "density_kg_m3", "aegl_1_ppm", "aegl_2_ppm",
        "aegl_3_ppm", "idlh_ppm",
    }  # fmt: skip
    for code, one in shipped_chemicals():
        told = {name for name in figures if getattr(one, name) is not None}
        assert told == one.sources.keys(), code
        if one.flammable_low is not None and one.flammable_high is not None:
            assert 0 < one.flammable_low < one.flammable_high <= 1, code


def test_what_people_filed_is_not_shipped_over(keeper: Client) -> None:
    with unit_of_work(machine("test")):
        load_shipped()
        row = HazardousChemical.objects.get(code="GB18218-065")
    body = {"name": "工业甲醇", "cas": "67-56-1", "classes": ["W5.3"], "reason": "按本地叫法"}
    assert send(keeper, f"/chemicals/{row.id}/versions", body, row.version).status_code == 200
    with unit_of_work(machine("test")):
        assert load_shipped() == 0
    assert keeper.get(f"{URL}/chemicals/{row.id}").json()["name"] == "工业甲醇"


def test_a_chemical_is_entered_with_what_the_standard_says_of_it(keeper: Client) -> None:
    made = send(keeper, "/chemicals", ACETIC)
    assert made.status_code == 200, made.json()
    said = made.json()
    assert (said["critical_t"], said["beta"], said["number"], said["version"]) == (5000, 1, 1, 1)
    assert said["sources"] == {"flash_point_k": "SDS"}
    found = keeper.get(f"{URL}/chemicals", {"filter": "search.like:acetic"}).json()["items"]
    assert [one["code"] for one in found] == ["C-9"]


def test_one_chemical_has_one_code(keeper: Client) -> None:
    send(keeper, "/chemicals", ACETIC)
    again = send(keeper, "/chemicals", ACETIC | {"code": "C-10", "name": "冰醋酸"})
    assert (again.status_code, again.json()["code"]) == (409, "hazchem.chemical_twice")
    assert again.json()["there"] == "C-9"
    taken = send(keeper, "/chemicals", ACETIC | {"cas": "64-17-5"})
    assert (taken.status_code, taken.json()["code"]) == (409, "hazchem.code_taken")
    # two forms of one CAS number are two chemicals
    nitrate = {"name": "硝酸铵", "cas": "6484-52-2", "classes": ["W9.2"], "reason": "新增"}
    for code, form in (("N-43", 43), ("N-44", 44)):
        assert send(keeper, "/chemicals", nitrate | {"code": code, "form": form}).status_code == 200


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"cas": "64-19-8"}, "hazchem.bad_cas"),
        ({"critical_override_t": 10.0}, "hazchem.override_unexplained"),
        ({"beta_override": 2.0, "beta_reason": " "}, "hazchem.override_unexplained"),
        ({"form": 44}, "hazchem.form_of_another"),
        ({"form": 86}, "hazchem.no_such_row"),
        ({"classes": ["W12"]}, "hazchem.no_such_class"),
        ({"flammable_low": 0.3, "flammable_high": 0.1}, "hazchem.limits_crossed"),
        ({"reason": "  "}, "hazchem.reason_missing"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_its_code(
    keeper: Client, change: dict[str, Any], code: str
) -> None:
    refused = send(keeper, "/chemicals", ACETIC | change)
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert refused["Content-Type"].startswith("application/problem+json")
    assert refused.json()["title_en"] != code


def test_where_the_standard_cannot_tell_the_figure_is_left_open_not_guessed(keeper: Client) -> None:
    body = {
        "code": "N-1",
        "name": "硝酸铵",
        "cas": "6484-52-2",
        "classes": ["W9.2"],
        "reason": "新增",
    }
    assert send(keeper, "/chemicals", body).json()["critical_t"] is None
    bare = {"code": "B-1", "name": "某物", "reason": "新增"}
    said = send(keeper, "/chemicals", bare).json()
    assert (said["critical_t"], said["beta"]) == (None, None)


def test_a_change_is_the_next_version_and_a_sheet_keeps_its_own(
    keeper: Client, cast: Cast, plant: Plant
) -> None:
    chemical = hazards.chemical()
    unit = hazards.installation(plant.tank, "M1")
    body = hazards.METHANOL | {
        "critical_override_t": 250.0,
        "critical_reason": "专家论证",
        "reason": "从严",
    }
    changed = send(keeper, f"/chemicals/{chemical.id}/versions", body, 1)
    assert changed.status_code == 200, changed.json()
    assert (changed.json()["number"], changed.json()["critical_t"]) == (2, 250)
    desk = signed_in(cast.monitor)
    sheet = desk.get(f"{URL}/installations/{unit.id}/sheet").json()
    assert (sheet["rows"][0]["critical"]["value"], sheet["rows"][0]["is_current"]) == (500, False)
    versions = keeper.get(f"{URL}/chemical-versions", {"filter": f"chemical_id.eq:{chemical.id}"})
    assert [one["number"] for one in versions.json()["items"]] == [2, 1]
    # the unit goes over to the new version when somebody says so
    row = sheet["rows"][0]
    held = {
        "id": row["id"],
        "chemical_id": chemical.id,
        "name": "库房",
        "design_t": 2000,
        "fixed_t": 2000,
    }
    moved = desk.patch(
        f"{URL}/installations/{unit.id}", {"holdings": [held], "reason": "采用新版本"},
        content_type="application/json", headers=csrf(desk) | {"If-Match": '"1"'},
    )  # fmt: skip
    assert moved.status_code == 200, moved.json()
    sheet = desk.get(f"{URL}/installations/{unit.id}/sheet").json()
    said = sheet["rows"][0]["critical"]
    assert (said["value"], said["table"], said["mark"], sheet["design"]["s"]) == (250, 0, "H", 8.0)


def test_nothing_is_edited_in_place_and_the_journal_says_who_and_why(keeper: Client) -> None:
    made = send(keeper, "/chemicals", ACETIC).json()
    body = {key: value for key, value in ACETIC.items() if key != "code"}
    same = send(keeper, f"/chemicals/{made['id']}/versions", body, 1)
    assert (same.status_code, same.json()["code"]) == (422, "hazchem.same_version")
    send(
        keeper,
        f"/chemicals/{made['id']}/versions",
        body | {"classes": ["W5.3"], "reason": "更正"},
        1,
    )
    stale = send(keeper, f"/chemicals/{made['id']}/versions", body | {"name": "醋酸"}, 1)
    assert stale.status_code == 412
    assert (
        send(keeper, f"/chemicals/{made['id']}/versions", body | {"name": "醋酸"}).status_code
        == 428
    )
    with unit_of_work(machine("test")):
        first, second = ChemicalVersion.objects.filter(chemical=made["id"]).order_by("number")
        said = Journal.objects.filter(object=made["id"]).order_by("id").last()
    assert (first.classes, first.critical_t) == (["W5.4"], 5000)
    assert (second.classes, second.critical_t, second.reason) == (["W5.3"], 1000, "更正")
    assert said is not None
    assert said.type == "hazchem.chemical.version_filed"
    assert said.change is not None
    assert said.change["classes"] == [["W5.4"], ["W5.3"]]


def test_who_only_watches_reads_and_does_not_write(cast: Cast) -> None:
    chemical = hazards.chemical()
    desk = signed_in(cast.duty_officer)
    assert desk.get(f"{URL}/chemicals/{chemical.id}").json()["name"] == "甲醇"
    assert send(desk, "/chemicals", ACETIC).status_code == 403
    # the neighbour's keeper has the permission, and not this node's territory
    next_door = signed_in(factories.officer(cast.neighbour_bureau, "section_hazchem"))
    refused = send(next_door, "/chemicals", ACETIC)
    assert (refused.status_code, refused.json()["reason"]) == (403, "out_of_reach_home")
    assert Client().get(f"{URL}/chemicals").status_code == 401
