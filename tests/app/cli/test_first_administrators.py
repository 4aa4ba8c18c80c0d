"""`anlan people`: the first start of a real installation, run as a command, used over HTTP."""

import os
import re
import subprocess
import sys
from typing import Any

import pytest
from django.test import Client

from anlan.app.stack.throw_away import Databases
from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import Principal, Scope
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.people.models import OneTimeLink, User
from anlan.kernel.people.services import roles
from tests import factories
from tests.cast import csrf
from tests.conftest import DATABASE

THREE = ("--system", "zhang.san:张三", "--security", "li.si:李四", "--audit", "wang.wu:王五")
NEW = "Fresh-Goose-9-Lantern"


@pytest.fixture
def environment(databases: Databases, transactional_db: None) -> dict[str, str]:
    with factories.working():
        roles.load_roles()
    return os.environ | {
        "ANLAN_DATABASE_URL": databases.url(DATABASE),
        "ANLAN_PUBLIC_URL": "https://yingji.example",
    }


def anlan(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "anlan", "people", *words],
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )


def tokens(output: str) -> list[str]:
    return re.findall(r"https://yingji\.example/link#(\S+)", output)


def come_by(token: str) -> "tuple[Client, int, dict[str, Any]]":
    client = Client(enforce_csrf_checks=True)
    client.get("/api/v1/session")
    answer = client.post(
        "/api/v1/session/link",
        {"token": token},
        content_type="application/json",
        headers=csrf(client),
    )
    return client, answer.status_code, answer.json()


def set_password(client: Client, old: str, new: str) -> "tuple[int, dict[str, Any]]":
    answer = client.post(
        "/api/v1/session/password",
        {"old": old, "new": new},
        content_type="application/json",
        headers=csrf(client),
    )
    return answer.status_code, answer.json()


def journal_text() -> str:
    everything = Principal(actor="system:test", name="test", scope=Scope(audit=True))
    with unit_of_work(everything, read_only=True):
        return " ".join(str((row.type, row.data, row.change)) for row in Journal.objects.all())


def test_8_1_4_2_b_three_named_administrators_come_by_links_and_set_their_own_passwords(
    environment: dict[str, str],
) -> None:
    said = anlan(environment, "first-administrators", *THREE)
    assert said.returncode == 0, said.stderr
    links = tokens(said.stdout)
    assert len(set(links)) == 3
    kinds = dict(User.objects.values_list("username", "administrator"))
    assert kinds == {"zhang.san": "system", "li.si": "security", "wang.wu": "audit"}
    assert not any(user.has_usable_password() for user in User.objects.all())

    client, status, body = come_by(links[0])
    assert (status, body["user"]["name"]) == (200, "张三")
    assert (body["must_change_password"], body["has_password"]) == (True, False)
    refused = client.get("/api/v1/people/users")
    assert refused.json()["code"] == "people.must_change_password"
    assert set_password(client, "", "weak")[1]["code"] == "people.weak_password"
    status, body = set_password(client, "", NEW)
    assert (status, body["has_password"]) == (200, True)
    assert client.get("/api/v1/people/users").status_code == 200
    # once there is a password, it is asked for
    assert set_password(client, "", "Other-Goose-8-Lantern")[1]["code"] == "people.wrong_password"

    assert come_by(links[0])[1] == 404
    assert not any(token in journal_text() for token in links)
    assert not OneTimeLink.objects.filter(token_digest__in=links).exists()


def test_it_is_refused_once_there_is_an_administrator(environment: dict[str, str]) -> None:
    assert anlan(environment, "first-administrators", *THREE).returncode == 0
    again = anlan(environment, "first-administrators", *THREE)
    assert again.returncode == 1
    assert "people.administrators_exist" in again.stderr
    assert tokens(again.stdout) == []
    assert User.objects.count() == 3


@pytest.mark.parametrize(
    ("three", "code"),
    [
        (("--system", "a:张三", "--security", "a:李四", "--audit", "c:王五"), "one_person_twice"),
        (("--system", "a:张三", "--security", "b:张三", "--audit", "c:王五"), "one_person_twice"),
        (("--system", "a", "--security", "b:李四", "--audit", "c:王五"), "name_missing"),
        (("--system", "Admin:张三", "--security", "b:李四", "--audit", "c:王五"), "bad_username"),
    ],
    ids=["one username twice", "one person twice", "no name", "capital letters"],
)
def test_one_person_is_not_two_of_them_and_each_has_a_name(
    environment: dict[str, str], three: tuple[str, ...], code: str
) -> None:
    said = anlan(environment, "first-administrators", *three)
    assert (said.returncode, f"people.{code}" in said.stderr) == (1, True), said.stderr
    assert User.objects.count() == 0


def test_who_forgot_his_password_gets_a_link_and_every_session_and_earlier_link_ends(
    environment: dict[str, str],
) -> None:
    [first, *_] = tokens(anlan(environment, "first-administrators", *THREE).stdout)
    client, _, _ = come_by(first)
    set_password(client, "", NEW)

    [lost] = tokens(anlan(environment, "link", "zhang.san").stdout)
    [found] = tokens(anlan(environment, "link", "zhang.san").stdout)

    assert client.get("/api/v1/session").json()["user"] is None
    assert come_by(lost)[1] == 404
    client, _, body = come_by(found)
    assert body["has_password"] is False
    assert set_password(client, "", NEW)[1]["code"] == "people.used_password"
    assert set_password(client, "", "Other-Goose-8-Lantern")[0] == 200
    assert anlan(environment, "link", "nobody").returncode == 1
