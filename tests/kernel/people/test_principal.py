"""What somebody reaches is the union of what his present posts reach, and no more."""

from datetime import date, timedelta

import pytest

from anlan.kernel.base.clock import now
from anlan.kernel.base.ids import new_ulid
from anlan.kernel.base.permissions import Facts, Reach, decide
from anlan.kernel.people.models import OrganisationKind, PostHolding, User
from anlan.kernel.people.services import posts
from anlan.kernel.places.rules import div_of, div_range
from anlan.kernel.places.services import reorganising as places
from tests import factories
from tests.cast import COUNTY, DIV_IN_TOWN, NEIGHBOUR, TOWNSHIP, ZONE, assemble, principal

pytestmark = pytest.mark.django_db


def test_a_bureaus_officer_reaches_the_territory_and_the_sites_it_supervises() -> None:
    cast = assemble()

    asking = principal(cast.duty_officer)

    assert asking.scope.divs == (div_range(COUNTY),)
    assert asking.scope.sites == (cast.town_site,)
    (grant,) = asking.grants
    assert grant.supervised_sites == {cast.town_site}
    assert grant.own_sites == frozenset()


def test_the_zones_bureau_reaches_its_zone_and_no_territory() -> None:
    cast = assemble()

    asking = principal(cast.monitor)

    assert (asking.scope.divs, asking.scope.zones) == ((), (ZONE,))


def test_a_firms_people_reach_their_site_and_never_a_territory() -> None:
    cast = assemble()

    asking = principal(cast.control_room)

    assert (asking.scope.divs, asking.scope.zones) == ((), ())
    assert asking.scope.sites == (cast.site,)
    assert asking.grants[0].own_sites == {cast.site}
    assert asking.grants[0].supervised_sites == frozenset()


def test_an_organisation_without_a_territory_is_not_the_whole_country() -> None:
    agency = factories.organisation(kind=OrganisationKind.AGENCY, territory_code="")

    asking = principal(factories.officer(agency, "agency_liaison"))

    assert asking.scope.divs == ()
    assert not asking.scope.sees(Facts(div=0))


def test_a_post_with_a_territory_of_its_own_is_narrowed_to_it() -> None:
    cast = assemble()
    factories.share(cast.bureau, NEIGHBOUR)

    officer = factories.officer(cast.bureau, "station_duty_officer", territory_code=TOWNSHIP)

    asking = principal(officer)
    assert asking.scope.divs == (div_range(TOWNSHIP),)
    assert asking.scope.sites == ()


def test_a_share_widens_the_reach_by_name_and_ends_by_itself() -> None:
    cast = assemble()
    seen = Facts(div=DIV_IN_TOWN)
    assert not principal(cast.neighbour).scope.sees(seen)

    grant = factories.share(cast.neighbour_bureau, COUNTY, valid_to=now() + timedelta(hours=2))
    assert principal(cast.neighbour).scope.sees(seen)

    grant.valid_from, grant.valid_to = now() - timedelta(hours=2), now() - timedelta(hours=1)
    grant.save()
    assert not principal(cast.neighbour).scope.sees(seen)


def test_a_supervision_that_has_ended_reaches_no_more() -> None:
    cast = assemble()
    reach = factories.supervision(cast.bureau, new_ulid(), matter="mining")
    assert reach.site in principal(cast.leader).scope.sites

    reach.valid_to = now()
    reach.save()

    assert reach.site not in principal(cast.leader).scope.sites


def test_a_merged_county_keeps_both_ranges() -> None:
    cast = assemble()
    neighbour = factories.division(NEIGHBOUR, "永宁县", boundary=factories.square())
    with factories.working():
        places.supersede_division(code=COUNTY, successor=neighbour, on=date(2026, 10, 1))

    asking = principal(cast.neighbour)

    assert asking.scope.divs == tuple(sorted({div_range(COUNTY), div_range(NEIGHBOUR)}))
    assert asking.scope.sees(Facts(div=div_of(TOWNSHIP)))


def test_a_permission_counts_only_inside_the_reach_of_the_post_that_gives_it() -> None:
    cast = assemble()
    both = factories.officer(cast.bureau, "duty_officer")
    factories.holding(both, factories.post(cast.neighbour_bureau, "expert"))

    asking = principal(both)

    here, there = Facts(div=div_of(COUNTY)), Facts(div=div_of(NEIGHBOUR))
    assert decide(asking, "alerts.alarm.check", here).allowed
    assert not decide(asking, "alerts.alarm.check", there).allowed
    assert decide(asking, "alerts.alarm.view", there).allowed


def test_two_bureaus_at_one_site_are_each_in_charge_of_their_own_matter() -> None:
    cast = assemble()
    brigade = factories.organisation("灵武市消防救援大队", OrganisationKind.AGENCY)
    officer = factories.officer(brigade, "duty_officer")

    def may_check(user: User, matter: str) -> bool:
        at = Facts(div=DIV_IN_TOWN, site=cast.town_site, matter=matter)
        return decide(principal(user), "alerts.alarm.check", at, Reach.IN_CHARGE).allowed

    assert may_check(cast.duty_officer, "fire")
    assert not may_check(officer, "fire")
    factories.supervision(brigade, cast.town_site, matter="fire")
    assert not may_check(cast.duty_officer, "fire")
    assert may_check(officer, "fire")
    assert may_check(cast.duty_officer, "hazchem")
    assert not may_check(officer, "hazchem")
    # what nobody supervises by name stays with all who supervise the site
    assert may_check(cast.duty_officer, "")
    assert may_check(officer, "industry")


def test_what_a_post_may_not_view_is_not_read_with_another_posts_permission() -> None:
    cast = assemble()
    both = factories.officer(cast.bureau, "storekeeper")
    factories.holding(both, factories.post(cast.neighbour_bureau, "expert"))

    reader = principal(both).within("alerts.alarm.view")

    assert reader.scope.sees(Facts(div=div_of(NEIGHBOUR)))
    assert not reader.scope.sees(Facts(div=div_of(COUNTY)))
    assert reader.permissions == principal(both).permissions


def test_the_ceiling_is_the_highest_of_the_posts_held_now() -> None:
    cast = assemble()
    officer = factories.officer(cast.bureau, "expert")
    assert principal(officer).ceiling == 1
    holding = factories.holding(officer, factories.post(cast.bureau, "office"))
    assert principal(officer).ceiling == 3

    with factories.working():
        posts.end_holding(holding=PostHolding.objects.get(pk=holding.pk))

    assert principal(officer).ceiling == 1


def test_somebody_without_a_post_may_and_sees_nothing() -> None:
    asking = principal(factories.user("nobody"))

    assert asking.permissions == frozenset()
    assert (asking.scope.divs, asking.scope.zones, asking.scope.sites) == ((), (), ())
    assert asking.ceiling == 0
