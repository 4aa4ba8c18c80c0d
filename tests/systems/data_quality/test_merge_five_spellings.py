"""One firm under five spellings: shown as one group, made one in one act, and undone to the letter."""

from collections.abc import Callable

import pytest
from django.test import Client

from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.people.models import Organisation, OrganisationKind, User
from anlan.kernel.subjects import services as subjects
from tests import factories
from tests.cast import Cast
from tests.plant import Plant
from tests.systems.data_quality.test_merge_firms import (
    URL,
    cast,
    everything,
    keeper,
    kept,
    plant,
    post,
    undo,
    worker,
)

__all__ = ["cast", "keeper", "kept", "plant", "worker"]
pytestmark = pytest.mark.django_db
#: Beside 宏达化工有限公司, which is kept, and 宁夏宏達化工有限責任公司, whose plant it is.
SPELLINGS = ("灵武市宏达化工有限公司", "宏达化工（有限责任公司）", "宁夏宏达化工公司")


@pytest.fixture
def spelt(cast: Cast, kept: Organisation, plant: Plant, worker: User) -> list[Organisation]:
    """The other four entries, something hanging on each of them."""
    del cast, kept, worker
    plant.organisation.refresh_from_db()
    rows = [plant.organisation]
    for number, name in enumerate(SPELLINGS):
        entry = factories.organisation(name, kind=OrganisationKind.FIRM, territory_code="640181")
        # only one of the five was entered with its code: two codes would be two firms
        Organisation.objects.filter(pk=entry.pk).update(credit_code=None)
        factories.post(entry, "firm_safety")
        with unit_of_work(machine("test")):
            subjects.register_subject(
                kind="tank",
                name=f"T20{number}",
                organisation_id=entry.id,
                place=subjects.place_of("640181", None),
            )
        rows.append(entry)
    return rows


def test_five_spellings_are_one_group_made_one_in_one_act_and_undone_to_the_letter(
    spelt: list[Organisation],
    keeper: Client,
    kept: Organisation,
    acting_as: Callable[[str], None],
) -> None:
    five = {kept.id, *(one.id for one in spelt)}
    [group] = keeper.get(f"{URL}/doubled-firms").json()["items"]
    assert {one["id"] for one in group["firms"]} == five
    before = everything(acting_as)

    body = {"kept_id": kept.id, "merged_ids": [one.id for one in spelt], "reason": "同一执照"}
    made = post(keeper, "/merges", body)

    assert made.status_code == 200, made.content.decode()
    rows = made.json()["items"]
    assert [row["merged_id"] for row in rows] == body["merged_ids"]
    assert [len(row["moved"]["posts"]) for row in rows] == [1, 1, 1, 1]
    assert keeper.get(f"{URL}/doubled-firms").json()["items"] == []
    for one in spelt:
        asked = {"filter": f"search.like:{one.name}", "limit": "50"}
        [listed] = keeper.get("/api/v1/people/organisations", asked).json()["items"]
        assert listed["id"] == kept.id
    now = everything(acting_as)
    assert not {row["organisation_id"] for row in now.values() if "organisation_id" in row} & (
        five - {kept.id}
    )

    for row in reversed(rows):
        answer = undo(keeper, row)
        assert answer.status_code == 200, answer.content.decode()
    assert everything(acting_as) == before
    [again] = keeper.get(f"{URL}/doubled-firms").json()["items"]
    assert {one["id"] for one in again["firms"]} == five


def test_one_of_five_is_taken_out_again_and_the_others_stay_one(
    spelt: list[Organisation], keeper: Client, kept: Organisation, acting_as: Callable[[str], None]
) -> None:
    before = everything(acting_as)
    body = {"kept_id": kept.id, "merged_ids": [one.id for one in spelt], "reason": "同一执照"}
    rows = post(keeper, "/merges", body).json()["items"]

    assert undo(keeper, rows[1]).status_code == 200

    [group] = keeper.get(f"{URL}/doubled-firms").json()["items"]
    assert {one["id"] for one in group["firms"]} == {kept.id, spelt[1].id}
    for row in (rows[0], rows[2], rows[3]):
        assert undo(keeper, row).status_code == 200
    assert everything(acting_as) == before
