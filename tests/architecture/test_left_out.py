"""A proof that a machine cannot give is named at the end of the run, and fails where it must not miss."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import conftest
from tests.left_out import STRICT, leave_out
from tests.sources import tree_of

TESTS = Path(__file__).parents[1]
WAYS = {"pytest.skip", "pytest.importorskip"}


class Page:
    """What a run writes at its end, and what it has skipped."""

    def __init__(self, *skipped: pytest.TestReport) -> None:
        self.stats = {"skipped": list(skipped)} if skipped else {}
        self.lines: list[str] = []

    def write_line(self, line: str) -> None:
        self.lines.append(line)


def skipped(nodeid: str, reason: str) -> pytest.TestReport:
    return pytest.TestReport(
        nodeid, ("x.py", 1, nodeid), {}, "skipped", ("x.py", 1, f"Skipped: {reason}"), "setup"
    )


def test_the_run_names_what_was_left_out_and_why() -> None:
    page = Page(
        skipped("b.py::test_b", "no strace"),
        skipped("a.py::test_a", "no strace"),
        skipped("c.py::test_c", "no Java"),
    )
    conftest.pytest_terminal_summary(page)  # type: ignore[arg-type]
    assert page.lines == [
        "left out: no Java: c.py::test_c",
        "left out: no strace: a.py::test_a, b.py::test_b",
    ]


def test_a_run_that_left_out_nothing_says_so() -> None:
    page = Page()
    conftest.pytest_terminal_summary(page)  # type: ignore[arg-type]
    assert page.lines == ["left out: nothing"]


@pytest.mark.parametrize(
    ("wanted", "brought", "outcome"),
    [
        ("", True, "skipped"),
        ("", False, "skipped"),
        ("tools", True, "failed"),
        ("tools", False, "skipped"),
        ("all", False, "failed"),
        ("all", True, "failed"),
    ],
)
def test_what_bootstrap_brings_may_not_be_missing_where_that_is_asked(
    monkeypatch: pytest.MonkeyPatch,
    wanted: str,
    brought: bool,  # noqa: FBT001
    outcome: str,
) -> None:
    monkeypatch.setenv(STRICT, wanted)
    raised = {"skipped": pytest.skip.Exception, "failed": pytest.fail.Exception}[outcome]
    with pytest.raises(raised, match="no strace"):
        leave_out("no strace", brought=brought)


def test_a_word_that_means_nothing_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(STRICT, "yes")
    with pytest.raises(pytest.UsageError, match="tools or all"):
        leave_out("no strace")


def _skips(file: Path) -> Iterator[str]:
    for node in ast.walk(tree_of(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute) and ast.unparse(node) in WAYS:
            yield f"{file.relative_to(TESTS)}:{node.lineno}"


def test_no_test_leaves_itself_out_another_way() -> None:
    own = {TESTS / "left_out.py", Path(__file__)}
    found = [one for file in sorted(TESTS.rglob("*.py")) if file not in own for one in _skips(file)]
    assert found == []
