"""What a screen showed at each moment of a night is what the journal shows of that moment later (7.14)."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from anlan.kernel.alerts.models import Alarm
from anlan.kernel.alerts.services import answers
from anlan.kernel.base.clock import now, utc_text
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from tests.cast import Cast, assemble, signed_in
from tests.kernel.alerts.test_apply_transitions import apply, step
from tests.plant import Plant, build_plant

pytestmark = pytest.mark.django_db
OPEN, REPLAY = "/api/v1/alerts/alarms/open", "/api/v1/alerts/replay"
#: What stands in answers about a person, and what a list adds to the public state.
OF_THE_ASKER = {"may", "firm_due_at", "bureau_due_at"}


@pytest.fixture
def plant() -> Plant:
    return build_plant(streams=4)


@pytest.fixture
def cast(plant: Plant) -> Cast:
    return assemble(site=plant.site.id)


def shown(client: Client) -> dict[str, dict[str, Any]]:
    """Return what a screen holds at this moment."""
    items = client.get(OPEN, {"limit": "500"}).json()["items"]
    return {one["id"]: _plain(one) for one in items}


def replayed(client: Client, start: str, end: str) -> dict[str, Any]:
    answer = client.get(REPLAY, {"start": start, "end": end})
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def _plain(state: dict[str, Any]) -> dict[str, Any]:
    """Return a state without who may do what, its times to the millisecond, as an answer has them."""
    return {
        key: _ms(value) if key.endswith(("_at", "_until")) else value
        for key, value in state.items()
        if key not in OF_THE_ASKER
    }


def _ms(value: str | None) -> datetime | None:
    """Return a moment cut to its millisecond, as JSON cuts it: rounding would go up."""
    if value is None:
        return None
    moment = _moment(value)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _moment(value: str) -> datetime:
    return datetime.fromisoformat(value)


def is_open(state: dict[str, Any]) -> bool:
    return bool(state["instrument_state"] == "active" or state["firm_state"] != "closed")


def night(plant: Plant, acting_as: Callable[[str], None], look: Callable[[], None]) -> None:
    """Let a night pass: raises, returns, acts of people, a re-opened alarm; look after each of it."""
    first = step(plant, "raised", 1)
    second = step(plant, "raised", 2, condition="H", stream=1)

    def engine(*arguments: Any) -> None:
        acting_as("anlan_engine")
        apply(*arguments)
        acting_as("anlan_app")
        look()

    def person(act: Callable[..., Any], **said: Any) -> None:
        with unit_of_work(machine("test")):
            act(alarm_id=first.alarm_id, **said)
        look()

    look()
    engine([first], 0, 1)
    engine([second], 1, 2)
    person(answers.confirm_alarm)
    engine([step(plant, "returned", 3)], 2, 3)
    # a return is not yet an end: the firm has not closed it, and it is raised again
    engine([step(plant, "raised", 4)], 3, 4)
    engine([step(plant, "returned", 5)], 4, 5)
    person(answers.confirm_alarm)
    person(answers.close_alarm, cause="other", measure="已复位", evidence="", is_false=False)
    engine([step(plant, "returned", 6, condition="H", stream=1)], 5, 6)


def test_every_moment_of_a_night_is_shown_again_as_it_was_known_then(
    plant: Plant, cast: Cast, acting_as: Callable[[str], None]
) -> None:
    acting_as("anlan_app")
    client = signed_in(cast.monitor)
    looks: list[tuple[str, dict[str, dict[str, Any]]]] = []

    def look() -> None:
        looks.append((utc_text(now()), shown(client)))
        time.sleep(0.01)

    night(plant, acting_as, look)
    assert [len(screen) for _, screen in looks] == [0, 1, 2, 2, 2, 2, 2, 2, 1, 1]
    # each moment by itself
    for at, screen in looks:
        end = utc_text(now() + timedelta(seconds=1))
        then = {one["id"]: _plain(one) for one in replayed(client, at, end)["open"]}
        assert then == screen
    # and one after another: state before + changes = state after
    whole = replayed(client, looks[0][0], looks[-1][0])
    state = {one["id"]: _plain(one) for one in whole["open"]}
    changes = list(whole["changes"])
    for at, screen in looks:
        while changes and _moment(changes[0]["known_at"]) <= _moment(at):
            one = _plain(changes.pop(0)["state"])
            state[one["id"]] = one
        assert {key: one for key, one in state.items() if is_open(one)} == screen
    assert changes == []


def test_a_neighbour_is_shown_nothing_of_then_either(
    plant: Plant, cast: Cast, acting_as: Callable[[str], None]
) -> None:
    start = utc_text(now())
    acting_as("anlan_engine")
    apply([step(plant, "raised", 1)], 0, 1)
    acting_as("anlan_app")
    end = utc_text(now() + timedelta(seconds=1))
    mine = replayed(signed_in(cast.monitor), start, end)
    theirs = replayed(signed_in(cast.neighbour), start, end)
    assert len(mine["changes"]) == 1
    assert (theirs["open"], theirs["changes"]) == ([], [])


def test_a_span_is_a_day_at_most_and_runs_forward(
    cast: Cast, acting_as: Callable[[str], None]
) -> None:
    acting_as("anlan_app")
    client, moment = signed_in(cast.monitor), now()
    for start, end in ((moment, moment), (moment - timedelta(hours=25), moment)):
        answer = client.get(REPLAY, {"start": utc_text(start), "end": utc_text(end)})
        assert (answer.status_code, answer.json()["code"]) == (422, "alerts.bad_span")
    assert client.get(REPLAY, {"start": "2026-01-01T00:00:00", "end": "x"}).status_code == 422


def test_more_changes_than_one_answer_holds_are_gone_on_with(
    plant: Plant, cast: Cast, acting_as: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("anlan.kernel.alerts.replay.MOST_CHANGES", 2)
    start = utc_text(now())
    acting_as("anlan_engine")
    for seq in range(1, 6):
        apply([step(plant, "raised" if seq % 2 else "returned", seq)], seq - 1, seq)
        time.sleep(0.01)
    acting_as("anlan_app")
    client, end = signed_in(cast.monitor), utc_text(now())
    told = replayed(client, start, end)
    versions = [one["state"]["version"] for one in told["changes"]]
    while told["next"]:
        told = replayed(client, told["next"], end)
        versions += [one["state"]["version"] for one in told["changes"]]
    with unit_of_work(machine("test"), read_only=True):
        assert versions == list(range(1, Alarm.objects.get().version + 1))
