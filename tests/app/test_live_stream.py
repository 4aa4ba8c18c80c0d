"""The live process between real servers: journal, relay, EVENTS, READINGS, browser."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any

import numpy as np
import psycopg
import pytest
from django.conf import settings
from django.db import connections

from anlan.app import relay
from anlan.app.streaming import rights
from anlan.app.streaming.house import House
from anlan.kernel.base import bus
from anlan.kernel.base.clock import now_ms
from anlan.kernel.base.config import Config
from anlan.kernel.base.events import EVENT_TYPES
from anlan.kernel.base.permissions import Scope, machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.people.models import PostHolding
from anlan.kernel.people.services import posts
from anlan.kernel.sensing.batch import Batch, encode
from tests.app.listener import SECRET, Listener, listening, somebody, ticket, until
from tests.cast import Cast, assemble, principal
from tests.journal_rows import NINGDONG, Row, write
from tests.plant import Plant, build_plant

Writer = psycopg.Connection[Any]
HERE = somebody(Scope(divs=((NINGDONG, NINGDONG),)))
NEXT_DOOR = NINGDONG + 1
NEIGHBOUR = somebody(Scope(divs=((NEXT_DOOR, NEXT_DOOR),)))


@asynccontextmanager
async def lit(own: Config) -> AsyncIterator[House]:
    """Run a relay and a live house over the run's servers."""
    client = await bus.connect(own, "test")
    await bus.ensure_streams(client.jetstream(), own)
    stop = asyncio.Event()
    relaying = asyncio.create_task(relay.relay_journal(own, client, stop))
    house = House(own, SECRET)
    house.start()
    yield house
    await house.close()
    stop.set()
    await relaying
    await client.close()


@pytest.fixture
def nobody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let persons who are not in the database listen."""
    monkeypatch.setattr(rights, "ASK_EVERY_S", 3600.0)


def put(writer: Writer, **what: Any) -> Row:
    """Commit one journal row."""
    row = Row(**what)
    write(writer, row)
    writer.commit()
    return row


@pytest.mark.usefixtures("nobody_asks")
async def test_who_takes_gzip_is_sent_one_stream_of_it_and_the_others_plain_text(
    settings_of_run: Config, writer: Writer
) -> None:
    asked = {"accept-encoding": "gzip, deflate, br"}
    async with (
        lit(settings_of_run) as house,
        listening(house, ticket=ticket(HERE), headers=asked) as packed,
        listening(house, ticket=ticket(HERE)) as plain,
    ):
        row = put(writer, data={"note": "长" * 700})
        said = [(await one.rows())[0] for one in (packed, plain)]
    assert said[0] == said[1]
    assert said[0]["id"] == row.object
    assert (packed.headers.get(b"content-encoding"), plain.headers.get(b"content-encoding")) == (
        b"gzip",
        None,
    )


@pytest.mark.usefixtures("nobody_asks")
async def test_a_committed_change_reaches_whose_scope_it_lies_in(
    settings_of_run: Config, writer: Writer
) -> None:
    async with (
        lit(settings_of_run) as house,
        listening(house, ticket=ticket(HERE)) as here,
        listening(house, ticket=ticket(NEIGHBOUR)) as neighbour,
    ):
        before = EVENT_TYPES["alerts.alarm.raised"].schema - 1
        mine = put(writer, schema=before, data={"value": 91.2})
        theirs = put(writer, div=NEXT_DOOR)
        [row] = await here.rows()
        # written by the version before: it arrives as this version tells of an alarm
        state = row.pop("state")
        assert (state["value"], state["out_of_service_by"]) == (91.2, "")
        assert row == {"type": "alerts.alarm", "id": mine.object, "version": 1, "gone": False}
        assert [one["id"] for one in await neighbour.rows()] == [theirs.object]


@pytest.mark.usefixtures("nobody_asks")
async def test_who_comes_back_gets_what_it_missed_also_from_a_process_started_since(
    settings_of_run: Config, writer: Writer
) -> None:
    async with lit(settings_of_run) as house:
        async with listening(house, ticket=ticket(HERE)) as here:
            put(writer)
            _, data, mark = await here.next("rows")
            assert (data["position"], mark) == (1, "1")
        missed = [put(writer).object for _ in range(3)]
        await until(lambda: house.hub.position == 4)
        async with listening(house, ticket=ticket(HERE), headers={"last-event-id": "1"}) as here:
            assert [row["id"] for row in await here.rows(3)] == missed
    async with (
        lit(settings_of_run) as house,
        listening(house, ticket=ticket(HERE), position=2) as here,
    ):
        assert [row["id"] for row in await here.rows(2)] == missed[1:]


@pytest.mark.usefixtures("nobody_asks")
async def test_what_left_the_scope_before_the_process_started_is_told_as_gone(
    settings_of_run: Config, writer: Writer
) -> None:
    kind = "subjects.subject.changed"
    before = put(writer, type=kind)
    # as if it had happened days ago: the process can know it from the journal only
    await drained(settings_of_run)
    await without_events(settings_of_run)
    async with (
        lit(settings_of_run) as house,
        listening(house, ticket=ticket(HERE)) as here,
        listening(house, ticket=ticket(NEIGHBOUR)) as neighbour,
    ):
        put(writer, type=kind, object=before.object, version=2, div=NEXT_DOOR, data={"value": 2})
        [lost] = await here.rows()
        assert (lost["id"], lost["version"], lost["gone"], lost["state"]) == (
            before.object, 2, True, {},
        )  # fmt: skip
        [won] = await neighbour.rows()
        assert (won["gone"], won["state"]) == (False, {"value": 2})


async def drained(own: Config) -> None:
    """Let a relay tell what there is."""
    async with lit(own):
        await asyncio.sleep(0.2)


async def without_events(own: Config) -> None:
    """Empty EVENTS."""
    client = await bus.connect(own, "test")
    await client.jetstream().purge_stream(bus.EVENTS)
    await client.close()


@pytest.mark.usefixtures("nobody_asks")
async def test_events_made_anew_reset_everybody_and_go_on(
    settings_of_run: Config, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("anlan.app.streaming.events_feed.LOOK_S", 0.2)
    async with (
        lit(settings_of_run) as house,
        listening(house, ticket=ticket(HERE)) as here,
    ):
        put(writer)
        await here.rows()
        client = await bus.connect(settings_of_run, "test")
        await client.jetstream().delete_stream(bus.EVENTS)
        await client.close()
        put(writer)
        assert (await here.next("reset"))[0] == "reset"
        put(writer)
        await until(lambda: house.hub.position == 3)


@pytest.mark.usefixtures("nobody_asks")
async def test_a_wrong_request_is_refused_with_a_reason(settings_of_run: Config) -> None:
    async with lit(settings_of_run) as house:
        for path, query, status, code in (
            ("/live", {}, 401, "base.bad_ticket"),
            ("/live", {"ticket": ticket(HERE) + "x"}, 401, "base.bad_ticket"),
            ("/live", {"ticket": ticket(HERE), "position": "-1"}, 422, "base.bad_position"),
            ("/elsewhere", {}, 404, "base.not_found"),
        ):
            request = Listener(house, path, **query)  # type: ignore[arg-type]
            assert (await request.answered())["code"] == code
            assert request.status == status
        await until(house.events.caught_up.is_set)
        health = await Listener(house, "/live/health").answered()
        assert (health["bus"], health["listeners"]) == ("ok", 0)


@pytest.fixture
def cast(settings_of_run: Config, transactional_db: None) -> Cast:
    """The stock cast, committed."""
    del settings_of_run, transactional_db
    found = assemble()
    connections.close_all()
    return found


@pytest.fixture
def session_of(cast: Cast) -> Callable[[], Any]:
    """Return how to open a session as the web process does."""
    del cast
    engine = import_module(settings.SESSION_ENGINE)

    def open_session() -> Any:
        store = engine.SessionStore()
        store.create()
        connections.close_all()
        return store

    return open_session


async def in_thread(act: Callable[[], Any]) -> Any:
    """Call Django outside the event loop."""

    def work() -> Any:
        try:
            return act()
        finally:
            connections.close_all()

    return await asyncio.to_thread(work)


async def test_a_stream_ends_with_its_session_and_no_other_does(
    settings_of_run: Config, cast: Cast, session_of: Callable[[], Any]
) -> None:
    officer = await in_thread(lambda: principal(cast.duty_officer))
    neighbour = await in_thread(lambda: principal(cast.neighbour))
    mine, theirs = await in_thread(session_of), await in_thread(session_of)
    async with (
        lit(settings_of_run) as house,
        listening(house, ticket=ticket(officer, mine.session_key)) as one,
        listening(house, ticket=ticket(neighbour, theirs.session_key)) as other,
    ):
        await house.rights.ask(house.hub.clients.values())
        assert [client.ended for client in house.hub.clients.values()] == [None, None]
        await in_thread(mine.delete)
        assert (await one.next("end"))[1] == {"reason": "signed_out"}
        await until(lambda: len(house.hub.clients) == 1)
        assert other.task is not None
        assert not other.task.done()


async def test_a_stream_ends_when_the_post_does(
    settings_of_run: Config, cast: Cast, session_of: Callable[[], Any]
) -> None:
    who = await in_thread(lambda: principal(cast.duty_officer))
    session = await in_thread(session_of)

    def end_post() -> None:
        with unit_of_work(machine("test")):
            holding = PostHolding.objects.select_related("user", "post__organisation").get(
                user_id=cast.duty_officer.id
            )
            posts.end_holding(holding=holding)

    async with (
        lit(settings_of_run) as house,
        listening(house, ticket=ticket(who, session.session_key)) as officer,
    ):
        await house.rights.ask(house.hub.clients.values())
        await in_thread(end_post)
        assert (await officer.next("end"))[1] == {"reason": "rights_changed"}


async def test_a_ticket_from_before_the_change_opens_nothing_for_long(
    settings_of_run: Config, cast: Cast, session_of: Callable[[], Any]
) -> None:
    who = await in_thread(lambda: principal(cast.duty_officer))
    session = await in_thread(session_of)
    old = ticket(who, session.session_key)
    await asyncio.sleep(0.01)

    def touch() -> None:
        with unit_of_work(machine("test")):
            posts.end_holding(
                holding=PostHolding.objects.select_related("user", "post__organisation").get(
                    user_id=cast.duty_officer.id
                )
            )

    await in_thread(touch)
    async with (
        lit(settings_of_run) as house,
        listening(house, ticket=old) as officer,
    ):
        assert (await officer.next("end"))[1] == {"reason": "rights_changed"}


@pytest.fixture
def plant(settings_of_run: Config, transactional_db: None) -> Plant:
    """A tank with two datastreams, committed."""
    del settings_of_run, transactional_db
    found = build_plant()
    connections.close_all()
    return found


def batch(number: int, values: list[float], exercise_id: str | None = None) -> bytes:
    """Return readings of one datastream, the last of them the newest."""
    count = len(values)
    return encode(
        Batch(
            gateway="G",
            seq=1,
            arrived_ms=now_ms(),
            exercise_id=exercise_id,
            numbers=np.full(count, number, np.int32),
            times_ms=np.arange(count, dtype=np.int64),
            values=np.array(values),
            quality=np.full(count, 192, np.uint8),
        )
    )


def watch(house: House, stream_id: str, who: Any, ids: list[str]) -> Listener:
    """Say which datastreams a page shows."""
    body = {"stream_id": stream_id, "ticket": ticket(who), "datastreams": ids}
    return Listener(house, "/live/watch", method="POST", body=json.dumps(body).encode())


@pytest.mark.usefixtures("nobody_asks")
async def test_watched_datastreams_inside_the_scope_send_their_latest_value(
    settings_of_run: Config, plant: Plant
) -> None:
    seen, other = plant.streams
    async with (
        lit(settings_of_run) as house,
        listening(house, ticket=ticket(HERE)) as here,
        listening(house, ticket=ticket(NEIGHBOUR)) as neighbour,
    ):
        mine, theirs = house.hub.clients.values()
        client = await bus.connect(settings_of_run, "test")
        refused = await client.subscribe(bus.refusals_subject(settings_of_run.node))
        await client.flush()
        ids = [seen.id]
        assert await watch(house, mine.stream_id, HERE, ids).answered() == {
            "watched": ids, "refused": [],
        }  # fmt: skip
        assert await watch(house, theirs.stream_id, NEIGHBOUR, ids).answered() == {
            "watched": [], "refused": ids,
        }  # fmt: skip
        told = json.loads((await refused.next_msg(timeout=10)).data)
        assert (told["actor"], told["said"]["object_id"]) == (NEIGHBOUR.actor, seen.id)
        js = client.jetstream()
        await until_watching(js)
        subject = bus.readings_subject("n640181", seen.shard, "m")
        await js.publish(subject, batch(other.number, [5.0]))
        await js.publish(subject, batch(seen.number, [99.0], exercise_id="drill"))
        await js.publish(subject, batch(seen.number, [1.0, 2.0, 3.0]))
        assert (await here.next("values"))[1] == {"values": {seen.id: [2, 3.0, 192]}}
        await js.publish(subject, batch(seen.number, [0.5]))  # older than what is known
        await js.publish(subject, batch(seen.number, [1.0, 2.0, float("nan")]))
        assert (await here.next("values"))[1] == {"values": {seen.id: [2, None, 192]}}
        assert "values" not in neighbour.unread()
        await client.close()


async def until_watching(js: Any) -> None:
    async with asyncio.timeout(10):
        while (await js.stream_info(bus.READINGS)).state.consumer_count == 0:  # noqa: ASYNC110
            await asyncio.sleep(0.02)


@pytest.mark.usefixtures("nobody_asks")
async def test_nobody_watches_over_a_stream_that_is_not_his(settings_of_run: Config) -> None:
    async with lit(settings_of_run) as house, listening(house, ticket=ticket(HERE)):
        [mine] = house.hub.clients.values()
        request = watch(house, mine.stream_id, NEIGHBOUR, [])
        thief = somebody(Scope(), "thief")
        assert (await request.answered())["watched"] == []
        request = watch(house, mine.stream_id, thief, [])
        assert (await request.answered())["code"] == "base.bad_ticket"
        request = watch(house, "nowhere", HERE, [])
        assert (await request.answered())["code"] == "base.no_stream"
        request = Listener(house, "/live/watch", method="POST", body=b"{}")
        assert (await request.answered())["code"] == "base.invalid"
