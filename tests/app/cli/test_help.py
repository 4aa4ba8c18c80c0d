"""Every command, every verb and every option says in Chinese and English what it is for, uncut."""

import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import typer
from typer.core import TyperGroup, TyperOption

from anlan.app.cli.main import COMMANDS, build

_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_ENGLISH = re.compile(r"[A-Za-z]{3,}")


def verbs() -> Iterator[tuple[str, Any]]:
    for name in COMMANDS:
        group = typer.main.get_command(build(name))
        assert isinstance(group, TyperGroup)
        command = group.commands[name]
        yield name, command
        if isinstance(command, TyperGroup):
            for verb, inner in command.commands.items():
                yield f"{name} {verb}", inner


ALL = dict(verbs())


def is_in_both(text: str) -> bool:
    return bool(_CHINESE.search(text) and _ENGLISH.search(text))


@pytest.mark.parametrize("name", ALL)
def test_a_command_says_what_it_does_in_both_languages(name: str) -> None:
    command = ALL[name]
    assert is_in_both(command.help or ""), command.help
    short = command.get_short_help_str(limit=45)
    assert is_in_both(short), short
    assert not short.endswith("..."), short


@pytest.mark.parametrize("name", ALL)
def test_every_option_says_what_it_is_in_both_languages(name: str) -> None:
    dumb = [
        one.name
        for one in ALL[name].params
        if isinstance(one, TyperOption) and one.name != "help" and not is_in_both(one.help or "")
    ]
    assert dumb == []


def test_the_list_of_verbs_stays_whole_in_a_narrow_terminal() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "anlan", "import", "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    _, _, listed = done.stdout.partition("Commands:")
    assert "supervisions" in listed
    assert "..." not in listed
    assert done.stderr == ""
