"""Whoever looks, from however far: what he reaches is in his tiles, once, and nothing else is."""

from collections import Counter
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from anlan.kernel.base.permissions import EVERYTHING, Scope, union
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.maps import queries, services
from anlan.kernel.maps.models import Cell
from anlan.kernel.maps.rules import (
    COUNTY,
    GRID_ZOOM,
    MOST_ZOOM,
    SUBJECTS,
    TOWNSHIP,
    Tile,
    digest_of,
    parts_of,
)
from anlan.kernel.places.rules import div_range
from anlan.kernel.subjects.models import Subject
from tests.kernel.maps import world
from tests.kernel.maps.world import REACHES, is_cell, person

pytestmark = pytest.mark.django_db


def reach(*names: str) -> Scope:
    return union(REACHES[name] for name in names)


SCOPES = st.sets(st.sampled_from(sorted(REACHES)), min_size=1, max_size=3).map(
    lambda names: reach(*sorted(names))
)


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let few be many, so that every way of drawing is taken."""
    monkeypatch.setattr(services, "MOST_POINTS", 12)
    monkeypatch.setattr(queries, "MOST_BESIDES", 15)
    world.load()


def by_kind(features: list[dict[str, Any]]) -> Counter[str]:
    found: Counter[str] = Counter()
    for one in features:
        if not is_cell(one):
            found[one["kind"]] += 1
        for key, n in one.items():
            if key.startswith("k_"):
                found[key.removeprefix("k_")] += n
    return found


def test_of_any_two_people_each_sees_what_he_reaches_and_nothing_of_the_others() -> None:
    places = list(world.seen(person(EVERYTHING)).places.values())
    ways = Counter[str]()

    @settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow])
    @given(SCOPES, SCOPES)
    @example(reach("county", "township next door"), reach("township", "zone", "site next door"))
    @example(reach("part of a township", "site"), reach("county next door", "zone", "site"))
    def look(one: Scope, other: Scope) -> None:
        for scope in (one, other):
            who = person(scope)
            listed = world.seen(who)
            for zoom in range(MOST_ZOOM + 1):
                features = world.drawn(who, zoom, places)
                ids = [one["id"] for one in features if not is_cell(one)]
                assert set(ids) <= set(listed.places), (scope, zoom)
                assert len(ids) == len(set(ids)), (scope, zoom)
                counted = sum(one.get("count", 1) for one in features)
                assert counted == len(listed.places), (scope, zoom)
                assert by_kind(features) == listed.kinds, (scope, zoom)
                ways["cells" if any(map(is_cell, features)) else "points"] += 1
            assert set(ids) == set(listed.places), "from near every one has its own sign"
        with unit_of_work(person(one), read_only=True):
            told = queries.drawn(SUBJECTS, one)
        assert told.count == len(world.seen(person(one)).places)
        assert (digest_of(one) == digest_of(other)) == (one == other)

    look()
    assert min(ways["cells"], ways["points"]) > 20, "both ways of drawing were taken"


def test_names_kinds_and_places_are_those_of_the_list() -> None:
    who = person(REACHES["county"])
    listed = world.seen(who)
    with unit_of_work(who, read_only=True):
        names = {
            one.id: (one.kind.code, one.name, one.name_en)
            for one in Subject.objects.select_related("kind")
        }
    for zoom in (0, GRID_ZOOM, GRID_ZOOM + 1, MOST_ZOOM):
        for one in world.drawn(who, zoom, list(listed.places.values())):
            if not is_cell(one):
                told = one["kind"], one["name"], one.get("name_en", "")
                assert told == names[one["id"]]


def cells_of(scope: Scope) -> set[tuple[int, int]]:
    """Return the areas, as (level, code), whose cells somebody reads whatever he asks for."""
    with unit_of_work(person(scope), read_only=True):
        return set(Cell.objects.values_list("level", "area"))


def test_who_reaches_a_part_of_an_area_reads_no_cell_of_it() -> None:
    """The second wall: whatever the statement says."""
    own, next_door = REACHES["county"], REACHES["county next door"]
    townships = {(TOWNSHIP, 640181001), (TOWNSHIP, 640181002)}
    assert cells_of(REACHES["zone"]) == cells_of(REACHES["site"]) == set()
    assert cells_of(Scope(divs=(div_range("640181001001"),))) == set()
    assert cells_of(REACHES["township"]) == {(TOWNSHIP, 640181001)}
    assert cells_of(own) == townships | {(COUNTY, 640181)}
    assert cells_of(next_door) == {(TOWNSHIP, 640121100), (COUNTY, 640121)}
    assert cells_of(union([own, next_door])) == cells_of(own) | cells_of(next_door)


def test_a_township_that_has_the_number_of_its_county_is_no_whole_county() -> None:
    low = 640181 * 10**10
    only = Scope(divs=((low, low + 10**7 - 1),))
    assert (parts_of(only).counties, parts_of(only).townships) == ((), ((640181000, 640181000),))
    assert cells_of(only) == set()


def test_ranges_that_touch_are_one_county_to_us_as_to_the_database() -> None:
    low, high = 640181 * 10**10, 640182 * 10**10 - 1
    halves = Scope(divs=((low, low + 5 * 10**9), (low + 5 * 10**9 + 1, high)))
    parts = parts_of(halves)
    assert (parts.counties, parts.has_besides) == (((640181, 640181),), False)
    assert (COUNTY, 640181) in cells_of(halves)


def test_a_scope_is_parted_without_gap_or_overlap() -> None:
    """A village, a township, a county and what lies between two of them."""
    low, high = 640181 * 10**10 + 3 * 10**7 + 5, 640183 * 10**10 + 10**7 + 9
    parts = parts_of(Scope(divs=((low, high),)))
    pieces = [*parts.divs]
    for ranges, unit in ((parts.counties, 10**10), (parts.townships, 10**7)):
        pieces += [(first * unit, (last + 1) * unit - 1) for first, last in ranges]
    pieces.sort()
    assert (pieces[0][0], pieces[-1][1]) == (low, high)
    assert all(one[1] + 1 == other[0] for one, other in pairwise(pieces))
    assert parts.counties == ((640182, 640182),)
    assert parts.townships == ((640181004, 640181999), (640183000, 640183000))


def test_nobody_draws_outside_the_pyramid() -> None:
    there = [Tile(0, 0, 0), Tile(16, 65_535, 65_535), Tile(3, 7, 0)]
    nowhere = [Tile(0, 1, 0), Tile(3, 8, 0), Tile(3, 0, -1), Tile(17, 0, 0), Tile(-1, 0, 0)]
    assert [one.exists for one in there] == [True] * 3
    assert [one.exists for one in nowhere] == [False] * 5


def test_who_reaches_nothing_sees_nothing() -> None:
    with unit_of_work(person(Scope()), read_only=True):
        assert queries.tile(SUBJECTS, Tile(0, 0, 0), Scope()) == b""
        assert queries.drawn(SUBJECTS, Scope()).count == 0
