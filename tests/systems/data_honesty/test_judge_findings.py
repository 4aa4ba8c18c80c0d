"""What people do with a finding over HTTP: judged, handed to the firm, answered, closed; each side sees its own."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from anlan.kernel.base.clock import SHANGHAI, now
from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.messaging.models import Message
from anlan.kernel.people.queries.holdings import actor_of
from anlan.systems.data_honesty.models import HonestyFinding, HonestyLook
from tests.cast import Cast, csrf, signed_in
from tests.honesty import finding, midnight
from tests.plant import Plant

pytestmark = pytest.mark.django_db
URL = "/api/v1/data-honesty"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TOMORROW = (now().astimezone(SHANGHAI) + timedelta(days=1)).date().isoformat()


def found(plant: Plant, kind: str = "copied", stream: int = 0) -> HonestyFinding:
    return finding(plant.streams[stream], kind)


def act(client: Client, row: dict[str, Any], path: str, body: dict[str, Any]) -> Any:
    headers = csrf(client) | {"If-Match": f'"{row["version"]}"'}
    address = path if path.startswith("/") else f"/findings/{row['id']}/{path}"
    return client.post(f"{URL}{address}", body, content_type="application/json", headers=headers)


def read(client: Client, row: HonestyFinding, under: str = "findings") -> Any:
    return client.get(f"{URL}/{under}/{row.id}")


@pytest.fixture
def desk(cast: Cast) -> Client:
    """Who is in charge of the site: the zone's monitor."""
    return signed_in(cast.monitor)


def test_a_finding_goes_from_the_desk_to_the_firm_and_back_and_is_closed(
    plant: Plant, cast: Cast, desk: Client
) -> None:
    row = found(plant)
    seen = read(desk, row).json()
    assert seen["may"] == ["judge", "hand_over"]
    handed = act(desk, seen, "hand-over", {"asked": "说明 14 日曲线来源", "due_on": TOMORROW})
    assert handed.status_code == 200, handed.json()
    assert (handed.json()["state"], handed.json()["due_on"]) == ("handed", TOMORROW)

    firm = signed_in(cast.control_room)
    [mine] = firm.get(f"{URL}/handed").json()["items"]
    assert (mine["id"], mine["due_on"]) == (row.id, TOMORROW)
    own = read(firm, row, "handed").json()
    assert own["may"] == ["answer"]
    said = act(firm, own, f"/handed/{row.id}/answer", {"answer": "工控机时钟回拨，重发了旧数据"})
    assert said.status_code == 200, said.json()

    back = read(desk, row).json()
    assert (back["state"], back["answer"]) == ("answered", "工控机时钟回拨，重发了旧数据")
    assert back["answered_by_name"] == "孙中控"
    early = act(desk, back, "close", {"reason": "已处理"})
    assert (early.status_code, early.json()["code"]) == (409, "data_honesty.not_judged")
    judged = act(desk, back, "judge", {"is_true": True, "reason": "与前日逐点相同"}).json()
    assert (judged["verdict"], judged["state"]) == ("true", "answered")
    done = act(desk, judged, "close", {"reason": "移交执法大队立案"}).json()
    assert (done["state"], done["close_reason"], done["may"]) == ("closed", "移交执法大队立案", [])
    late = act(desk, done, "judge", {"is_true": False, "reason": "改判"})
    assert (late.status_code, late.json()["code"]) == (409, "data_honesty.closed_already")

    with unit_of_work(machine("test")):
        rows = Journal.objects.filter(object=row.id).order_by("id").values_list("type", "actor")
        monitor, control_room = actor_of(cast.monitor), actor_of(cast.control_room)
        assert [(name.rsplit(".", 1)[1], actor) for name, actor in rows] == [
            ("found", "system:factory"),
            ("handed_over", monitor),
            ("answered", control_room),
            ("judged", monitor),
            ("closed", monitor),
        ]
        told = {one.about_kind: one for one in Message.objects.all()}
        assert set(told) == {"data_honesty.handed", "data_honesty.finding"}
        [to_firm] = told["data_honesty.handed"].deliveries.all()
        assert to_firm.recipient == cast.control_room.id
        [to_desk] = told["data_honesty.finding"].deliveries.all()
        assert to_desk.recipient == cast.monitor.id


def test_untrue_needs_a_reason_and_closes(plant: Plant, desk: Client) -> None:
    row = found(plant)
    seen = read(desk, row).json()
    bare = act(desk, seen, "judge", {"is_true": False, "reason": " "})
    assert (bare.status_code, bare.json()["code"]) == (422, "data_honesty.reason_missing")
    done = act(desk, seen, "judge", {"is_true": False, "reason": "备用泵定时自检"}).json()
    assert (done["state"], done["verdict"], done["verdict_reason"]) == (
        "closed",
        "untrue",
        "备用泵定时自检",
    )


def test_two_who_judge_at_once_do_not_overwrite_each_other(plant: Plant, desk: Client) -> None:
    row = found(plant)
    seen = read(desk, row).json()
    assert act(desk, seen, "judge", {"is_true": True, "reason": "相同"}).status_code == 200
    assert act(desk, seen, "judge", {"is_true": False, "reason": "不同"}).status_code == 412


def test_a_date_in_the_past_is_refused(plant: Plant, desk: Client) -> None:
    row = found(plant)
    seen = read(desk, row).json()
    refused = act(desk, seen, "hand-over", {"asked": "说明", "due_on": "2020-01-01"})
    assert (refused.status_code, refused.json()["code"]) == (422, "data_honesty.due_past")


def test_the_firm_sees_nothing_before_it_is_handed_over(
    plant: Plant, cast: Cast, desk: Client
) -> None:
    first, second = found(plant), found(plant, "constant", 1)
    firm = signed_in(cast.control_room)
    assert firm.get(f"{URL}/handed").json()["items"] == []
    assert read(firm, first, "handed").status_code == 404
    assert read(firm, first).status_code == 403
    assert firm.get(f"{URL}/findings").status_code == 403
    assert firm.get(f"{URL}/subjects/{plant.site.id}/findings").status_code == 403
    early = {"id": first.id, "version": 1}
    assert act(firm, early, f"/handed/{first.id}/answer", {"answer": "没有"}).status_code == 404
    assert firm.get(f"/api/v1/audit/history/{first.id}").json()["items"] == []
    act(desk, read(desk, second).json(), "hand-over", {"asked": "说明", "due_on": TOMORROW})
    [mine] = firm.get(f"{URL}/handed").json()["items"]
    assert mine["id"] == second.id
    other = signed_in(cast.town_control_room)
    assert other.get(f"{URL}/handed").json()["items"] == []
    assert read(other, second, "handed").status_code == 404


def test_jurisdiction_decides_who_sees_and_who_judges(plant: Plant, cast: Cast) -> None:
    row = found(plant)
    assert [
        one["id"] for one in signed_in(cast.monitor).get(f"{URL}/findings").json()["items"]
    ] == [row.id]
    # the county sees what lies in it and is supervised by the zone, and judges nothing there
    county = signed_in(cast.duty_officer)
    seen = read(county, row).json()
    assert seen["may"] == []
    assert act(county, seen, "judge", {"is_true": True, "reason": "相同"}).status_code == 403
    neighbour = signed_in(cast.neighbour)
    assert neighbour.get(f"{URL}/findings").json()["items"] == []
    assert read(neighbour, row).status_code == 404
    assert neighbour.get(f"{URL}/subjects/{plant.site.id}/findings").json() == []


def test_the_list_filters_sorts_searches_and_is_exported(plant: Plant, desk: Client) -> None:
    first, second = found(plant), found(plant, "constant", 1)

    def ids(**query: Any) -> list[str]:
        return [one["id"] for one in desk.get(f"{URL}/findings", query).json()["items"]]

    assert ids(filter="kind.eq:constant") == [second.id]
    assert ids(filter="search.like:LI0") == [first.id]
    assert ids(sort="-tag") == [second.id, first.id]
    assert ids(filter="state.eq:closed") == []
    sheet = desk.get(f"{URL}/findings", headers={"Accept": SHEET})
    assert sheet.status_code == 200
    assert sheet["Content-Type"] == SHEET


def test_a_dossier_shows_what_was_found_there(plant: Plant, desk: Client) -> None:
    row = found(plant)
    for subject in (plant.site.id, plant.tank.id):
        [one] = desk.get(f"{URL}/subjects/{subject}/findings").json()
        assert (one["id"], one["tag"], one["subject_name"]) == (row.id, "T101.LI0", plant.tank.name)


def test_a_day_is_looked_at_again_on_request_by_who_is_in_charge(
    plant: Plant, cast: Cast, desk: Client
) -> None:
    body = {"site_id": plant.site.id, "day": midnight(2).date().isoformat()}

    def ask(client: Client, **more: Any) -> Any:
        return client.post(
            f"{URL}/looks", body | more, content_type="application/json", headers=csrf(client)
        )

    made = ask(desk)
    assert made.status_code == 200, made.json()
    assert (made.json()["day"], made.json()["done_at"]) == (body["day"], None)
    assert ask(desk).json()["id"] == made.json()["id"]
    assert [one["id"] for one in desk.get(f"{URL}/looks").json()["items"]] == [made.json()["id"]]
    today = ask(desk, day=midnight(0).date().isoformat())
    assert (today.status_code, today.json()["code"]) == (422, "data_honesty.day_not_over")
    assert ask(signed_in(cast.duty_officer)).status_code == 403
    assert ask(desk, site_id="01K00000000000000000000000").status_code == 404
    with unit_of_work(machine("test")):
        assert HonestyLook.objects.count() == 1
        assert Journal.objects.filter(type="data_honesty.look.asked").count() == 2
