"""Messages come off the wire to a function, in order; questions and the line itself stay nats-py's."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio
from nats.errors import BadSubjectError, ConnectionReconnectingError
from nats.js.api import AckPolicy, ConsumerConfig, StreamConfig

from anlan.app.stack.nats import NatsServer
from anlan.kernel.base.hearing import Heard, HearingClient

STREAM = "HEARD"


@pytest_asyncio.fixture
async def bus(nats: NatsServer) -> AsyncIterator[HearingClient]:
    client = HearingClient()
    await client.connect(nats.url, user=nats.user, password=nats.password)
    yield client
    await client.close()


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 - nobody tells the test
            await asyncio.sleep(0.01)


async def test_messages_come_in_order_with_their_headers(bus: HearingClient) -> None:
    heard: list[Heard] = []
    await bus.hear("crowd.*", heard.append)
    for number in range(200):
        await bus.publish(f"crowd.{number}", str(number).encode())
    await bus.publish("crowd.last", b"", reply="to.me", headers={"Colour": "红"})
    await until(lambda: len(heard) == 201)
    assert [one.payload for one in heard[:-1]] == [str(number).encode() for number in range(200)]
    last = heard[-1]
    assert (last.subject, last.reply, last.payload) == ("crowd.last", "to.me", b"")
    assert b"\r\nColour: " + "红".encode() + b"\r\n" in last.head
    assert (last.status, last.description) == ("", "")


async def test_what_the_server_says_is_told_from_data(bus: HearingClient) -> None:
    js = bus.jetstream()
    await js.add_stream(StreamConfig(name=STREAM, subjects=["heard.>"]))
    await js.add_consumer(STREAM, ConsumerConfig(durable_name="c", ack_policy=AckPolicy.EXPLICIT))
    heard: list[Heard] = []
    inbox = bus.new_inbox()
    await bus.hear(inbox, heard.append)
    for asked in ("c", "nobody"):
        subject = f"$JS.API.CONSUMER.MSG.NEXT.{STREAM}.{asked}"
        await bus.publish(subject, b'{"batch": 1, "no_wait": true}', reply=inbox)
    await until(lambda: len(heard) == 2)
    await js.delete_stream(STREAM)
    assert {(one.status, one.description) for one in heard} == {
        ("404", "No Messages"),
        ("503", ""),
    }


async def test_one_that_cannot_be_heard_stops_nobody(
    bus: HearingClient, caplog: pytest.LogCaptureFixture
) -> None:
    heard: list[bytes] = []

    def hears(message: Heard) -> None:
        if message.payload == b"bad":
            raise ValueError("cannot be read")
        heard.append(message.payload)

    await bus.hear("some", hears)
    for payload in (b"1", b"bad", b"2"):
        await bus.publish("some", payload)
    await until(lambda: len(heard) == 2)
    assert heard == [b"1", b"2"]
    assert "a message on some could not be heard" in caplog.text


async def test_a_subject_that_is_none_leaves_no_hearer_behind(bus: HearingClient) -> None:
    heard: list[Heard] = []
    with pytest.raises(BadSubjectError):
        await bus.hear("no subject", heard.append)
    other = await bus.subscribe("some")
    await bus.publish("some", b"1")
    assert (await other.next_msg(timeout=5)).data == b"1"
    assert heard == []


async def test_who_has_left_hears_nothing_more_and_others_take_the_long_way(
    bus: HearingClient,
) -> None:
    heard: list[bytes] = []
    listening = await bus.hear("some", lambda message: heard.append(message.payload))
    await bus.publish("some", b"1")
    await until(lambda: bool(heard))
    await listening.unsubscribe()
    slow = await bus.subscribe("some")
    await bus.publish("some", b"2")
    assert (await slow.next_msg(timeout=5)).data == b"2"
    assert heard == [b"1"]


async def test_an_answer_that_nobody_waits_for_any_more_does_not_cut_the_line(
    bus: HearingClient,
) -> None:
    asked: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
    asked.cancel()  # as `flush` does when its time is over
    await bus._send_ping(asked)
    await bus.flush(timeout=5)
    assert (bus.is_connected, bus.stats["reconnects"]) == (True, 0)


async def test_a_line_that_is_cut_and_not_noticed_yet_is_an_error_of_the_line(
    bus: HearingClient,
) -> None:
    """With uvloop, as the live stream runs: it says RuntimeError of a transport that is closed."""

    class Cut:
        def writelines(self, _: list[bytes]) -> None:
            raise RuntimeError("unable to perform operation on <TCPTransport closed=True>")

    flusher = bus._flusher_task
    assert flusher is not None
    flusher.cancel()
    await asyncio.wait([flusher])
    line, bus._transport = bus._transport, Cut()
    with pytest.raises(ConnectionReconnectingError):
        await bus.publish("anything", b"")
    bus._transport = line
