"""The feeds go through the real door: signed, in sequence, over restarts and a line that breaks."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from anlan.adapters.mqtt.decode import to_batch
from anlan.adapters.mqtt.signature import is_signed_by, split
from anlan.app.demo import feeds as feeding
from anlan.app.demo.control import FaultRequest, request_fault
from anlan.app.demo.credentials import Credentials
from anlan.app.demo.door import SequenceFile, encode
from anlan.app.demo.feeds import NothingToFeedError, open_feeds, run
from anlan.app.demo.load import load_all
from anlan.app.stack.throw_away import Databases
from anlan.kernel.base.clock import now_ms
from anlan.kernel.base.config import Config, config
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.sensing.models import BatchReceipt, Datastream
from tests.app.gateway.house import House, house_in
from tests.conftest import DATABASE

KEY = "ab" * 32
#: A broker whose disk stands still for five seconds closes the line without a PUBACK; the box waits up to
#: ten, comes back and sends again, and the disk of a busy machine may stand still once more.
SENT_AGAIN_S = 120.0
F01 = Credentials(firm="F01", gateway="G1", user="F01.G1", token="t", hmac_key=KEY)


def test_a_message_is_read_and_believed_by_the_door() -> None:
    payload = encode(F01, 7, 1_800_000_000_000, ["A.LI", "A.TI"], [1.25, -3.0])
    body, signature = split(payload)
    batch = to_batch(body)
    assert is_signed_by(body, signature, [bytes.fromhex(KEY)])
    assert not is_signed_by(body, signature, [b"another"])
    assert (batch.gateway, batch.seq, list(batch.tags)) == ("G1", 7, ["A.LI", "A.TI"])
    assert batch.values.tolist() == [1.25, -3.0]
    assert batch.times_ms.tolist() == [1_800_000_000_000] * 2
    assert batch.sent_ms == 1_800_000_000_000


def test_a_sequence_grows_by_one_over_restarts_and_each_gateway_has_its_own(tmp_path: Path) -> None:
    file = tmp_path / "sequences.json"
    assert SequenceFile(file).take(["F01", "F02"]) == {"F01": 1, "F02": 1}
    assert SequenceFile(file).take(["F01"]) == {"F01": 2}
    assert json.loads(file.read_text()) == {"F01": 2, "F02": 1}


def test_a_number_is_on_disk_before_it_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sequences = SequenceFile(tmp_path / "sequences.json")
    sequences.take(["F01"])

    def fails(*_: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(Path, "replace", fails)
    with pytest.raises(OSError, match="disk"):
        sequences.take(["F01"])
    monkeypatch.undo()
    assert SequenceFile(tmp_path / "sequences.json").take(["F01"]) == {"F01": 2}


def test_without_a_loaded_demo_it_is_said_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(NothingToFeedError, match="anlan demo"):
        open_feeds(Config(home=tmp_path))


@pytest.fixture
def house(
    demo_home: Config,
    databases: Databases,
    transactional_db: None,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[House]:
    """Return a house whose database has the demo and whose gateway runs."""
    with house_in(demo_home.home, databases.url(DATABASE)) as made:
        load_all()
        monkeypatch.setenv("ANLAN_MQTT_PORT", str(made.server.mqtt_port))
        config.cache_clear()
        made.start()
        yield made


def receipts() -> list[tuple[int, str, int]]:
    """Return sequence, verdict and refused rows of every batch, in the order of the log."""
    with unit_of_work(machine("test"), read_only=True):
        rows = BatchReceipt.objects.order_by("log_sequence")
        return list(rows.values_list("sequence", "verdict", "refused"))


@pytest.mark.slow
def test_what_is_played_stands_in_the_log(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeding.Feeds, "second", 0.5)
    began = now_ms()
    feeds = open_feeds(config())
    try:
        house.until(lambda: all(feed.door.is_open for feed in feeds.feeds), "the boxes are in")
        assert feeds.step() == 3
        house.until(lambda: len(receipts()) >= 3, "one batch a gateway", SENT_AGAIN_S)
        assert feeds.step() == 0, "the same row is sent once"
    finally:
        feeds.close()
    with unit_of_work(machine("test"), read_only=True):
        tags = dict(Datastream.objects.values_list("number", "tag"))
    assert receipts() == [(1, "accepted", 0)] * 3
    sent = {
        tags[number]: value
        for batch in house.batches()
        for number, value in zip(batch.numbers.tolist(), batch.values.tolist(), strict=True)
    }
    assert set(sent) == set(tags.values())
    assert sent["V201.LI"] == pytest.approx(6.2, abs=0.1)
    times = {int(t) for batch in house.batches() for t in batch.times_ms}
    assert all(began <= t <= now_ms() for t in times)


@pytest.mark.slow
def test_a_lost_gateway_sends_nothing_until_it_is_back_and_the_others_go_on(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = 20.0
    monkeypatch.setattr(feeding.Feeds, "second", property(lambda _self: second))
    feeds = open_feeds(config())
    try:
        house.until(lambda: all(feed.door.is_open for feed in feeds.feeds), "the boxes are in")
        request_fault(house.folder / "demo", FaultRequest(firm="F01", lost_s=30.0))
        sent = []
        for second in (20.0, 40.0, 49.0, 51.0):  # noqa: B007 - what the feeds' clock shows
            sent.append(feeds.step())  # noqa: PERF401 - each step reads it
    finally:
        feeds.close()
    # F09 sends each second and W01 every ten; F01 is back for the last
    assert sent == [2, 2, 1, 3]


@pytest.mark.slow
def test_a_forced_fault_fills_the_tank(house: House) -> None:
    stop = threading.Event()
    feeder = threading.Thread(target=run, args=(stop,))
    feeder.start()
    try:
        with unit_of_work(machine("test"), read_only=True):
            level = Datastream.objects.get(tag="V201.LI", gateway__firm_code="F01").number
        request_fault(house.folder / "demo", FaultRequest(firm="F01", from_row=55))
        house.until(
            lambda: any(
                value > 11.7
                for batch in house.batches()
                for number, value in zip(batch.numbers, batch.values, strict=True)
                if number == level
            ),
            "the level is above its high-high limit",
        )
    finally:
        stop.set()
        feeder.join(timeout=20)
    assert not feeder.is_alive()


@pytest.mark.slow
def test_what_was_measured_while_the_line_was_away_comes_afterwards_in_sequence(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    feeds = open_feeds(config())
    clock = iter(range(1, 1000))
    monkeypatch.setattr(feeding.Feeds, "second", property(lambda _self: float(next(clock))))
    [box] = [feed for feed in feeds.feeds if feed.firm == "F01"]
    for other in feeds.feeds:
        if other is not box:
            other.door.close()
    feeds.feeds = [box]
    try:
        house.until(lambda: box.door.is_open, "the box is in")
        feeds.step()
        house.until(lambda: len(house.batches()) == 1, "the first batch")
        house.server.kill()
        house.until(lambda: not box.door.is_open, "the line is away")
        for _ in range(5):
            feeds.step()
        house.server.start(house.folder / "nats.log")

        def all_sent() -> bool:
            box.door.flush()
            return len(receipts()) == 6

        house.until(all_sent, "all that was measured")
    finally:
        feeds.close()
    assert receipts() == [(number, "accepted", 0) for number in range(1, 7)]
    assert box.door.dropped == 0
