"""`anlan people forget` as it is typed: what it let go, and what it refuses."""

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from axes.models import AccessLog

from anlan.app.stack.throw_away import Databases
from anlan.kernel.base.clock import now
from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from tests.conftest import DATABASE

pytestmark = pytest.mark.django_db(transaction=True)


def forget(databases: Databases, *words: str) -> subprocess.CompletedProcess[str]:
    url = {"ANLAN_DATABASE_URL": databases.url(DATABASE), "ANLAN_HOME": str(databases.home)}
    return subprocess.run(
        [sys.executable, "-m", "anlan", "people", "forget", *words],
        env=os.environ | url,
        check=False,
        capture_output=True,
        text=True,
    )


def test_records_of_sign_ins_before_a_day_go_and_the_journal_says_how_many(
    databases: Databases,
) -> None:
    for name in ("old", "fresh"):
        AccessLog.objects.create(username=name, ip_address="10.0.0.7")
    AccessLog.objects.filter(username="old").update(attempt_time=now() - timedelta(days=900))
    day = (now() - timedelta(days=300)).date().isoformat()

    done = forget(databases, "sign_in", "--before", day, "--reason", "年度清理")

    assert (done.returncode, done.stdout.split()[0]) == (0, "1"), done.stdout + done.stderr
    assert list(AccessLog.objects.values_list("username", flat=True)) == ["fresh"]
    with unit_of_work(machine("test"), read_only=True):
        row = Journal.objects.get(type="base.personal.forgotten")
    assert (row.data["kind"], row.data["rows"], row.data["reason"]) == ("sign_in", 1, "年度清理")
    refused = forget(databases, "shoes", "--before", day, "--reason", "x")
    assert refused.returncode != 0
    assert "sign_in" in refused.stdout + refused.stderr
