"""What is generated from the code equals the code; `make docs` writes it again."""

from collections.abc import Callable
from pathlib import Path

import pytest

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
