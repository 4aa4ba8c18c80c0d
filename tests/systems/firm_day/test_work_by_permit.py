"""Special work: kinds and levels, the hours a permit is good for, what begins and what is refused, and what is taken back."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from anlan.kernel.base.models import Journal
from tests.cast import Cast, csrf, signed_in
from tests.plant import Plant
from tests.systems.firm_day.day import MORNING, URL, Clock, act, begun, body_of, good_test, send

pytestmark = pytest.mark.django_db


def test_a_permit_goes_from_draft_to_finished(firm: Client, plant: Plant, clock: Clock) -> None:
    made = send(firm, URL, body_of(plant))
    assert made.status_code == 200, made.json()
    permit = made.json()
    assert (permit["code"], permit["standing"], permit["managed_level"]) == (
        "DH-20261202-01",
        "draft",
        "first",
    )
    assert permit["may"] == ["change", "issue", "test", "cancel"]
    permit = act(firm, permit, "issue").json()
    assert (permit["standing"], permit["may"]) == (
        "issued",
        ["start", "test", "cancel", "take_back"],
    )
    # no analysis, no fire
    assert act(firm, permit, "start").json()["code"] == "firm_day.gas_missing"
    permit = act(firm, permit, "gas-tests", good_test(clock, flammable_lel_pct=12)).json()
    assert permit["gas_tests"][0]["faults"] == ["flammable"]
    assert act(firm, permit, "start").json()["code"] == "firm_day.gas_bad"
    permit = act(firm, permit, "gas-tests", good_test(clock)).json()
    clock.later(minutes=31)
    assert act(firm, permit, "start").json()["code"] == "firm_day.gas_stale"
    permit = act(firm, permit, "gas-tests", good_test(clock)).json()
    permit = act(firm, permit, "start").json()
    assert (permit["standing"], permit["started_at"][:16]) == ("under_way", "2026-12-02T02:31")
    permit = act(firm, permit, "finish").json()
    assert permit["standing"] == "finished"
    told = list(
        Journal.objects.filter(object=permit["id"]).order_by("id").values_list("type", flat=True)
    )
    assert [one.rpartition(".")[2] for one in told] == [
        "drafted", "issued", "gas_tested", "gas_tested", "gas_tested", "started", "finished",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "level", "hours", "refused"),
    [
        ("hot_work", "special", 8, ""), ("hot_work", "special", 8.5, "firm_day.permit_too_long"),
        ("hot_work", "second", 24, ""), ("hot_work", "second", 73, "firm_day.permit_too_long"),
        ("confined_space", "", 24, ""), ("confined_space", "", 25, "firm_day.permit_too_long"),
        ("height", "fourth", 8, ""), ("height", "special", 8, "firm_day.no_such_level"),
        ("temporary_power", "", 72, ""), ("hot_work", "", 8, "firm_day.no_such_level"),
        ("hot_work", "first", -1, "firm_day.bad_span"),
    ],
)  # fmt: skip
def test_each_kind_and_level_has_its_hours(
    firm: Client, plant: Plant, kind: str, level: str, hours: float, refused: str
) -> None:
    answer = send(firm, URL, body_of(plant, hours, kind=kind, level=level)).json()
    assert answer.get("code") == refused if refused else answer["standing"] == "draft"


def test_night_and_days_off_step_hot_work_up(firm: Client, plant: Plant, clock: Clock) -> None:
    # until eleven at night: second level is managed as first, and first is good for eight hours only
    late = body_of(plant, 13, level="second")
    answer = send(firm, URL, late).json()
    assert (answer["code"], answer["valid_h"], answer["level"]) == (
        "firm_day.permit_too_long",
        8,
        "first",
    )
    declared = send(firm, URL, body_of(plant, 8, level="second", at_night=True)).json()
    assert (declared["level"], declared["managed_level"], declared["is_off_hours"]) == (
        "second",
        "first",
        True,
    )
    # a Saturday
    saturday = MORNING + timedelta(days=3)
    over = {
        "planned_start": saturday.isoformat(),
        "planned_end": (saturday + timedelta(hours=4)).isoformat(),
    }
    assert (
        send(firm, URL, body_of(plant, level="first") | over).json()["managed_level"] == "special"
    )
    assert (
        send(firm, URL, body_of(plant, kind="lifting", level="second") | over).json()[
            "managed_level"
        ]
        == "second"
    )
    # a permit by day is not begun at night
    plain = send(firm, URL, body_of(plant, 30, level="second")).json()
    assert plain["managed_level"] == "second"
    plain = act(firm, plain, "issue").json()
    clock.later(hours=11)
    plain = act(firm, plain, "gas-tests", good_test(clock)).json()
    assert act(firm, plain, "start").json()["code"] == "firm_day.not_raised"


def test_time_that_is_over_is_computed(firm: Client, plant: Plant, clock: Clock) -> None:
    running = begun(firm, plant, clock)
    waiting = act(firm, send(firm, URL, body_of(plant)).json(), "issue").json()
    clock.later(hours=6, minutes=1)
    page = firm.get(URL).json()["items"]
    assert {one["id"]: one["standing"] for one in page} == {
        running["id"]: "overrun",
        waiting["id"]: "expired",
    }
    assert page[0]["id"] == running["id"]
    assert act(firm, waiting, "start").json()["code"] == "firm_day.permit_over"
    assert act(firm, running, "finish").json()["standing"] == "finished"


def test_each_act_is_taken_back_in_time(firm: Client, plant: Plant, clock: Clock) -> None:
    permit = begun(firm, plant, clock)
    assert (
        act(firm, permit, "take-back", {"reason": " "}).json()["code"] == "firm_day.reason_missing"
    )
    permit = act(firm, permit, "take-back", {"reason": "点错"}).json()
    assert (permit["standing"], permit["started_at"]) == ("issued", None)
    # once, not all the way
    assert (
        act(firm, permit, "take-back", {"reason": "点错"}).json()["code"]
        == "firm_day.nothing_to_take_back"
    )
    permit = act(firm, permit, "start").json()
    permit = act(firm, permit, "finish").json()
    clock.later(minutes=16)
    assert (
        act(firm, permit, "take-back", {"reason": "未完"}).json()["code"]
        == "firm_day.take_back_late"
    )
    # an issue is taken back as long as nobody works
    issued = act(firm, send(firm, URL, body_of(plant)).json(), "issue").json()
    clock.later(hours=2)
    assert act(firm, issued, "take-back", {"reason": "部位写错"}).json()["standing"] == "draft"
    cancelled = act(
        firm, send(firm, URL, body_of(plant)).json(), "cancel", {"reason": "不做了"}
    ).json()
    assert (cancelled["standing"], cancelled["reason"]) == ("cancelled", "不做了")


def test_a_draft_is_changed_and_what_is_issued_is_not(firm: Client, plant: Plant) -> None:
    permit = send(firm, URL, body_of(plant)).json()
    said = {key: value for key, value in body_of(plant, spot="V102").items() if key != "subject_id"}

    def put(version: int) -> Any:
        headers = csrf(firm) | {"If-Match": f'"{version}"'}
        return firm.put(
            f"{URL}/{permit['id']}", said, content_type="application/json", headers=headers
        )

    changed = put(permit["version"]).json()
    assert (changed["spot"], changed["version"]) == ("V102", 2)
    issued = act(firm, changed, "issue").json()
    assert put(issued["version"]).json()["code"] == "firm_day.permit_state"


def test_a_permit_without_guardian_is_not_issued(firm: Client, plant: Plant) -> None:
    answer = act(firm, send(firm, URL, body_of(plant, guardian=" ")).json(), "issue").json()
    assert (answer["code"], answer["field"]) == ("firm_day.people_missing", "guardian")


def test_only_the_firm_acts_and_the_bureau_sees(
    firm: Client, cast: Cast, plant: Plant, clock: Clock
) -> None:
    permit = begun(firm, plant, clock)
    desk, room = signed_in(cast.monitor), signed_in(cast.control_room)
    assert desk.get(f"{URL}/{permit['id']}").json()["may"] == []
    assert act(desk, permit, "finish").status_code == 403
    # the control room works by it and issues none
    mine = send(room, URL, body_of(plant)).json()
    assert "issue" not in mine["may"]
    assert act(room, mine, "issue").status_code == 403
    assert signed_in(cast.town_control_room).get(f"{URL}/{permit['id']}").status_code == 404
    assert signed_in(cast.neighbour).get(URL).json()["items"] == []
    # on the map, at the tank and at the site
    [point] = desk.get(f"{URL}/points.geojson").json()["features"]
    assert (point["properties"]["kind"], point["geometry"]["coordinates"]) == (
        "hot_work",
        [106.6, 38.1],
    )
    for subject in (plant.tank, plant.site):
        [here] = desk.get(f"/api/v1/firm-day/subjects/{subject.id}/permits").json()
        assert here["standing"] == "under_way"


def test_names_of_people_stand_in_no_event(firm: Client, plant: Plant, clock: Clock) -> None:
    permit = begun(firm, plant, clock)
    said = str(list(Journal.objects.filter(object=permit["id"]).values_list("data", flat=True)))
    assert "李监护" not in said
    assert "焊接支架" not in said
