"""A device keeps the order of its messages over a broken line; a scripted broker looks at the wire."""

import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from anlan.adapters.mqtt.line import Line

CONNECT, PUBLISH = 0x10, 0x30
CONNACK = bytes([0x20, 2, 0, 0])
PATIENCE_S = 20.0


class Broker:
    """A broker that does what the test says, one connection after another."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._listening.settimeout(PATIENCE_S)
        self.port = self._listening.getsockname()[1]

    def accept(self) -> None:
        """Take a connection and its CONNECT; nothing is answered."""
        self._line, _ = self._listening.accept()
        self._line.settimeout(PATIENCE_S)
        assert self._packet()[0] & 0xF0 == CONNECT

    def let_in(self) -> None:
        self._line.sendall(CONNACK)

    def hear(self) -> bytes:
        """Return the payload of the next PUBLISH, acknowledge nothing."""
        kind, body = self._packet()
        assert kind & 0xF0 == PUBLISH
        topic = int.from_bytes(body[:2])
        self.number = body[2 + topic : 4 + topic]
        return body[4 + topic :]

    def acknowledge(self) -> None:
        self._line.sendall(bytes([0x40, 2]) + self.number)

    def cut(self) -> None:
        self._line.close()

    def close(self) -> None:
        self._listening.close()

    def _packet(self) -> tuple[int, bytes]:
        kind, length = self._read(2)
        return kind, self._read(length)

    def _read(self, count: int) -> bytes:
        found = b""
        while len(found) < count:
            more = self._line.recv(count - len(found))
            assert more, "the device has gone"
            found += more
        return found


@pytest.fixture
def broker() -> Iterator[Broker]:
    made = Broker()
    yield made
    made.close()


@pytest.fixture
def line(broker: Broker) -> Iterator[Line]:
    client = Client(CallbackAPIVersion.VERSION2)
    client.reconnect_delay_set(1, 1)
    made = Line(client)
    client.connect_async("127.0.0.1", broker.port)
    client.loop_start()
    yield made
    client.disconnect()
    client.loop_stop()


def until(holds: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.005)


def send(line: Line, word: bytes) -> None:
    until(lambda: line.publish("t", word))


def test_what_was_under_way_at_a_break_goes_before_anything_new(broker: Broker, line: Line) -> None:
    broker.accept()
    broker.let_in()
    send(line, b"1")
    send(line, b"2")
    assert [broker.hear(), broker.hear()] == [b"1", b"2"]
    broker.cut()
    broker.accept()  # a new connection, not let in yet: paho by itself would write at once
    assert line.publish("t", b"3") is None
    broker.let_in()
    assert broker.hear() == b"1"
    assert line.publish("t", b"3") is None
    broker.acknowledge()
    assert broker.hear() == b"2"
    broker.acknowledge()
    sender = threading.Thread(target=send, args=(line, b"3"))
    sender.start()
    assert broker.hear() == b"3"
    sender.join()
    assert (line.sent, line.acknowledged) == (3, 2)


def test_nothing_is_written_before_the_door_has_let_us_in(broker: Broker, line: Line) -> None:
    broker.accept()
    assert line.publish("t", b"1") is None
    broker.let_in()
    send(line, b"1")
    assert broker.hear() == b"1"
    broker.acknowledge()
    until(lambda: line.under_way == 0)
    broker.cut()
    broker.accept()
    assert line.publish("t", b"2") is None
    broker.let_in()
    send(line, b"2")
    assert broker.hear() == b"2"
