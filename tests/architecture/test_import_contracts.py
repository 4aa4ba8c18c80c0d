"""Plant each forbidden import in a copy of the package and see its contract refuse it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLANTED = [
    ("engines/planted.py", "import django\n", "Engines know numpy"),
    (
        "kernel/base/planted.py",
        "import anlan.kernel.alerts.models\n",
        "The kernel, from what happens last",
    ),
    ("kernel/subjects/planted.py", "import anlan.app.api\n", "app, then systems beside adapters"),
    ("kernel/alerts/models.py", "import anlan.kernel.alerts.queries\n", "Inside a slice"),
    ("kernel/alerts/rules.py", "import django\n", "rules.py decides without a database"),
    ("kernel/common/__init__.py", "", "The kernel, from what happens last"),
    ("utils/__init__.py", "", "app, then systems beside adapters"),
    (
        "systems/first/rules.py",
        "import anlan.systems.second.rules\n",
        "A business system never imports",
    ),
    ("systems/first/rules.py", "import anlan.adapters.mqtt\n", "app, then systems beside adapters"),
]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the package with two empty systems, to be spoilt and mended again."""
    home = tmp_path_factory.mktemp("house")
    shutil.copytree(ROOT / "anlan", home / "anlan", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / ".importlinter", home)
    for name in ("first", "second"):
        folder = home / "anlan" / "systems" / name
        folder.mkdir(parents=True)
        (folder / "__init__.py").write_text("")
        (folder / "rules.py").write_text("")
    return home


def lint(home: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).parent / "lint-imports"
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(home), "COLUMNS": "200"}
    return subprocess.run(
        [program, "--no-cache"],
        cwd=home,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )


def test_the_house_as_it_stands_keeps_every_contract(copy: Path) -> None:
    done = lint(copy)
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "line", "contract"), PLANTED, ids=[p[0] + p[2][:12] for p in PLANTED]
)
def test_a_planted_import_is_refused_by_the_contract_meant_for_it(
    copy: Path, name: str, line: str, contract: str
) -> None:
    file = copy / "anlan" / name
    before = file.read_text() if file.exists() else None
    file.parent.mkdir(exist_ok=True)
    file.write_text((before or "") + line)
    try:
        done = lint(copy)
    finally:
        if before is None:
            file.unlink()
            if file.name == "__init__.py":
                file.parent.rmdir()
        else:
            file.write_text(before)
    assert done.returncode != 0, f"{name} was let through"
    broken = [row for row in done.stdout.splitlines() if "BROKEN" in row or "rror" in row]
    assert any(contract in row for row in broken) or contract in done.stdout.split("Broken")[-1], (
        done.stdout
    )
