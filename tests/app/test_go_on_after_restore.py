"""A lost machine comes back from its backup: it answers the same, and loses and invents no alarm after that.

GB/T 22239-2019, 8.1.4.9: a backup is one when what runs on it goes on.
"""

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.journeys.house import ROOT, plain_environment

pytestmark = pytest.mark.slow
RAISED, RETURNED = "alerts.alarm.raised", "alerts.alarm.returned"


@pytest.fixture(scope="module")
def seen() -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.app.restored_house"],
        check=False,
        capture_output=True,
        text=True,
        env=plain_environment(),
        cwd=ROOT,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_every_step_of_the_operators_page_went_well_and_the_report_is_signed(
    seen: dict[str, Any],
) -> None:
    assert seen["backup"] == 0
    assert seen["steps"] == {"prepare": 0, "restore": 0, "verify": 0, "signed": 0}
    assert (seen["report"]["is_passed"], seen["report"]["who"]) == (True, "钱数据")
    assert seen["report"]["files_lost"] == seen["report"]["tables_differing"] == []


def test_what_was_restored_answers_the_same(seen: dict[str, Any]) -> None:
    before = seen["before"]
    assert [row[3] for row in before["alarms"]] == ["active", "active", "returned"]
    assert all(len(values) == 3 for values in before["readings"].values())
    assert seen["restored"] == before


def test_its_processes_go_on_without_losing_or_inventing_an_alarm(seen: dict[str, Any]) -> None:
    before, after = seen["before"], seen["after"]
    still, returned, calm, risen = sorted(int(number) for number in after["readings"])
    known = {row[0]: row[1] for row in before["alarms"]}
    now = {row[0]: (row[1], row[3], row[4]) for row in after["alarms"]}
    assert len(after["alarms"]) == len(now) == 4
    assert now[still] == (known[still], "active", 1), "the same alarm, not raised a second time"
    assert now[returned] == (known[returned], "returned", 1)
    assert now[calm] == (known[calm], "returned", 1)
    assert now[risen][1:] == ("active", 1)
    assert after["told"] == [
        *before["told"],
        *sorted(
            ([returned, RETURNED, known[returned]], [risen, RAISED, now[risen][0]]),
            key=after["told"].index,
        ),
    ]
    kept = {number: values[:3] for number, values in after["readings"].items()}
    assert kept == before["readings"]
    assert {len(values) for values in after["readings"].values()} == {5}
