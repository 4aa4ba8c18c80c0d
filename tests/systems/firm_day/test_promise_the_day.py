"""The daily promise: three steps, before the hour, corrected with a reason; what contradicts it is found and told once."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.people.models import User
from anlan.systems.firm_day.services.notices import chase_missing
from anlan.systems.firm_day.subscriptions import HANDLERS
from tests import factories
from tests.cast import Cast, csrf, signed_in
from tests.kernel.alerts.test_tell_people import raise_alarm
from tests.permits import PROMISE
from tests.plant import Plant
from tests.systems.firm_day.day import (
    URL,
    Clock,
    act,
    begun,
    body_of,
    messages,
    react,
    send,
    told,
)

pytestmark = pytest.mark.django_db
DAY = "/api/v1/firm-day"


def promise(client: Client, plant: Plant, **said: Any) -> Any:
    return send(client, f"{DAY}/commitments", PROMISE | {"site_id": plant.site.id} | said)


def change(client: Client, row: dict[str, Any], verb: str, body: dict[str, Any]) -> Any:
    return send(client, f"{DAY}/commitments/{row['id']}/{verb}", body, row["version"])


def now_of(client: Client, row: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"{DAY}/commitments/{row['id']}").json()
    return found


def said_of(row: dict[str, Any]) -> list[str]:
    """Return what the journal says of contradictions, oldest first."""
    with unit_of_work(machine("test")):
        rows = Journal.objects.filter(object=row["id"], type__contains="contradict").order_by("id")
        return [one.rpartition(".")[2] for one in rows.values_list("type", flat=True)]


def test_a_firm_promises_once_corrects_with_a_reason_and_withdraws(
    firm: Client, plant: Plant, clock: Clock
) -> None:
    made = promise(firm, plant)
    assert made.status_code == 200, made.json()
    row = made.json()
    # ten in the morning is an hour after it was due
    assert (row["is_late"], row["day"], row["may"]) == (True, "2026-12-02", ["correct", "withdraw"])
    assert promise(firm, plant).json()["code"] == "firm_day.promised_already"
    bare = change(firm, row, "versions", PROMISE | {"reason": ""}).json()
    assert bare["code"] == "firm_day.reason_missing"
    row = change(firm, row, "versions", PROMISE | {"risk": "general", "reason": "复核"}).json()
    assert [(one["number"], one["risk"], one["reason"]) for one in row["versions"]] == [
        (2, "general", "复核"), (1, "low", ""),
    ]  # fmt: skip
    row = change(firm, row, "withdraw", {"reason": "填错"}).json()
    assert (row["withdraw_reason"], row["may"]) == ("填错", ["correct"])
    [site] = firm.get(f"{DAY}/sites").json()["items"]
    assert site["standing"] == "withdrawn"
    row = change(firm, row, "versions", PROMISE | {"reason": "重新公告"}).json()
    assert (row["withdrawn_at"], len(row["versions"])) == (None, 3)
    clock.later(days=1)
    assert change(firm, row, "withdraw", {"reason": "昨天"}).json()["code"] == "firm_day.day_over"
    assert now_of(firm, row)["may"] == []


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"units_running": 3}, "firm_day.units_wrong"),
        ({"works": {"welding": 1}}, "firm_day.no_such_kind"),
        ({"steps": list(reversed(PROMISE["steps"]))}, "firm_day.steps_missing"),
    ],
)
def test_a_promise_that_cannot_be_is_refused(
    firm: Client, plant: Plant, said: dict[str, Any], code: str
) -> None:
    answer = promise(firm, plant, **said)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_a_firm_that_promises_no_hot_work_while_its_own_ticket_says_otherwise(
    firm: Client, safety: User, cast: Cast, plant: Plant, clock: Clock
) -> None:
    row = promise(firm, plant).json()
    react(HANDLERS)
    assert now_of(firm, row)["contradictions"] == []
    permit = begun(firm, plant, clock)
    react(HANDLERS)
    [one] = now_of(firm, row)["contradictions"]
    assert (one["what"], one["promised"], one["found"], one["codes"]) == (
        "hot_work.first", 0, 1, [permit["code"]],
    )  # fmt: skip
    # the bureau sees it first in its list, and both sides are told, once however often we look
    desk = signed_in(cast.monitor)
    [site] = desk.get(f"{DAY}/sites").json()["items"]
    assert (site["standing"], site["contradictions"], site["under_way"]) == ("contradicted", 1, 1)
    react(HANDLERS)
    [message] = messages("firm_day.commitment")
    assert told(message) == {safety.id, cast.monitor.id}
    assert "承诺一级动火 0 次，作业票 1 张（DH-20261202-01）" in message.body
    assert "promised 0, permits 1" in message.body_en
    # mended by a correction
    row = change(
        firm, row, "versions", PROMISE | {"works": {"hot_work.first": 1}, "reason": "漏报"}
    ).json()
    react(HANDLERS)
    assert now_of(firm, row)["contradictions"] == []
    assert said_of(row) == ["contradicted", "contradiction_ended"]
    [site] = desk.get(f"{DAY}/sites").json()["items"]
    assert site["standing"] == "late"
    assert len(messages("firm_day.commitment")) == 1


def test_a_cancelled_ticket_mends_it_and_another_one_is_found_anew(
    firm: Client, plant: Plant, clock: Clock
) -> None:
    waiting = act(firm, send(firm, URL, body_of(plant)).json(), "issue").json()
    row = promise(firm, plant).json()
    react(HANDLERS)
    assert now_of(firm, row)["contradictions"][0]["what"] == "hot_work.first"
    act(firm, waiting, "cancel", {"reason": "不做了"})
    react(HANDLERS)
    assert now_of(firm, row)["contradictions"] == []
    again = send(firm, URL, body_of(plant, kind="confined_space", level="")).json()
    react(HANDLERS)
    assert now_of(firm, row)["contradictions"] == []  # a draft is nothing yet
    act(firm, again, "issue")
    react(HANDLERS)
    assert now_of(firm, row)["contradictions"][0]["what"] == "confined_space"
    assert said_of(row) == ["contradicted", "contradiction_ended", "contradicted"]


def test_tomorrows_ticket_contradicts_nothing_today(firm: Client, plant: Plant) -> None:
    row = promise(firm, plant).json()
    later = {
        "planned_start": "2026-12-03T09:00:00+08:00",
        "planned_end": "2026-12-03T15:00:00+08:00",
    }
    act(firm, send(firm, URL, body_of(plant) | later).json(), "issue")
    react(HANDLERS)
    assert now_of(firm, row)["contradictions"] == []


def test_safe_tanks_while_a_red_alarm_is_on_are_shown_and_not_told_again(
    firm: Client, plant: Plant, clock: Clock, acting_as: Callable[[str], None]
) -> None:
    row = promise(firm, plant).json()
    raise_alarm(plant, acting_as)
    react(HANDLERS)
    [one] = now_of(firm, row)["contradictions"]
    assert (one["what"], one["found"]) == ("alarms", 1)
    assert messages("firm_day.commitment") == []
    row = now_of(firm, row)
    change(firm, row, "versions", PROMISE | {"tanks_safe": False, "reason": "液位高高报"})
    react(HANDLERS)
    assert now_of(firm, row)["contradictions"] == []


def test_who_has_not_promised_is_asked_at_each_stage_once_and_the_bureau_is_told_at_last(
    firm: Client, safety: User, cast: Cast, clock: Clock
) -> None:
    def chase() -> None:
        with unit_of_work(machine("deadlines")):
            chase_missing(100)

    clock.later(hours=-1, minutes=-1)
    chase()
    assert messages("firm_day.site") == []
    clock.later(minutes=1)
    chase()
    chase()
    [first] = messages("firm_day.site")
    assert told(first) == {safety.id}
    assert "应在 09:00 前公告" in first.body
    clock.later(minutes=30)
    chase()
    assert messages("") == []
    clock.later(minutes=30)
    chase()
    chase()
    assert len(messages("firm_day.site")) == 3
    [summary] = messages("")
    assert told(summary) == {cast.monitor.id}
    assert summary.title == "1 家企业今日未公告安全承诺"


def test_whoever_has_promised_is_not_asked(
    firm: Client, plant: Plant, cast: Cast, clock: Clock
) -> None:
    promise(firm, plant)
    with unit_of_work(machine("deadlines")):
        chase_missing(100)
    assert messages("firm_day.site") == []
    assert messages("") == []
    [rate] = signed_in(cast.monitor).get(f"{DAY}/rates").json()
    assert (rate["firms"], rate["promised"], rate["in_time"], rate["missing"]) == (1, 1, 0, 0)


def test_the_firm_sees_what_its_tickets_count_up_to_before_it_promises(
    firm: Client, plant: Plant, clock: Clock
) -> None:
    begun(firm, plant, clock)
    day = firm.get(f"{DAY}/sites/{plant.site.id}/today").json()
    assert (day["commitment"], day["is_due_over"], day["may"]) == (None, True, ["promise"])
    assert {key: n for key, n in day["works"].items() if n} == {"hot_work.first": 1}


def test_only_the_firm_promises_and_only_for_itself(
    firm: Client, cast: Cast, plant: Plant, clock: Clock
) -> None:
    row = promise(firm, plant).json()
    desk = signed_in(cast.monitor)
    assert now_of(desk, row)["may"] == []
    assert promise(desk, plant).status_code == 403
    assert signed_in(cast.control_room).get(f"{DAY}/commitments/{row['id']}").status_code == 200
    other = signed_in(factories.officer(cast.town_firm, "firm_safety", "许安全", "other_safety"))
    assert other.get(f"{DAY}/commitments/{row['id']}").status_code == 404
    assert promise(other, plant).status_code == 404
    assert other.get(f"{DAY}/sites").json()["items"] == []


def test_texts_and_names_stand_in_no_event(firm: Client, plant: Plant) -> None:
    row = promise(firm, plant).json()
    with unit_of_work(machine("test")):
        said = str(list(Journal.objects.filter(object=row["id"]).values_list("data", flat=True)))
    assert "厂长" not in said
    assert "安全可控" not in said
    assert csrf(firm)
