"""The private NATS server: writes are synced, devices stay in their topics, reload keeps others."""

import time
from collections.abc import Iterator
from pathlib import Path

import nats as client
import paho.mqtt.client as mqtt
import pytest
from nats.js.api import StreamConfig
from paho.mqtt.enums import CallbackAPIVersion

from anlan.app.stack.nats import NatsServer, nats_in
from anlan.app.stack.nats_users import DeviceUser, render, write_private

G1 = DeviceUser(user="g1", password="a-long-random-token", firm="F1", gateway="G1")


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NatsServer]:
    home = tmp_path_factory.mktemp("nats")
    made = nats_in(home / "nats", throw_away=True)
    made.start(home / "nats.log")
    yield made
    made.stop()


async def _connected(server: NatsServer) -> client.NATS:
    return await client.connect(server.url, user=server.user, password=server.password)


def _let_in(server: NatsServer, *devices: DeviceUser) -> None:
    write_private(server.gateways_file, render(devices, user=server.user, password=server.password))
    server.reload()


def _mqtt_reason(server: NatsServer, user: DeviceUser) -> str:
    """Connect once as a device; return what the server said."""
    said: list[str] = []
    device = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=user.user)
    device.username_pw_set(user.user, user.password)
    device.on_connect = lambda _c, _u, _f, reason, _p: said.append(str(reason))
    device.connect("127.0.0.1", server.mqtt_port)
    while not said:
        device.loop(timeout=0.1)
    device.disconnect()
    return said[0]


def _until_let_in(server: NatsServer, user: DeviceUser) -> None:
    """Wait until the server has read its file again."""
    until = time.monotonic() + 30
    while _mqtt_reason(server, user) != "Success":
        assert time.monotonic() < until
        time.sleep(0.05)


async def test_an_acknowledged_message_survives_kill_9(server: NatsServer, tmp_path: Path) -> None:
    bus = await _connected(server)
    stream = bus.jetstream()
    await stream.add_stream(StreamConfig(name="READINGS", subjects=["n1.rd.>"], max_bytes=2**20))
    for number in range(20):
        await stream.publish("n1.rd.0.m", str(number).encode())
    await bus.close()
    server.kill()
    server.start(tmp_path / "again.log")
    bus = await _connected(server)
    assert (await bus.jetstream().stream_info("READINGS")).state.messages == 20
    await bus.close()


def test_every_write_is_synced_and_the_store_is_bounded(server: NatsServer) -> None:
    text = (server.folder / "nats.conf").read_text()
    assert "sync_interval: always" in text
    assert f"max_file_store: {server.max_store}" in text
    assert server.password not in text
    for secret in (server.password_file, server.gateways_file):
        assert secret.stat().st_mode & 0o077 == 0


async def test_nobody_comes_in_without_a_password(server: NatsServer) -> None:
    with pytest.raises(client.errors.Error):
        await client.connect(server.url, allow_reconnect=False, max_reconnect_attempts=0)


async def test_a_gateway_comes_in_once_it_is_written_down(server: NatsServer) -> None:
    bus = await _connected(server)
    assert _mqtt_reason(server, G1) != "Success"
    _let_in(server, G1)
    _until_let_in(server, G1)
    assert not bus.is_reconnecting
    assert bus.stats["reconnects"] == 0
    await bus.close()


async def test_a_gateway_is_not_let_in_by_the_other_protocol(server: NatsServer) -> None:
    _let_in(server, G1)
    _until_let_in(server, G1)
    with pytest.raises(client.errors.Error):
        await client.connect(server.url, user=G1.user, password=G1.password, allow_reconnect=False)
