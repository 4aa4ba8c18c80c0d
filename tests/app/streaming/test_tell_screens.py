"""What a desk shows reaches the screen that follows it and nobody else, four times a second, the latest word."""

import json
from typing import Any

import pytest
from nats.aio.client import Client as Nats

from anlan.app.streaming.client import Client
from anlan.app.streaming.hub import Hub
from anlan.app.streaming.screens import MOST, ScreensFeed, Told
from anlan.kernel.base.permissions import Scope
from tests.app.streaming.screen import drain, ticket


def word(session: str, n: int) -> Told:
    return Told(session=session, n=n, frame=json.dumps({"n": n}).encode())


@pytest.fixture
def hub() -> Hub:
    return Hub()


@pytest.fixture
def feed(hub: Hub) -> ScreensFeed:
    return ScreensFeed(Nats(), "n640181", hub)


def listener(hub: Hub, session: str) -> Client:
    made = Client(ticket=ticket(Scope(), session=session))
    hub.attach(made, None)
    drain(made)
    return made


def heard(client: Client) -> list[Any]:
    return [data["n"] for event, data, _ in drain(client) if event == "screen"]


def test_a_word_reaches_the_streams_of_its_session_only(hub: Hub, feed: ScreensFeed) -> None:
    wall, again, desk = listener(hub, "wall"), listener(hub, "wall"), listener(hub, "desk")
    feed.take(word("wall", 1))
    feed.tell()
    assert (heard(wall), heard(again), heard(desk)) == ([1], [1], [])
    feed.tell()
    assert heard(wall) == []


def test_of_many_words_the_latest_is_passed_on(hub: Hub, feed: ScreensFeed) -> None:
    wall = listener(hub, "wall")
    for n in (1, 3, 2):
        feed.take(word("wall", n))
    feed.tell()
    assert heard(wall) == [3]
    feed.take(word("wall", 2))
    feed.tell()
    assert heard(wall) == []


def test_a_screen_that_comes_back_is_told_the_last_word(hub: Hub, feed: ScreensFeed) -> None:
    feed.take(word("wall", 7))
    feed.tell()
    late = listener(hub, "wall")
    feed.greet(late)
    assert heard(late) == [7]


def test_words_do_not_grow_without_end(hub: Hub, feed: ScreensFeed) -> None:
    for n in range(MOST + 10):
        feed.take(word(f"wall{n}", n))
    assert len(feed._last) == MOST
    first = listener(hub, "wall0")
    feed.greet(first)
    assert heard(first) == []
