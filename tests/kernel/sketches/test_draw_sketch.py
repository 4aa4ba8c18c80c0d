"""Sketches: seen by whom their author lets see them, changed by him alone, gone and back by an undo."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from anlan.kernel.base.clock import now
from anlan.kernel.base.ids import new_ulid
from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.people.services import posts
from anlan.kernel.sketches.models import Sketch
from anlan.kernel.sketches.rules import ShapeError, shape_of
from tests import factories
from tests.cast import Cast, assemble, csrf, principal, signed_in

URL = "/api/v1/sketches"
AREA = {
    "type": "Polygon",
    "coordinates": [[[106.2, 38.1], [106.3, 38.1], [106.3, 38.2], [106.2, 38.1]]],
}
POINT = {"type": "Point", "coordinates": [106.3, 38.1]}


@pytest.fixture
def cast(db: None) -> Cast:
    return assemble()


@pytest.fixture
def officer(cast: Cast) -> Client:
    return signed_in(cast.duty_officer)


def drawn(client: Client, **body: Any) -> dict[str, Any]:
    whole = {"kind": "area", "name": "警戒区", "note": "东风二级", "shape": AREA} | body
    answer = client.post(URL, whole, content_type="application/json", headers=csrf(client))
    assert answer.status_code == 200, answer.json()
    made: dict[str, Any] = answer.json()
    return made


def act(client: Client, one: dict[str, Any], verb: str = "", **body: Any) -> Any:
    path = f"{URL}/{one['id']}{verb}"
    headers = csrf(client) | {"If-Match": f'"{one["properties"]["version"]}"'}
    send = client.post if verb else client.patch
    return send(path, body, content_type="application/json", headers=headers)


def seen(client: Client) -> list[str]:
    """Return the names of what somebody sees on the map; list and map tell the same."""
    shapes = client.get(f"{URL}/shapes.geojson").json()["features"]
    listed = client.get(URL).json()["items"]
    assert {one["id"] for one in shapes} == {one["id"] for one in listed}
    return [one["properties"]["name"] for one in shapes]


def test_what_is_drawn_comes_back_as_it_was_drawn(officer: Client) -> None:
    made = drawn(officer)
    [shown] = officer.get(f"{URL}/shapes.geojson").json()["features"]
    assert shown == made
    assert shown["geometry"] == AREA
    facts = shown["properties"]
    assert (facts["name"], facts["note"], facts["author_name"]) == ("警戒区", "东风二级", "王值班")
    assert (facts["is_mine"], facts["audience"], facts["exercise_id"]) == (True, "own", None)


def test_a_circle_is_a_point_with_a_radius(officer: Client) -> None:
    made = drawn(officer, kind="circle", shape=POINT, radius_m=1_500)
    assert (made["geometry"], made["properties"]["radius_m"]) == (POINT, 1_500)


@pytest.mark.parametrize(
    ("audience", "who"),
    [
        ("own", set()),
        ("organisation", {"leader"}),
        ("territory", {"leader"}),
    ],
)
def test_who_sees_a_sketch_is_said_by_its_author(
    cast: Cast, officer: Client, audience: str, who: set[str]
) -> None:
    """The bureau's place is its county: the zone and the neighbour county do not reach it."""
    drawn(officer, shown={"audience": audience})
    for name in ("leader", "neighbour", "monitor"):
        expected = ["警戒区"] if name in who else []
        assert seen(signed_in(cast.people[name])) == expected, name
    administrator = signed_in(cast.system_administrator).get(URL)
    assert administrator.status_code == 403


def test_what_is_the_territorys_is_seen_where_it_hangs(cast: Cast) -> None:
    """A firm's people draw at their site; the bureaus that reach the site see it, the next firm does not."""
    drawn(signed_in(cast.control_room), shown={"audience": "territory"})
    assert seen(signed_in(cast.monitor)) == ["警戒区"]
    assert seen(signed_in(cast.duty_officer)) == ["警戒区"]
    assert seen(signed_in(cast.town_control_room)) == []


def test_a_share_by_name_ends_by_itself(cast: Cast, officer: Client) -> None:
    until = now() + timedelta(hours=1)
    made = drawn(
        officer,
        shown={"shared_with": [cast.neighbour_bureau.id], "shared_until": until.isoformat()},
    )
    neighbour = signed_in(cast.neighbour)
    assert seen(neighbour) == ["警戒区"]
    assert seen(signed_in(cast.leader)) == [], "shared with another bureau, not with one's own"

    with unit_of_work(machine("test")):
        Sketch.objects.filter(pk=made["id"]).update(shared_until=now() - timedelta(seconds=1))
    assert seen(neighbour) == []
    assert seen(officer) == ["警戒区"]


def test_who_leaves_the_organisation_sees_its_sketches_no_more(cast: Cast, officer: Client) -> None:
    drawn(officer, shown={"audience": "organisation"})
    held = cast.leader.holdings.get()
    with unit_of_work(principal(cast.leader), read_only=True):
        assert Sketch.objects.count() == 1
    with factories.working():
        posts.end_holding(holding=held)
    with unit_of_work(principal(cast.leader), read_only=True):
        assert Sketch.objects.count() == 0


@pytest.mark.parametrize(
    ("shown", "code"),
    [
        ({"shared_until": "2999-01-01T00:00:00Z"}, "sketches.until_missing"),
        ({"shared_with": ["ME"]}, "sketches.until_missing"),
        ({"shared_with": ["ME"], "shared_until": "2999-01-01T00:00:00Z"}, "sketches.bad_until"),
        ({"shared_with": ["ME"], "shared_until": "2020-01-01T00:00:00Z"}, "sketches.bad_until"),
        (
            {"shared_with": [new_ulid()], "shared_until": "2999-01-01T00:00:00Z"},
            "sketches.unknown_organisation",
        ),
    ],
)
def test_a_share_that_says_too_little_is_refused(
    cast: Cast, officer: Client, shown: dict[str, Any], code: str
) -> None:
    mine = [cast.bureau.id if one == "ME" else one for one in shown.get("shared_with", [])]
    body = {"kind": "point", "name": "点", "shape": POINT, "shown": shown | {"shared_with": mine}}
    answer = officer.post(URL, body, content_type="application/json", headers=csrf(officer))
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_only_who_drew_it_changes_it(cast: Cast, officer: Client) -> None:
    made = drawn(officer, shown={"audience": "organisation"})
    leader = signed_in(cast.leader)
    for verb in ("", "/withdraw", "/restore"):
        answer = act(leader, made, verb, **({} if verb else {"name": "改"}))
        assert (answer.status_code, answer.json()["code"]) == (403, "sketches.not_author")
    unseen = drawn(officer)
    answer = act(leader, unseen, "/withdraw")
    assert (answer.status_code, answer.json()["code"]) == (404, "sketches.not_found")


def test_a_deleted_sketch_is_nowhere_and_an_undo_brings_it_back_whole(
    cast: Cast, officer: Client
) -> None:
    made = drawn(officer, shown={"audience": "organisation"})
    leader = signed_in(cast.leader)
    gone = act(officer, made, "/withdraw").json()
    assert seen(officer) == seen(leader) == []
    twice = act(officer, gone, "/withdraw")
    assert (twice.status_code, twice.json()["code"]) == (409, "sketches.withdrawn")

    back = act(officer, gone, "/restore").json()
    assert back["geometry"] == made["geometry"]
    assert seen(leader) == ["警戒区"]
    again = act(officer, back, "/restore")
    assert (again.status_code, again.json()["code"]) == (409, "sketches.not_withdrawn")


def test_a_change_is_made_once_and_to_the_version_that_was_looked_at(officer: Client) -> None:
    made = drawn(officer)
    changed = act(officer, made, name="疏散区", shape=AREA, radius_m=None).json()
    assert (changed["properties"]["name"], changed["properties"]["version"]) == ("疏散区", 2)
    assert act(officer, made, name="又改").status_code == 412
    same = act(officer, changed, name="疏散区").json()
    assert same["properties"]["version"] == 2, "what says nothing new makes no version"


def test_the_journal_keeps_what_was_drawn_in_its_private_half_and_events_tell_only_that(
    cast: Cast, officer: Client
) -> None:
    made = drawn(officer, shown={"audience": "organisation"})
    act(officer, made, shown={"audience": "own"})
    with unit_of_work(machine("test"), read_only=True):
        rows = list(Journal.objects.filter(object=made["id"]).order_by("id"))
    assert [row.type for row in rows] == ["sketches.sketch.drawn", "sketches.sketch.changed"]
    first, second = rows
    assert first.change is not None
    assert first.change["name"] == [None, "警戒区"]
    assert first.change["shape"][1].startswith("POLYGON")
    assert not {"name", "note", "shape"} & set(first.data)
    both = {f"user:{one.id}" for one in (cast.duty_officer, cast.leader)}
    assert set(first.data["recipients"]) == both
    # whoever saw it until now hears that it changed, and finds it gone
    assert set(second.data["recipients"]) == both
    assert second.change == {"audience": ["organisation", "own"]}


def test_a_drills_sketch_stays_in_the_drill(cast: Cast, officer: Client) -> None:
    from dataclasses import replace

    drill = replace(principal(cast.duty_officer), exercise_id=new_ulid())
    from anlan.kernel.sketches import services
    from anlan.kernel.sketches.models import SketchKind

    with unit_of_work(drill):
        services.draw_sketch(kind=SketchKind.POINT, name="演练点", shape=POINT)
    assert seen(officer) == []
    with unit_of_work(drill, read_only=True):
        assert [one.name for one in Sketch.objects.all()] == ["演练点"]


@pytest.mark.django_db
def test_row_security_alone_keeps_it_from_others_and_from_their_hands(
    cast: Cast, acting_as: Callable[[str], None]
) -> None:
    """Whatever a service forgets: who may look changes nothing."""
    made = factories.sketch(cast.duty_officer, audience="organisation")
    acting_as("anlan_app")
    with unit_of_work(principal(cast.neighbour)):
        assert not Sketch.objects.filter(pk=made.id).exists()
    with unit_of_work(principal(cast.leader)):
        assert Sketch.objects.filter(pk=made.id).exists()
        assert Sketch.objects.filter(pk=made.id).update(name="改") == 0
        assert Sketch.objects.filter(pk=made.id).delete()[0] == 0


@pytest.mark.parametrize(
    ("kind", "shape", "radius_m"),
    [
        ("point", {"type": "Point"}, None),
        ("point", AREA, None),
        ("line", POINT, None),
        ("line", {"type": "LineString", "coordinates": [[106, 38]]}, None),
        ("circle", POINT, None),
        ("circle", POINT, 0.5),
        ("circle", POINT, 300_000),
        ("area", AREA, 5.0),
        ("point", {"type": "Point", "coordinates": [206, 38]}, None),
        ("point", {"type": "Point", "coordinates": [106, 38, 5]}, None),
        ("point", {"type": "Point", "coordinates": [float("nan"), 38]}, None),
        (
            "area",
            {"type": "Polygon", "coordinates": [[[0, 0], [2, 2], [2, 0], [0, 2], [0, 0]]]},
            None,
        ),
        ("line", {"type": "LineString", "coordinates": [[0, n / 100] for n in range(2_001)]}, None),
    ],
)
def test_a_shape_that_cannot_be_drawn_is_refused(
    kind: str, shape: dict[str, Any], radius_m: float | None
) -> None:
    with pytest.raises(ShapeError):
        shape_of(kind, shape, radius_m)


_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=12,
)


@given(
    kind=st.sampled_from(["point", "line", "area", "circle"]),
    type_=st.sampled_from(["Point", "LineString", "Polygon", "GeometryCollection", "x"]),
    coordinates=_ANYTHING,
)
def test_whatever_is_sent_is_a_valid_shape_or_refused(
    kind: str, type_: str, coordinates: Any
) -> None:
    with suppress(ShapeError):
        assert shape_of(kind, {"type": type_, "coordinates": coordinates}, None).is_valid
