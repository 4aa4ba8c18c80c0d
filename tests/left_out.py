"""What a machine without some tool cannot prove: left out by name, or failed where nothing may be missing.

`ANLAN_NOTHING_LEFT_OUT=tools` fails what `scripts/bootstrap test` should have brought; `all` fails
also what a machine may forbid or only few have: mounting, tracing, Spark, shared data.
"""

import os
from collections import defaultdict
from collections.abc import Iterable
from typing import NoReturn

import pytest

STRICT = "ANLAN_NOTHING_LEFT_OUT"
TOOLS, ALL = "tools", "all"


def leave_out(missing: str, *, brought: bool = False) -> NoReturn:
    """Skip the test that asks, or fail it; `brought`: the test command's bootstrap brings it.

    `missing` says what is not there, and where it comes from.
    """
    wanted = os.environ.get(STRICT, "")
    if wanted not in {"", TOOLS, ALL}:
        raise pytest.UsageError(f"{STRICT}={wanted!r}: {TOOLS} or {ALL}")
    if wanted == ALL or (wanted == TOOLS and brought):
        pytest.fail(f"{STRICT}={wanted}, and {missing}", pytrace=False)
    pytest.skip(missing)


def told(skipped: Iterable[pytest.TestReport]) -> list[str]:
    """Return a line for each reason, with the tests that it left out."""
    by_reason: dict[str, list[str]] = defaultdict(list)
    for one in skipped:
        reason = one.longrepr[2] if isinstance(one.longrepr, tuple) else str(one.longrepr)
        by_reason[reason.removeprefix("Skipped: ")].append(one.nodeid)
    return [
        f"left out: {reason}: {', '.join(sorted(tests))}"
        for reason, tests in sorted(by_reason.items())
    ] or ["left out: nothing"]
