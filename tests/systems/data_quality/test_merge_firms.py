"""One firm entered several times: found, merged by a person within reach, undone to the letter or refused."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Model
from django.test import Client

from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.documents import services as documents
from anlan.kernel.documents.models import Document
from anlan.kernel.people.models import (
    DutyShift,
    Organisation,
    Post,
    ScopeGrant,
    SiteReach,
    User,
)
from anlan.kernel.people.services.organisations import of_credit_code, owned_sites
from anlan.kernel.people.services.shares import grant_scope
from anlan.kernel.places.rules import div_of
from anlan.kernel.sensing.models import Datastream, Device, Gateway
from anlan.kernel.subjects import services as subjects
from anlan.kernel.subjects.models import Subject
from anlan.systems.data_quality.models import FirmMerge
from tests import factories
from tests.cast import Cast, assemble, csrf, signed_in
from tests.plant import Plant, build_plant

pytestmark = pytest.mark.django_db
URL = "/api/v1/data-quality"
TOWN = div_of("640181001")
#: What an undo need not bring back: a version only grows, a change has its time, sessions have ended.
GROWS = {"version", "updated_at", "sessions_epoch"}
HELD = (
    Organisation, Post, DutyShift, SiteReach, ScopeGrant, Subject, Gateway, Device, Datastream, Document
)  # fmt: skip


@pytest.fixture
def plant() -> Plant:
    """A plant in town of a firm that was entered without a code."""
    made = build_plant("twice", TOWN, None)
    Organisation.objects.filter(pk=made.organisation.pk).update(
        name="宁夏宏達化工有限責任公司", territory_code="640181"
    )
    return made


@pytest.fixture
def cast(plant: Plant) -> Cast:
    factories.division("64", "宁夏回族自治区", boundary=factories.square())
    made = assemble()
    factories.supervision(made.bureau, plant.site.id)
    factories.own_site(plant.organisation, plant.site.id)
    return made


@pytest.fixture
def kept(cast: Cast) -> Organisation:
    """The same firm as it is registered."""
    return factories.firm("宏达化工有限公司")


@pytest.fixture
def worker(plant: Plant, kept: Organisation) -> User:
    """Somebody of the doubled firm, on duty; a paper and a share by name hang on it."""
    post = factories.post(plant.organisation, "firm_safety")
    held = factories.holding(factories.user("safety", "安全员"), post)
    factories.duty_shift(held.user, post)
    with unit_of_work(machine("test")):
        documents.upload_document(
            content=[b"%PDF-1.7\n"], name="营业执照.pdf", about=plant.organisation.id,
            place=subjects.place_of("640181", None),
        )  # fmt: skip
        grant_scope(organisation=plant.organisation, territory_code="640121", reason="联防共享")
    return held.user


@pytest.fixture
def keeper(cast: Cast, worker: User, acting_as: Callable[[str], None]) -> Client:
    client = signed_in(factories.officer(cast.bureau, "data_keeper", "钱数据"))
    acting_as("anlan_app")
    return client


def post(client: Client, path: str, body: dict[str, Any], version: int = 0) -> Any:
    headers = csrf(client) | ({"If-Match": f'"{version}"'} if version else {})
    return client.post(f"{URL}{path}", body, content_type="application/json", headers=headers)


def merged(client: Client, kept: Organisation, plant: Plant) -> dict[str, Any]:
    body = {"kept_id": kept.id, "merged_ids": [plant.organisation.id], "reason": "同一执照"}
    answer = post(client, "/merges", body)
    assert answer.status_code == 200, answer.content.decode()
    row: dict[str, Any] = answer.json()["items"][0]
    return row


def undo(client: Client, row: dict[str, Any]) -> Any:
    body = {"reason": "查实为两家"}
    return post(client, f"/merges/{row['id']}/undo", body, version=row["version"])


def everything(acting_as: Callable[[str], None]) -> dict[str, dict[str, Any]]:
    """Return every row that a merge may touch, column by column, by its id."""
    acting_as("anlan_owner")
    rows: dict[str, dict[str, Any]] = {}
    models: tuple[type[Model], ...] = (*HELD, User)
    with unit_of_work(machine("test")):
        for model in models:
            for row in model._default_manager.values():
                rows[row["id"]] = {key: row[key] for key in row.keys() - GROWS}
    acting_as("anlan_app")
    return rows


def test_a_firm_entered_twice_is_shown_with_its_reasons_and_what_hangs_on_each(
    keeper: Client, kept: Organisation, plant: Plant
) -> None:
    [group] = keeper.get(f"{URL}/doubled-firms").json()["items"]

    first, second = group["firms"]
    assert (first["id"], second["id"]) == (kept.id, plant.organisation.id), "keep who has a code"
    assert [second[key] for key in ("sites", "subjects", "gateways", "posts", "documents")] == [
        1
    ] * 5
    [pair] = group["pairs"]
    assert pair["reasons"] == ["same_core"]


def test_all_that_is_the_doubled_firms_moves_and_its_name_and_code_still_find_the_firm(
    keeper: Client, kept: Organisation, plant: Plant, worker: User
) -> None:
    epoch = User.objects.get(pk=worker.pk).sessions_epoch
    row = merged(keeper, kept, plant)

    assert {key: len(ids) for key, ids in row["moved"].items()} == {
        "sites": 2, "gateways": 1, "documents": 1, "posts": 1, "reaches": 1, "grants": 1, "shifts": 1,
        "parts": 0, "aliases": 0,
    }  # fmt: skip
    with unit_of_work(machine("test")):
        owners = {
            *Subject.objects.filter(site=plant.site.id).values_list("organisation_id", flat=True),
            Gateway.objects.get(pk=plant.gateway.id).organisation_id,
            Post.objects.get(holdings__user=worker).organisation_id,
            Document.objects.get(name="营业执照.pdf").about,
            ScopeGrant.objects.get(reason="联防共享").organisation_id,
        }
    assert owners == {kept.id}
    assert User.objects.get(pk=worker.pk).sessions_epoch > epoch, "what he reaches has changed"
    asked = {"filter": "search.like:宏達", "limit": "50"}
    [listed] = keeper.get("/api/v1/people/organisations", asked).json()["items"]
    assert listed["id"] == kept.id
    assert "宁夏宏達化工有限責任公司" in listed["other_names"]
    assert keeper.get(f"{URL}/doubled-firms").json()["items"] == []


def test_an_old_code_leads_to_the_firm_that_was_kept(
    keeper: Client, cast: Cast, kept: Organisation, acting_as: Callable[[str], None]
) -> None:
    other = factories.firm("宏达化工（灵武）有限公司")
    body = {"kept_id": kept.id, "merged_ids": [other.id], "reason": "换照"}
    assert post(keeper, "/merges", body).status_code == 200

    found = of_credit_code(other.credit_code or "")
    assert found is not None
    assert found.id == kept.id
    assert owned_sites(other.credit_code or "") == owned_sites(kept.credit_code or "")


def test_the_journal_holds_who_why_and_what_was_before(
    keeper: Client, kept: Organisation, plant: Plant, acting_as: Callable[[str], None]
) -> None:
    row = merged(keeper, kept, plant)

    acting_as("anlan_owner")
    said = Journal.objects.get(object=row["id"])
    assert said.type == "data_quality.firm.merged"
    assert (said.change or {})["reason"] == "同一执照"
    thread = Journal.objects.filter(correlation_id=said.correlation_id)
    moved = {one.object: one.change or {} for one in thread}
    change = [plant.organisation.id, kept.id]
    assert moved[plant.tank.id]["organisation_id"] == change
    assert moved[plant.gateway.id]["organisation_id"] == change
    assert moved[plant.organisation.id]["merged_into"] == [None, kept.id]


def test_undoing_brings_every_row_back_as_it_was(
    keeper: Client, kept: Organisation, plant: Plant, acting_as: Callable[[str], None]
) -> None:
    before = everything(acting_as)
    row = merged(keeper, kept, plant)
    assert everything(acting_as) != before

    answer = undo(keeper, row)

    assert answer.status_code == 200, answer.content.decode()
    assert everything(acting_as) == before
    assert answer.json()["undo_reason"] == "查实为两家"
    [again] = keeper.get(f"{URL}/doubled-firms").json()["items"]
    assert len(again["firms"]) == 2


def test_a_share_that_moves_says_so_in_the_journal_there_and_back(
    keeper: Client, kept: Organisation, plant: Plant, acting_as: Callable[[str], None]
) -> None:
    undo(keeper, merged(keeper, kept, plant))

    acting_as("anlan_owner")
    said = Journal.objects.filter(type="people.scope.moved").order_by("id")
    there = [plant.organisation.id, kept.id]
    assert [(one.change or {})["organisation_id"] for one in said] == [there, there[::-1]]
    assert {one.data["territory_code"] for one in said} == {"640121"}


def test_a_merge_written_down_before_shares_moved_is_undone_all_the_same(
    keeper: Client, kept: Organisation, plant: Plant, acting_as: Callable[[str], None]
) -> None:
    row = merged(keeper, kept, plant)
    acting_as("anlan_owner")
    with unit_of_work(machine("test")):
        stood = FirmMerge.objects.get(pk=row["id"])
        grants = stood.moved.pop("grants")
        FirmMerge.objects.filter(pk=stood.pk).update(moved=stood.moved)
    acting_as("anlan_app")

    assert undo(keeper, row).status_code == 200
    assert ScopeGrant.objects.get(pk=grants[0]).organisation_id == kept.id


def test_an_undo_is_refused_when_something_was_put_up_since_on_what_would_go_back(
    keeper: Client, kept: Organisation, plant: Plant, acting_as: Callable[[str], None]
) -> None:
    row = merged(keeper, kept, plant)
    with unit_of_work(machine("test")):
        new = subjects.register_subject(kind="tank", name="T102", parent_id=plant.site.id)
    before = everything(acting_as)

    answer = undo(keeper, row)

    assert (answer.status_code, answer.json()["code"]) == (409, "data_quality.built_upon_since")
    assert answer.json()["objects"] == [new.id]
    assert everything(acting_as) == before


def test_an_undo_is_refused_when_a_row_found_another_owner_since(
    keeper: Client, kept: Organisation, plant: Plant, acting_as: Callable[[str], None]
) -> None:
    row = merged(keeper, kept, plant)
    with unit_of_work(machine("test")):
        Gateway.objects.filter(pk=plant.gateway.id).update(
            organisation=Organisation.objects.exclude(pk__in=[kept.id, plant.organisation.id])[0]
        )
    before = everything(acting_as)

    answer = undo(keeper, row)

    assert (answer.status_code, answer.json()["code"]) == (409, "base.changed_owner_since")
    assert everything(acting_as) == before


def test_merges_are_undone_in_the_order_of_the_last_first(
    keeper: Client, kept: Organisation, plant: Plant, acting_as: Callable[[str], None]
) -> None:
    before = everything(acting_as)
    first = merged(keeper, kept, plant)
    third = factories.firm("宁夏宏达化工有限公司")
    before |= {one: row for one, row in everything(acting_as).items() if one == third.id}
    body = {"kept_id": third.id, "merged_ids": [kept.id], "reason": "同一家"}
    [second] = post(keeper, "/merges", body).json()["items"]

    refused = undo(keeper, first)
    assert (refused.status_code, refused.json()["code"]) == (409, "people.merged_again_since")
    assert undo(keeper, second).status_code == 200
    assert undo(keeper, first).status_code == 200
    assert everything(acting_as) == before
    assert undo(keeper, first | {"version": 2}).json()["code"] == "data_quality.undone_already"


def test_both_firms_must_be_within_reach_down_to_the_last_site(
    keeper: Client, cast: Cast, kept: Organisation, plant: Plant, acting_as: Callable[[str], None]
) -> None:
    far = factories.firm("宏达化工（永宁）有限公司", territory_code="640121")
    body = {"kept_id": kept.id, "merged_ids": [far.id], "reason": "同一家"}
    answer = post(keeper, "/merges", body)
    assert (answer.status_code, answer.json()["code"]) == (403, "data_quality.firm_out_of_reach")

    acting_as("anlan_owner")
    with unit_of_work(machine("test")):
        subjects.register_subject(
            kind="enterprise", name="邻县厂区", organisation_id=plant.organisation.id,
            place=subjects.place_of("640121", None),
        )  # fmt: skip
    acting_as("anlan_app")
    body = {"kept_id": kept.id, "merged_ids": [plant.organisation.id], "reason": "同一家"}
    answer = post(keeper, "/merges", body)
    assert (answer.status_code, answer.json()["code"]) == (403, "data_quality.firm_out_of_reach")


def test_a_firm_whose_site_somebody_else_supervises_is_not_his_to_merge(
    keeper: Client, cast: Cast, kept: Organisation, plant: Plant, acting_as: Callable[[str], None]
) -> None:
    acting_as("anlan_owner")
    SiteReach.objects.filter(site=plant.site.id, relation="supervisor").update(
        organisation=cast.zone_bureau
    )
    acting_as("anlan_app")
    body = {"kept_id": kept.id, "merged_ids": [plant.organisation.id], "reason": "同一家"}

    assert post(keeper, "/merges", body).status_code == 403


@pytest.mark.parametrize(
    ("of", "code"),
    [
        ("uncoded", "data_quality.keep_the_coded"),
        ("bureau", "data_quality.not_a_firm"),
        ("itself", "data_quality.nothing_to_merge"),
        ("nobody", "data_quality.firm_not_found"),
    ],
)
def test_what_cannot_be_one_firm_is_refused_with_the_reason(
    keeper: Client, cast: Cast, kept: Organisation, plant: Plant, of: str, code: str
) -> None:
    pair = {
        "uncoded": (plant.organisation.id, kept.id),
        "bureau": (kept.id, cast.bureau.id),
        "itself": (kept.id, kept.id),
        "nobody": (kept.id, "0" * 26),
    }[of]
    body = {"kept_id": pair[0], "merged_ids": [pair[1]], "reason": "同一家"}

    assert post(keeper, "/merges", body).json()["code"] == code


def test_what_was_told_apart_is_not_shown_again(
    keeper: Client, kept: Organisation, plant: Plant
) -> None:
    body = {"first_id": kept.id, "second_id": plant.organisation.id, "reason": "两个法人"}
    assert post(keeper, "/firms-apart", body).status_code == 200
    assert post(keeper, "/firms-apart", body).status_code == 200

    assert keeper.get(f"{URL}/doubled-firms").json()["items"] == []


def test_a_firm_merged_away_takes_no_new_post(
    keeper: Client, kept: Organisation, plant: Plant, acting_as: Callable[[str], None]
) -> None:
    merged(keeper, kept, plant)
    acting_as("anlan_owner")
    plant.organisation.refresh_from_db()

    with pytest.raises(Exception, match="已并入"):
        factories.post(plant.organisation, "firm_safety")


def test_the_neighbour_is_shown_none_of_it_and_who_only_watches_merges_nothing(
    keeper: Client, cast: Cast, kept: Organisation, plant: Plant
) -> None:
    merged(keeper, kept, plant)
    neighbour = signed_in(cast.neighbour)
    body = {"kept_id": kept.id, "merged_ids": [plant.organisation.id], "reason": "同一家"}

    assert neighbour.get(f"{URL}/merges").json()["items"] == []
    assert len(signed_in(cast.duty_officer).get(f"{URL}/merges").json()["items"]) == 1
    assert post(signed_in(cast.duty_officer), "/merges", body).status_code == 403
