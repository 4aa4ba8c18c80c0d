"""The disk full and free again, the clock wrong, NATS away and back: each reading is kept once."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from anlan.adapters.parquet_history.store import ParquetHistory
from anlan.adapters.parquet_history.verify import verify_files
from anlan.app.stack.care import Care
from anlan.app.stack.nats import nats_in
from anlan.kernel.base.clock import now_ms
from anlan.kernel.base.config import Config
from anlan.kernel.sensing.catalogue import DjangoCatalogue
from tests.app.recorder.house import RecorderHouse, Row
from tests.small_disk import fill, small_disk
from tests.wrong_clock import wrong_clock

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def house(settings_of_run: Config, tmp_path: Path) -> Iterator[RecorderHouse]:
    own = replace(settings_of_run, history_dir=tmp_path / "history", segment_seconds=0.2)
    with Care() as care:
        made = RecorderHouse(own, tmp_path, care)
        yield made
        made.stop()


def rows(first: int, count: int) -> list[Row]:
    start = now_ms() - 60_000
    return [(7, start + place, float(place), 192) for place in range(first, first + count)]


def test_a_full_disk_is_waited_for_and_loses_nothing(house: RecorderHouse, tmp_path: Path) -> None:
    with small_disk(tmp_path / "small", 8) as small:
        house.config = replace(house.config, history_dir=small / "history")
        house.start()
        house.publish(rows(0, 500))
        catalogue = DjangoCatalogue()
        house.until(lambda: sum(e.rows for e in catalogue.live()) == 500, "the first are kept")
        ballast = fill(small, 0)
        for turn in range(1, 11):
            house.publish(rows(turn * 500, 500))
        house.until(lambda: "the disk does not take readings" in house.said(), "it is told")
        assert sum(entry.rows for entry in catalogue.live()) == 500
        store = ParquetHistory(
            folder=house.config.history_dir, catalogue=catalogue, tail=house.tail()
        )

        def answered() -> int:
            return len(store.raw(7, 0, now_ms(), limit=10**5).times_ms)

        sent = len({row[1] for _, row in house.sent})
        house.until(lambda: answered() == sent, "what waits is answered from memory")
        ballast.unlink()
        house.until(lambda: sum(e.rows for e in catalogue.live()) == 11 * 500, "all are kept")
        assert answered() == sent
        assert verify_files(catalogue, house.config.history_dir) == []
        assert house.processes[-1].poll() is None, "nobody had to start it again"
        house.stop()


@pytest.mark.parametrize("offset", ["+7200s", "-7200s"])
def test_a_recorder_whose_clock_is_wrong_keeps_times_and_lags_as_they_came(
    house: RecorderHouse, offset: str
) -> None:
    house.start(wait=True, **wrong_clock(offset))
    prompt, late = rows(0, 50), [(7, now_ms() - 3_600_000 + place, 1.0, 192) for place in range(50)]
    house.publish(prompt)
    house.publish([*late, (7, now_ms(), 2.0, 192)])  # a message arrives as of its newest reading
    house.until(lambda: house.on_disk().total() == 101, "all is on disk")
    assert set(house.on_disk()) == set(house.sent)
    lags = [
        lag
        for file in (house.config.history_dir / "segments").glob("*.parquet")
        for lag in pq.read_table(file, columns=["lag_s"])["lag_s"].to_pylist()
    ]
    assert sorted(set(lags)) == [0, 3600]
    assert sum(lag == 3600 for lag in lags) == 50


def test_with_nats_away_it_waits_and_goes_on_behind_its_last_message(
    house: RecorderHouse, tmp_path: Path
) -> None:
    server = nats_in(tmp_path / "nats", throw_away=True)
    tmp_path.chmod(0o711)
    house.care.group(server.start(tmp_path / "nats.log"))
    house.config = replace(
        house.config,
        nats_url=server.url,
        nats_user=server.user,
        nats_password_file=server.password_file,
    )
    house.start()
    house.publish(rows(0, 100), rows(100, 100))
    house.until(lambda: house.on_disk().total() == 200, "the first are on disk")
    server.kill()
    house.until(lambda: "NATS" in house.said(), "it waits for NATS")
    store = ParquetHistory(
        folder=house.config.history_dir, catalogue=DjangoCatalogue(), tail=house.tail()
    )
    sent = {row[1] for _, row in house.sent}
    answer = store.raw(7, 0, now_ms(), limit=10**5)
    assert set(answer.times_ms.tolist()) == sent, "files answer without NATS"
    assert answer.tail_missing, "and the answer says that the newest may be missing"
    house.care.group(server.start(tmp_path / "nats.log"))
    house.publish(rows(200, 100))
    house.until(lambda: house.on_disk().total() == 300, "it goes on by itself")
    assert house.on_disk() == dict.fromkeys(house.sent, 1)
    assert house.processes[-1].poll() is None
    house.stop()
    server.stop()
