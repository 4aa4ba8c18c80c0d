"""How one's own map stands: kept for oneself, read by nobody else, in the journal once a change."""

from typing import Any

import pytest
from django.test import Client

from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.people.models import Preference
from tests.cast import Cast, assemble, csrf, principal, signed_in

pytestmark = pytest.mark.django_db
URL = "/api/v1/session/layer-sets"
NIGHT = {
    "name": "夜班",
    "layers": [
        {"key": "subjects", "is_visible": True, "opacity": 1.0},
        {"key": "settlements", "is_visible": False, "opacity": 0.4},
    ],
}
KEPT = {"sets": [NIGHT], "opens_with": "夜班"}


@pytest.fixture
def cast() -> Cast:
    return assemble()


def put(client: Client, said: dict[str, Any]) -> Any:
    return client.put(URL, said, content_type="application/json", headers=csrf(client))


def rows() -> list[Journal]:
    with unit_of_work(machine("test"), read_only=True):
        return list(Journal.objects.filter(type="people.preference.kept"))


def test_a_set_is_there_again_and_is_nobody_elses(cast: Cast) -> None:
    officer, leader = signed_in(cast.duty_officer), signed_in(cast.leader)
    assert officer.get(URL).json() == {"sets": [], "opens_with": ""}

    assert put(officer, KEPT).json() == KEPT

    assert officer.get(URL).json() == KEPT
    assert leader.get(URL).json() == {"sets": [], "opens_with": ""}
    with unit_of_work(principal(cast.leader), read_only=True):
        assert not Preference.objects.exists(), "row security alone keeps it"


def test_the_last_word_stands_and_the_same_again_is_no_change(cast: Cast) -> None:
    officer = signed_in(cast.duty_officer)
    put(officer, KEPT)
    put(officer, KEPT)
    put(officer, {"sets": [], "opens_with": ""})

    assert officer.get(URL).json()["sets"] == []
    assert [row.object_version for row in rows()] == [1, 2]
    assert all("夜班" not in str(row.data) for row in rows())


@pytest.mark.parametrize(
    "wrong",
    [
        {"sets": [NIGHT | {"name": " "}]},
        {"sets": [NIGHT] * 21},
        {"sets": [NIGHT | {"layers": [{"key": "subjects", "is_visible": True, "opacity": 1.5}]}]},
        {"sets": [NIGHT | {"layers": [{"key": "<b>", "is_visible": True}]}]},
    ],
)
def test_what_is_no_set_is_refused(cast: Cast, wrong: dict[str, Any]) -> None:
    officer = signed_in(cast.duty_officer)
    assert put(officer, wrong).status_code == 422
    assert officer.get(URL).json()["sets"] == []
