"""The stock cast stands where the other tests expect it."""

import pytest

from anlan.kernel.base.permissions import Facts, Reach, decide
from tests import cast as stage
from tests.cast import DIV_IN_TOWN, DIV_IN_ZONE, ZONE, assemble, principal

pytestmark = pytest.mark.django_db


def test_firm_zone_bureau_and_county_reach_the_site_each_in_its_own_way() -> None:
    cast = assemble()
    in_zone = Facts(div=DIV_IN_ZONE, zone=ZONE, site=cast.site)
    in_town = Facts(div=DIV_IN_TOWN, site=cast.town_site)

    def may(who: str, permission: str, facts: Facts, needs: Reach = Reach.SEEN) -> bool:
        return decide(principal(cast.people[who]), permission, facts, needs).allowed

    view, confirm, check = "alerts.alarm.view", "alerts.alarm.confirm", "alerts.alarm.check"
    assert may("control_room", confirm, in_zone, Reach.OWN_FIRM)
    assert not may("town_control_room", view, in_zone)
    assert not may("control_room", view, in_town)
    assert may("monitor", check, in_zone, Reach.IN_CHARGE)
    assert may("duty_officer", view, in_zone)
    assert not may("duty_officer", check, in_zone, Reach.IN_CHARGE)
    assert may("duty_officer", check, in_town, Reach.IN_CHARGE)
    assert not may("monitor", view, in_town)
    assert not may("neighbour", view, in_zone)
    assert not may("neighbour", view, in_town)
    assert not may("duty_officer", confirm, in_town)


def test_everybody_of_the_cast_is_somebody_else() -> None:
    cast = stage.assemble()

    assert len({one.id for one in cast.people.values()}) == 9
