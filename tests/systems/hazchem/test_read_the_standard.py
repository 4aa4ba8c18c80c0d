"""GB 18218-2018 as shipped: every figure where the standard has it, and nothing guessed where it has none."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from anlan.engines.major_hazards.grading import Holdings, graded
from anlan.kernel.base.errors import InvalidError
from anlan.systems.hazchem.rules import SHIPPED, Standard, is_cas, read_standard


@pytest.fixture(scope="module")
def standard() -> Standard:
    return read_standard()


def test_the_tables_are_whole(standard: Standard) -> None:
    assert (len(standard.named), len(standard.classes), len(standard.gases)) == (85, 24, 14)
    assert sorted(standard.named) == list(range(1, 86))
    assert all(one.mark in {"V", "V2", "G"} for one in standard.named.values())
    assert all(one.name and one.name_en and one.critical_t > 0 for one in standard.named.values())


@pytest.mark.parametrize(
    ("cas", "tonnes", "row"),
    [("7664-41-7", 10, "氨（液氨）"), ("7782-50-5", 5, "氯（液氯）"), ("67-56-1", 500, "甲醇"), ("75-44-5", 0.3, "碳酰氯（光气）"),
     ("624-83-9", 0.75, "异氰酸甲酯"), ("7782-44-7", 200, "氧（压缩/液化）"), ("74-98-6", 50, "液化石油气")],
)  # fmt: skip
def test_a_named_chemical_has_its_own_quantity(
    standard: Standard, cas: str, tonnes: float, row: str
) -> None:
    found = standard.critical(cas=cas, symbols=["W2"])
    assert (found.value, found.table, found.row) == (tonnes, 1, row)


def test_of_several_classes_the_smallest_quantity_counts(standard: Standard) -> None:
    found = standard.critical(cas="64-19-7", symbols=["W5.4", "J2", "W10"])
    assert (found.value, found.table, found.row) == (50.0, 2, "J2")


def test_a_form_that_decides_must_be_said(standard: Standard) -> None:
    assert [one.number for one in standard.forms_of("6484-52-2")] == [43, 44]
    with pytest.raises(InvalidError) as refused:
        standard.critical(cas="6484-52-2")
    assert refused.value.code == "hazchem.form_unsaid"
    assert standard.critical(cas="6484-52-2", number=43).value == 5
    assert standard.critical(cas="6484-52-2", number=44).value == 50
    assert len(standard.forms_of("9004-70-0")) == 6


def test_beta_is_the_gases_then_the_classes(standard: Standard) -> None:
    assert standard.beta(cas="7782-50-5", symbol="J3").value == 4
    assert standard.beta(cas="630-08-0").value == 2
    assert standard.beta(cas="67-56-1", symbol="W5.3").table == 4
    assert standard.beta(symbol="W2").value == 1.5


def test_of_several_classes_the_largest_beta_counts_and_a_gas_keeps_its_own(
    standard: Standard,
) -> None:
    assert standard.beta_of(symbols=["W5.3", "W2", "J2"]).value == 1.5
    assert standard.beta_of(symbols=["J1", "W2"]).row == "J1"
    assert standard.beta_of(cas="7664-41-7", symbols=["J1"]).value == 2
    with pytest.raises(InvalidError) as refused:
        standard.beta_of()
    assert refused.value.code == "hazchem.class_unsaid"


def test_what_is_in_no_table_is_asked_for(standard: Standard) -> None:
    asked: dict[str, dict[str, Any]] = {
        "hazchem.class_unsaid": {"cas": "64-19-7"},
        "hazchem.no_such_class": {"symbols": ["W99"]},
        "hazchem.no_such_row": {"number": 86},
    }
    for code, what in asked.items():
        with pytest.raises(InvalidError) as refused:
            standard.critical(**what)
        assert refused.value.code == code
    with pytest.raises(InvalidError):
        standard.beta(cas="67-56-1")


def test_the_worked_case_from_the_tables(standard: Standard) -> None:
    """Fact sheet 1.7: 60 t of ammonia, 20 t of chlorine, 2,000 t of methanol, 60 people."""
    held = [("7664-41-7", 60.0, "J3"), ("7782-50-5", 20.0, "J3"), ("67-56-1", 2000.0, "W5.3")]
    found = graded(
        Holdings(
            np.zeros(3, np.int64),
            np.array([tonnes for _, tonnes, _ in held]),
            np.array([standard.critical(cas=cas).value for cas, _, _ in held]),
            np.array([standard.beta(cas=cas, symbol=symbol).value for cas, _, symbol in held]),
        ),
        np.array([60]),
        standard.grading,
    )
    assert (found.s[0], found.r[0], found.grade[0]) == (14.0, 48.0, 3)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("7664-41-7", True), ("7664-41-6", False), ("64-17-5", True), ("664-41-7", False), ("", False), ("0064-17-5", False)],
)  # fmt: skip
def test_a_cas_number_carries_its_check(text: str, is_one: bool) -> None:  # noqa: FBT001
    assert is_cas(text) is is_one


def test_a_wrong_number_in_the_data_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text(SHIPPED.read_text("utf-8").replace("7664-41-7", "7664-41-8"), "utf-8")
    with pytest.raises(ValueError, match="7664-41-8"):
        read_standard(broken)
