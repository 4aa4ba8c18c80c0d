"""What a name is found by: any part of it, its pinyin, initials, codes; and what a question asks."""

from hypothesis import given
from hypothesis import strategies as st

from anlan.kernel.search.rules import LONGEST, MOST_LEXEMES, asked, lexemes, matches, words

NAMES = st.text(
    st.one_of(
        st.sampled_from("宁东能源化工储罐第一二三号甲醇液氨厂区水库长重庆"),
        st.characters(codec="utf-8", exclude_characters="\x00"),
    ),
    max_size=30,
)


def test_any_part_of_a_chinese_name_finds_it_by_sign_by_sound_and_by_initials() -> None:
    name = "宁东一号储罐"
    for question in ("宁东", "一号", "储罐", "罐", "ningdong", "chuguan", "ndyhcg", "cg", "NDYH"):
        assert matches(question, name), question
    for question in ("东宁", "gc", "ninxia", "二号"):
        assert not matches(question, name), question


def test_a_sign_sounds_as_it_does_in_its_word() -> None:
    assert matches("chongqing", "重庆路加油站")
    assert not matches("zhongqing", "重庆路加油站")


def test_letters_and_figures_stand_in_the_initials_as_they_are() -> None:
    assert matches("t101cg", "T101储罐")
    assert matches("101", "T101储罐")


def test_codes_and_english_are_found_from_the_beginning_of_each_part() -> None:
    known = ("甲醇储罐", "Methanol Tank 3", "T-101.LI")
    for question in ("methanol", "tank", "t-101", "101.li", "li", "meth 101"):
        assert matches(question, *known), question
    assert not matches("ethanol", *known)


def test_every_word_of_a_question_is_wanted() -> None:
    assert matches("宁东 储罐", "宁东一号储罐")
    assert not matches("宁东 气柜", "宁东一号储罐")


def test_a_question_of_nothing_finds_nothing() -> None:
    assert asked("  ") == ""
    assert not matches(" ", "宁东")


@given(NAMES.filter(words))
def test_a_name_is_found_by_its_own_first_word_and_no_row_grows_without_bound(name: str) -> None:
    known = lexemes(name)
    assert 0 < len(known) <= MOST_LEXEMES
    assert all(0 < len(one) <= LONGEST for one in known)
    first = "".join(name.casefold().split())[:LONGEST]
    assert any(one.startswith(first) for one in known)
