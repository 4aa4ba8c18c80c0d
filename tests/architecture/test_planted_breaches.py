"""Plant a breach of each tool's rules and see the tool, as it is configured here, refuse it."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOOLS = Path(sys.executable).parent
DOCUMENTED = '"""Planted."""\n\n'
#: (where it is planted, what is planted, the rule that refuses it).
PLANTED = [
    ("kernel/base/planted.py", "import requests\n", "TID251"),
    ("kernel/base/planted.py", "from django.db.models.signals import post_save\n", "TID251"),
    ("kernel/base/planted.py", "from django.utils.timezone import now\n", "TID251"),
    ("kernel/base/planted.py", "from datetime import datetime\n\nNOW = datetime.now()\n", "DTZ005"),
    ("kernel/base/planted.py", "from . import clock\n", "TID252"),
    ("kernel/base/planted.py", 'print("here")\n', "T201"),
    ("kernel/base/planted.py", "try:\n    import os\nexcept Exception:\n    os = None\n", "BLE001"),
    ("kernel/base/planted.py", "def twice(x):\n    return x * 2\n", "ANN001"),
    ("kernel/base/planted.py", "# TODO: later\n", "FIX002"),
    ("kernel/base/planted.py", 'SECRET = "a"\npassword = "hunter2"\n', "S105"),
    ("engines/planted.py", "def sum_of(a: float, b: float) -> float:\n    return a + b\n", "D103"),
]


def ruff(name: str, source: str) -> str:
    """Return what ruff says of a source as if it stood in the package under this name."""
    done = subprocess.run(
        [
            *(TOOLS / "ruff", "check", "--no-cache", "--output-format=concise"),
            *("--stdin-filename", str(ROOT / "anlan" / name), "-"),
        ],
        input=source,
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    return f"{done.returncode}\n{done.stdout}"


@pytest.mark.parametrize(("name", "source", "rule"), PLANTED, ids=[one[2] for one in PLANTED])
def test_ruff_refuses_what_is_planted(name: str, source: str, rule: str) -> None:
    said = ruff(name, DOCUMENTED + source)
    assert said.startswith("1\n")
    assert f" {rule} " in said


def test_ruff_says_nothing_of_what_is_in_order() -> None:
    clean = '"""Planted."""\n\n\ndef twice(x: float) -> float:\n    """Return it doubled."""\n    return x * 2\n'
    assert ruff("kernel/base/planted.py", clean).startswith("0\n")


@pytest.mark.slow
def test_mypy_refuses_what_is_planted_and_nothing_else(tmp_path: Path) -> None:
    planted = tmp_path / "planted.py"
    planted.write_text(
        "from anlan.engines.geodesy.offset import Datum\n"
        "from anlan.kernel.base.permissions import Principal\n\n"
        "def bare(x):\n    return x\n\n"
        'RIGHT: Datum = "wgs84"\n'
        'WRONG: Datum = "mars"\n\n'
        "def unit(of: Principal) -> int:\n    return of.unit\n"
    )
    done = subprocess.run(
        [
            *(TOOLS / "mypy", "--no-error-summary", "--cache-dir", tmp_path / "cache"),
            *("--config-file", ROOT / "pyproject.toml", planted),
        ],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    said = [line.rpartition("[")[2].rstrip("]") for line in done.stdout.splitlines()]
    assert done.returncode == 1
    assert said == ["no-untyped-def", "assignment", "return-value"], done.stdout
