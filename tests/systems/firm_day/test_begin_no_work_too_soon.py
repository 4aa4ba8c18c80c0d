"""When work does not begin: before its time, and on an analysis that does not speak for this work, here and now."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.plant import Plant
from tests.systems.firm_day.day import MORNING, URL, Clock, act, body_of, good_test, send

pytestmark = pytest.mark.django_db


def issued(firm: Client, plant: Plant, **more: Any) -> dict[str, Any]:
    permit: dict[str, Any] = send(firm, URL, body_of(plant, **more)).json()
    found: dict[str, Any] = act(firm, permit, "issue").json()
    return found


def started(firm: Client, permit: dict[str, Any], *tests: dict[str, Any]) -> Any:
    for one in tests:
        answer = act(firm, permit, "gas-tests", one)
        assert answer.status_code == 200, answer.json()
        permit = answer.json()
    answer = act(firm, permit, "start")
    return answer.json().get("code", answer.status_code)


def test_work_does_not_begin_days_before_it_is_planned(
    firm: Client, plant: Plant, clock: Clock
) -> None:
    start = MORNING + timedelta(days=2)
    span = {"planned_start": start.isoformat(), "planned_end": (start + timedelta(hours=6)).isoformat()}  # fmt: skip
    permit = issued(firm, plant, **span)
    assert started(firm, permit, good_test(clock)) == "firm_day.too_early"


@pytest.mark.parametrize(
    ("kind", "test"),
    [
        ("hot_work", {"flammable_lel_pct": None}),
        ("confined_space", {"oxygen_pct": None}),
        ("confined_space", {"toxic_ppm": None}),
    ],
)
def test_an_analysis_that_lacks_what_the_kind_needs_is_none(
    firm: Client, plant: Plant, clock: Clock, kind: str, test: dict[str, None]
) -> None:
    permit = issued(firm, plant, kind=kind, level="first" if kind == "hot_work" else "")
    whole = good_test(clock, toxic_ppm=0)
    assert started(firm, permit, whole | test) == "firm_day.gas_incomplete"


def test_an_older_analysis_noted_later_does_not_speak_for_now(
    firm: Client, plant: Plant, clock: Clock
) -> None:
    permit = issued(firm, plant)
    bad = good_test(clock, flammable_lel_pct=15)
    earlier = good_test(clock, at=(clock.at - timedelta(minutes=10)).isoformat())
    assert started(firm, permit, bad, earlier) == "firm_day.gas_bad"
