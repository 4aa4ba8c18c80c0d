"""A one-time link signs in once, within a day, in the demo, and the database does not know it."""

from datetime import timedelta

import pytest
from django.test import Client

from anlan.kernel.base.clock import now
from anlan.kernel.base.config import Config
from anlan.kernel.base.errors import NotPermittedError
from anlan.kernel.base.models import Journal
from anlan.kernel.people.models import OneTimeLink, User
from anlan.kernel.people.services import sessions, users
from tests import factories
from tests.cast import csrf

pytestmark = pytest.mark.django_db
URL = "/api/v1/session/link"


@pytest.fixture
def demo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("anlan.kernel.people.services.sessions.config", lambda: Config(demo=True))


def link(user: User) -> str:
    with factories.working():
        return sessions.issue_one_time_link(user=user)


def use(token: str) -> "tuple[Client, int, dict[str, object]]":
    client = Client(enforce_csrf_checks=True)
    client.get("/api/v1/session")
    answer = client.post(
        URL, {"token": token}, content_type="application/json", headers=csrf(client)
    )
    return client, answer.status_code, answer.json()


@pytest.mark.usefixtures("demo")
def test_a_link_signs_in_somebody_who_has_no_password() -> None:
    with factories.working():
        user = users.create_user(username="demo.duty", name="王值班", is_invented=True)
    factories.holding(user, factories.post(factories.organisation()))

    client, status, body = use(link(user))

    assert status == 200
    assert body["user"] == {
        "id": user.id,
        "name": "王值班",
        "username": "demo.duty",
        "administrator": "",
    }
    assert client.get("/api/v1/registry").status_code == 200


@pytest.mark.usefixtures("demo")
def test_a_link_works_once() -> None:
    token = link(factories.user())
    use(token)

    _, status, body = use(token)

    assert (status, body["code"]) == (404, "people.link_unusable")


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("change", [{"is_active": False}, None], ids=["stopped", "expired"])
def test_a_link_of_a_stopped_account_or_of_yesterday_is_refused(
    change: dict[str, bool] | None,
) -> None:
    user = factories.user()
    token = link(user)
    if change:
        User.objects.filter(pk=user.pk).update(**change)
    else:
        OneTimeLink.objects.update(expires_at=now() - timedelta(seconds=1))

    assert use(token)[1] == 404


@pytest.mark.usefixtures("demo")
def test_neither_table_nor_journal_holds_the_token() -> None:
    token = link(factories.user())

    kept = OneTimeLink.objects.get()
    rows = list(Journal.objects.filter(type="people.link.issued"))

    assert token not in str(vars(kept))
    assert len(kept.token_digest) == 64
    assert len(rows) == 1
    assert token not in str((rows[0].data, rows[0].change))


@pytest.mark.usefixtures("demo")
def test_a_link_without_the_csrf_token_is_refused_and_not_used_up() -> None:
    token = link(factories.user())

    stranger = Client(enforce_csrf_checks=True)
    refused = stranger.post(URL, {"token": token}, content_type="application/json")

    assert refused.status_code == 403
    assert use(token)[1] == 200


def test_outside_the_demo_there_are_no_links() -> None:
    user = factories.user()

    with factories.working(), pytest.raises(NotPermittedError):
        sessions.issue_one_time_link(user=user)

    assert use("anything")[2]["code"] == "people.links_are_demo_only"
