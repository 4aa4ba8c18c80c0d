"""Loads may be repeated, parents may come in any order, a merged county keeps both ranges."""

from datetime import date

import pytest
from django.db import connection
from shapely import MultiPolygon, Point, Polygon, box

from anlan.kernel.base.errors import ConflictError, InvalidError, NotFoundError
from anlan.kernel.base.models import Journal
from anlan.kernel.places import queries
from anlan.kernel.places.models import Area, Division, Settlement
from anlan.kernel.places.rules import div_of, div_range
from anlan.kernel.places.services import loading as services
from anlan.kernel.places.services import reorganising
from anlan.kernel.places.shapes import as_multipolygon
from tests import factories

pytestmark = pytest.mark.django_db

COUNTY = [
    services.DivisionInput(code="640181103", name="宁东镇", population=500),
    services.DivisionInput(code="640181", name="灵武市", boundary=factories.square()),
    services.DivisionInput(code="64", name="宁夏回族自治区"),
    services.DivisionInput(code="", name="中华人民共和国"),
]


def load(rows: list[services.DivisionInput]) -> services.Loaded:
    with factories.working():
        return services.load_divisions(rows=rows)


def test_divisions_find_their_parents_whatever_the_order() -> None:
    loaded = load(COUNTY)

    town = Division.objects.get(code="640181103")
    assert (loaded.created, loaded.updated) == (4, 0)
    assert (town.level, town.div) == (4, div_of("640181103"))
    assert town.parent is not None
    assert town.parent.code == "640181"
    assert town.parent.parent is not None
    assert town.parent.parent.code == "64"


def test_a_repeated_load_changes_nothing_and_leaves_no_trace_in_the_journal() -> None:
    load(COUNTY)
    again = load(COUNTY)

    assert (again.created, again.updated) == (0, 0)
    assert Journal.objects.filter(type="places.division.loaded").count() == 1
    assert set(Division.objects.values_list("version", flat=True)) == {1}


def test_a_changed_row_keeps_its_id_and_gets_a_version() -> None:
    load(COUNTY)
    before = Division.objects.get(code="640181103")

    loaded = load([services.DivisionInput(code="640181103", name="宁东镇", population=800)])

    after = Division.objects.get(code="640181103")
    assert (loaded.created, loaded.updated) == (0, 1)
    assert (after.id, after.version, after.population) == (before.id, 2, 800)


def test_a_division_without_anything_above_it_is_refused() -> None:
    load([services.DivisionInput(code="64", name="宁夏回族自治区")])

    with pytest.raises(InvalidError, match="没有上级"):
        load([services.DivisionInput(code="150623", name="鄂托克前旗")])


def test_a_code_of_no_level_is_refused() -> None:
    with pytest.raises(ValueError, match="has 3 digits"):
        load([services.DivisionInput(code="640", name="?")])


def test_the_scope_of_a_merged_county_covers_the_old_rows_of_both() -> None:
    factories.division("640181", "灵武市")
    factories.division("640121", "永宁县")
    third = factories.division("640104", "兴庆区")
    assert queries.ranges_of("640121") == (div_range("640121"),)

    with factories.working():
        for code, successor, day in (
            ("640181", Division.objects.get(code="640121"), date(2026, 1, 1)),
            ("640121", third, date(2026, 7, 1)),
        ):
            reorganising.supersede_division(code=code, successor=successor, on=day)

    spans = (div_range("640104"), div_range("640121"), div_range("640181"))
    assert queries.ranges_of("640104") == spans
    assert queries.ranges_of("640181") == (div_range("640181"),)


def test_no_row_is_re_coded_by_a_reorganisation_and_the_old_vintage_still_answers() -> None:
    old = factories.division("640181", "灵武市")
    new = factories.division("640121", "永宁县")
    with factories.working():
        reorganising.supersede_division(code="640181", successor=new, on=date(2026, 7, 1))

    after = Division.objects.get(pk=old.pk)
    assert (after.code, after.div) == (old.code, old.div)
    assert queries.division("640181", date(2026, 6, 30)) == old
    with pytest.raises(NotFoundError):
        queries.division("640181", date(2026, 7, 1))
    row = Journal.objects.get(type="places.division.superseded")
    assert row.data["succeeded_by_code"] == "640121"


def test_a_division_is_superseded_once_and_never_by_itself() -> None:
    old, new = factories.division("640181"), factories.division("640121")
    with factories.working():
        with pytest.raises(ConflictError):
            reorganising.supersede_division(code="640181", successor=old, on=date(2026, 7, 1))
        reorganising.supersede_division(code="640181", successor=new, on=date(2026, 7, 1))
        with pytest.raises(ConflictError):
            reorganising.supersede_division(code="640181", successor=new, on=date(2026, 6, 1))


def test_a_new_vintage_of_a_code_stands_beside_the_old_one() -> None:
    factories.division("640181", "灵武县")
    factories.division("640181", "灵武市", valid_from=date(1996, 5, 20))

    assert queries.division("640181").name == "灵武市"
    assert queries.division("640181", date(1990, 1, 1)).name == "灵武县"
    assert [one.name for one in queries.divisions().filter(code="640181")] == ["灵武市"]
    assert queries.ranges_of("640181") == (div_range("640181"),)


def test_zones_and_settlements_load_again_without_a_change() -> None:
    zone = services.AreaInput(number=64018101, name="宁东", boundary=box(106, 38, 107, 39))
    place = services.SettlementInput(
        name="宁东", division_code="640181103", location=Point(106.6, 38.1), population=500
    )
    for _ in range(2):
        with factories.working():
            services.load_areas(rows=[zone])
            services.load_settlements(rows=[place])

    assert Area.objects.get().boundary.area == pytest.approx(1.0)
    assert (Settlement.objects.get().div, Settlement.objects.get().version) == (
        div_of("640181103"),
        1,
    )


def test_a_bow_tie_becomes_a_valid_area_and_a_line_is_refused() -> None:
    bow_tie = Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])

    made = as_multipolygon(bow_tie)

    assert isinstance(made, MultiPolygon)
    assert made.is_valid
    assert made.area == pytest.approx(0.5)
    with pytest.raises(ValueError, match="encloses no area"):
        as_multipolygon(Point(0, 0))


def test_the_range_of_a_subtree_uses_the_index_on_div() -> None:
    """EXPLAIN, not a clock: the scope of a merged county is several ranges on one index."""
    factories.division("640181")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT id FROM places_division WHERE div BETWEEN %s AND %s OR div BETWEEN %s AND %s",
            [*div_range("640181"), *div_range("640121")],
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "places_division_div" in plan
