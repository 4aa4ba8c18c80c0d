"""Every name in the table of ARCHITECTURE.md is there in the code."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"`((?:anlan|web)/[\w./-]+\.(?:py|ts)):(\w+)`")


def named() -> list[tuple[str, str]]:
    return NAMED.findall((ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8"))


def stands(text: str, name: str) -> bool:
    """Tell whether a module defines a function, class or exported constant of that name."""
    define = rf"^(?:async def|def|class|export function|export const) {name}\b"
    return re.search(define, text, re.MULTILINE) is not None


def test_the_table_names_the_whole_road() -> None:
    assert len(named()) >= 13


@pytest.mark.parametrize(("file", "name"), named())
def test_what_the_table_names_stands_where_it_says(file: str, name: str) -> None:
    assert stands((ROOT / file).read_text(encoding="utf-8"), name), f"{file} has no {name}"


def test_a_name_that_is_gone_is_noticed() -> None:
    assert not stands("def to_batch(): ...", "to_batches")
    assert stands("async def run() -> None: ...", "run")
