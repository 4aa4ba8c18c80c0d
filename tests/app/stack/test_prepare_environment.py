"""An environment that a kill left half made is made again; one that is whole is left alone.

The commands that would fetch packages are stand-ins: what is looked at is the script's own order.
"""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
#: Stands for python3 and, copied, for .venv/bin/python; it writes down every environment that it makes.
PYTHON = """#!/bin/sh
case "$*" in
*"-m venv"*) mkdir -p .venv/bin .venv/site; cp "$0" .venv/bin/python; echo made >>made ;;
*"pip install"*) cp "$UV" .venv/bin/uv ;;
*purelib*) echo "$PWD/.venv/site" ;;
esac
"""
#: Stands for uv; it stops in the middle where a file `stop` says so.
UV = """#!/bin/sh
case "$*" in
*"pip sync"*) touch .venv/site/half; [ ! -e stop ] || exit 1; touch .venv/site/whole ;;
*"uv venv"* | "venv"*) mkdir -p .venv/simulators/bin ;;
esac
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for folder in ("scripts", "requirements"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    (tmp_path / "bin").mkdir()
    for name, text in (("python3", PYTHON), ("uv", UV)):
        command = tmp_path / "bin" / name
        command.write_text(text)
        command.chmod(0o755)
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / ".bootstrap.lock").touch()
    return tmp_path


def prepare(checkout: Path) -> int:
    """Run the script with the stand-ins first on PATH; return its exit code."""
    path = f"{checkout / 'bin'}:/usr/bin:/bin"
    done = subprocess.run(
        [str(checkout / "scripts" / "python-environment"), "demo"],
        cwd=checkout,
        check=False,
        capture_output=True,
        env={"PATH": path, "UV": str(checkout / "bin" / "uv")},
    )
    return done.returncode


def times_made(checkout: Path) -> int:
    return len((checkout / "made").read_text().splitlines())


def test_an_environment_that_is_whole_is_left_alone(checkout: Path) -> None:
    assert prepare(checkout) == 0
    assert prepare(checkout) == 0
    assert times_made(checkout) == 1
    assert not (checkout / ".venv" / ".unfinished").exists()


def test_one_that_was_stopped_between_its_packages_is_made_again(checkout: Path) -> None:
    (checkout / "stop").touch()
    assert prepare(checkout) != 0
    assert (checkout / ".venv" / "site" / "half").exists()
    (checkout / "stop").unlink()
    (checkout / ".venv" / "site" / "torn").touch()

    assert prepare(checkout) == 0

    assert times_made(checkout) == 2
    assert not (checkout / ".venv" / "site" / "torn").exists()
    assert (checkout / ".venv" / "site" / "whole").exists()
    assert (checkout / ".venv" / ".bootstrap.lock").exists()


def test_a_whole_one_whose_next_packages_were_stopped_is_made_again(checkout: Path) -> None:
    assert prepare(checkout) == 0
    with (checkout / "requirements" / "base.txt").open("a") as file:
        file.write("# another package\n")
    (checkout / "stop").touch()
    assert prepare(checkout) != 0
    (checkout / "stop").unlink()
    assert prepare(checkout) == 0
    assert times_made(checkout) == 2
