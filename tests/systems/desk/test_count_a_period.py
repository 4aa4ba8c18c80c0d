"""Figures of a period: every rate is counted again here from raw rows, by other means; each opens its rows."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from anlan.kernel.alerts.models import Alarm
from anlan.kernel.base.clock import SHANGHAI, now
from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.sensing.models import BatchReceipt, Datastream, Suppression
from anlan.systems.desk.rules import RATES, rate, span_of, standing
from tests.cast import Cast, assemble, signed_in
from tests.plant import Plant
from tests.systems.desk import world
from tests.systems.desk.world import END, HOUR, MINUTE, START

pytestmark = pytest.mark.django_db
URL = "/api/v1/desk"


@pytest.fixture
def plant(acting_as: Callable[[str], None]) -> Plant:
    made = world.build()
    acting_as("anlan_engine")
    world.a_week(world.Log(made))
    acting_as("anlan_owner")
    world.readings(made)
    acting_as("anlan_app")
    return made


@pytest.fixture
def cast(plant: Plant) -> Cast:
    return assemble(site=plant.site.id)


@pytest.fixture
def desk(cast: Cast) -> Client:
    return signed_in(cast.monitor)


def figures(client: Client, day: str = "2026-09-09") -> dict[str, Any]:
    answer = client.get(f"{URL}/figures", {"kind": "week", "day": day})
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def listed(client: Client, path: str, *filters: str) -> list[dict[str, Any]]:
    asked = {"start": START, "end": END, "as_of": now()}
    query = {name: moment.isoformat() for name, moment in asked.items()}
    answer = client.get(f"{URL}/{path}", query | {"filter": list(filters), "limit": 500})
    assert answer.status_code == 200, answer.content
    rows: list[dict[str, Any]] = answer.json()["items"]
    return rows


def by_hand(site: str) -> dict[str, float]:
    """Count the same once more, row by row: no query of the figures is used."""
    found = dict.fromkeys(
        ("alarms", "confirm_due", "confirmed_in_time", "close_due", "closed_in_time", "closed",
         "false_alarms", "bureau_overdue", "bad_values"), 0
    )  # fmt: skip
    for row in Alarm.objects.filter(site=site, parent=None, exercise_id=None):
        if not START <= row.raised_at < END:
            continue
        urgent = row.priority == 1
        confirm_by = row.last_raised_at + (10 if urgent else 30) * MINUTE
        close_by = row.last_raised_at + (30 * MINUTE if urgent else 4 * HOUR)
        confirmed, closed = row.confirmed_at or row.closed_at, row.closed_at
        in_time = confirmed is not None and confirmed <= confirm_by
        shut = closed is not None and closed <= close_by
        found["alarms"] += 1
        found["confirm_due"] += 1
        found["close_due"] += 1
        found["confirmed_in_time"] += in_time
        found["closed_in_time"] += shut
        found["closed"] += closed is not None
        found["false_alarms"] += closed is not None and row.is_false is True
        found["bad_values"] += row.condition in {"frozen", "range"}
        checks = Journal.objects.filter(object=row.id, type="alerts.alarm.checked")
        first = min((one.known_at for one in checks), default=None)
        if urgent:
            by = row.last_raised_at + 10 * MINUTE
        elif confirmed is None or confirmed > confirm_by + 10 * MINUTE:
            by = confirm_by + 10 * MINUTE
        elif closed is None or closed > close_by + 10 * MINUTE:
            by = close_by + 10 * MINUTE
        else:
            continue
        found["bureau_overdue"] += first is None or first > by
    return found | seconds(site)


def seconds(site: str) -> dict[str, float]:
    """Walk each datastream's turns of silence through the week, second by second spans."""
    streams = Datastream.objects.filter(site=site)
    silent = 0.0
    for alarm in Alarm.objects.filter(site=site, condition="silent"):
        since: datetime | None = None
        for turn in Journal.objects.filter(object=alarm.id).order_by("id"):
            if turn.type == "alerts.alarm.raised":
                since = max(turn.occurred_at, START)
            elif turn.type == "alerts.alarm.returned" and since is not None:
                silent += max(0.0, (min(turn.occurred_at, END) - since).total_seconds())
                since = None
        if since is not None:
            silent += (END - since).total_seconds()
    whole = streams.count() * (END - START).total_seconds()
    receipts = [one for one in BatchReceipt.objects.all() if START <= one.arrived_at < END]
    return {
        "due_s": whole,
        "online_s": whole - silent,
        "accepted": sum(one.count for one in receipts),
        "received": sum(one.count + one.refused for one in receipts),
    }


def test_every_rate_is_the_same_when_it_is_counted_again_by_hand(
    desk: Client, plant: Plant
) -> None:
    [firm] = figures(desk)["firms"]
    with unit_of_work(machine("test"), read_only=True):
        expected = by_hand(plant.site.id)
    assert {name: firm[name] for name in expected} == expected
    # and by what stands beside each row of the week; stream 0's silence is an alarm too
    assert (firm["alarms"], firm["red"], firm["closed"], firm["false_alarms"]) == (7, 2, 4, 1)
    assert (firm["confirmed_in_time"], firm["closed_in_time"]) == (4, 2)
    assert (firm["bureau_due"], firm["bureau_overdue"]) == (6, 5)
    # three hours of two turns, and one of the silence that began before
    assert firm["due_s"] - firm["online_s"] == 4 * 3600
    assert (firm["received"], firm["accepted"], firm["quarantined"]) == (100, 90, 2)
    assert rate(firm, "accepted") == 0.9


def test_each_count_of_alarms_opens_just_the_rows_that_it_counted(desk: Client) -> None:
    found = figures(desk)
    total = found["total"]
    assert len(listed(desk, "alarms")) == total["alarms"]
    for flag, name in {
        "is_confirm_due": "confirm_due", "is_confirmed_in_time": "confirmed_in_time",
        "is_confirm_overdue": "confirm_overdue", "is_close_due": "close_due",
        "is_closed_in_time": "closed_in_time", "is_close_overdue": "close_overdue",
        "is_closed": "closed", "is_false_alarm": "false_alarms", "is_bureau_due": "bureau_due",
        "is_bureau_overdue": "bureau_overdue",
    }.items():  # fmt: skip
        assert len(listed(desk, "alarms", f"{flag}.eq:true")) == total[name], flag
    for one in found["conditions"]:
        assert len(listed(desk, "alarms", f"condition.eq:{one['condition']}")) == one["count"]
    silent = sum(row["silent_s"] for row in listed(desk, "silences"))
    assert silent == total["due_s"] - total["online_s"]


def test_what_was_answered_after_the_moment_asked_about_was_not_answered_then(desk: Client) -> None:
    asked = {"start": START, "end": END, "as_of": END}
    query = {name: moment.isoformat() for name, moment in asked.items()}
    rows = desk.get(f"{URL}/alarms", query | {"filter": "is_closed.eq:true"}).json()["items"]
    assert len(rows) == 3  # the one closed an hour after the week is open then


def test_a_filed_outage_is_no_time_in_which_somebody_had_to_report(
    desk: Client, plant: Plant
) -> None:
    before = figures(desk)["total"]
    with unit_of_work(machine("test")):
        Suppression.objects.create(
            kind="out_of_service", datastream=plant.streams[0], starts_at=START + 10 * HOUR,
            ends_at=START + 40 * HOUR, ended_at=START + 11 * HOUR, reason="检修", filed_by="t",
            control_version=1, div=plant.site.div, zone=plant.site.zone, site=plant.site.id,
            created_at=START, updated_at=START,
        )  # fmt: skip
    after = figures(desk)["total"]
    # an hour of its silence is out of service: less is due, and what was online stays
    assert before["due_s"] - after["due_s"] == 3600
    assert before["online_s"] == after["online_s"]


def test_each_sees_the_figures_of_his_own_reach(cast: Cast) -> None:
    assert figures(signed_in(cast.duty_officer))["total"]["alarms"] == 7
    assert figures(signed_in(cast.neighbour))["firms"] == []
    refused = signed_in(cast.control_room).get(
        f"{URL}/figures", {"kind": "week", "day": "2026-09-09"}
    )
    assert refused.status_code == 403


def test_a_week_begins_on_monday_and_a_month_on_its_first_by_our_clock() -> None:
    at = datetime(2026, 12, 30, tzinfo=SHANGHAI)
    week = span_of("week", date(2026, 11, 29), at)
    assert (week.start.isoformat(), week.end.isoformat()) == (
        "2026-11-23T00:00:00+08:00",
        "2026-11-30T00:00:00+08:00",
    )
    month = span_of("month", date(2026, 12, 31), at)
    assert (month.start.day, month.end.isoformat()) == (1, "2027-01-01T00:00:00+08:00")
    assert month.until == at
    assert month.end - month.start == timedelta(days=31)


def test_no_rate_is_made_of_nothing() -> None:
    nothing = dict.fromkeys((name for pair in RATES.values() for name in pair), 0)
    assert [rate(nothing, name) for name in RATES] == [None] * len(RATES)
    assert standing(nothing) is None
    assert standing(nothing | {"due_s": 10, "online_s": 5, "received": 1, "accepted": 1}) == 0.75
