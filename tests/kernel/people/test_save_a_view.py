"""Saved views: kept, replaced, let go; each his own, whatever is asked for, and the journal knows of each."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.people.models import SavedView
from anlan.kernel.people.services.views import MOST
from tests.cast import Cast, assemble, csrf, principal, signed_in

pytestmark = pytest.mark.django_db
VIEWS = "/api/v1/people/views"
TANKS = {"page": "/subjects", "name": "储罐", "question": "kind=tank&sort=-name"}


@pytest.fixture
def cast(acting_as: Callable[[str], None]) -> Cast:
    made = assemble()
    acting_as("anlan_app")
    return made


def keep(client: Client, **body: str) -> Any:
    return client.put(VIEWS, body, content_type="application/json", headers=csrf(client))


def kept(client: Client, page: str = "") -> list[tuple[str, str]]:
    answer = client.get(VIEWS, {"page": page} if page else {})
    assert answer.status_code == 200, answer.content
    return [(one["name"], one["question"]) for one in answer.json()["items"]]


def test_a_view_is_kept_and_found_on_its_page(cast: Cast) -> None:
    client = signed_in(cast.duty_officer)
    assert keep(client, **TANKS).status_code == 200
    assert keep(client, page="/limits", name="高高限", question="condition=HH").status_code == 200
    assert kept(client, "/subjects") == [("储罐", "kind=tank&sort=-name")]
    assert kept(client, "/monitor") == []
    assert len(kept(client)) == 2


def test_under_the_same_name_it_is_replaced(cast: Cast) -> None:
    client = signed_in(cast.duty_officer)
    first = keep(client, **TANKS).json()
    again = keep(client, **(TANKS | {"name": " 储罐 ", "question": "kind=tank&hide=code"})).json()
    assert (again["id"], again["version"]) == (first["id"], 2)
    assert kept(client) == [("储罐", "kind=tank&hide=code")]
    assert keep(client, **(TANKS | {"question": "kind=tank&hide=code"})).json()["version"] == 2


def test_nobody_sees_or_lets_go_anothers(cast: Cast) -> None:
    officer, leader = signed_in(cast.duty_officer), signed_in(cast.leader)
    view = keep(officer, **TANKS).json()
    assert kept(leader) == []
    answer = leader.delete(f"{VIEWS}/{view['id']}", headers=csrf(leader))
    assert (answer.status_code, answer.json()["items"]) == (200, [])
    assert kept(officer) == [("储罐", "kind=tank&sort=-name")]
    assert officer.delete(f"{VIEWS}/{view['id']}", headers=csrf(officer)).json()["items"] == []


def test_row_security_shows_a_view_to_its_person_only(cast: Cast) -> None:
    """The second wall: without the condition of the query too."""
    keep(signed_in(cast.duty_officer), **TANKS)
    found = {}
    for who in ("duty_officer", "leader", "security_administrator"):
        with unit_of_work(principal(cast.people[who]), read_only=True):
            found[who] = SavedView.objects.count()
    assert found == {"duty_officer": 1, "leader": 0, "security_administrator": 0}


def test_the_journal_knows_of_it_and_tells_nobody_its_name(cast: Cast) -> None:
    client = signed_in(cast.duty_officer)
    view = keep(client, **TANKS).json()
    client.delete(f"{VIEWS}/{view['id']}", headers=csrf(client))
    with unit_of_work(machine("test"), read_only=True):
        rows = list(Journal.objects.filter(object=view["id"]).order_by("id"))
    assert [row.type for row in rows] == ["people.view.kept", "people.view.removed"]
    assert all("储罐" not in str(row.data) for row in rows)
    assert rows[0].change == {"name": [None, "储罐"], "question": [None, "kind=tank&sort=-name"]}
    assert {row.actor for row in rows} == {f"user:{cast.duty_officer.id}"}


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"name": "  "}, 422),
        ({"name": "长" * 61}, 422),
        ({"page": "https://elsewhere.example/"}, 422),
        ({"page": "//elsewhere.example/"}, 422),
        ({"page": "/subjects?kind=tank"}, 422),
        ({"question": "x" * 2001}, 422),
    ],
)
def test_what_is_no_page_of_ours_or_has_no_name_is_refused(
    cast: Cast, wrong: dict[str, str], status: int
) -> None:
    client = signed_in(cast.duty_officer)
    assert keep(client, **(TANKS | wrong)).status_code == status
    assert kept(client) == []


def test_a_page_has_so_many_and_no_more(cast: Cast) -> None:
    client = signed_in(cast.duty_officer)
    for n in range(MOST):
        assert keep(client, **(TANKS | {"name": f"视图 {n}"})).status_code == 200
    answer = keep(client, **(TANKS | {"name": "再一个"}))
    assert (answer.status_code, answer.json()["code"]) == (409, "people.too_many_views")
    assert keep(client, **(TANKS | {"page": "/limits"})).status_code == 200
