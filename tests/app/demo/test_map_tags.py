"""The mappings and the invented firms say what they are and fit together."""

import tomllib
from collections import Counter

import pytest

from anlan.app.demo.mapping import MAPPINGS, read_mapping
from anlan.app.demo.plants import Plant, read_plants
from anlan.app.register.kinds import KINDS, PROPERTIES
from anlan.kernel.people.rules import is_credit_code
from anlan.kernel.subjects.rules import attribute_errors, schema_error

NAMES = sorted(file.stem for file in MAPPINGS.glob("*.toml"))
PLANTS = read_plants()


@pytest.fixture(scope="module")
def kinds() -> dict[str, dict[str, object]]:
    rows = tomllib.loads(KINDS.read_text(encoding="utf-8"))["kind"]
    return {
        row["code"]: {
            "type": "object",
            "additionalProperties": False,
            "properties": row["properties"],
        }
        for row in rows
    }


@pytest.mark.parametrize("name", NAMES)
def test_every_tag_line_says_what_it_really_is(name: str) -> None:
    lines = (MAPPINGS / f"{name}.toml").read_text(encoding="utf-8").splitlines()
    tags = [line for line in lines if "{ tag = " in line]
    assert len(tags) == len(read_mapping(name).tags())
    assert [line for line in tags if "# 实为" not in line] == []


@pytest.mark.parametrize("name", NAMES)
def test_tags_are_unique_in_a_plant_and_carry_a_known_property(name: str) -> None:
    known = {
        row["code"] for row in tomllib.loads(PROPERTIES.read_text(encoding="utf-8"))["property"]
    }
    tags = read_mapping(name).tags()
    assert [tag for tag, times in Counter(tag for tag, _ in tags).items() if times > 1] == []
    assert {tag.property for _, tag in tags} <= known


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.code)
def test_equipment_keeps_to_the_schema_of_its_kind(
    plant: Plant, kinds: dict[str, dict[str, object]]
) -> None:
    for subject in plant.subjects():
        assert schema_error(kinds[subject.kind]) is None
        assert attribute_errors(kinds[subject.kind], subject.attributes) == []
        assert "{" not in subject.name + subject.name_en


def test_weather_stations_are_told_apart_in_either_language() -> None:
    stations = [
        subject
        for plant in PLANTS
        for subject in plant.subjects()
        if subject.kind == "weather_station"
    ]
    assert len(stations) > 1
    for names in ([one.name for one in stations], [one.name_en for one in stations]):
        assert len(set(names)) == len(stations), names


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.code)
def test_what_is_invented_says_so(plant: Plant) -> None:
    assert "演示" in plant.name
    if plant.is_firm:
        assert "虚构" in plant.name


def test_credit_codes_are_well_formed_and_registered_nowhere() -> None:
    codes = [plant.credit_code for plant in PLANTS if plant.credit_code]
    assert len(set(codes)) == len(codes) == 13
    assert all(is_credit_code(code) for code in codes)
    # positions 3-8 are the division that registered it; 000000 is none
    assert {code[2:8] for code in codes} == {"000000"}


def test_a_value_is_moved_scaled_and_cut() -> None:
    import numpy as np

    tag = dict(read_mapping("process_plant").tags())["V201.LI"]
    column = np.array([tag.x0, tag.x0 + 10, 1000.0])
    assert tag.apply(column).tolist() == pytest.approx([6.2, 7.5, 14.0])
