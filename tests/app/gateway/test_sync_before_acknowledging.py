"""What the kernel is asked, by strace: every acknowledgement follows the sync of its bytes to disk."""

import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from anlan.kernel.base.bus import MQTT_LOG
from anlan.kernel.base.clock import now_ms
from tests.app.gateway.house import Box, House
from tests.app.gateway.test_keep_readings import post

CALLS = "write,pwrite64,writev,sendto,sendmsg,fsync,fdatasync"
MESSAGES = 8
RAW, READINGS = b"/$MQTT_msgs/msgs/", b"/READINGS/msgs/"
_HEX = re.compile(rb"(?:\\x[0-9a-f]{2})+")
_WIDTH = re.compile(rb"^(\d+) +")
_UPTO = re.compile(rb'\$JS\.API\.STREAM\.PURGE\.\$MQTT_msgs .*?"seq": ?(\d+)', re.DOTALL)
_FILE = re.compile(rb"\(\d+<([^>]*)>")


@contextmanager
def traced(house: House, file: Path) -> Iterator[None]:
    """Write down what broker and gateway ask of the kernel, in one order."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    broker = house.server.pid_file.read_text("ascii").strip()
    processes = ["-p", broker, "-p", str(house.processes[-1].pid)]
    command = ["strace", "-f", "-yy", "-xx", "-s", "4096", "-e", f"trace={CALLS}", "-o", str(file)]
    tracer = subprocess.Popen([*command, *processes], stderr=subprocess.PIPE, text=True)
    assert tracer.stderr is not None
    said = [tracer.stderr.readline(), tracer.stderr.readline()]
    rest = threading.Thread(target=tracer.stderr.read)
    rest.start()  # it names each new thread: nobody may let the pipe run full
    try:
        if not all("attached" in line for line in said):
            pytest.skip(f"this machine lets nobody be traced: {' '.join(said)}")
        yield
    finally:
        tracer.terminate()
        tracer.wait(timeout=20)
        rest.join()
        tracer.stderr.close()


def calls(file: Path) -> list[bytes]:
    """Return the lines in the order of the kernel, their strings readable."""
    # strace sets the process' number five wide
    lines = [_WIDTH.sub(rb"\1 ", line) for line in file.read_bytes().splitlines()]
    return [_HEX.sub(lambda found: _bytes(found.group()), line) for line in lines]


def _bytes(written: bytes) -> bytes:
    return bytes.fromhex(written.replace(b"\\x", b"").decode("ascii"))


def place(lines: list[bytes], *parts: bytes, after: int = -1) -> int:
    """Return the first line behind another one that has all parts."""
    for number, line in enumerate(lines[after + 1 :], after + 1):
        if all(part in line for part in parts):
            return number
    raise AssertionError(f"nowhere behind line {after}: {parts!r}")


def synced(lines: list[bytes], folder: bytes, token: bytes) -> int:
    """Return the line by which the file of this folder that was given these bytes is on the disk."""
    written = place(lines, b"pwrite64(", folder, token)
    named = _FILE.search(lines[written])
    assert named is not None
    asked = place(lines, b"sync(", b"<" + named.group(1) + b">", after=written)
    thread = lines[asked].split(b" ", 1)[0]
    if b"<unfinished" not in lines[asked]:
        done = asked
    else:
        done = next(
            at
            for at, line in enumerate(lines[asked + 1 :], asked + 1)
            if line.startswith(thread + b" <... f") and b"sync resumed>" in line
        )
    assert lines[done].rstrip().endswith(b"= 0")
    return done


def delivery(lines: list[bytes], token: bytes) -> bytes:
    """Return where the gateway must answer that the raw log may forget the message."""
    line = lines[place(lines, b"writev(", b"HMSG $MQTT.msgs.", token)]
    before = line[: line.index(token)]
    return before[before.rindex(b"$JS.ACK.") :].split(b" ", 1)[0]


def raw_count(house: House) -> int:
    """Return how many messages the raw log holds."""
    info = house.ask(lambda bus: bus.jetstream().stream_info(MQTT_LOG))
    return int(info.state.messages)


def forgotten(lines: list[bytes], token: bytes) -> int:
    """Return the line by which the raw log is told to forget the message, alone or with others."""
    answer = delivery(lines, token)
    sequence = int(answer.split(b".")[-4])
    for number, line in enumerate(lines):
        upto = _UPTO.search(line)
        if b"sendto(" in line and (
            b"PUB " + answer + b" " in line or (upto and int(upto.group(1)) > sequence)
        ):
            return number
    raise AssertionError(f"the raw log keeps message {sequence}")


def test_puback_and_202_follow_the_sync_of_their_bytes(
    house: House, box: Box, tmp_path: Path
) -> None:
    house.start()
    box.connect()
    house.until(box.client.is_connected, "the box is in")
    file = tmp_path / "calls"
    with traced(house, file):
        sent = [box.message(box.reading(number, now_ms() + number)) for number in range(MESSAGES)]
        for message in sent:
            box.send(message)
        house.until(lambda: len(house.log()) == MESSAGES, "all are in the log")
        house.until(lambda: raw_count(house) == 0, "the raw log has forgotten all")
        for number in range(MESSAGES):
            posted = box.message(box.reading(number, now_ms() + number))
            assert post(house, posted).status_code == 202
    lines = calls(file)
    gateway = box.plant.gateway.id
    answer = -1
    for number, message in enumerate(sent, 1):
        puback = place(lines, b"writev(", b"<TCP:", b'"@\x02' + number.to_bytes(2, "big") + b'"')
        assert synced(lines, RAW, message[-64:]) < puback
        told = forgotten(lines, message[-64:])
        assert synced(lines, READINGS, b"%s:%d\r\n" % (gateway.encode(), number)) < told
    for number in range(MESSAGES + 1, 2 * MESSAGES + 1):
        answer = place(lines, b"<TCP:", b"HTTP/1.1 202", after=answer)
        assert synced(lines, READINGS, b"%s:%d\r\n" % (gateway.encode(), number)) < answer


def test_the_number_of_a_process_may_be_short(tmp_path: Path) -> None:
    file = tmp_path / "calls"
    file.write_bytes(b"7     fsync(3</x> <unfinished ...>\n12345 <... fsync resumed>) = 0\n")
    assert calls(file) == [b"7 fsync(3</x> <unfinished ...>", b"12345 <... fsync resumed>) = 0"]


def test_a_planted_acknowledgement_before_its_sync_is_noticed() -> None:
    disk = b"/x/$MQTT_msgs/msgs/1.blk"
    written = b'7 pwrite64(3<%b>, "abc", 3, 0) = 3' % disk
    puback = b'8 writev(4<TCP:[a->b]>, [{iov_base="@\x02\x00\x01", iov_len=4}], 1) = 4'
    asked, done = b"7 fsync(3<%b> <unfinished ...>" % disk, b"7 <... fsync resumed>) = 0"
    assert synced([written, asked, done, puback], RAW, b"abc") == 2
    assert synced([written, asked, puback, done], RAW, b"abc") == 3
    with pytest.raises(AssertionError, match="nowhere"):
        synced([asked, done, written, puback], RAW, b"abc")
