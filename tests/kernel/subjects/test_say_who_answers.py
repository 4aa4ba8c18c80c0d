"""A dossier says who answers: the firm's accountable posts with who holds them, who supervises and is on duty."""

from datetime import timedelta
from typing import Any

import pytest

from anlan.kernel.base.clock import now
from anlan.kernel.people.models import PostHolding
from anlan.kernel.people.services import contacts
from tests import factories
from tests.cast import Cast, assemble, signed_in
from tests.plant import Plant, build_plant

pytestmark = pytest.mark.django_db
PHONE, MASK = "13812345634", "138******34"


@pytest.fixture
def plant() -> Plant:
    return build_plant(streams=1)


@pytest.fixture
def cast(plant: Plant) -> Cast:
    return assemble(site=plant.site.id)


def told(cast: Cast, subject: str) -> dict[str, Any]:
    answer = signed_in(cast.monitor).get(f"/api/v1/subjects/{subject}/responsible")
    assert answer.status_code == 200, answer.content
    said: dict[str, Any] = answer.json()
    return said


def test_the_posts_of_the_firm_stand_with_who_holds_them_and_what_is_missing(
    plant: Plant, cast: Cast
) -> None:
    principal = factories.officer(cast.firm, "firm_accountable_principal")
    with_phone = factories.officer(cast.firm, "firm_accountable_operational")
    with factories.working():
        contacts.set_phone(user=with_phone, phone=PHONE)

    said = told(cast, plant.site.id)

    by_role = {one["role"]: one["people"] for one in said["posts"]}
    assert by_role["firm_accountable_principal"] == [{"name": principal.name, "phone": ""}]
    assert by_role["firm_accountable_operational"] == [{"name": with_phone.name, "phone": MASK}]
    assert "firm_accountable_technical" in said["missing"]
    assert "firm_accountable_principal" not in said["missing"]
    assert PHONE not in str(said)


def test_whoever_has_left_the_post_or_was_stopped_is_not_named(plant: Plant, cast: Cast) -> None:
    gone = factories.officer(cast.firm, "firm_accountable_principal")
    begun, left = now() - timedelta(days=2), now() - timedelta(minutes=1)
    with factories.working():
        PostHolding.objects.filter(user=gone).update(held_from=begun, held_to=left)
    stopped = factories.officer(cast.firm, "firm_accountable_technical")
    with factories.working():
        type(stopped).objects.filter(pk=stopped.pk).update(is_active=False)

    by_role = {one["role"]: one["people"] for one in told(cast, plant.site.id)["posts"]}

    assert by_role["firm_accountable_principal"] == by_role["firm_accountable_technical"] == []


def test_who_supervises_stands_with_the_matter_and_who_is_on_duty(plant: Plant, cast: Cast) -> None:
    post = PostHolding.objects.select_related("post").get(user=cast.monitor).post
    factories.duty_shift(cast.monitor, post)

    [bureau] = told(cast, plant.site.id)["supervisors"]

    assert (bureau["name"], bureau["matters"]) == (cast.zone_bureau.name, ["hazchem"])
    assert [one["name"] for one in bureau["people"]] == [cast.monitor.name]


def test_what_is_out_of_reach_tells_nothing(plant: Plant, cast: Cast) -> None:
    answer = signed_in(cast.neighbour).get(f"/api/v1/subjects/{plant.site.id}/responsible")
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
