"""What linters cannot check: the rules of the house, each with a planted breach that it catches."""

import ast
import re
from pathlib import Path

import pytest

from tests.sources import tree_of

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "anlan"
WALL = 400
WRITES = {"save", "create", "bulk_create", "get_or_create", "update_or_create", "bulk_update"}
WRITES |= {"delete", "update"}
#: Where rows may be written: services; base writes the journal and its keys, tools of the stack none.
WRITERS = re.compile(r"/services(\.py|/)|kernel/base/(journal|idempotency)\.py$|/migrations/")
SQL_WRITE = re.compile(
    r"\b(INSERT\s+INTO|DELETE\s+FROM|MERGE\s+INTO|TRUNCATE\s"
    r"|UPDATE\s+(ONLY\s+)?[\"a-z_{%][\w\".]*\s+(AS\s+)?(\w+\s+)?SET)\b"
)
#: What writes rows by SQL and is no service, and why: it keeps its own books, never a slice's.
MACHINERY = {
    "app/relay.py": "its own progress on the journal",
    "app/subscribers.py": "how far each slice has read the journal",
    "app/worker.py": "sweeps idempotency keys and sessions that are over",
    "kernel/base/sealing.py": "the chain of seals, one statement",
    "kernel/base/seals.py": "erases the private half of a journal row, by request",
    "app/bench/plant.py": "a plant for measuring, in a throw-away database",
    "app/bench/growth.py": "what is stored beside a measured load, in a throw-away database",
    "app/bench/scope.py": "subjects for measuring, in a throw-away database",
    "app/bench/scope_lists.py": "loads datastreams, limits and alarms of the bench",
    "app/bench/tiles_rows.py": "subjects for measuring tiles, in a throw-away database",
    "app/collecting/outbox.py": "the collector's own file on its own machine, no slice's",
    "app/collecting/pull_progress.py": "the same file: how far other systems were read",
    "app/collecting/letters.py": "the same file, by a person's command",
    "app/stack/throw_away.py": "the template of the tests' databases",
}
#: `update` and `delete` of things that are not rows are told apart by what they are called on.
NOT_ROWS = {
    "digest", "hash", "environ", "facts", "settings", "dict", "mac", "hasher", "seen", "picture",
}  # fmt: skip


def modules() -> list[Path]:
    return [file for file in sorted(PACKAGE.rglob("*.py")) if "/migrations/" not in str(file)]


def too_long(text: str) -> bool:
    return text.count("\n") > WALL


def row_writes(source: str) -> list[int]:
    """Return the lines that write through the ORM: `.objects….save()` and the like."""
    found = []
    for node in ast.walk(tree_of(source)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        receiver = ast.unparse(node.func.value)
        manager = ".objects" in receiver or node.func.attr in {"save", "bulk_create", "bulk_update"}
        if node.func.attr in WRITES and manager and receiver.split(".")[-1] not in NOT_ROWS:
            found.append(node.lineno)
    return found


def sql_writes(source: str) -> list[int]:
    """Return the lines of string constants that hold a statement which writes rows."""
    return [
        node.lineno
        for node in ast.walk(tree_of(source))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and SQL_WRITE.search(node.value)
    ]


def string_models(source: str) -> bool:
    """Tell whether a model is fetched by name, which no import linter sees."""
    return "get_model(" in source


def slices(root: Path = ROOT) -> list[Path]:
    found = []
    for layer in ("kernel", "systems", "adapters"):
        folders = sorted((root / "anlan" / layer).iterdir())
        found += [one for one in folders if (one / "__init__.py").exists()]
    return found


def without_readme(root: Path = ROOT) -> list[str]:
    """Return the slices whose README is missing, or says next to nothing."""
    readmes = [folder / "README.md" for folder in slices(root)]
    return [
        str(file.parent.relative_to(root))
        for file in readmes
        if not file.exists() or len(file.read_text(encoding="utf-8")) <= 200
    ]


def without_tests(root: Path = ROOT) -> list[str]:
    """Return the slices that no folder of tests mirrors."""
    names = [folder.relative_to(root / "anlan") for folder in slices(root)]
    return [str(name) for name in names if not list((root / "tests" / name).glob("test_*.py"))]


@pytest.mark.parametrize("file", modules(), ids=lambda file: str(file.relative_to(ROOT)))
def test_no_module_passes_the_wall_of_400_lines(file: Path) -> None:
    assert not too_long(file.read_text(encoding="utf-8"))


def test_web_files_and_tests_keep_the_wall_too() -> None:
    files = list((ROOT / "tests").rglob("*.py"))
    files += [
        file
        for ending in ("*.ts", "*.vue")
        for file in (ROOT / "web" / "src").rglob(ending)
        if not file.name.endswith(".d.ts")
    ]
    assert [str(file) for file in files if too_long(file.read_text(encoding="utf-8"))] == []


def test_only_services_write() -> None:
    breaches = [
        f"{file.relative_to(ROOT)}:{line}"
        for file in modules()
        if not WRITERS.search(file.as_posix())
        for line in row_writes(file.read_text(encoding="utf-8"))
    ]
    assert breaches == []


def test_only_services_and_the_machinery_write_by_sql() -> None:
    writing = {
        str(file.relative_to(PACKAGE))
        for file in modules()
        if "/services" not in file.as_posix() and sql_writes(file.read_text(encoding="utf-8"))
    }
    assert writing - MACHINERY.keys() == set(), "a service writes rows"
    assert MACHINERY.keys() - writing == set(), "it writes no more: take it off the list"


def test_no_model_is_fetched_by_its_name() -> None:
    assert [str(f) for f in modules() if string_models(f.read_text(encoding="utf-8"))] == []


def test_every_slice_has_a_readme_that_says_who_uses_it() -> None:
    assert len(slices()) >= 11
    assert without_readme() == []


def test_tests_mirror_the_package() -> None:
    assert without_tests() == []


def test_a_planted_slice_without_readme_or_tests_is_caught(tmp_path: Path) -> None:
    for name in ("kernel/whole", "systems/bare", "adapters/terse"):
        folder = tmp_path / "anlan" / name
        folder.mkdir(parents=True)
        (folder / "__init__.py").touch()
    (tmp_path / "anlan/kernel/whole/README.md").write_text("who uses it and why " * 20)
    (tmp_path / "anlan/adapters/terse/README.md").write_text("# Terse")
    (tmp_path / "tests/kernel/whole").mkdir(parents=True)
    (tmp_path / "tests/kernel/whole/test_act.py").touch()
    assert without_readme(tmp_path) == ["anlan/systems/bare", "anlan/adapters/terse"]
    assert without_tests(tmp_path) == ["systems/bare", "adapters/terse"]


def test_no_folder_is_a_drawer_for_everything() -> None:
    drawers = {"utils", "helpers", "common", "manager", "misc"}
    assert [str(f) for f in PACKAGE.rglob("*") if f.stem in drawers] == []


def test_no_registry_and_no_path_of_a_machine_stands_in_a_tracked_file() -> None:
    words = [
        r"pypi\.org",
        r"files\.pythonhosted",
        r"registry\.npmjs",
        r"deb\.debian\.org",
        "/" + "work/",
        "/" + "root/",
    ]
    pattern = re.compile("|".join(words))
    import subprocess

    tracked = subprocess.run(
        ["/usr/bin/git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split("\0")
    found = []
    for name in filter(None, tracked):
        file = ROOT / name
        if (
            file.suffix in {".png", ".woff2", ".parquet"}
            or not file.is_file()
            or name == "tests/architecture/test_house_rules.py"
        ):
            continue
        text = file.read_text(encoding="utf-8", errors="replace")
        found += [f"{name}: {hit.group()}" for hit in pattern.finditer(text)]
    assert found == []


def test_planted_breaches_are_caught() -> None:
    assert too_long("x\n" * (WALL + 1))
    assert row_writes("Alarm.objects.filter(pk=1).update(value=2)") == [1]
    assert row_writes("alarm.save(update_fields=['value'])") == [1]
    assert row_writes("digest.update(b'x')\nenviron.update({})") == []
    assert sql_writes("cursor.execute('UPDATE alerts_alarm a SET value = 1')") == [1]
    assert sql_writes("RUN = f'DELETE FROM {table} WHERE old'") == [1]
    assert sql_writes("'FOR UPDATE SKIP LOCKED'; 'SET LOCAL x'; 'SELECT 1 FROM t'") == []
    assert string_models("apps.get_model('alerts', 'Alarm')")
