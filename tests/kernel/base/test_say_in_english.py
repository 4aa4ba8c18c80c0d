"""A spreadsheet for who reads English: which language is asked for, and what its headings and words say."""

import pytest

from anlan.kernel.base.english import Language, heading, preferred, word


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", Language.ZH),
        ("en", Language.EN),
        ("en-GB,en;q=0.9,zh;q=0.8", Language.EN),
        ("zh-CN,zh;q=0.9,en;q=0.8", Language.ZH),
        ("de-DE,de;q=0.9,en;q=0.5", Language.EN),
        ("zh;q=0,en;q=0.1", Language.EN),
        ("en;q=0", Language.ZH),
        ("fr, *;q=0.5", Language.ZH),
        ("x" * 5_000, Language.ZH),
        ("\x00;;;q=,", Language.ZH),
    ],
)
def test_what_the_reader_likes_best_is_his_language(accepted: str, language: Language) -> None:
    assert preferred(accepted) is language


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("raised_at", "Raised at"),
        ("filed_by_name", "Filed by"),
        ("on_delay_ms", "On delay (ms)"),
        ("size_bytes", "Size (bytes)"),
        ("is_late", "Late"),
        ("div", "Division"),
        ("is_false", "False alarm"),
    ],
)
def test_a_heading_is_the_name_of_the_api_as_people_write_it(name: str, said: str) -> None:
    assert heading(name) == said


@pytest.mark.parametrize(
    ("name", "code", "said"),
    [
        ("condition", "HH", "High-high"),
        ("bureau_state", "in_hand", "In hand"),
        ("priority", 1, "red, 1"),
        ("is_false", False, "no"),
        ("is_false", None, ""),
        ("administrator", "", ""),
    ],
)
def test_a_code_is_said_in_words(name: str, code: object, said: str) -> None:
    assert word(name, code) == said
