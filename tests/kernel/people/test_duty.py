"""Who is on duty is read off the shifts; a shift belongs to somebody who holds the post."""

from dataclasses import replace
from datetime import timedelta

import pytest

from anlan.kernel.base.clock import now
from anlan.kernel.base.errors import ConflictError, InvalidError, NotPermittedError
from anlan.kernel.base.ids import new_ulid
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.people.models import Post, PostHolding, User
from anlan.kernel.people.queries.directory import shifts_reached
from anlan.kernel.people.queries.holdings import on_duty
from anlan.kernel.people.services import duty
from tests import factories
from tests.cast import assemble, csrf, principal, signed_in

pytestmark = pytest.mark.django_db


def post_of(user: User) -> Post:
    return PostHolding.objects.select_related("post__organisation").get(user=user).post


def test_the_shift_tells_who_is_on_duty_to_the_minute() -> None:
    cast = assemble()
    post = post_of(cast.duty_officer)
    begins = now() + timedelta(hours=1)
    factories.duty_shift(cast.duty_officer, post, begins, hours=8)

    assert on_duty(cast.bureau, post, begins - timedelta(seconds=1)) == []
    assert on_duty(cast.bureau, post, begins) == [cast.duty_officer]
    assert on_duty(cast.bureau, None, begins + timedelta(hours=8)) == []
    assert on_duty(cast.zone_bureau, None, begins) == []


def test_two_posts_have_each_its_own_officer() -> None:
    cast = assemble()
    for officer in (cast.duty_officer, cast.leader):
        factories.duty_shift(officer, post_of(officer))

    assert on_duty(cast.bureau, post_of(cast.leader)) == [cast.leader]
    assert {one.id for one in on_duty(cast.bureau)} == {cast.duty_officer.id, cast.leader.id}


def test_who_does_not_hold_the_post_does_not_stand_for_it() -> None:
    cast = assemble()

    with pytest.raises(ConflictError) as refusal:
        factories.duty_shift(cast.leader, post_of(cast.duty_officer))

    assert refusal.value.code == "people.not_in_post"


def test_a_person_is_not_twice_on_the_same_duty() -> None:
    cast = assemble()
    post = post_of(cast.duty_officer)
    first = factories.duty_shift(cast.duty_officer, post)
    factories.duty_shift(cast.duty_officer, post, first.ends_at)

    with pytest.raises(ConflictError):
        factories.duty_shift(cast.duty_officer, post, first.starts_at + timedelta(hours=1))
    with pytest.raises(InvalidError):
        factories.duty_shift(cast.duty_officer, post, hours=0)


def test_a_drills_roster_is_not_the_real_one() -> None:
    cast = assemble()
    post = post_of(cast.duty_officer)
    exercise = new_ulid()
    with unit_of_work(replace(principal(cast.leader), exercise_id=exercise)):
        duty.add_duty_shift(
            user=cast.duty_officer,
            post=post,
            starts_at=now(),
            ends_at=now() + timedelta(hours=1),
        )

    assert on_duty(cast.bureau) == []
    assert on_duty(cast.bureau, exercise_id=exercise) == [cast.duty_officer]


def test_the_neighbour_neither_lays_out_nor_reads_the_roster() -> None:
    cast = assemble()
    leader = factories.officer(cast.neighbour_bureau, "duty_leader")
    shift = factories.duty_shift(cast.duty_officer, post_of(cast.duty_officer))

    with unit_of_work(principal(leader)), pytest.raises(NotPermittedError):
        duty.add_duty_shift(
            user=cast.duty_officer,
            post=post_of(cast.duty_officer),
            starts_at=shift.ends_at,
            ends_at=shift.ends_at + timedelta(hours=1),
        )
    assert not shifts_reached(principal(cast.neighbour)).exists()
    assert shifts_reached(principal(cast.leader)).count() == 1


def test_a_leader_lays_out_the_roster_over_the_api() -> None:
    cast = assemble()
    client = signed_in(cast.leader)
    begins = now()

    answer = client.post(
        "/api/v1/people/duty",
        {
            "user_id": cast.duty_officer.id,
            "post_id": post_of(cast.duty_officer).id,
            "starts_at": begins.isoformat(),
            "ends_at": (begins + timedelta(hours=12)).isoformat(),
        },
        content_type="application/json",
        headers=csrf(client) | {"Idempotency-Key": "shift-1"},
    )

    without_offset = client.post(
        "/api/v1/people/duty",
        {
            "user_id": cast.duty_officer.id,
            "post_id": post_of(cast.duty_officer).id,
            "starts_at": "2030-08-01T08:00:00",
            "ends_at": "2030-08-01T20:00:00",
        },
        content_type="application/json",
        headers=csrf(client),
    )

    assert without_offset.status_code == 422
    assert answer.status_code == 200
    assert answer.json()["user_name"] == "王值班"
    (item,) = client.get("/api/v1/people/duty").json()["items"]
    assert item["organisation_name"] == "灵武市应急管理局"
