"""Rows under row security: several posts reach exactly the union of theirs, an administrator's none."""

from itertools import combinations

import pytest

from anlan.kernel.base.errors import InvalidError
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.people.models import AdministratorKind, Post, User
from anlan.kernel.people.queries.principals import ceilings_of, principal_of
from anlan.kernel.people.services import posts
from anlan.kernel.places.rules import div_of
from anlan.kernel.sensing.models import Datastream, Limit
from anlan.kernel.subjects.models import Subject
from tests import factories
from tests.plant import build_plant

pytestmark = pytest.mark.django_db
ZONE = 64018101


@pytest.fixture
def held() -> list[Post]:
    """Return posts that reach different things, some of them the same, and the rows to be reached."""
    for code in ("640181103", "640121100", "640122100"):
        factories.division(code)
    factories.zone(ZONE)
    plants = [
        build_plant("town", div_of("640181103"), None, streams=1),
        build_plant("zone", div_of("640181103"), ZONE, streams=1),
        build_plant("next", div_of("640121100"), None, streams=1),
        build_plant("far", div_of("640122100"), None, streams=1),
    ]
    county = factories.organisation(territory_code="640181")
    next_county = factories.organisation(territory_code="640121")
    zone = factories.organisation(territory_code="", zone=ZONE)
    above = factories.organisation(territory_code="")
    firm = plants[0].organisation
    factories.own_site(firm, plants[0].site.id)
    factories.supervision(above, plants[3].site.id)
    return [
        factories.post(county),
        factories.post(next_county),
        factories.post(zone),
        factories.post(above),
        factories.post(firm, "firm_control_room"),
    ]


def holder(*held: Post, administrator: AdministratorKind = AdministratorKind.NONE) -> User:
    made = factories.user(administrator=administrator)
    for post in held:
        factories.holding(made, post)
    return made


def seen(user: User) -> set[str]:
    """Return the ids of every business row that row security shows to a person."""
    with unit_of_work(principal_of(user), read_only=True):
        return {
            str(key)
            for model in (Subject, Datastream, Limit)
            for key in model.objects.values_list("pk", flat=True)
        }


def test_every_set_of_posts_sees_exactly_what_its_posts_see_one_by_one(held: list[Post]) -> None:
    alone = {post.id: seen(holder(post)) for post in held}
    assert len({frozenset(rows) for rows in alone.values()}) == 5
    assert all(alone.values())
    for size in range(2, len(held) + 1):
        for some in combinations(held, size):
            assert seen(holder(*some)) == set().union(*(alone[post.id] for post in some))


@pytest.mark.parametrize("kind", [kind for kind in AdministratorKind if kind])
def test_an_administrator_sees_no_business_row_and_can_be_given_none(
    held: list[Post], kind: AdministratorKind
) -> None:
    administrator = holder(administrator=kind)
    assert seen(administrator) == set()
    for post in held:
        with pytest.raises(InvalidError) as refused, factories.working():
            posts.appoint(user=administrator, post=post)
        assert refused.value.code == "people.administrator_post"
    assert seen(administrator) == set()


def test_the_ceiling_of_many_is_that_of_each(held: list[Post]) -> None:
    people = [holder(*some) for size in (1, 2, 5) for some in combinations(held, size)]
    people += [holder(administrator=kind) for kind in AdministratorKind if kind]
    nobody, gone = holder(), holder(held[0])
    User.objects.filter(pk=gone.pk).update(is_active=False)
    found = ceilings_of(user.id for user in (*people, nobody, gone))
    assert found == {user.id: principal_of(user).ceiling for user in people}
    assert len(set(found.values())) > 1
