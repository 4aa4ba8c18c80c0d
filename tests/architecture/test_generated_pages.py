"""What is generated from the code equals the code; `make docs` writes it again."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from ninja import Schema

from anlan.app.event_page import events_text
from anlan.app.exports import openapi_text, registry_text

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("page", "written"),
    [
        ("docs/events.md", events_text),
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
