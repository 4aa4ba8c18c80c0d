"""Doors that others reach speak TLS; a client certificate takes the place of the signature; clear text is refused."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from anlan.adapters.mqtt.line import Line
from anlan.adapters.mqtt.listener import Tls
from anlan.app.listening import plain_doors
from anlan.app.stack import ports
from anlan.app.stack.certificates import Authority, Pair
from anlan.app.stack.errors import StackError
from anlan.app.stack.nats import MqttDoor, nats_in
from anlan.app.stack.nginx import HttpDoor, Nginx
from anlan.app.stack.owner import choose
from anlan.app.stack.service import Service
from anlan.app.stack.supervisor import Supervisor
from anlan.app.stack.throw_away import Databases
from anlan.kernel.base.clock import now_ms
from anlan.kernel.sensing.models import Gateway, QuarantinedMessage
from tests.app.gateway.house import Box, House, house_in, rows
from tests.conftest import DATABASE
from tests.plant import Plant, build_plant

pytestmark = pytest.mark.slow


@dataclass(frozen=True, slots=True)
class Secure:
    """A house whose doors speak TLS, and who signs its certificates."""

    house: House
    plant: Plant
    authority: Authority
    server: Pair

    def box(self, certificate: Pair | None = None) -> Box:
        """Return the plant's gateway at the door; with its own certificate, or with its password."""
        box = Box(self.plant, self.house.server.mqtt_port)
        if certificate is not None:
            box.client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="certified")
            box.line = Line(box.client)
        files = (None, None) if certificate is None else (certificate.certificate, certificate.key)
        Tls(self.authority.certificate, *files).use(box.client)
        return box


def secure(folder: Path, databases: Databases, *, by_certificate: bool = False) -> Iterator[Secure]:
    authority = Authority(folder / "tls")
    authority.make()
    server = authority.server(["127.0.0.1"])
    authority.client("anlan")
    clients = authority.certificate if by_certificate else None
    door = MqttDoor(listen="0.0.0.0", tls=server, client_authority=clients)  # noqa: S104 - the point
    with house_in(folder, databases.url(DATABASE), door) as house:
        house.environment["ANLAN_MQTT_TLS"] = "1"
        house.environment["ANLAN_CLIENT_CERTIFICATES"] = "1" if by_certificate else "0"
        yield Secure(house, build_plant(code="F1"), authority, server)


@pytest.fixture
def signed(tmp_path: Path, databases: Databases, transactional_db: None) -> Iterator[Secure]:
    yield from secure(tmp_path, databases)


@pytest.fixture
def certified(tmp_path: Path, databases: Databases, transactional_db: None) -> Iterator[Secure]:
    yield from secure(tmp_path, databases, by_certificate=True)


def test_a_signed_reading_comes_in_over_tls_and_clear_text_is_not_heard(signed: Secure) -> None:
    house = signed.house
    house.start()
    assert plain_doors("127.0.0.1", house.server.mqtt_port) == []
    box = signed.box()
    box.connect()
    box.send(box.message(box.reading(1.0, now_ms())))
    house.until(lambda: len(house.batches()) == 1, "the reading")
    box.close()
    plain = Box(signed.plant, house.server.mqtt_port)
    failed: list[Any] = []
    plain.client.on_disconnect = lambda *said: failed.append(said)
    plain.connect()
    house.until(lambda: bool(failed), "the door does not speak to it")
    assert not plain.client.is_connected()
    plain.close()


def test_old_tls_is_refused(signed: Secure) -> None:
    signed.house.start()
    with socket.create_connection(("127.0.0.1", signed.house.server.mqtt_port)) as line:
        line.sendall(hello_of_tls_1_1())
        line.settimeout(20)
        answer = line.recv(7)
    alert, protocol_version = 0x15, 70
    assert (answer[0], answer[-1]) == (alert, protocol_version)


def hello_of_tls_1_1() -> bytes:
    """Return a ClientHello as libraries of before 2008 send it (RFC 4346)."""
    ciphers = bytes.fromhex("c013c014002f0035")
    said = b"\x03\x02" + bytes(32) + b"\x00" + len(ciphers).to_bytes(2) + ciphers + b"\x01\x00"
    handshake = b"\x01" + len(said).to_bytes(3) + said
    return b"\x16\x03\x01" + len(handshake).to_bytes(2) + handshake


def test_a_certificate_takes_the_place_of_the_signature(certified: Secure) -> None:
    house = certified.house
    house.start()
    own = certified.box(certified.authority.client("F1.G1"))
    own.connect()
    unsigned = own.message(own.reading(1.0, now_ms()))[:-65]
    own.send(unsigned)
    own.send(own.message(own.reading(2.0, now_ms())))
    house.until(lambda: len(house.batches()) == 2, "both readings")
    assert rows(QuarantinedMessage) == []
    own.close()


def test_who_has_another_certificate_or_none_does_not_come_in(certified: Secure) -> None:
    house = certified.house
    house.start()
    foreign = certified.box(certified.authority.client("F1.G9"))
    stranger = Authority(house.folder / "stranger")
    stranger.make()
    forged = certified.box(stranger.client("F1.G1"))
    by_password = certified.box()
    for box in (foreign, forged, by_password):
        assert_refused(house, box)
    assert house.batches() == []


def assert_refused(house: House, box: Box) -> None:
    """Try to come in, and hear no."""
    refused: list[Any] = []
    box.client.on_disconnect = lambda *said: refused.append(said)
    box.client.on_connect_fail = lambda *said: refused.append(said)
    box.connect()
    house.until(lambda: bool(refused), "it is refused")
    assert not box.client.is_connected()
    box.close()


def test_a_door_in_clear_text_that_others_reach_is_refused(
    tmp_path: Path, databases: Databases, transactional_db: None
) -> None:
    open_door = MqttDoor(listen="0.0.0.0")  # noqa: S104 - what must not be
    with pytest.raises(StackError, match="clear text"):
        nats_in(tmp_path / "nats", throw_away=True, door=open_door).write_configuration()
    allowed = MqttDoor(listen="0.0.0.0", is_plain_allowed=True)  # noqa: S104
    with house_in(tmp_path, databases.url(DATABASE), allowed) as house:
        build_plant(code="F1")
        process = house.start(wait=False)
        assert process.wait(timeout=60) == 3
        assert "the MQTT door is open in clear text" in house.said()
        assert "F1.G1" not in house.server.gateways_file.read_text()
        house.environment["ANLAN_PLAIN_DOORS"] = "1"
        house.start()
        assert "F1.G1" in house.server.gateways_file.read_text()


def test_over_http_the_origin_vouches_for_a_certificate_and_nobody_else(
    signed: Secure, tmp_path: Path
) -> None:
    house = signed.house
    (tmp_path / "proxy_secret").write_text("only the origin knows")
    house.start()
    origin = nginx_of(signed, tmp_path)
    with running(origin, house):
        assert origin.door is not None
        door = f"https://127.0.0.1:{origin.door.port}"
        address = f"{door}/api/v1/observations"
        own = client_of(signed, signed.authority.client("F1.G1"))
        nobody = client_of(signed, None)
        other = client_of(signed, signed.authority.client("F1.G9"))
        box = signed.box()
        unsigned = box.message(box.reading(1.0, now_ms()))[:-65]
        who = {"X-Gateway": "F1.G1"}
        forged = who | {"X-Client-Verify": "SUCCESS", "X-Client-Subject": "CN=F1.G1"}
        assert nobody.post(address, content=unsigned, headers=forged).status_code == 401
        assert other.post(address, content=unsigned, headers=forged).status_code == 401
        house_door = house.health_url.removesuffix("/health")
        assert httpx.post(house_door, content=unsigned, headers=forged).status_code == 401
        assert own.post(address, content=unsigned, headers=who).status_code == 202
        signed_message = box.message(box.reading(2.0, now_ms()))
        assert nobody.post(address, content=signed_message, headers=who).status_code == 202
        assert own.get(door).status_code == 404
    assert [gateway.code for gateway in rows(Gateway)] == ["G1"]


def nginx_of(secure: Secure, folder: Path) -> Nginx:
    dist = folder / "dist"
    dist.mkdir()
    (dist / "index.html").write_text("<title>Anlan</title>")
    owner, place = choose(folder / "nginx")
    web, serve, live, port = ports.free_ports(4)
    return Nginx(
        folder=place,
        owner=owner,
        dist=dist,
        port=web,
        serve_port=serve,
        live_port=live,
        gateway_port=secure.house.http_port,
        proxy_secret=(folder / "proxy_secret").read_text(),
        door=HttpDoor(
            listen="127.0.0.1",
            port=port,
            tls=secure.server,
            client_authority=secure.authority.certificate,
        ),
    )


@contextmanager
def running(origin: Nginx, house: House) -> Iterator[None]:
    origin.write_configuration()
    supervisor = Supervisor(house.folder, house.care, lambda _name, _what: None)
    service = Service(name="nginx", zh="", command=origin.server_command, is_ready=origin.is_ready)
    supervisor.start([service])
    try:
        yield
    finally:
        supervisor.stop()


def client_of(secure: Secure, certificate: Pair | None) -> httpx.Client:
    context = ssl.create_default_context(cafile=str(secure.authority.certificate))
    if certificate is not None:
        context.load_cert_chain(certificate.certificate, certificate.key)
    return httpx.Client(verify=context, timeout=20)
