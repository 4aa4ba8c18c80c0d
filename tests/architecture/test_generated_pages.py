"""What is generated from the code equals the code; `make docs` writes it again."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path

import pytest
from ninja import Schema

from anlan.app.event_page import events_text
from anlan.app.exports import openapi_text, registry_text
from anlan.app.personal_data import personal_text
from anlan.app.settings_page import WORDS, meanings, settings_text
from anlan.kernel.base.config import Config
from tests.app.authorisation.page import text as authorisation_text

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("page", "written"),
    [
        ("docs/events.md", events_text),
        ("docs/settings.md", settings_text),
        ("docs/personal-data.md", personal_text),
        ("docs/authorisation.md", authorisation_text),
        ("web/openapi.json", openapi_text),
        ("web/registry.json", registry_text),
    ],
)
def test_a_generated_page_is_what_the_code_says(page: str, written: Callable[[], str]) -> None:
    assert (ROOT / page).read_text(encoding="utf-8") == written(), "run `make docs`"


def shapes(under: type[Schema]) -> Iterator[type[Schema]]:
    for one in under.__subclasses__():
        yield one
        yield from shapes(one)


def test_no_two_shapes_bear_one_name_because_the_document_would_keep_only_one_of_them() -> None:
    openapi_text()
    ours = {one for one in shapes(Schema) if one.__module__.startswith("anlan.")}
    names = Counter(one.__name__ for one in ours)
    assert [name for name, count in names.items() if count > 1] == []


def test_every_setting_says_what_it_means_and_who_may_change_it() -> None:
    said = meanings()
    assert list(said) == [one.name for one in fields(Config)]
    assert {one["who"] for one in said.values()} == set(WORDS)
    assert [name for name, one in said.items() if not (one["zh"] and one["en"])] == []
    lacking = [one.name for one in fields(Config) if f"| `{one.name}` |" not in settings_text()]
    assert lacking == []
