"""Attacks on jurisdiction, as somebody would try them who has an account next door.

Each is told from what it would have got him: another county's readings, or that a row exists.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from anlan.kernel.base import journal
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.people.models import Organisation
from anlan.kernel.people.services import posts
from anlan.kernel.places.rules import div_of
from anlan.kernel.sensing.models import Datastream, Gateway
from anlan.kernel.subjects.models import Subject
from anlan.kernel.subjects.services import register_subject
from tests import factories
from tests.cast import csrf, signed_in
from tests.plant import Plant, build_plant

pytestmark = pytest.mark.django_db
API = "/api/v1"
OURS, THEIRS, ZONE = "640181", "640121", 64018101
NOBODY = "01ARZ3NDEKTSV4RRFFQ69G5FAV"


@pytest.fixture
def ours() -> Plant:
    return build_plant("ours", div_of(f"{OURS}001"), None)


@pytest.fixture
def theirs() -> Plant:
    return build_plant("theirs", div_of(f"{THEIRS}100"), None)


@pytest.fixture
def bureau(ours: Plant) -> Organisation:
    made = factories.organisation("灵武局", territory_code=OURS)
    factories.supervision(made, ours.site.id)
    return made


@pytest.fixture
def keeper(bureau: Organisation) -> Client:
    return signed_in(factories.officer(bureau, "data_keeper"))


def post(client: Client, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    answer = client.post(
        f"{API}{path}", body, content_type="application/json", headers=csrf(client)
    )
    return answer.status_code, answer.json()


def rows(of: Callable[[], int]) -> int:
    with unit_of_work(machine("test"), read_only=True):
        return of()


def test_a_share_lends_no_gateway_from_which_readings_flow_on_when_it_is_over(
    keeper: Client, bureau: Organisation, ours: Plant, theirs: Plant
) -> None:
    """He sees the neighbour's gateway for a time, and hangs a point of his own behind it for ever."""
    factories.share(bureau, THEIRS)
    at = {"gateway_id": theirs.gateway.id, "subject_id": ours.tank.id}
    before = rows(Datastream.objects.count)

    point = {"property_code": "level", "tag": "T101.LI9", "name": "偷看"}
    status, said = post(keeper, "/sensing/datastreams", at | point)

    assert (status, said.get("code")) == (403, "base.not_permitted"), said
    assert post(keeper, "/sensing/devices", at | {"name": "LT9"})[0] == 403
    assert rows(Datastream.objects.count) == before


def test_a_topic_of_a_firm_that_he_does_not_see_is_not_taken_over(
    keeper: Client, ours: Plant, theirs: Plant
) -> None:
    """A site under the code of a firm next door would get gateways below that firm's topics."""
    body = {
        "organisation_id": ours.organisation.id,
        "name": "冒名厂区",
        "code": theirs.gateway.firm_code,
        "division": f"{OURS}001",
    }
    status, made = post(keeper, "/subjects/sites", body)
    if status < 300:
        status, made = post(
            keeper, "/sensing/gateways", {"site_id": made["id"], "code": "G9", "name": "冒名"}
        )
    assert (status, made["code"]) == (409, "subjects.site_code_taken")
    assert "theirs 厂区" not in str(made)
    below = {"kind": "enterprise", "name": "冒名", "parent_id": ours.site.id, "code": body["code"]}
    assert post(keeper, "/subjects", below)[1]["code"] == "subjects.site_code_taken"
    renamed = keeper.patch(
        f"{API}/subjects/{ours.site.id}",
        {"code": body["code"]},
        content_type="application/json",
        headers=csrf(keeper) | {"If-Match": '"1"'},
    )
    assert renamed.json()["code"] == "subjects.site_code_taken"
    assert rows(Gateway.objects.filter(firm_code=theirs.gateway.firm_code).count) == 1


def test_a_row_whose_parent_is_out_of_sight_is_shown_without_it() -> None:
    """A tank in the zone below a site outside it: its card must not fail, nor name the site."""
    plant = build_plant("half", div_of(f"{OURS}001"), None)
    with unit_of_work(machine("test")):
        place = journal.Place(div=div_of(f"{OURS}103"), zone=ZONE)
        tank = register_subject(kind="tank", name="区内罐", parent_id=plant.site.id, place=place)
    zone = signed_in(
        factories.officer(factories.organisation("区局", territory_code="", zone=ZONE))
    )

    answer = zone.get(f"{API}/subjects/{tank.id}")

    assert (answer.status_code, answer.json()["path"]) == (200, [])
    assert plant.site.name not in answer.content.decode()


@pytest.mark.parametrize("what", ["subject_id", "gateway_id"])
def test_a_hidden_row_and_none_are_refused_in_the_same_words(
    keeper: Client, ours: Plant, theirs: Plant, what: str
) -> None:
    own = {"subject_id": ours.tank.id, "gateway_id": ours.gateway.id}
    hidden = {"subject_id": theirs.tank.id, "gateway_id": theirs.gateway.id}
    point = own | {"property_code": "level", "tag": "T9", "name": "x"}

    there = post(keeper, "/sensing/datastreams", point | {what: hidden[what]})
    nowhere = post(keeper, "/sensing/datastreams", point | {what: NOBODY})

    assert there[0] == nowhere[0] >= 400
    assert _told(there[1], hidden[what]) == _told(nowhere[1], NOBODY)
    parent = {"kind": "tank", "name": "x"}
    there = post(keeper, "/subjects", parent | {"parent_id": theirs.site.id})
    nowhere = post(keeper, "/subjects", parent | {"parent_id": NOBODY})
    assert _told(there[1], theirs.site.id) == _told(nowhere[1], NOBODY)
    about = f"{API}/documents"
    lists = [
        keeper.get(about, {"filter": f"about.eq:{one}"}).json()["count"]
        for one in (theirs.tank.id, NOBODY)
    ]
    assert lists == [0, 0]


def _told(said: dict[str, Any], key: str) -> dict[str, Any]:
    text = {name: str(value).replace(key, "ID") for name, value in said.items()}
    return {name: value for name, value in text.items() if name not in {"instance", "trace"}}


@pytest.mark.parametrize(
    "path", ["/subjects", "/sensing/datastreams", "/sensing/gateways", "/sensing/limits"]
)
def test_neither_search_nor_count_nor_order_nor_export_tells_of_the_neighbours_rows(
    keeper: Client, ours: Plant, theirs: Plant, path: str
) -> None:
    del ours, theirs
    field = "search" if path == "/subjects" else "id"
    for query in (
        {"filter": f"{field}.like:theirs" if field == "search" else f"{field}.ne:{NOBODY}"},
        {"sort": "-id"} if path == "/sensing/gateways" else {},
        {"limit": "500"},
    ):
        answer = keeper.get(f"{API}{path}", query)
        if answer.status_code == 422:
            continue
        body = answer.json()
        assert "theirs" not in str(body["items"])
        assert body["count"] == len(body["items"]), "the count tells no more than the list"
    sheet = keeper.get(
        f"{API}{path}",
        headers={"Accept": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    )
    assert int(sheet["Anlan-Rows"]) == keeper.get(f"{API}{path}", {"limit": "500"}).json()["count"]


def test_an_answer_that_was_kept_for_a_repeat_is_not_given_to_who_has_lost_the_post(
    keeper: Client, bureau: Organisation, ours: Plant
) -> None:
    """The same key, after he was moved to the next county: what it made is not his to read any more."""
    mover = factories.officer(bureau, "data_keeper")
    client = signed_in(mover)
    body = {"kind": "tank", "name": "机密罐", "parent_id": ours.site.id}
    headers = csrf(client) | {"Idempotency-Key": "once"}
    first = client.post(f"{API}/subjects", body, content_type="application/json", headers=headers)
    assert first.status_code == 200
    with factories.working():
        posts.end_holding(holding=mover.holdings.get())
    factories.holding(
        mover,
        factories.post(factories.organisation("永宁局", territory_code=THEIRS), "data_keeper"),
    )
    mover.refresh_from_db()
    again = signed_in(mover)
    headers = csrf(again) | {"Idempotency-Key": "once"}

    answer = again.post(f"{API}/subjects", body, content_type="application/json", headers=headers)

    assert "机密罐" not in answer.content.decode()
    assert answer.status_code >= 400
    assert rows(Subject.objects.filter(name="机密罐").count) == 1
