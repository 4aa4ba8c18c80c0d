"""READINGS into history by the real process: killed, starved of its database, started twice."""

import random
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from nats.aio.client import Client

from anlan.adapters.parquet_history.store import ParquetHistory
from anlan.adapters.parquet_history.verify import verify_files
from anlan.app.stack.care import Care
from anlan.app.stopping import ENDED_HARD
from anlan.kernel.base import bus
from anlan.kernel.base.clock import now_ms
from anlan.kernel.base.config import Config
from anlan.kernel.sensing.catalogue import DjangoCatalogue
from tests.app.recorder.house import RecorderHouse, Row
from tests.s3_server import ACCESS, BUCKET, SECRET, s3_server

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
EXERCISE = "01K5555555555555555555555X"
HOUR = 3_600_000


@pytest.fixture
def house(settings_of_run: Config, tmp_path: Path) -> Iterator[RecorderHouse]:
    own = replace(settings_of_run, history_dir=tmp_path / "history", segment_seconds=0.2)
    with Care() as care:
        made = RecorderHouse(own, tmp_path, care)
        yield made
        made.stop()


def rows(first: int, count: int, *, number: int = 7) -> list[Row]:
    start = now_ms() - 60_000
    return [(number, start + place, float(place), 192) for place in range(first, first + count)]


def store_of(house: RecorderHouse) -> ParquetHistory:
    return ParquetHistory(
        folder=house.config.history_dir, catalogue=DjangoCatalogue(), tail=house.tail()
    )


def test_a_reading_answers_from_the_tail_at_once_and_later_from_a_file(
    house: RecorderHouse,
) -> None:
    house.config = replace(house.config, segment_seconds=3600)
    house.start()
    store = store_of(house)
    sent = rows(0, 30)
    house.publish(sent[:10], sent[10:])
    house.until(lambda: len(tail_rows(store, sent)) == 30, "the recorder has read the log")
    assert DjangoCatalogue().live() == []
    assert store.last([7]).readings[7].t == sent[-1][1]

    assert house.end(signal.SIGTERM) == 0  # it writes what it has, and goes
    (entry,) = DjangoCatalogue().live()
    assert (entry.rows, entry.seq_first, entry.seq_last, entry.shard) == (30, 1, 2, 0)
    answer = store.raw(7, sent[0][1], sent[-1][1] + 1, limit=100)
    assert answer.values.tolist() == [row[2] for row in sent]
    assert answer.tail_missing


def tail_rows(store: ParquetHistory, sent: list[Row]) -> list[float]:
    raw = store.raw(7, sent[0][1], sent[-1][1] + 1, limit=1000)
    return [] if raw.tail_missing else raw.values.tolist()


def test_killed_again_and_again_it_keeps_every_reading_once(house: RecorderHouse) -> None:
    chance = random.Random(7)  # noqa: S311 - not a secret
    sent = 0
    for _ in range(5):
        house.start()
        for _ in range(chance.randint(2, 8)):
            house.publish(rows(sent, 25), rows(sent + 25, 25))
            sent += 50
        time.sleep(chance.uniform(0.0, 0.35))
        assert house.end(signal.SIGKILL) == -signal.SIGKILL
    house.start()
    house.until(lambda: sum(house.on_disk().values()) >= sent, "all is on disk")
    assert house.end(signal.SIGTERM) == 0
    on_disk = house.on_disk()
    assert on_disk == dict.fromkeys(house.sent, 1)
    catalogue = DjangoCatalogue()
    assert verify_files(catalogue, house.config.history_dir) == []
    ranges = sorted((entry.seq_first, entry.seq_last) for entry in catalogue.live())
    assert [first for first, _ in ranges[1:]] == [last + 1 for _, last in ranges[:-1]]
    assert sum(entry.rows for entry in catalogue.live()) == sent


def test_killed_and_put_on_another_machine_it_finds_its_place_in_the_bucket(
    house: RecorderHouse, tmp_path: Path
) -> None:
    """Nothing of the folder survives: only what is in the bucket, and READINGS."""
    with s3_server(tmp_path / "s3") as server:
        (tmp_path / "key").write_text(f"{ACCESS}\n{SECRET}\n")
        bucket = {
            "ANLAN_HISTORY_BUCKET": BUCKET,
            "ANLAN_HISTORY_ENDPOINT": server.endpoint,
            "ANLAN_HISTORY_KEY_FILE": str(tmp_path / "key"),
        }
        sent = 0
        for turn in range(4):
            house.start(wait=True, **bucket)
            for _ in range(5):
                house.publish(rows(sent, 25), rows(sent + 25, 25))
                sent += 50
            if turn < 3:
                time.sleep(0.1 * turn)
                house.end(signal.SIGKILL)
                shutil.rmtree(house.config.history_dir)
        catalogue = DjangoCatalogue()
        house.until(lambda: sum(e.rows for e in catalogue.live()) >= sent, "all is registered")
        assert house.end(signal.SIGTERM) == 0
        folder = house.config.history_dir
        assert verify_files(catalogue, folder, server.disk(folder)) == []
        ranges = sorted((entry.seq_first, entry.seq_last) for entry in catalogue.live())
        assert [first for first, _ in ranges[1:]] == [last + 1 for _, last in ranges[:-1]]
        assert sum(entry.rows for entry in catalogue.live()) == sent
        shutil.rmtree(folder)
        folder.mkdir()
        store = ParquetHistory(folder=folder, catalogue=catalogue, disk=server.disk(folder))
        answer = store.raw(7, 0, now_ms(), limit=10**6)
        assert sorted(answer.times_ms.tolist()) == sorted({row[1] for _, row in house.sent})


def test_with_postgresql_away_it_records_and_registers_later(house: RecorderHouse) -> None:
    house.start(ANLAN_DATABASE_URL="postgresql:///anlan?host=/nowhere")
    sent = rows(0, 40)
    house.publish(sent)
    house.until(lambda: sum(house.on_disk().values()) == 40, "it is on disk")
    assert DjangoCatalogue().live() == []
    tail = house.tail()
    kept = tail.ask([7], 0, now_ms())
    assert kept is not None
    assert len(kept.rows) == 40, "rows of a file without a row are still answered"
    assert house.end(signal.SIGTERM) == 0
    assert house.said().count("registered later") == 1
    house.start()
    house.until(lambda: len(DjangoCatalogue().live()) > 0, "it is registered")
    assert sum(entry.rows for entry in DjangoCatalogue().live()) == 40


def test_only_one_recorder_writes_into_a_folder(house: RecorderHouse) -> None:
    first = house.start()
    house.start(wait=False)
    assert house.ended() == 3
    assert f"pid {first.pid}" in house.said()
    assert first.poll() is None


def test_a_remade_stream_is_a_new_epoch_and_overwrites_nothing(house: RecorderHouse) -> None:
    house.start()
    house.publish(rows(0, 20))
    house.until(lambda: len(DjangoCatalogue().live()) == 1, "the first life is kept")
    old = {file: file.read_bytes() for file in house.config.history_dir.rglob("*.parquet")}

    async def remake(client: Client) -> None:
        js = client.jetstream()
        await js.delete_stream(bus.READINGS)
        await bus.ensure_streams(js, house.config)

    house.ask(remake)
    assert house.ended() == 3
    assert "READINGS was" in house.said()
    house.start()
    assert house.publish(rows(100, 20)) == 1
    house.until(lambda: len(DjangoCatalogue().live()) == 2, "the second life is kept")
    assert {file: file.read_bytes() for file in old} == old
    assert len({entry.epoch for entry in DjangoCatalogue().live()}) == 2


def test_readings_of_an_exercise_are_kept_apart(house: RecorderHouse) -> None:
    house.start()
    real, drill = rows(0, 5), rows(0, 5, number=8)
    house.publish(real)
    house.publish(drill, exercise_id=EXERCISE)
    house.until(lambda: len(DjangoCatalogue().live()) == 2, "both are kept")
    kinds = {entry.exercise_id: entry for entry in DjangoCatalogue().live()}
    assert kinds[EXERCISE].shard == bus.EXERCISE_SHARD
    assert kinds[EXERCISE].epoch != kinds[None].epoch
    store = store_of(house)
    assert len(store.raw(8, drill[0][1], now_ms(), limit=9).times_ms) == 0
    assert len(store.raw(7, real[0][1], now_ms(), limit=9).times_ms) == 5


def test_nobody_waits_long_for_a_recorder_that_is_not_there(house: RecorderHouse) -> None:
    house.publish(rows(0, 1))
    assert house.tail().ask([7], 0, 1) is None
    nowhere = replace(house.config, nats_url="nats://127.0.0.1:1")
    house.config = nowhere
    assert house.tail().ask([7], 0, 1) is None


def test_told_to_stop_in_the_middle_of_a_flood_it_keeps_what_it_read_and_goes(
    house: RecorderHouse,
) -> None:
    batches = [rows(at * 10, 10) for at in range(300)]
    house.publish(*batches)
    for _ in range(3):
        house.start()
        assert house.end(signal.SIGTERM) == 0
    house.start()
    house.until(lambda: house.on_disk().total() == 3000, "all is on disk")
    assert house.on_disk() == dict.fromkeys(house.sent, 1)


def test_told_to_stop_it_goes_although_postgresql_never_answers(
    house: RecorderHouse, dsn: Callable[[str], str]
) -> None:
    house.start()
    with psycopg.connect(dsn("anlan_admin")) as admin:
        admin.execute("LOCK TABLE sensing_historyfile IN ACCESS EXCLUSIVE MODE")
        house.publish(rows(0, 20))
        house.until(lambda: house.on_disk().total() == 20, "it is on disk")
        assert house.end(signal.SIGTERM) == ENDED_HARD
    house.start()
    house.until(lambda: len(DjangoCatalogue().live()) == 1, "the next registers it")
    assert house.on_disk() == dict.fromkeys(house.sent, 1)
