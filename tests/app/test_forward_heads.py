"""Heads of the journal go to a collector of logs over TLS: each once, in order, and to nobody else."""

import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from anlan.app.head_forwarding import AUTHORITY, SENT, behind, forward_heads
from anlan.app.stack.certificates import Authority
from anlan.kernel.base import heads
from anlan.kernel.base.config import Config
from anlan.kernel.base.heads import Head
from anlan.kernel.base.syslog import frame

AT = datetime(2026, 11, 29, 4, 5, 6, 789_000, tzinfo=UTC)


@dataclass
class Collected:
    """A collector on a port of this machine: what it was sent, connection by connection."""

    context: ssl.SSLContext
    port: int = 0
    heard: list[bytes] = field(default_factory=list)
    _door: socket.socket | None = None

    def open(self) -> None:
        """Listen, at the port of before where there was one."""
        door = socket.create_server(("127.0.0.1", self.port))
        self.port = door.getsockname()[1]
        self._door = door
        threading.Thread(target=self._listen, args=[door], daemon=True).start()

    def close(self) -> None:
        """Be away."""
        if self._door is not None:
            # wakes who waits in accept, which closing alone does not
            self._door.shutdown(socket.SHUT_RDWR)
            self._door.close()
            self._door = None

    def _listen(self, door: socket.socket) -> None:
        while True:
            try:
                plain, _ = door.accept()
            except OSError:
                return
            try:
                with self.context.wrap_socket(plain, server_side=True) as line:
                    self.heard.append(b"".join(iter(lambda: line.recv(65_536), b"")))
            except OSError:
                plain.close()

    @property
    def texts(self) -> list[str]:
        """The texts of all messages, taken out of their frames."""
        found, content = [], b"".join(self.heard)
        while content:
            length, _, rest = content.partition(b" ")
            message, content = rest[: int(length)], rest[int(length) :]
            found.append(message.decode().partition("\ufeff")[2])
        return found


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    made = Authority(tmp_path / "authority")
    made.make()
    return made


@pytest.fixture
def collector(authority: Authority) -> Iterator[Collected]:
    pair = authority.server(["127.0.0.1"])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.certificate, pair.key)
    made = Collected(context)
    made.open()
    yield made
    made.close()


@pytest.fixture
def settings(tmp_path: Path, authority: Authority, collector: Collected) -> Config:
    made = Config(home=tmp_path, node="n640181", audit_syslog=f"tls://127.0.0.1:{collector.port}")
    made.path("tls_dir").mkdir()
    (made.path("tls_dir") / AUTHORITY).write_bytes(authority.certificate.read_bytes())
    return made


def exported(settings: Config, *positions: int) -> list[str]:
    """Export heads at these positions; return their lines."""
    file = settings.path("audit_dir") / heads.FILE
    return [
        heads.export(file, Head(position=one, digest=bytes([one]) * 32), settings.node, AT)
        for one in positions
    ]


def test_a_message_is_framed_by_its_octets_and_says_who_and_what() -> None:
    made = frame("链头 7\nab", node="n640181", about="audit-head", at=AT)
    length, _, message = made.partition(b" ")
    assert int(length) == len(message)
    assert message.decode() == (
        "<110>1 2026-11-29T04:05:06.789Z n640181 anlan - audit-head - \ufeff链头 7 ab"
    )


def test_8_1_4_3_c_each_head_is_handed_to_the_collector_once_and_in_order(
    settings: Config, collector: Collected
) -> None:
    first = exported(settings, 1, 2)
    assert (behind(settings), forward_heads(settings), behind(settings)) == (2, 2, 0)
    assert forward_heads(settings) == 0, "nothing new"
    second = exported(settings, 3)
    assert forward_heads(settings) == 1
    assert collector.texts == first + second


def test_8_1_4_3_c_what_the_collector_missed_is_handed_over_when_it_is_back(
    settings: Config, collector: Collected
) -> None:
    lines = exported(settings, 1)
    forward_heads(settings)
    collector.close()
    lines += exported(settings, 2, 3)
    with pytest.raises(OSError, match=r"refused|111"):
        forward_heads(settings)
    assert behind(settings) == 2
    collector.open()
    assert forward_heads(settings) == 2
    assert collector.texts == lines


def test_8_1_4_3_c_a_stranger_in_its_place_is_told_nothing(
    settings: Config, collector: Collected, tmp_path: Path
) -> None:
    exported(settings, 1)
    stranger = Authority(tmp_path / "stranger")
    stranger.make()
    (settings.path("tls_dir") / AUTHORITY).write_bytes(stranger.certificate.read_bytes())
    with pytest.raises(ssl.SSLCertVerificationError):
        forward_heads(settings)
    assert (collector.texts, behind(settings)) == ([], 1)


def test_a_line_that_is_being_written_waits_and_a_new_file_begins_anew(
    settings: Config, collector: Collected
) -> None:
    [line] = exported(settings, 1)
    file = settings.path("audit_dir") / heads.FILE
    with file.open("a", encoding="utf-8") as opened:
        opened.write("2026-11-29T04:05:06+00:00 n640181 2 ab")
    assert forward_heads(settings) == 1
    file.unlink()
    [anew] = exported(settings, 4)
    (settings.path("audit_dir") / SENT).write_text("100000", encoding="ascii")
    assert forward_heads(settings) == 1
    assert collector.texts == [line, anew]


def test_without_a_collector_nobody_is_told(settings: Config, tmp_path: Path) -> None:
    none = Config(home=tmp_path, node="n640181")
    exported(none, 1)
    assert forward_heads(none) == 0
    assert settings.audit_syslog
