"""Who hears what, in which frames, how often."""

import json
from dataclasses import replace
from itertools import count
from typing import Any

import msgspec
import pytest

from anlan.app.streaming import client as client_module
from anlan.app.streaming.client import Client
from anlan.app.streaming.frames import Standing
from anlan.app.streaming.heard import Heard, heard_of
from anlan.app.streaming.hub import Hub
from anlan.kernel.base.clock import now
from anlan.kernel.base.envelope import Envelope
from anlan.kernel.base.permissions import Facts, Grant, Scope
from tests.app.streaming.screen import drain, ticket

COUNTY = Scope(divs=((640181, 640189),))
NEIGHBOUR = Scope(divs=((640121, 640129),))
DRILL = "01J0000000000000000000DR11"


class Told:
    """Makes events of the next positions."""

    def __init__(self) -> None:
        self._positions = count(1)

    def event(self, kind: str = "alerts.alarm.raised", **what: Any) -> Heard:
        """Return the next event; `before` is where its object was."""
        position = next(self._positions)
        data = {"value": 1} | what.pop("data", {})
        before: Facts | None = what.pop("before", None)
        said: dict[str, Any] = {
            "id": f"{position:026}",
            "node": "n640181",
            "position": position,
            "schema": 1,
            "type": kind,
            "occurred_at": now(),
            "known_at": now(),
            "correlation_id": "c",
            "causation_id": None,
            "exercise_id": None,
            "actor": "user:x",
            "object": f"object{position}",
            "version": 1,
            "div": 640181,
            "zone": None,
            "site": None,
            "data": msgspec.Raw(json.dumps(data).encode()),
        }
        return heard_of(Envelope(**(said | what)), before)


@pytest.fixture
def told() -> Told:
    return Told()


def listen(hub: Hub, scope: Scope = COUNTY, position: int | None = None, **what: Any) -> Client:
    """Let somebody listen, its hello already read."""
    found = Client(ticket=ticket(scope, **what))
    hub.attach(found, position)
    if position is None:
        assert [event for event, _, _ in drain(found)] == ["hello"]
    return found


def ids(found: Client) -> list[str]:
    """Return the objects of the rows that wait."""
    frames = drain(found)
    return [row["id"] for event, data, _ in frames if event == "rows" for row in data["rows"]]


def test_a_row_reaches_whom_the_scope_reaches_and_nobody_else(told: Told) -> None:
    hub = Hub()
    mine, theirs = listen(hub), listen(hub, NEIGHBOUR)
    by_zone = listen(hub, Scope(zones=(7,)))
    by_site = listen(hub, Scope(sites=("site",)))
    nobody = listen(hub, Scope())
    hub.hear([told.event(zone=7, site="site")], 10.0)
    assert [ids(one) for one in (mine, by_zone, by_site)] == [["object1"]] * 3
    assert [ids(one) for one in (theirs, nobody)] == [[], []]


def test_a_shared_incident_reaches_whom_it_is_shared_with(told: Told) -> None:
    hub = Hub()
    shared = listen(hub, Scope(incidents=("incident",)))
    hub.hear([told.event(data={"incident_id": "incident"})], 10.0)
    assert ids(shared) == ["object1"]


def test_a_row_needs_the_permission_to_view_its_kind(told: Told) -> None:
    hub = Hub()
    without = listen(hub, permissions=frozenset({"alerts.alarm.confirm"}))
    sensing = listen(hub, permissions=frozenset({"sensing.datastream.view"}))
    hub.hear([told.event(), told.event("sensing.limit.filed")], 10.0)
    assert ids(without) == []
    assert ids(sensing) == ["object2"]


def test_a_post_that_may_not_view_hears_nothing_by_the_permission_of_another(told: Told) -> None:
    hub = Hub()
    views = frozenset({"alerts.alarm.view"})
    grants = (
        Grant(permissions=views, scope=NEIGHBOUR, ceiling=1),
        Grant(permissions=frozenset({"documents.document.view"}), scope=COUNTY, ceiling=3),
    )
    both = Client(ticket=replace(ticket(COUNTY), grants=grants))
    hub.attach(both, None)
    drain(both)
    hub.hear([told.event(), told.event(div=640121)], 10.0)
    assert ids(both) == ["object2"]


def test_what_people_do_in_their_accounts_is_nobodys_row(told: Told) -> None:
    hub = Hub()
    mine = listen(hub)
    hub.hear([told.event("people.session.opened"), told.event("base.journal.erased")], 10.0)
    assert ids(mine) == []
    assert hub.position == 2


def test_a_drill_and_the_real_world_never_meet(told: Told) -> None:
    hub = Hub()
    real, drill = listen(hub), listen(hub, exercise_id=DRILL)
    hub.hear([told.event(exercise_id=DRILL), told.event()], 10.0)
    assert ids(real) == ["object2"]
    assert ids(drill) == ["object1"]


def test_what_is_above_the_ceiling_is_not_told(told: Told) -> None:
    hub = Hub()
    views = frozenset({"documents.document.view"})
    low, high = (listen(hub, ceiling=level, permissions=views) for level in (1, 3))
    hub.hear([told.event("documents.document.uploaded", data={"sensitivity": 3})], 10.0)
    assert ids(low) == []
    assert ids(high) == ["object1"]


def test_a_message_reaches_its_recipients_only(told: Told) -> None:
    hub = Hub()
    views = frozenset({"messaging.message.view"})
    one, other = (listen(hub, actor=f"user:{who}", permissions=views) for who in "ab")
    hub.hear(
        [
            told.event("messaging.message.sent", data={"recipients": ["user:a"]}),
            told.event("messaging.message.sent"),
        ],
        10.0,
    )
    assert ids(one) == ["object1"]
    assert ids(other) == []
    back = listen(hub, actor="user:a", permissions=views, position=0)
    assert ids(back) == ["object1"]


def test_a_state_that_means_something_else_by_these_words_is_kept_back(told: Told) -> None:
    hub = Hub()
    mine = listen(hub)
    hub.hear([told.event("subjects.subject.changed", data={"sensitivity": "geheim"})], 10.0)
    assert ids(mine) == []


def test_who_loses_an_object_hears_that_it_is_gone_and_nothing_else(told: Told) -> None:
    hub = Hub()
    loser, winner = listen(hub), listen(hub, NEIGHBOUR)
    moved = told.event("subjects.subject.changed", div=640121, version=2, data={"secret": "x"},
                       before=Facts(div=640181))  # fmt: skip
    hub.hear([moved], 10.0)
    [(_, lost, _)] = drain(loser)
    [(_, won, _)] = drain(winner)
    gone = {"type": "subjects.subject", "id": "object1", "version": 2, "gone": True, "state": {}}
    assert lost["rows"] == [gone]
    assert won["rows"][0]["state"] == {"value": 1, "secret": "x"}


def test_the_last_version_of_an_object_is_gone_for_everybody(told: Told) -> None:
    hub = Hub()
    mine = listen(hub)
    hub.hear([told.event("subjects.subject.retired", data={"gone": True})], 10.0)
    [(_, data, _)] = drain(mine)
    assert (data["rows"][0]["gone"], data["rows"][0]["state"]) == (True, {})


def test_four_frames_a_second_with_the_latest_version_of_each_object(told: Told) -> None:
    hub = Hub()
    mine = listen(hub)
    for index in range(100):
        event = told.event("subjects.subject.changed", object="one", version=index + 1)
        hub.hear([event], 10.0 + index / 100)
    hub.flush(11.0)
    frames = drain(mine)
    assert len(frames) == 5
    assert [data["rows"][0]["version"] for _, data, _ in frames] == [1, 26, 51, 76, 100]
    assert [mark for _, _, mark in frames] == ["1", "26", "51", "76", "100"]


def test_the_first_alarm_of_a_cause_does_not_wait(told: Told) -> None:
    hub = Hub()
    mine = listen(hub)
    hub.hear([told.event(data={"cause_key": "power"})], 10.0)
    drain(mine)
    hub.hear([told.event(data={"cause_key": "power"})], 10.05)
    assert drain(mine) == []
    hub.hear([told.event(data={"cause_key": "gateway"})], 10.06)
    [(event, data, mark)] = drain(mine)
    assert (event, [row["id"] for row in data["rows"]]) == ("rows", ["object3"])
    # what left early must not make a page believe that it knows the one that waits
    assert (data["position"], mark) == (1, None)
    hub.flush(10.25)
    assert ids(mine) == ["object2", "object3"]


def test_a_storm_of_causes_does_not_make_a_storm_of_frames(told: Told) -> None:
    hub = Hub()
    mine = listen(hub)
    for index in range(200):
        hub.hear([told.event(data={"cause_key": f"cause {index}"})], 10.0 + index / 200)
    # before it is known for a storm each 30 ms, for a fifth of a second; then beside the frames
    assert len(drain(mine)) <= 7 + 4 + 4


def test_more_rows_than_a_screen_can_take_become_groups(told: Told) -> None:
    hub = Hub()
    mine = listen(hub)
    hub.hear([told.event()], 10.0)
    drain(mine)
    storm = [
        told.event(data={"cause_key": f"firm {index % 2}", "priority": 1 + index % 4})
        for index in range(600)
    ]
    hub.hear(storm, 10.1)
    drain(mine)
    hub.flush(10.3)
    [(event, data, mark)] = drain(mine)
    assert (event, data["position"], mark) == ("groups", 601, "601")
    assert data["groups"] == [
        {"type": "alerts.alarm", "key": "firm 0", "count": 300, "worst": 1},
        {"type": "alerts.alarm", "key": "firm 1", "count": 300, "worst": 2},
    ]


def test_who_comes_back_gets_what_it_missed_once(told: Told) -> None:
    hub = Hub()
    hub.hear([told.event() for _ in range(5)], 10.0)
    back = listen(hub, position=3)
    frames = drain(back)
    assert [event for event, _, _ in frames] == ["hello", "rows"]
    assert [row["id"] for row in frames[1][1]["rows"]] == ["object4", "object5"]
    assert frames[1][2] == "5"


@pytest.mark.parametrize("position", [0, 2])
def test_who_comes_back_too_late_is_told_to_fetch_again(told: Told, position: int) -> None:
    hub = Hub()
    hub.hear([told.event() for _ in range(3)], 10.0)
    hub.hear([told.event()], 500.0)
    hub.forget_old(610.5)
    back = listen(hub, position=position)
    assert [event for event, _, _ in drain(back)] == ["hello", "reset"]
    assert [event for event, _, _ in drain(listen(hub, position=3))] == ["hello", "rows"]


def test_a_gap_and_another_past_reset_everybody(told: Told) -> None:
    hub = Hub()
    mine = listen(hub)
    first, _lost, third = told.event(), told.event(), told.event()
    hub.hear([first, third], 10.0)
    assert [event for event, _, _ in drain(mine)] == ["reset", "rows"]
    other_past = Told().event(id="another")
    hub.hear([other_past], 20.0)
    assert [event for event, _, _ in drain(mine)] == ["reset", "rows"]
    assert hub.position == 1


def test_a_repeat_is_dropped(told: Told) -> None:
    hub = Hub()
    mine = listen(hub)
    event = told.event()
    hub.hear([event], 10.0)
    drain(mine)
    hub.hear([event], 20.0)
    hub.flush(30.0)
    assert drain(mine) == []


async def test_a_listener_that_reads_nothing_is_let_go(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "QUEUE_BYTES", 10_000)
    hub = Hub()
    mine = listen(hub)
    for index in range(200):
        hub.hear([told.event()], 10.0 + index)
    assert mine.ended == "slow"
    assert await mine.next_bytes() == b""


async def test_a_stream_that_is_ended_says_why_and_ends() -> None:
    hub = Hub()
    mine = listen(hub)
    mine.end("signed_out")
    assert b"signed_out" in await mine.next_bytes()
    assert await mine.next_bytes() == b""


def test_an_audience_goes_with_its_last_listener() -> None:
    hub = Hub()
    one, two = listen(hub), listen(hub)
    assert hub.audience_of(one) is hub.audience_of(two)
    hub.detach(one)
    assert hub.audience_of(two) is not None
    hub.detach(two)
    assert hub.audience_of(two) is None
    assert hub.clients == {}


def test_a_beat_tells_the_servers_time_and_how_the_house_stands() -> None:
    hub = Hub()
    mine = listen(hub)
    hub.standing = Standing(database_is_there=False, engine_lag_s=3.5)
    hub.beat()
    [(event, data, _)] = drain(mine)
    assert event == "beat"
    assert (data["database"], data["engine_lag_s"], data["position"]) == ("away", 3.5, 0)


def test_who_comes_is_told_at_once_how_the_house_stands() -> None:
    hub = Hub()
    hub.standing = Standing(database_is_there=True, engine_lag_s=None)
    late = listen(hub, position=0)
    assert [event for event, _, _ in drain(late)] == ["hello", "beat", "rows"]


def test_each_red_alarm_of_a_site_leaves_at_once_while_they_come_calmly(told: Told) -> None:
    hub = Hub()
    mine = listen(hub)
    for index in range(30):
        moment = 10.0 + index / 30
        red = told.event(data={"priority": 1, "subject_id": "site"})
        hub.hear([red], moment)
        assert red.object in ids(mine)


def test_a_burst_of_twenty_red_alarms_leaves_within_fifty_milliseconds(told: Told) -> None:
    hub = Hub()
    mine = listen(hub)
    for burst in range(3):
        raised: dict[str, float] = {}
        moment = 10.0 + burst * 0.667
        for step in range(200):
            now = moment + step / 1000
            if step % 7 == 0 and step < 140:
                red = told.event(data={"priority": 1, "subject_id": f"tank{step}"})
                raised[red.object] = now
                hub.hear([red], now)
            elif step % 10 == 0:
                hub.flush(now)
            for seen in ids(mine):
                assert now - raised.pop(seen, now) <= 0.05
        assert not raised


def test_yellow_alarms_of_one_subject_wait_for_the_frame(told: Told) -> None:
    hub = Hub()
    mine = listen(hub)
    hub.hear([told.event(data={"priority": 3, "subject_id": "tank"})], 10.0)
    assert ids(mine) == ["object1"]
    hub.hear([told.event(data={"priority": 3, "subject_id": "tank"})], 10.1)
    assert ids(mine) == []
