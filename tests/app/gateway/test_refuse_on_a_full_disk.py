"""A disk that fills up and is freed again, under a flow of readings: nothing told stored is lost."""

import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from anlan.app.stack.throw_away import Databases
from anlan.kernel.base.clock import now_ms
from tests.app.gateway.house import Box, House, house_in
from tests.conftest import DATABASE
from tests.plant import build_plant
from tests.small_disk import small_disk

pytestmark = pytest.mark.slow
SIZE_MB = 256


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, as small as the test needs."""
    with small_disk(tmp_path / "small", SIZE_MB) as folder:
        yield folder


@pytest.fixture
def house(small: Path, databases: Databases, transactional_db: None) -> Iterator[House]:
    with house_in(small, databases.url(DATABASE)) as made:
        yield made


@pytest.fixture
def box(house: House) -> Iterator[Box]:
    made = Box(build_plant(code="F1"), house.server.mqtt_port)
    yield made
    made.close()


def fill(folder: Path, free_share: float) -> Path:
    """Leave so much of the disk free."""
    ballast = folder / "ballast"
    usage = shutil.disk_usage(folder)
    with ballast.open("wb") as file:
        left = usage.free - int(usage.total * free_share)
        while left > 0:
            left -= file.write(b"\0" * min(left, 1 << 20))
    return ballast


def test_the_doors_refuse_below_five_percent_and_open_by_themselves(
    house: House, box: Box, small: Path
) -> None:
    house.start()
    box.connect()
    stop = threading.Event()

    def flow() -> None:
        message = box.message(box.reading(0.0, now_ms()))
        while not stop.is_set():
            # one under way: the box keeps what it was not answered for
            if not box.line.under_way and box.line.publish(box.topic, message) is not None:
                message = box.message(box.reading(box.seq % 90, now_ms()))
            time.sleep(0.01)

    sender = threading.Thread(target=flow)
    sender.start()
    try:
        house.until(lambda: box.line.acknowledged > 20, "readings flow")
        ballast = fill(small, 0.03)
        house.until(lambda: _answer(house) == (503, "sensing.disk_full"), "HTTP refuses")
        house.until(lambda: not box.client.is_connected(), "MQTT is closed to devices")
        kept = box.line.acknowledged
        time.sleep(3)
        assert box.line.acknowledged == kept, "a closed door told something stored"
        ballast.unlink()
        house.until(lambda: box.line.acknowledged > kept + 20, "readings flow again by themselves")
    finally:
        stop.set()
        sender.join()
    sent = box.line.sent
    house.until(lambda: box.line.acknowledged == sent, "every message has its PUBACK")
    house.until(lambda: house.count() >= sent, "every message is in the log")
    assert [batch.seq for batch in house.batches()] == list(range(1, sent + 1))
    assert _answer(house)[0] == 401, "HTTP judges again"


def _answer(house: House) -> tuple[int, str]:
    url = house.health_url.removesuffix("/health")
    found = httpx.post(url, content=b"x", headers={"X-Gateway": "F1.G1"}, timeout=20)
    return found.status_code, found.json()["code"]
