"""A ticket of the live stream is good once, and an administrator's from listed addresses only."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from anlan.app.streaming import rights
from anlan.app.streaming.house import House
from anlan.kernel.base import bus, tickets
from anlan.kernel.base.config import Config
from anlan.kernel.base.permissions import Scope
from tests.app.listener import SECRET, Listener, listening, somebody, ticket
from tests.journal_rows import NINGDONG

HERE = somebody(Scope(divs=((NINGDONG, NINGDONG),)))
ELSEWHERE = {"x-real-ip": "203.0.113.9"}
INSIDE = {"x-real-ip": "10.1.2.3"}


@pytest.fixture(autouse=True)
def _nobody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let persons who are not in the database listen."""
    monkeypatch.setattr(rights, "ASK_EVERY_S", 3600.0)


@asynccontextmanager
async def lit(own: Config) -> AsyncIterator[House]:
    """Run a live house over the run's servers."""
    client = await bus.connect(own, "test")
    await bus.ensure_streams(client.jetstream(), own)
    await client.close()
    house = House(own, SECRET)
    house.start()
    yield house
    await house.close()


async def refused(
    house: House, text: str, headers: dict[str, str] | None = None
) -> tuple[int, str]:
    """Try to listen with a ticket; return how it was refused."""
    request = Listener(house, "/live", headers=headers, ticket=text)
    code: str = (await request.answered())["code"]
    return request.status, code


def watching(
    house: House,
    stream_id: str,
    text: str,
    headers: dict[str, str] | None = None,
    watched: Sequence[str] = (),
) -> Listener:
    """Return the request that says with a ticket what a page shows."""
    said = {"stream_id": stream_id, "ticket": text, "datastreams": list(watched)}
    body = json.dumps(said).encode()
    return Listener(house, "/live/watch", method="POST", body=body, headers=headers)


async def test_a_ticket_opens_one_stream_and_no_other_while_it_runs_or_after(
    settings_of_run: Config,
) -> None:
    once = ticket(HERE)
    async with lit(settings_of_run) as house:
        async with listening(house, ticket=once):
            assert await refused(house, once) == (401, "base.bad_ticket")
            assert len(house.hub.clients) == 1
        assert await refused(house, once) == (401, "base.bad_ticket")
        # who comes back brings a new one, of the same person and session
        async with listening(house, ticket=ticket(HERE)):
            assert len(house.hub.clients) == 1


async def test_a_ticket_says_once_what_is_watched(settings_of_run: Config) -> None:
    opened, once = ticket(HERE), ticket(HERE)
    async with lit(settings_of_run) as house, listening(house, ticket=opened):
        [mine] = house.hub.clients.values()
        request = watching(house, mine.stream_id, opened)
        assert (await request.answered())["code"] == "base.bad_ticket"
        assert request.status == 401
        said = await watching(house, mine.stream_id, once).answered()
        assert said == {"watched": [], "refused": []}
        again = await watching(house, mine.stream_id, once).answered()
        assert again["code"] == "base.bad_ticket"
        assert await refused(house, once) == (401, "base.bad_ticket")


async def test_8_1_4_4_c_the_ticket_of_an_administrator_is_good_from_listed_addresses_only(
    settings_of_run: Config,
) -> None:
    def bound() -> str:
        return tickets.issue(HERE, "key", SECRET, is_bound=True)[0]

    not_listed = (403, "people.address_not_listed")
    async with lit(settings_of_run) as house:
        carried = bound()
        assert await refused(house, carried, ELSEWHERE) == not_listed
        # what was refused for its address was not used up
        async with listening(house, headers=INSIDE, ticket=carried):
            [mine] = house.hub.clients.values()
            request = watching(house, mine.stream_id, bound(), ELSEWHERE)
            assert (await request.answered())["code"] == "people.address_not_listed"
            heard = await watching(house, mine.stream_id, bound(), INSIDE).answered()
            assert heard == {"watched": [], "refused": []}
        async with listening(house, headers=ELSEWHERE, ticket=ticket(HERE)):
            assert len(house.hub.clients) == 1
