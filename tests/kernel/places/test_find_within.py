"""What is near: counted and measured as on the ellipsoid, by each in his own reach, told honestly."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.test import Client
from python_calamine import CalamineWorkbook

from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.base.xlsx import DATA, MEDIA_TYPE
from anlan.kernel.places import within
from anlan.kernel.places.services import loading
from anlan.kernel.subjects import services as subjects
from anlan.kernel.subjects.models import Subject
from tests import factories
from tests.cast import DIV_NEXT_DOOR, Cast, assemble, principal, signed_in
from tests.plant import Plant, build_plant

pytestmark = pytest.mark.django_db
WITHIN = "/api/v1/places/within"
#: The middle of the questions; a degree of latitude is 111 km here, one of longitude 87.7 km.
HERE = (106.6, 38.1)


@pytest.fixture
def plant() -> Plant:
    """Stand the tank of a firm in town 1 km, its site 2 km north of the middle."""
    built = build_plant("east", streams=1)
    with unit_of_work(machine("test")):
        place(built.site.id, *HERE, north_m=2_000)
        place(built.tank.id, *HERE, north_m=1_000)
    return built


@pytest.fixture
def cast(plant: Plant) -> Cast:
    return assemble(town_site=plant.site.id)


def place(subject_id: str, lon: float, lat: float, *, north_m: float) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_X(p::geometry), ST_Y(p::geometry) FROM"
            " ST_Project(ST_Point(%s, %s)::geography, %s, 0) p",
            [lon, lat, north_m],
        )
        x, y = cursor.fetchone()
    Subject.objects.filter(pk=subject_id).update(location=Point(x, y, srid=4326))


def village(name: str, lon: float, lat: float, people: int | None) -> None:
    from shapely import Point as Place

    row = loading.SettlementInput(
        name=name, division_code="640181103", location=Place(lon, lat), population=people
    )
    with factories.working():
        loading.load_settlements(rows=[row])


def ask(client: Client, path: str = WITHIN, **query: Any) -> Any:
    asked = {"lon": HERE[0], "lat": HERE[1], "radius_m": 3_000} | query
    return client.get(path, {key: one for key, one in asked.items() if one is not None})


def outline(*corners: tuple[float, float]) -> dict[str, Any]:
    text = ";".join(f"{lon} {lat}" for lon, lat in corners)
    return {"lon": None, "lat": None, "radius_m": None, "outline": text}


def test_what_lies_within_three_kilometres_is_listed_the_nearest_first_to_the_metre(
    cast: Cast, plant: Plant
) -> None:
    village("近村", HERE[0], HERE[1] + 2_900 / 111_000, 800)
    village("远村", HERE[0], HERE[1] + 3_100 / 111_000, 9_000)

    found = ask(signed_in(cast.duty_officer)).json()

    assert [one["name"] for one in found["items"]] == [plant.tank.name, plant.site.name, "近村"]
    distances = [one["distance_m"] for one in found["items"]]
    assert distances[:2] == pytest.approx([1_000, 2_000], abs=0.2)
    assert found["count"] == 3
    assert [one["population"] for one in found["items"]] == [None, None, 800]


def test_a_circle_is_round_and_its_rim_is_where_the_ellipsoid_has_it(cast: Cast) -> None:
    """A point at the corner of the circle's box is farther than its radius."""
    village("角上", HERE[0] + 2_800 / 87_700, HERE[1] + 2_800 / 111_000, 10)
    village("东边", HERE[0] + 2_900 / 87_700, HERE[1], 10)
    officer = signed_in(cast.duty_officer)

    names = {one["name"] for one in ask(officer).json()["items"]}
    assert "东边" in names
    assert "角上" not in names
    # the rim itself: a metre more or less decides
    distance = next(
        one["distance_m"] for one in ask(officer).json()["items"] if one["name"] == "东边"
    )
    for radius_m, is_in in ((distance - 1, False), (distance + 1, True)):
        items = ask(officer, radius_m=radius_m).json()["items"]
        assert ("东边" in {one["name"] for one in items}) is is_in


def test_an_outline_finds_what_it_encloses_and_nothing_beside_it(cast: Cast, plant: Plant) -> None:
    """A triangle: its box holds the second village, the triangle does not."""
    village("里面", 106.61, 38.11, 5)
    village("旁边", 106.69, 38.19, 5)
    corners = outline((106.6, 38.1), (106.7, 38.1), (106.6, 38.2))

    items = ask(signed_in(cast.duty_officer), **corners).json()["items"]

    names = {one["name"] for one in items}
    assert "里面" in names
    assert "旁边" not in names


def test_kinds_are_counted_with_the_people_who_live_there_however_short_the_page(
    cast: Cast, plant: Plant
) -> None:
    for n in range(5):
        village(f"村{n}", HERE[0] + n / 1_000, HERE[1], 100)
    officer = signed_in(cast.duty_officer)

    page = ask(officer, limit=2).json()
    kinds = {one["kind"]: one for one in ask(officer, f"{WITHIN}/kinds").json()}

    assert len(page["items"]) == 2
    assert page["count"] == 7
    assert page["next"]
    assert (kinds["settlement"]["count"], kinds["settlement"]["population"]) == (5, 500)
    assert {kind: one["count"] for kind, one in kinds.items() if kind != "settlement"} == {
        plant.tank.kind.code: 1,
        plant.site.kind.code: 1,
    }


def test_the_pages_of_two_sources_run_on_without_a_gap_or_a_row_twice(
    cast: Cast, plant: Plant
) -> None:
    for n in range(7):
        village(f"村{n}", HERE[0], HERE[1] + n * 300 / 111_000, 100)
    officer = signed_in(cast.duty_officer)

    whole = [one["id"] for one in ask(officer).json()["items"]]
    paged: list[str] = []
    after = None
    while True:
        page = ask(officer, limit=2, after=after).json()
        paged += [one["id"] for one in page["items"]]
        if (after := page["next"]) is None:
            break
    assert paged == whole
    assert len(whole) == 9


def test_the_spreadsheet_has_the_rows_of_the_list_and_says_where_was_asked(
    cast: Cast, plant: Plant
) -> None:
    village("近村", HERE[0], HERE[1], 800)
    officer = signed_in(cast.duty_officer)
    listed = ask(officer).json()["items"]

    answer = officer.get(
        WITHIN,
        {"lon": str(HERE[0]), "lat": str(HERE[1]), "radius_m": "3000"},
        headers={"accept": MEDIA_TYPE},
    )
    book = CalamineWorkbook.from_filelike(BytesIO(answer.content))
    head, *rows = book.get_sheet_by_name(DATA).to_python()

    assert head[:4] == ["类别", "名称", "距离（米）", "人口"]
    assert [(row[1], row[2]) for row in rows] == [
        (one["name"], one["distance_m"]) for one in listed
    ]
    about = str(book.get_sheet_by_name(book.sheet_names[1]).to_python())
    assert "lon 106.6, lat 38.1, radius_m 3000" in about


def test_each_finds_what_he_reaches_and_nobody_counts_the_neighbours(
    cast: Cast, plant: Plant
) -> None:
    theirs = build_plant("next", DIV_NEXT_DOOR, streams=1)
    with unit_of_work(machine("test")):
        place(theirs.tank.id, *HERE, north_m=500)
    village("近村", *HERE, 800)

    def names(client: Client) -> set[str]:
        return {one["id"] for one in ask(client).json()["items"] if one["kind"] != "settlement"}

    assert names(signed_in(cast.duty_officer)) == {plant.tank.id, plant.site.id}
    assert names(signed_in(cast.neighbour)) == {theirs.tank.id, theirs.site.id}
    # who watches nothing finds where people live, and no subject, not even its number
    administrator = signed_in(cast.system_administrator)
    assert {one["kind"] for one in ask(administrator).json()["items"]} == {"settlement"}
    assert [one["kind"] for one in ask(administrator, f"{WITHIN}/kinds").json()] == ["settlement"]


def test_what_is_out_of_use_is_not_near(cast: Cast, plant: Plant) -> None:
    with unit_of_work(machine("test")):
        subjects.change_subject(
            subject_id=plant.tank.id,
            expected_version=Subject.objects.get(pk=plant.tank.id).version,
            status="retired",
        )
    items = ask(signed_in(cast.duty_officer)).json()["items"]
    assert [one["id"] for one in items] == [plant.site.id]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"radius_m": 100_001}, "places.radius_too_large"),
        ({"radius_m": None}, "places.within_needs_one"),
        ({"outline": "106 38;107 38;107 39"}, "places.within_needs_one"),
        (outline((106.1, 38.1), (106.3, 38.3), (106.3, 38.1), (106.1, 38.3)), "places.bad_outline"),
        (outline((106.1, 38.1), (106.3, 38.3)), "places.bad_outline"),
        (outline(*[(106 + n / 1_000, 38.0) for n in range(201)]), "places.too_many_corners"),
        (outline() | {"outline": "106,38;x"}, "places.bad_corners"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_its_reason(
    cast: Cast, asked: dict[str, Any], code: str
) -> None:
    officer = signed_in(cast.duty_officer)
    for path in (WITHIN, f"{WITHIN}/kinds"):
        answer = ask(officer, path, **asked)
        assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_another_slice_adds_its_things_without_a_change_here(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    village("近村", *HERE, 800)
    known = dict(within._sources)
    monkeypatch.setattr(within, "_sources", known)
    theirs = known["settlements"]
    within.offer(within.Source(name="shelters", permission="a.shelter.view", rows=theirs.rows))

    officer = signed_in(cast.duty_officer)
    assert ask(officer).json()["count"] == 3, "his post does not open it"
    within.offer(within.Source(name="camps", permission="places.place.view", rows=theirs.rows))
    assert ask(officer).json()["count"] == 4
    with pytest.raises(ValueError, match="shelters"):
        within.offer(within.Source(name="shelters", permission="x", rows=theirs.rows))


def test_the_spatial_index_finds_it_under_row_security(
    cast: Cast, acting_as: Callable[[str], None]
) -> None:
    from anlan.kernel.places import nearby

    who = principal(cast.duty_officer)
    with unit_of_work(who, read_only=True), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        area = nearby.circle(*HERE, 3_000)
        for part in nearby.found(area, who):
            plan = part.explain()
            assert "location && " in plan, plan
