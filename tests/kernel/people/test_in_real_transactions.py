"""The log-in where transactions really commit: a refusal keeps its count, a link has one winner."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from axes.models import AccessAttempt
from django.db import connection
from django.test import Client

from anlan.kernel.base.config import Config
from anlan.kernel.base.errors import ConflictError
from anlan.kernel.base.models import Journal
from anlan.kernel.people.models import Organisation, User
from anlan.kernel.people.services import sessions
from tests import factories
from tests.cast import csrf

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_refused_log_in_leaves_its_count_and_its_journal_row() -> None:
    factories.user("wang")
    client = Client(enforce_csrf_checks=True)
    client.get("/api/v1/session")
    body = {"username": "wang", "password": "not the password"}

    client.post("/api/v1/session", body, content_type="application/json", headers=csrf(client))

    assert AccessAttempt.objects.get().failures_since_start == 1
    assert Journal.objects.filter(type="people.user.sign_in_refused").exists() is False
    with factories.working():
        assert Journal.objects.filter(type="people.user.sign_in_refused").count() == 1


def test_of_two_who_use_a_link_at_the_same_moment_one_gets_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("anlan.kernel.people.services.sessions.config", lambda: Config(demo=True))
    user = factories.user("wang")
    with factories.working():
        token = sessions.issue_one_time_link(user=user)
    both = Barrier(2)

    def use() -> int:
        client = Client(enforce_csrf_checks=True)
        client.get("/api/v1/session")
        both.wait(timeout=30)
        try:
            return client.post(
                "/api/v1/session/link",
                {"token": token},
                content_type="application/json",
                headers=csrf(client),
            ).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        statuses = sorted(task.result() for task in [pool.submit(use), pool.submit(use)])

    assert statuses == [200, 404]


def test_a_refused_act_leaves_neither_row_nor_journal() -> None:
    def refused() -> None:
        with factories.working():
            factories.organisation("不会留下的单位")
            raise ConflictError("后来才发现不行")

    with pytest.raises(ConflictError):
        refused()

    assert not Organisation.objects.exists()
    with factories.working():
        assert not Journal.objects.filter(type="people.organisation.registered").exists()
    assert not User.objects.exists()
