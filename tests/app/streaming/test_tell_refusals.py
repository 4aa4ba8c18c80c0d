"""What the live stream refuses somebody known is told to the worker; what nobody has asked is not."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import cast

import pytest
from msgspec.json import decode
from nats.aio.client import Client as Nats
from nats.errors import ConnectionClosedError

from anlan.app.streaming import rights
from anlan.app.streaming.refusals import PER_SECOND, Refusals, Told, act_refused
from anlan.kernel.base import bus, tickets
from anlan.kernel.base.config import Config
from anlan.kernel.base.events import ActRefused
from anlan.kernel.base.ids import new_ulid
from anlan.kernel.base.permissions import Grant, Principal, Scope
from tests.app.listener import SECRET, listening, ticket
from tests.app.streaming.test_use_tickets import ELSEWHERE, HERE, lit, refused, watching

Next = Callable[[], Awaitable[Told]]


@pytest.fixture(autouse=True)
def _nobody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let persons who are not in the database listen."""
    monkeypatch.setattr(rights, "ASK_EVERY_S", 3600.0)


@asynccontextmanager
async def hearing(own: Config) -> AsyncIterator[tuple[Next, Callable[[], int]]]:
    """Give how the worker hears the next refusal, and how many wait."""
    client = await bus.connect(own, "test")
    told = await client.subscribe(bus.refusals_subject(own.node))
    await client.flush()

    async def following() -> Told:
        return decode((await told.next_msg(timeout=10)).data, type=Told)

    yield following, lambda: told.pending_msgs
    await client.close()


async def test_8_1_4_3_a_a_ticket_used_again_or_from_elsewhere_is_told_of(
    settings_of_run: Config,
) -> None:
    once = ticket(HERE)
    bound = tickets.issue(HERE, "key", SECRET, is_bound=True)[0]
    async with (
        hearing(settings_of_run) as (following, _),
        lit(settings_of_run) as house,
        listening(house, ticket=once),
    ):
        await refused(house, once)
        assert await following() == Told(
            actor="user:x",
            exercise_id=None,
            said=ActRefused(
                method="GET",
                route="/live",
                permission="",
                object_id="",
                reason="base.bad_ticket",
                why="实时通道的票据无效或已过期",
                why_en="The ticket of the live stream is not valid any more.",
                address="127.0.0.1",
                times=1,
                since="",
            ),
        )
        [mine] = house.hub.clients.values()
        await watching(house, mine.stream_id, bound, ELSEWHERE).answered()
        said = (await following()).said
        assert (said.method, said.route) == ("POST", "/live/watch")
        assert (said.reason, said.address) == ("people.address_not_listed", "203.0.113.9")


async def test_a_ticket_that_nobody_signed_and_a_stream_that_is_gone_are_told_to_nobody(
    settings_of_run: Config,
) -> None:
    once = ticket(HERE)
    async with (
        hearing(settings_of_run) as (following, waiting),
        lit(settings_of_run) as house,
        listening(house, ticket=once),
    ):
        assert await refused(house, "forged") == (401, "base.bad_ticket")
        gone = await watching(house, "gone", ticket(HERE)).answered()
        assert gone["code"] == "base.no_stream"
        await refused(house, once)  # told, and heard behind whatever went before
        assert (await following()).said.reason == "base.bad_ticket"
        assert waiting() == 0


async def test_8_1_4_3_a_whoever_may_watch_nothing_at_all_is_told_of(
    settings_of_run: Config,
) -> None:
    grant = Grant(permissions=frozenset({"alerts.alarm.view"}), scope=Scope())
    who = Principal(actor="user:y", name="y", grants=(grant,), scope=Scope(), ceiling=3)
    async with (
        hearing(settings_of_run) as (following, waiting),
        lit(settings_of_run) as house,
        listening(house, ticket=ticket(who)),
    ):
        [mine] = house.hub.clients.values()
        assert (await watching(house, mine.stream_id, ticket(who)).answered())["watched"] == []
        asked = [new_ulid(), new_ulid()]
        said = await watching(house, mine.stream_id, ticket(who), watched=asked).answered()
        assert said == {"watched": [], "refused": sorted(asked)}
        told = await following()
        assert (told.actor, told.said.route) == ("user:y", "/live/watch")
        assert (told.said.permission, told.said.reason) == (
            "sensing.datastream.view",
            "base.not_permitted",
        )
        assert told.said.why_en == "Your posts do not allow this."
        assert waiting() == 0


class Wire:
    """NATS as far as it is used here: what was published, and whether it takes anything."""

    def __init__(self) -> None:
        self.published: list[Told] = []
        self.is_away = False

    async def publish(self, _subject: str, payload: bytes) -> None:
        if self.is_away:
            raise ConnectionClosedError
        self.published.append(decode(payload, type=Told))


async def test_a_flood_is_told_of_up_to_a_bound_and_a_bus_that_is_away_stops_nothing() -> None:
    wire, moment = Wire(), 7.0
    told = Refusals(cast("Nats", wire), "n640181", clock=lambda: moment)
    mine = tickets.check(ticket(HERE), SECRET)
    out_of_reach = [act_refused("POST", "/live/watch", "::1", object_id=new_ulid())]
    await told.tell(mine, out_of_reach * (PER_SECOND + 30))
    await told.tell(mine, out_of_reach)
    assert len(wire.published) == PER_SECOND
    assert {one.said.reason for one in wire.published} == {"not_there_or_out_of_reach"}
    moment = 8.0
    wire.is_away = True
    await told.tell(mine, out_of_reach)
    wire.is_away = False
    await told.tell(mine, out_of_reach)
    assert len(wire.published) == PER_SECOND + 1
