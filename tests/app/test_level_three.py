"""Level 3 as the doctor tells it: every clause has its evidence, and says what is not in order."""

import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client

from anlan.app.clauses import Copies, Here
from anlan.app.mlps import CLAUSES, Answer, answers
from anlan.app.mlps_copies import copies
from anlan.app.mlps_elsewhere import ELSEWHERE
from anlan.app.stack.throw_away import Databases
from anlan.kernel.base.addresses import INSIDE
from anlan.kernel.base.clock import now
from anlan.kernel.base.config import Config
from anlan.kernel.base.events import BackupMade
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.services.backups import record_backup
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.people.models import AdministratorKind, User
from tests import factories
from tests.conftest import DATABASE

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("evidence", [one for clause in CLAUSES for one in clause.evidence])
def test_every_test_that_is_named_as_evidence_exists(evidence: str) -> None:
    file, _, name = evidence.partition("::")
    assert f"def {name}(" in (ROOT / file).read_text(encoding="utf-8")


def test_every_clause_stands_once_and_has_evidence() -> None:
    numbers = [clause.number for clause in CLAUSES]
    assert len(numbers) == len(set(numbers))
    assert numbers.index("8.1.4.11 b") > numbers.index("8.1.4.8 b") > numbers.index("8.1.4.2 a")
    assert all(clause.evidence for clause in CLAUSES)


def test_what_is_not_ours_is_no_clause_that_we_answer() -> None:
    ours = {clause.number for clause in CLAUSES}
    elsewhere = [one.number for one in ELSEWHERE]
    assert len(elsewhere) == len(set(elsewhere))
    assert not ours & {part for one in elsewhere for part in one.split("、")}
    assert all(one.whose and one.whose_en.isascii() for one in ELSEWHERE)


def answered(config: Config) -> dict[str, Answer]:
    return {answer.clause.number: answer for answer in answers(config)}


def real_people() -> None:
    """Three administrators who have all that is asked of them."""
    for kind in (AdministratorKind.SYSTEM, AdministratorKind.SECURITY, AdministratorKind.AUDIT):
        factories.user(f"{kind}.one", f"管理员{kind}", kind)
    User.objects.update(is_invented=False)


@pytest.mark.django_db(transaction=True)
def test_what_is_not_in_order_is_said_and_what_is_is_not() -> None:
    real_people()
    lax = Config(second_factor=False, public_url="http://10.0.0.1")
    said = answered(lax)
    assert said["8.1.4.1 c"].level == "broken"
    assert said["8.1.4.1 d"].level == "broken"
    assert said["8.1.4.2 d"].level == "ok"
    assert said["8.1.4.4 c"].level == "warning"
    assert lax.admin_networks == INSIDE

    strict = Config(public_url="https://yingji.example", admin_networks="10.1.0.0/24")
    said = answered(strict)
    assert said["8.1.4.1 c"].level == "ok"
    assert said["8.1.4.1 d"].level == "warning"
    assert "3 人" in said["8.1.4.1 d"].state
    assert said["8.1.4.4 c"].level == "ok"

    User.objects.filter(administrator="audit").update(is_active=False)
    assert said["8.1.4.2 d"].level == "ok"
    assert answered(strict)["8.1.4.2 d"].level == "broken"


def judged(number: str, copies: Copies | None, *, demo: bool = False) -> str:
    [clause] = [one for one in CLAUSES if one.number == number]
    config = Config(demo=demo, public_url="https://yingji.example")
    return clause.judge(Here(config=config, accounts=None, copies=copies))[0]


ALONE = Copies(standbys=0, is_archiving=False)


def test_8_1_4_9_a_a_backup_of_these_days_is_in_order_and_an_old_one_is_not() -> None:
    def level(made: datetime | None) -> str:
        return judged("8.1.4.9 a", Copies(standbys=0, is_archiving=False, backed_up_at=made))

    assert level(None) == "broken"
    assert level(now() - timedelta(days=8)) == "broken"
    assert level(now() - timedelta(days=1)) == "ok"
    assert judged("8.1.4.9 a", ALONE, demo=True) == "warning"


def test_8_1_4_9_b_a_database_without_a_copy_elsewhere_is_not_in_order() -> None:
    assert judged("8.1.4.9 b", ALONE) == "broken"
    assert judged("8.1.4.9 b", ALONE, demo=True) == "warning"
    assert judged("8.1.4.9 b", None) == "broken"
    assert judged("8.1.4.9 b", Copies(standbys=1, is_archiving=False)) == "ok"
    assert judged("8.1.4.9 b", Copies(standbys=0, is_archiving=True)) == "ok"


def test_8_1_4_9_c_one_machine_is_said_to_be_one() -> None:
    assert judged("8.1.4.9 c", ALONE) == "broken"
    # a log that is archived is a backup, and takes nothing over
    assert judged("8.1.4.9 c", Copies(standbys=0, is_archiving=True)) == "broken"
    assert judged("8.1.4.9 c", Copies(standbys=1, is_archiving=False)) == "ok"


@pytest.mark.django_db(transaction=True)
def test_the_database_is_really_asked_for_its_copies() -> None:
    assert copies() == ALONE
    with unit_of_work(machine("test")):
        record_backup(BackupMade(made_at="", files=1, size_bytes=1, sha256=""))
    found = copies()
    assert found is not None
    assert found.backed_up_at is not None


@pytest.mark.django_db(transaction=True)
def test_8_1_4_2_c_accounts_that_may_be_shared_are_counted() -> None:
    real_people()
    assert answered(Config())["8.1.4.2 c"].level == "ok"
    one = User.objects.get(username="audit.one")
    for address in ("10.1.0.1", "10.1.0.2"):
        Client().post(
            "/api/v1/session",
            {"username": one.username, "password": factories.PASSWORD},
            content_type="application/json",
            headers={"X-Real-IP": address},
        )
    said = answered(Config())["8.1.4.2 c"]
    assert said.level == "warning"
    assert "1 个账号近 30 天" in said.state


@pytest.mark.django_db(transaction=True)
def test_the_command_prints_clause_setting_and_evidence(databases: Databases) -> None:
    environment = os.environ | {
        "ANLAN_DATABASE_URL": databases.url(DATABASE),
        "ANLAN_PUBLIC_URL": "https://yingji.example",
    }
    said = subprocess.run(
        [sys.executable, "-m", "anlan", "doctor", "--mlps"],
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    assert said.returncode == 1, said.stderr  # there is no administrator yet
    for clause in CLAUSES:
        assert f" {clause.number} " in said.stdout
        assert clause.evidence[0] in said.stdout
    assert "anlan people first-administrators" in said.stdout


def test_8_1_4_1_c_cookies_leave_by_https_only_where_the_address_is_https() -> None:
    code = (
        "from django.conf import settings;"
        "print(settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE)"
    )
    said = {}
    for address in ("http://127.0.0.1:8080", "https://yingji.example"):
        done = subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ
            | {
                "ANLAN_PUBLIC_URL": address,
                "DJANGO_SETTINGS_MODULE": "anlan.app.settings",
            },
            check=True,
            capture_output=True,
            text=True,
            cwd=ROOT,
        )
        said[address.partition(":")[0]] = done.stdout.split()
    assert said == {"http": ["False", "False"], "https": ["True", "True"]}
