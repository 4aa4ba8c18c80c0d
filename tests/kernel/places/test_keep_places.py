"""Divisions and zones kept by hand over HTTP: renamed, moved, merged with a day and undone; zones drawn and closed."""

from typing import Any

import pytest
from django.test import Client

from anlan.kernel.base.models import Journal
from anlan.kernel.people.models import AdministratorKind, User
from anlan.kernel.people.queries.principals import principal_of
from anlan.kernel.places import queries
from anlan.kernel.places.models import Area, Division
from anlan.kernel.places.rules import div_range
from tests import factories
from tests.cast import COUNTY, NEIGHBOUR, TOWNSHIP, ZONE, assemble, csrf, signed_in

pytestmark = pytest.mark.django_db
URL = "/api/v1/places"
PAPER = {"on": "2026-07-01", "reason": "宁政函〔2026〕12号"}
CORNERS = [[106.1, 38.1], [106.3, 38.1], [106.3, 38.3], [106.1, 38.1]]
OUTLINE = {"type": "Polygon", "coordinates": [CORNERS]}


@pytest.fixture
def keeper() -> User:
    cast = assemble()
    for code, name in (("640181104", "白土岗乡"), (f"{TOWNSHIP}001", "永利村")):
        factories.division(code, name)
    return factories.officer(cast.bureau, "data_keeper", "数据管理员")


@pytest.fixture
def client(keeper: User) -> Client:
    return signed_in(keeper)


def send(
    client: Client,
    path: str,
    body: dict[str, Any],
    version: int | None = None,
    method: str = "post",
) -> tuple[int, dict[str, Any]]:
    headers = csrf(client) | ({} if version is None else {"If-Match": f'"{version}"'})
    answer = getattr(client, method)(
        f"{URL}/{path}", body, content_type="application/json", headers=headers
    )
    return answer.status_code, answer.json()


def row(code: str) -> Division:
    return queries.division(code)


def as_it_was() -> list[tuple[Any, ...]]:
    columns = ("id", "code", "name", "parent_id", "valid_from", "valid_to", "succeeded_by_id")
    return list(Division.objects.order_by("id").values_list(*columns))


def test_a_rename_with_its_day_keeps_code_and_rows_and_can_be_undone(client: Client) -> None:
    before, town = as_it_was(), row(TOWNSHIP)

    status, made = send(client, f"divisions/{town.id}/rename", PAPER | {"name": "宁东街道"}, 1)

    assert (status, made["code"], made["name"], made["after_name"]) == (
        200,
        TOWNSHIP,
        "宁东镇",
        "宁东街道",
    )
    assert (row(TOWNSHIP).name, row(TOWNSHIP).div) == ("宁东街道", town.div)
    assert queries.division(TOWNSHIP, town.created_at.date().replace(2026, 6, 30)).name == "宁东镇"
    assert row(f"{TOWNSHIP}001").parent_id == row(TOWNSHIP).id, (
        "what lies below hangs on the new one"
    )
    types = set(Journal.objects.values_list("type", flat=True))
    assert {"places.reorganisation.filed", "places.division.superseded"} <= types

    status, undone = send(client, f"reorganisations/{made['id']}/undo", {}, made["version"])

    assert (status, undone["is_undone"]) == (200, True)
    assert as_it_was() == before
    assert send(client, f"reorganisations/{made['id']}/undo", {}, undone["version"])[0] == 409


def test_a_division_that_moves_takes_what_lies_below_and_its_old_rows_stay_in_sight(
    client: Client,
) -> None:
    before, town = as_it_was(), row(TOWNSHIP)

    status, made = send(client, f"divisions/{town.id}/move", PAPER | {"code": "640181209"}, 1)

    assert (status, made["after_code"]) == (200, "640181209")
    assert row("640181209001").parent_id == row("640181209").id
    assert not queries.divisions().filter(code__startswith=TOWNSHIP).exists()
    assert div_range(TOWNSHIP) in queries.ranges_of("640181209")
    assert send(client, f"reorganisations/{made['id']}/undo", {}, 1)[0] == 200
    assert as_it_was() == before


def test_a_merger_widens_the_reach_from_its_day_and_not_before(client: Client) -> None:
    old, into = row("640181104"), row(TOWNSHIP)
    post = factories.post(factories.organisation("镇站", territory_code=TOWNSHIP), "station_head")
    head = factories.user("head")
    factories.holding(head, post)
    later = PAPER | {"on": "2099-01-01", "into": TOWNSHIP}

    status, filed = send(client, f"divisions/{old.id}/merge", later, 1)

    assert (status, row("640181104").id) == (200, old.id), "it is in force until its day"
    assert principal_of(head).scope.divs == (div_range(TOWNSHIP),)
    assert send(client, f"reorganisations/{filed['id']}/undo", {}, 1)[0] == 200
    version = row("640181104").version
    assert send(client, f"divisions/{old.id}/merge", PAPER | {"into": into.code}, version)[0] == 200
    assert principal_of(head).scope.divs == (div_range(TOWNSHIP), div_range("640181104"))


def test_what_stands_on_a_reorganisation_must_go_first(client: Client) -> None:
    town = row(TOWNSHIP)
    _, first = send(client, f"divisions/{town.id}/rename", PAPER | {"name": "宁东街道"}, 1)
    later = PAPER | {"on": "2026-08-01", "name": "宁东新城"}
    _, second = send(client, f"divisions/{row(TOWNSHIP).id}/rename", later, 1)

    status, said = send(client, f"reorganisations/{first['id']}/undo", {}, 1)

    assert (status, said["code"]) == (409, "places.built_on_since")
    assert send(client, f"reorganisations/{second['id']}/undo", {}, 1)[0] == 200
    assert send(client, f"reorganisations/{first['id']}/undo", {}, 1)[0] == 200


@pytest.mark.parametrize(
    ("act", "body", "code"),
    [
        ("merge", {"into": NEIGHBOUR}, "places.not_supersedable"),
        ("merge", {"into": TOWNSHIP}, "places.not_supersedable"),
        ("move", {"code": "640181"}, "places.bad_code"),
        ("move", {"code": "640181104"}, "places.code_taken"),
        ("move", {"code": "640999104"}, "places.no_parent"),
        ("rename", {"name": "宁东镇"}, "places.nothing_changes"),
        ("rename", {"name": "新", "reason": " "}, "places.reason_missing"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    client: Client, act: str, body: dict[str, str], code: str
) -> None:
    before = as_it_was()
    status, said = send(client, f"divisions/{row(TOWNSHIP).id}/{act}", PAPER | body, 1)
    assert (status >= 400, said["code"]) == (True, code)
    assert as_it_was() == before


def test_nobody_draws_his_neighbours_land_to_himself(client: Client) -> None:
    factories.division("640121100", "杨和镇")
    theirs = row("640121100")

    for act, body in (("move", {"code": "640181300"}), ("rename", {"name": "我们的镇"})):
        assert send(client, f"divisions/{theirs.id}/{act}", PAPER | body, 1)[0] == 403
    ours = {"code": "640121300"}
    assert send(client, f"divisions/{row(TOWNSHIP).id}/move", PAPER | ours, 1)[0] == 403
    county = send(client, f"divisions/{row(NEIGHBOUR).id}/merge", PAPER | {"into": COUNTY}, 1)
    assert county[0] == 403


def test_an_act_is_offered_on_what_one_keeps_oneself(client: Client) -> None:
    factories.zone(64012101, "望远园区")
    divisions = client.get(f"{URL}/vintages", {"limit": "500"}).json()["items"]
    zones = client.get(f"{URL}/zones").json()["items"]

    mine = {one["code"] for one in divisions if one["may_change"]}
    assert mine == {COUNTY, TOWNSHIP, "640181104", f"{TOWNSHIP}001"}
    assert {one["number"]: one["may_change"] for one in zones} == {ZONE: True, 64012101: False}


def test_a_shared_territory_is_for_looking_not_for_reorganising(keeper: User) -> None:
    factories.share(factories.organisation("借看局", territory_code=NEIGHBOUR), COUNTY)
    looker = factories.officer(
        factories.organisation("再借看局", territory_code=NEIGHBOUR), "data_keeper"
    )
    factories.share(looker.holdings.get().post.organisation, COUNTY)

    status, said = send(
        signed_in(looker), f"divisions/{row(TOWNSHIP).id}/rename", PAPER | {"name": "改"}, 1
    )

    assert (status, said["reason"]) == (403, "out_of_reach_home")


def test_a_division_is_entered_below_its_own_and_a_load_keeps_what_was_kept_by_hand(
    client: Client,
) -> None:
    body = {"code": "640181110", "name": "新镇", "on": "2026-07-01", "boundary": OUTLINE}

    status, made = send(client, "divisions", body)

    assert (status, made["parent_code"], made["valid_from"]) == (200, COUNTY, "2026-07-01")
    assert send(client, "divisions", body)[1]["code"] == "places.code_taken"
    town = row(TOWNSHIP)
    status, said = send(client, f"divisions/{town.id}", {"population": 61_000}, 1, "patch")
    assert (status, said["population"], said["version"]) == (200, 61_000, 2)
    factories.division(TOWNSHIP, "宁东镇", population=500)
    assert row(TOWNSHIP).population == 61_000


def test_a_zone_is_drawn_changed_closed_with_a_day_and_opened_again(client: Client) -> None:
    body = {"name": "高新区", "division_code": COUNTY, "boundary": OUTLINE}

    status, made = send(client, "zones", body)

    assert (status, made["number"], made["is_in_force"]) == (200, ZONE + 1, True)
    assert Area.objects.get(pk=made["id"]).boundary.area == pytest.approx(0.02)
    path = f"zones/{made['id']}"
    _, named = send(client, path, {"name": "高新技术区"}, 1, "patch")
    assert (named["name"], named["version"]) == ("高新技术区", 2)
    assert send(client, path, {"name": "高新技术区"}, 2, "patch")[1]["version"] == 2, "the same"
    _, closed = send(client, f"{path}/close", {"on": "2026-07-01"}, 2)
    assert (closed["valid_to"], closed["is_in_force"]) == ("2026-07-01", False)
    drawn = client.get(f"{URL}/areas.geojson").json()["features"]
    assert made["number"] not in {one["properties"]["number"] for one in drawn}
    _, opened = send(client, f"{path}/reopen", {}, 3)
    assert opened["is_in_force"]
    said = list(
        Journal.objects.filter(object=made["id"]).order_by("id").values_list("type", flat=True)
    )
    assert said == [f"places.zone.{one}" for one in ("registered", "changed", "closed", "reopened")]


def test_a_file_of_geojson_is_an_outline_too_and_a_load_does_not_redraw_it(client: Client) -> None:
    zone = Area.objects.get(number=ZONE)
    file = {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "properties": {"a": 1}, "geometry": OUTLINE}],
    }

    status, said = send(client, f"zones/{zone.id}", {"boundary": file}, 1, "patch")

    assert (status, said["is_schematic"]) == (200, False)
    factories.zone(ZONE, "宁东能源化工基地")
    assert Area.objects.get(number=ZONE).boundary.area == pytest.approx(0.02)


@pytest.mark.parametrize(
    ("outline", "why"),
    [
        (
            {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]},
            "crosses_itself",
        ),
        (
            {"type": "Polygon", "coordinates": [[[500, 0], [501, 0], [501, 1], [500, 0]]]},
            "not_degrees",
        ),
        ({"type": "Point", "coordinates": [106, 38]}, "no_area"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1]]]}, "unreadable"),
        ({"type": "FeatureCollection", "features": [None]}, "unreadable"),
        (
            {"type": "Polygon", "coordinates": [[[0, 0], [float("1e-7"), 0], [0, 1e-7], [0, 0]]]},
            "no_area",
        ),
        ({}, "unreadable"),
    ],
)
def test_an_outline_that_is_no_area_is_refused_with_the_reason(
    client: Client, outline: dict[str, Any], why: str
) -> None:
    body = {"name": "高新区", "division_code": COUNTY, "boundary": outline}
    status, said = send(client, "zones", body)
    assert (status, said["code"], said["why"]) == (422, "places.bad_outline", why)
    assert Area.objects.count() == 1


def test_the_bureau_of_a_zone_is_named_by_the_security_administrator(client: Client) -> None:
    chief = factories.user("security", administrator=AdministratorKind.SECURITY)
    bureau = factories.organisation("高新区管委会应急局", territory_code="")
    officer = factories.officer(bureau)
    before = officer.sessions_epoch
    admin = signed_in(chief)
    body = {"name": bureau.name, "name_en": "", "territory_code": "", "zone": ZONE}
    answer = admin.patch(
        f"/api/v1/people/organisations/{bureau.id}",
        body,
        content_type="application/json",
        headers=csrf(admin) | {"If-Match": '"1"'},
    )

    assert (answer.status_code, answer.json()["zone"]) == (200, ZONE)
    officer.refresh_from_db()
    assert principal_of(officer).scope.zones == (ZONE,)
    assert officer.sessions_epoch == before + 1, "whoever reaches more signs in anew"
