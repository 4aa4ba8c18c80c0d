"""A server that reads its list of users again is not there for a moment; nobody notices."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import nats as nats_client
import pytest
from nats.aio.client import Client
from nats.js.api import ConsumerConfig, StreamConfig
from nats.js.errors import ServiceUnavailableError

from anlan.app.stack.care import Care
from anlan.app.stack.nats import NatsServer, nats_in
from anlan.app.stack.nats_users import DeviceUser, render, write_private
from anlan.kernel.base.jetstream import jetstream

STREAM = "RELOADED"
#: So often a plain request must have met a reload before the patient ones have been tried.
FELT, RELOADS_MAX = 5, 1_000


@pytest.fixture
def server(tmp_path: Path) -> Iterator[NatsServer]:
    """Start one of its own: what others say while a server reloads may be lost."""
    made = nats_in(tmp_path / "nats", throw_away=True)
    with Care() as care:
        care.group(made.start(tmp_path / "nats.log"))
        yield made
        made.stop()


async def _connect(server: NatsServer) -> Client:
    return await nats_client.connect(server.url, user=server.user, password=server.password)


def _users(server: NatsServer, count: int) -> str:
    devices = [
        DeviceUser(user=f"F1.G{i}", password=f"{count}-{i:030}", firm="F1", gateway=f"G{i}")
        for i in range(count)
    ]
    return render(devices, user=server.user, password=server.password, by_certificate=False)


async def test_requests_during_reloads_are_answered(server: NatsServer) -> None:
    bus = await _connect(server)
    plain, patient = bus.jetstream(timeout=5), jetstream(bus)
    await patient.add_stream(StreamConfig(name=STREAM, subjects=["reloaded.>"], allow_direct=True))
    await patient.publish("reloaded.x", b"kept")
    answers: Counter[str] = Counter()
    is_over = asyncio.Event()

    async def ask_plainly() -> None:
        while not is_over.is_set():
            try:
                await plain.stream_info(STREAM)
            except ServiceUnavailableError:
                answers["nobody was there"] += 1

    async def ask_patiently() -> None:
        while not is_over.is_set():
            info = await patient.stream_info(STREAM)
            said = await patient.get_last_msg(STREAM, "reloaded.x", direct=True)
            answers["patient"] += info.state.messages == 1 and said.data == b"kept"

    asking = [asyncio.create_task(ask()) for ask in [ask_plainly, ask_patiently] * 4]
    for count in range(RELOADS_MAX):
        write_private(server.gateways_file, _users(server, count % 50))
        server.reload()
        await asyncio.sleep(0.05)
        if answers["nobody was there"] >= FELT:
            break
    is_over.set()
    await asyncio.gather(*asking)
    await bus.close()
    assert answers["patient"] > FELT
    assert answers["nobody was there"] >= FELT, "the reloads were not felt: this shows nothing"


async def test_consumers_are_made_and_asked_for_as_patiently(server: NatsServer) -> None:
    bus = await _connect(server)
    patient = jetstream(bus)
    assert patient._jsm is patient
    await patient.add_stream(StreamConfig(name=STREAM, subjects=["reloaded.>"]))
    await patient.publish("reloaded.x", b"kept")
    reading = await patient.pull_subscribe("", stream=STREAM, config=ConsumerConfig())
    [message] = await reading.fetch(1, timeout=5)
    assert message.data == b"kept"
    await bus.close()


async def test_where_nobody_comes_it_is_an_error(server: NatsServer) -> None:
    bus = await _connect(server)
    nowhere = jetstream(bus, timeout_s=0.2)
    nowhere._prefix = "$JS.NOWHERE.API"
    with pytest.raises(ServiceUnavailableError):
        await nowhere.stream_info(STREAM)
    await bus.close()
