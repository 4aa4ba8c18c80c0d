"""`anlan people unlock` as it is typed: by an administrator's name, his own account among them."""

import os
import subprocess
import sys

import pytest
from axes.models import AccessAttempt

from anlan.app.stack.throw_away import Databases
from anlan.kernel.base.clock import now
from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from tests.cast import assemble
from tests.conftest import DATABASE

pytestmark = pytest.mark.django_db(transaction=True)


def unlock(databases: Databases, *words: str) -> subprocess.CompletedProcess[str]:
    url = {"ANLAN_DATABASE_URL": databases.url(DATABASE), "ANLAN_HOME": str(databases.home)}
    return subprocess.run(
        [sys.executable, "-m", "anlan", "people", "unlock", *words],
        env=os.environ | url,
        check=False,
        capture_output=True,
        text=True,
    )


def test_a_lone_administrator_is_not_locked_out_for_good(databases: Databases) -> None:
    cast = assemble()
    keeper = cast.system_administrator
    AccessAttempt.objects.create(
        username=keeper.username,
        ip_address="10.0.0.7",
        failures_since_start=5,
        attempt_time=now(),
        get_data="",
        post_data="",
    )
    refused = unlock(databases, keeper.username, "--as", cast.duty_officer.username)
    assert refused.returncode != 0
    assert AccessAttempt.objects.exists()

    done = unlock(databases, keeper.username, "--as", keeper.username)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not AccessAttempt.objects.exists()
    with unit_of_work(machine("test"), read_only=True):
        row = Journal.objects.get(type="people.user.unlocked")
    assert (row.actor, row.object) == (f"user:{keeper.id}", keeper.id)
