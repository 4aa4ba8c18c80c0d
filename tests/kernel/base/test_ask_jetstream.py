"""A server that reads its list of users again is not there for a moment; nobody notices."""

import asyncio
from collections import Counter

import nats as nats_client
import pytest
from nats.aio.client import Client
from nats.js.api import StreamConfig
from nats.js.errors import ServiceUnavailableError

from anlan.app.stack.nats import NatsServer
from anlan.app.stack.nats_users import DeviceUser, render, write_private
from anlan.kernel.base.jetstream import jetstream

STREAM = "RELOADED"
RELOADS = 15


async def _connect(server: NatsServer) -> Client:
    return await nats_client.connect(server.url, user=server.user, password=server.password)


def _users(server: NatsServer, count: int) -> str:
    devices = [
        DeviceUser(user=f"F1.G{i}", password=f"{count}-{i:030}", firm="F1", gateway=f"G{i}")
        for i in range(count)
    ]
    return render(devices, user=server.user, password=server.password, by_certificate=False)


async def test_requests_during_reloads_are_answered(nats: NatsServer) -> None:
    bus = await _connect(nats)
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
    for count in range(RELOADS):
        write_private(nats.gateways_file, _users(nats, count))
        nats.reload()
        await asyncio.sleep(0.1)
    is_over.set()
    await asyncio.gather(*asking)
    await patient.delete_stream(STREAM)
    write_private(nats.gateways_file, _users(nats, 0))
    nats.reload()
    await bus.close()
    assert answers["patient"] > RELOADS
    assert answers["nobody was there"], "the reloads were not felt: this test shows nothing"


async def test_where_nobody_comes_it_is_an_error(nats: NatsServer) -> None:
    bus = await _connect(nats)
    nowhere = jetstream(bus, timeout_s=0.2)
    nowhere._prefix = "$JS.NOWHERE.API"
    with pytest.raises(ServiceUnavailableError):
        await nowhere.stream_info(STREAM)
    await bus.close()
