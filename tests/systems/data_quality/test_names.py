"""A firm's name without its spelling, and which firms may be one."""

from itertools import combinations

import pytest

from anlan.kernel.people.rules import credit_code_check_character
from anlan.systems.data_quality.doubles import Firm, groups, pairs
from anlan.systems.data_quality.names import may_be_one_place, place_names, spellings

PLACES = place_names(
    [
        ("64", "宁夏回族自治区"), ("6401", "银川市"), ("640181", "灵武市"),
        ("640181103", "宁东镇"), ("640121", "永宁县"),
    ]
)  # fmt: skip
FIVE = (
    "宁夏宏达化工有限公司",
    "宁夏宏達化工有限責任公司",
    "宏达化工（宁夏）有限公司",
    "宁夏 灵武市宏达 化工 有限公司",
    "宏达化工有限责任公司",
)


def found(
    *names: str, codes: dict[str, str] | None = None
) -> dict[frozenset[str], tuple[str, ...]]:
    given = codes or {}
    firms = [
        Firm(id=one, names=(one,), codes=(given[one],) if one in given else ()) for one in names
    ]
    return {frozenset({one.first, one.second}): one.reasons for one in pairs(firms, PLACES)}


def code(office: str, body: str) -> str:
    start = office + body
    return start + credit_code_check_character(start)


def test_the_same_firm_under_five_spellings_is_one_group() -> None:
    firms = [Firm(id=str(n), names=(one,)) for n, one in enumerate(FIVE)]

    [(ids, those)] = groups(pairs(firms, PLACES))

    assert ids == ["0", "1", "2", "3", "4"]
    assert len(those) == len(list(combinations(FIVE, 2)))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ＡＢＣ化工有限公司", "abc化工有限公司"),
        ("宏达(集团)化工有限公司", "宏达（集团）化工 有限公司"),
        ("寧夏宏達煤業有限公司", "宁夏宏达煤业有限责任公司"),
    ],
)
def test_width_signs_script_and_the_short_form_make_no_other_name(one: str, other: str) -> None:
    first, second = spellings([one, other], PLACES)

    assert first.plain == second.plain
    assert found(one, other)[frozenset({one, other})] == ("same_name",)


def test_a_place_in_front_or_in_brackets_is_set_aside() -> None:
    whole, short = spellings(["宁夏灵武市宏达化工有限公司", "宏达化工（灵武）有限公司"], PLACES)

    assert whole.core == short.core == "宏达化工"
    assert whole.places == short.places == {"640181"}


def test_a_place_is_not_taken_for_the_whole_name() -> None:
    [only] = spellings(["宁东镇有限公司"], PLACES)

    assert only.core == "宁东镇有限公司".removesuffix("有限公司") or only.core == only.plain


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("永宁县宏达化工有限公司", "灵武市宏达化工有限公司"),
        ("灵武第一加油站", "灵武第二加油站"),
        ("宏达化工有限公司", "宏达化工有限公司灵武分公司"),
        ("宏达化工有限公司", "远景建材有限公司"),
    ],
)
def test_what_tells_two_firms_apart_keeps_them_apart(one: str, other: str) -> None:
    assert found(one, other) == {}


def test_one_place_within_the_other_may_be_one_place_and_two_counties_are_not() -> None:
    assert may_be_one_place(frozenset({"64"}), frozenset({"640181"}))
    assert may_be_one_place(frozenset(), frozenset({"640181"}))
    assert not may_be_one_place(frozenset({"640121"}), frozenset({"640181"}))


def test_two_right_codes_of_two_bodies_are_two_firms_whatever_their_names() -> None:
    one, other = "宏达化工有限公司", "宏达化工有限责任公司"
    bodies = {one: code("91640181", "MA76H3GN1"), other: code("91640181", "MA76H3GN2")}

    assert found(one, other, codes=bodies) == {}
    assert found(one, other, codes={one: bodies[one]}) != {}


def test_one_body_registered_anew_is_one_firm_whatever_its_name() -> None:
    one, other = "宏达化工有限公司", "远景建材有限公司"
    bodies = {one: code("91640181", "MA76H3GN1"), other: code("91640100", "MA76H3GN1")}

    assert found(one, other, codes=bodies) == {frozenset({one, other}): ("same_body",)}


def test_a_slip_of_one_character_is_near_and_says_so() -> None:
    one, other = "宏达新能源科技有限公司", "宏达新能原科技有限公司"

    assert found(one, other) == {frozenset({one, other}): ("near_name",)}


def test_the_other_names_of_a_firm_find_a_new_entry_of_it() -> None:
    kept = Firm(id="1", names=("宏达化工有限公司", "鸿运精细化学品厂"))
    again = Firm(id="2", names=("鸿运 精细化学品厂",))

    [pair] = pairs([kept, again], PLACES)

    assert (pair.first, pair.second, pair.reasons) == ("1", "2", ("same_name",))


def test_a_word_that_a_hundred_firms_are_called_by_says_nothing() -> None:
    firms = [Firm(id=f"{n:03d}", names=(f"加油站 {n}",)) for n in range(100)]

    assert pairs([Firm(id=one.id, names=("加油站",)) for one in firms], PLACES) == []
