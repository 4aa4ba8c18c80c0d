"""What the kernel is asked, by strace: every acknowledgement follows the sync of its bytes to disk."""

import re
from pathlib import Path

import pytest

from anlan.kernel.base.bus import MQTT_LOG
from anlan.kernel.base.clock import now_ms
from tests.app.gateway.house import Box, House
from tests.app.gateway.test_keep_readings import post
from tests.system_calls import calls, place, synced, traced

MESSAGES = 8
RAW, READINGS = b"/$MQTT_msgs/msgs/", b"/READINGS/msgs/"
_UPTO = re.compile(rb'\$JS\.API\.STREAM\.PURGE\.\$MQTT_msgs .*?"seq": ?(\d+)', re.DOTALL)
#: How the gateway's event loop may send: libuv writes where Python's own loop sends.
_SAID = re.compile(rb" (?:sendto|sendmsg|write|writev)\(\d+<TCP:")


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
        if _SAID.search(line) and (
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
    broker = int(house.server.pid_file.read_text("ascii"))
    with traced([broker, house.processes[-1].pid], file):
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
