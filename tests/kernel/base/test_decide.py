"""One decision over plain values: a permission counts inside the reach of its own post only."""

from hypothesis import given
from hypothesis import strategies as st

from anlan.kernel.base.permissions import (
    EVERYTHING,
    Facts,
    Grant,
    Principal,
    Reach,
    Scope,
    decide,
    home_of,
    machine,
)

PERMISSIONS = ("alerts.alarm.view", "alerts.alarm.confirm", "alerts.alarm.check")
SITES = ("site1", "site2", "site3")
ZONES = (1, 2)
DIVS = (10, 20, 30, 40)
MATTERS = ("hazchem", "fire")

SCOPES = st.builds(
    Scope,
    divs=st.lists(st.sampled_from([(10, 19), (20, 29), (15, 35)]), max_size=2).map(tuple),
    zones=st.lists(st.sampled_from(ZONES), max_size=2, unique=True).map(tuple),
    sites=st.lists(st.sampled_from(SITES), max_size=2, unique=True).map(tuple),
    incidents=st.lists(st.sampled_from(("i1", "i2")), max_size=1).map(tuple),
)
GRANTS = st.builds(
    Grant,
    permissions=st.frozensets(st.sampled_from(PERMISSIONS)),
    scope=SCOPES,
    own_sites=st.frozensets(st.sampled_from(SITES)),
    supervised_sites=st.frozensets(st.sampled_from(SITES)),
    ceded=st.frozensets(st.tuples(st.sampled_from(SITES), st.sampled_from(MATTERS)), max_size=2),
    ceiling=st.integers(0, 3),
)
FACTS = st.builds(
    Facts,
    div=st.sampled_from(DIVS),
    zone=st.none() | st.sampled_from(ZONES),
    site=st.none() | st.sampled_from(SITES),
    incident=st.none() | st.sampled_from(("i1", "i2")),
    sensitivity=st.integers(0, 3),
    matter=st.just("") | st.sampled_from(MATTERS),
)
NEEDS = st.sampled_from(list(Reach))


def person(*grants: Grant, ceiling: int = 3) -> Principal:
    """Return a person with these posts."""
    scope = Scope()
    for grant in grants:
        scope |= grant.scope
    return Principal(actor="user:x", name="x", grants=grants, scope=scope, ceiling=ceiling)


@given(grants=st.lists(GRANTS, max_size=4), facts=FACTS, needs=NEEDS,
       permission=st.sampled_from(PERMISSIONS))  # fmt: skip
def test_several_posts_may_exactly_what_one_of_them_may(
    grants: list[Grant], facts: Facts, needs: Reach, permission: str
) -> None:
    together = decide(person(*grants), permission, facts, needs).allowed
    apart = any(decide(person(grant), permission, facts, needs).allowed for grant in grants)
    assert together == apart


@given(one=SCOPES, other=SCOPES, facts=FACTS)
def test_two_scopes_together_see_exactly_what_one_of_them_sees(
    one: Scope, other: Scope, facts: Facts
) -> None:
    assert (one | other).sees(facts) == (one.sees(facts) or other.sees(facts))


@given(one=SCOPES, other=SCOPES, third=SCOPES)
def test_the_order_of_posts_does_not_matter(one: Scope, other: Scope, third: Scope) -> None:
    assert one | other == other | one
    assert (one | other) | third == one | (other | third)
    assert (one | one) | other == one | other


@given(grants=st.lists(GRANTS, max_size=3), facts=FACTS, needs=NEEDS,
       ceiling=st.integers(0, 3))  # fmt: skip
def test_nobody_acts_above_his_ceiling(
    grants: list[Grant], facts: Facts, needs: Reach, ceiling: int
) -> None:
    decision = decide(person(*grants, ceiling=ceiling), PERMISSIONS[0], facts, needs)
    assert not (decision.allowed and facts.sensitivity > ceiling)


@given(grants=st.lists(GRANTS, max_size=3), facts=FACTS, needs=NEEDS)
def test_nobody_acts_on_what_he_neither_sees_nor_owns_nor_supervises(
    grants: list[Grant], facts: Facts, needs: Reach
) -> None:
    who = person(*grants)
    related = {site for grant in grants for site in (*grant.own_sites, *grant.supervised_sites)}
    if decide(who, PERMISSIONS[0], facts, needs).allowed:
        assert who.scope.sees(facts) or facts.site in related


def test_a_permission_of_one_post_does_not_count_in_the_reach_of_another() -> None:
    confirms_here = Grant(permissions=frozenset({PERMISSIONS[1]}), scope=Scope(divs=((10, 19),)))
    watches_there = Grant(permissions=frozenset({PERMISSIONS[0]}), scope=Scope(divs=((20, 29),)))
    who = person(confirms_here, watches_there)
    assert decide(who, PERMISSIONS[1], Facts(div=10)).allowed
    refusal = decide(who, PERMISSIONS[1], Facts(div=20))
    assert (refusal.allowed, refusal.reason) == (False, "out_of_reach_seen")


def test_the_firm_confirms_its_own_and_the_bureau_in_charge_checks() -> None:
    sees = Scope(sites=("site1", "site2"))
    firm = Grant(permissions=frozenset(PERMISSIONS), scope=sees, own_sites=frozenset({"site1"}))
    bureau = Grant(
        permissions=frozenset(PERMISSIONS), scope=sees, supervised_sites=frozenset({"site1"})
    )
    at = Facts(site="site1")
    assert decide(person(firm), PERMISSIONS[1], at, Reach.OWN_FIRM).allowed
    assert not decide(person(bureau), PERMISSIONS[1], at, Reach.OWN_FIRM).allowed
    assert decide(person(bureau), PERMISSIONS[2], at, Reach.IN_CHARGE).allowed
    assert not decide(person(firm), PERMISSIONS[2], at, Reach.IN_CHARGE).allowed
    assert not decide(person(bureau), PERMISSIONS[2], Facts(site="site2"), Reach.IN_CHARGE).allowed


@given(grants=st.lists(GRANTS, max_size=4), facts=FACTS, permission=st.sampled_from(PERMISSIONS))
def test_what_is_read_with_a_permission_is_what_the_posts_with_it_reach(
    grants: list[Grant], facts: Facts, permission: str
) -> None:
    reader = person(*grants).within(permission)
    held = [grant for grant in grants if permission in grant.permissions]
    assert reader.scope.sees(facts) == any(grant.scope.sees(facts) for grant in held)
    assert reader.ceiling == max((grant.ceiling for grant in held), default=0)
    assert reader.grants == person(*grants).grants


def test_at_one_site_each_matter_has_the_bureau_that_supervises_it() -> None:
    at, sees = frozenset({"site1"}), Scope(sites=("site1",))
    brigade = Grant(
        permissions=frozenset(PERMISSIONS),
        scope=sees,
        supervised_sites=at,
        ceded=frozenset({("site1", "hazchem")}),
    )
    bureau = Grant(
        permissions=frozenset(PERMISSIONS),
        scope=sees,
        supervised_sites=at,
        ceded=frozenset({("site1", "fire")}),
    )
    allowed = {
        (name, matter): decide(
            person(grant), PERMISSIONS[2], Facts(site="site1", matter=matter), Reach.IN_CHARGE
        ).allowed
        for name, grant in (("brigade", brigade), ("bureau", bureau))
        for matter in ("hazchem", "fire", "", "industry")
    }
    assert [key for key, may in allowed.items() if not may] == [
        ("brigade", "hazchem"),
        ("bureau", "fire"),
    ]


def test_where_there_is_no_firm_the_territory_is_in_charge() -> None:
    bureau = Grant(permissions=frozenset(PERMISSIONS), scope=Scope(divs=((10, 19),)))
    assert decide(person(bureau), PERMISSIONS[2], Facts(div=12), Reach.IN_CHARGE).allowed
    assert not decide(person(bureau), PERMISSIONS[2], Facts(div=22), Reach.IN_CHARGE).allowed


def test_what_is_shared_is_for_looking_and_puts_nobody_in_charge() -> None:
    own, shared = (640323 * 10**10, 640323 * 10**10 + 10**10 - 1), (10, 19)
    post = Grant(
        permissions=frozenset({"alerts.alarm.check"}),
        scope=Scope(divs=(own, shared)),
        shared=(shared,),
    )
    neighbour = Principal(actor="user:1", name="周五", grants=(post,), scope=post.scope, ceiling=3)

    def may(div: int, needs: Reach) -> bool:
        return decide(neighbour, "alerts.alarm.check", Facts(div=div), needs).allowed

    assert (may(15, Reach.SEEN), may(15, Reach.IN_CHARGE)) == (True, False)
    assert (may(own[0], Reach.SEEN), may(own[0], Reach.IN_CHARGE)) == (True, True)


def test_a_zone_that_is_shared_is_for_looking_and_ones_own_zone_is_not() -> None:
    post = Grant(
        permissions=frozenset({"alerts.alarm.check"}),
        scope=Scope(zones=(7, 8)),
        shared_zones=(8,),
    )
    neighbour = Principal(actor="user:1", name="周五", grants=(post,), scope=post.scope, ceiling=3)

    def may(zone: int, needs: Reach) -> bool:
        return decide(neighbour, "alerts.alarm.check", Facts(div=15, zone=zone), needs).allowed

    for needs in (Reach.IN_CHARGE, Reach.HOME):
        assert (may(7, needs), may(8, needs)) == (True, False)
    assert (may(7, Reach.SEEN), may(8, Reach.SEEN), may(9, Reach.SEEN)) == (True, True, False)
    assert home_of(neighbour, "alerts.alarm.check").zones == (7,)


def test_the_gate_of_a_route_asks_for_the_permission_of_any_post() -> None:
    who = person(Grant(permissions=frozenset({PERMISSIONS[0]}), scope=Scope()))
    assert decide(who, PERMISSIONS[0]).allowed
    refusal = decide(who, PERMISSIONS[1])
    assert (refusal.allowed, refusal.reason) == (False, "no_post_with_permission")
    assert who.permissions == {PERMISSIONS[0]}


@given(facts=FACTS)
def test_a_process_may_and_reaches_everything(facts: Facts) -> None:
    engine = machine("engine")
    assert engine.is_machine
    assert decide(engine, "anything.at.all", facts).allowed
    assert EVERYTHING.sees(Facts(div=facts.div))
    assert not person().is_machine


def test_nobody_without_a_scope_sees_anything() -> None:
    assert not Scope().sees(Facts(div=0))
    assert not Scope(audit=True).sees(Facts(div=0))
