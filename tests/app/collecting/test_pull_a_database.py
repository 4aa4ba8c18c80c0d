"""An exchange database to the outbox: late, changed and lost rows, what cannot be read, nothing twice."""

import asyncio
import json
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from anlan.adapters.exchange_db.settings import Exchange
from anlan.adapters.exchange_db.view import View
from anlan.app.collecting.backoff import Backoff
from anlan.app.collecting.letters import pieces
from anlan.app.collecting.outbox import OutboxFullError
from anlan.app.collecting.outbox_thread import OutboxThread
from anlan.app.collecting.pull_progress import mark_of
from anlan.app.collecting.pulling import Pulling
from anlan.app.collecting.state import Told
from anlan.kernel.sensing.pulled import AwayError
from tests.app.collecting.exchange import Province, outbox_in, sqlite_in, values_in
from tests.app.collecting.waiting import ended, until

Make = Callable[..., Pulling]
AT = "2026-11-30 08:00:0{}"


@pytest.fixture
def pulling(tmp_path: Path) -> Iterator[Make]:
    threads: list[OutboxThread] = []

    def make(settings: Exchange) -> Pulling:
        if not threads:
            threads.append(OutboxThread(outbox_in(tmp_path)))
        state = Told(settings.name, "exchange")
        return Pulling(View(settings, ""), settings, 0.02, threads[0], state, Backoff(0.01, 0.02))

    yield make
    for one in threads:
        one.close()


def rows(first: int, last: int) -> list[tuple[int, str, str, str]]:
    return [(n, AT.format(n % 10), str(n), AT.format(n % 10)) for n in range(first, last)]


async def test_all_rows_come_once_in_order_over_pages_and_rounds(
    tmp_path: Path, pulling: Make
) -> None:
    province = sqlite_in(tmp_path)
    province.lay(*rows(1, 9))
    work = pulling(province.settings())
    await work.round()
    await work.round()
    province.lay(*rows(9, 11))
    await pulling(province.settings()).round()  # a collector begun anew
    assert values_in(work.thread.outbox) == [float(n) for n in range(1, 11)]


async def test_a_reading_is_what_the_mapping_says(tmp_path: Path, pulling: Make) -> None:
    province = sqlite_in(tmp_path)
    province.lay((1, "2026-11-30 08:00:00", "7.5", ""))
    province.say("UPDATE v_reading SET q = '1'")
    work = pulling(province.settings())
    await work.round()
    one = work.thread.outbox.following()
    assert one is not None
    said = json.loads(one.body)
    assert said["columns"] == {
        "tags": ["T101.LI"], "i": [0], "t": [1_795_996_800_000], "v": [7.5], "q": [0],
    }  # fmt: skip


async def test_a_row_that_arrives_late_is_taken_once(tmp_path: Path, pulling: Make) -> None:
    province = sqlite_in(tmp_path)
    province.lay(*rows(1, 4), *rows(5, 9))
    work = pulling(province.settings())
    await work.round()
    province.lay(*rows(4, 5))
    await work.round()
    await work.round()
    assert values_in(work.thread.outbox) == [1, 2, 3, 5, 6, 7, 8, 4]


async def test_changed_and_lost_rows_in_the_overlap_are_counted_once_each_and_shown(
    tmp_path: Path, pulling: Make
) -> None:
    province = sqlite_in(tmp_path)
    province.lay(*rows(1, 9))
    work = pulling(province.settings())
    await work.round()
    province.say("UPDATE v_reading SET val = '60' WHERE id = 6")
    province.say("DELETE FROM v_reading WHERE id = 7")
    await work.round()
    await work.round()
    counts = work.state.counts
    assert (counts["rows_changed"], counts["rows_gone"]) == (1, 1)
    [piece] = pieces(tmp_path / "outbox.sqlite")
    assert (piece.reason, json.loads(piece.text)["val"]) == ("row_changed", "60")
    province.lay(*rows(7, 8))  # as it was: no second reading
    await work.round()
    assert values_in(work.thread.outbox) == [1, 2, 3, 4, 5, 6, 7, 8]


async def test_what_cannot_be_read_is_set_aside_with_why_and_stops_nothing(
    tmp_path: Path, pulling: Make
) -> None:
    province = sqlite_in(tmp_path)
    province.lay((1, "soon", "1", ""), (2, AT.format(1), "many", ""), (3, AT.format(1), None, ""))
    province.lay((4, AT.format(1), "4", ""), tag="NOBODY")
    province.lay((5, AT.format(1), "5", ""), (6, AT.format(1), "6", ""))
    province.say("UPDATE v_reading SET q = 'what' WHERE id = 5")
    work = pulling(province.settings())
    await work.round()
    assert values_in(work.thread.outbox) == [6]
    aside = [(one.reason, json.loads(one.text)["id"]) for one in pieces(tmp_path / "outbox.sqlite")]
    assert aside == [("quality_bad", 5), ("value_bad", 3), ("value_bad", 2), ("time_bad", 1)]
    assert (work.state.counts["rows_refused"], work.state.counts["rows_unmapped"]) == (4, 1)


async def test_many_rows_of_one_watermark_are_told_apart_by_the_key(
    tmp_path: Path, pulling: Make
) -> None:
    province = sqlite_in(tmp_path)
    province.lay(*((n, AT.format(1), str(n), AT.format(1)) for n in range(1, 12)))
    work = pulling(province.settings(watermark="laid", key=["tag", "id"]))
    await work.round()
    assert values_in(work.thread.outbox) == [float(n) for n in range(1, 12)]


async def test_a_row_of_the_far_future_hides_no_other(tmp_path: Path, pulling: Make) -> None:
    province = sqlite_in(tmp_path)
    said = province.settings(watermark="laid", overlap_s=60)
    stamp = datetime.now(UTC) + timedelta(hours=8)  # noqa: TID251 - of the test
    province.lay((1, "2099-01-01 00:00:00", "1", "2099-01-01 00:00:00"))
    work = pulling(said)
    await work.round()
    province.lay((2, AT.format(1), "2", f"{stamp:%Y-%m-%d %H:%M:%S}"))
    await work.round()
    assert values_in(work.thread.outbox) == [1, 2]


async def test_a_wrong_number_that_was_taken_away_hides_no_other_and_is_told_each_round(
    tmp_path: Path, pulling: Make
) -> None:
    province = sqlite_in(tmp_path)
    province.lay(*rows(1, 4), (999_999_999, AT.format(1), "9", ""))
    work = pulling(province.settings())
    await work.round()
    assert values_in(work.thread.outbox) == [1, 2, 3, 9]
    province.say("DELETE FROM v_reading WHERE id = 999999999")
    province.lay(*rows(4, 6))
    for more in (rows(6, 8), rows(8, 30), []):
        with pytest.raises(AwayError, match=r"the greatest is .*, yet 999999999 was read") as told:
            await work.round()
        assert told.value.retry_after_s == work.period_s
        if more:
            province.lay(*more)
    found = values_in(work.thread.outbox)
    assert set(found) >= {float(n) for n in range(4, 8)}
    assert found[-5:] == [25, 26, 27, 28, 29], "no later row twice"
    assert len(found) == len(set(found))


async def test_a_last_row_that_is_taken_away_is_no_wrong_number(
    tmp_path: Path, pulling: Make
) -> None:
    province = sqlite_in(tmp_path)
    province.lay(*rows(1, 9))
    work = pulling(province.settings())
    await work.round()
    province.say("DELETE FROM v_reading WHERE id > 5")
    province.lay(*rows(6, 7))
    await work.round()
    assert work.state.is_connected


async def test_only_the_named_firm_and_only_from_the_start(tmp_path: Path, pulling: Make) -> None:
    province = sqlite_in(tmp_path)
    province.lay(*rows(1, 4))
    province.lay(*rows(4, 6), firm="F2")
    where = [{"column": "firm", "value": "F2"}]
    work = pulling(
        msgspec.convert(
            {**msgspec.to_builtins(province.settings()), "where": where, "start": 5}, Exchange
        )
    )
    await work.round()
    assert values_in(work.thread.outbox) == [5]


async def test_without_room_nothing_is_taken_and_the_place_stays(
    tmp_path: Path, pulling: Make
) -> None:
    province = sqlite_in(tmp_path)
    province.lay(*rows(1, 4))
    work = pulling(province.settings())
    outbox = work.thread.outbox
    limit, outbox.limit_bytes = outbox.limit_bytes, 0
    with pytest.raises(OutboxFullError):
        await work.round()
    assert mark_of(outbox.db, "province") is None
    outbox.limit_bytes = limit
    await work.round()
    assert values_in(outbox) == [1, 2, 3]


async def test_a_source_that_is_away_is_asked_again(tmp_path: Path, pulling: Make) -> None:
    said = Province(f"sqlite:///{tmp_path / 'later.sqlite'}").settings()
    (tmp_path / "later.sqlite").rename(tmp_path / "away")
    work = pulling(said)
    running = asyncio.create_task(work.run())
    await until(lambda: work.state.counts["errors"] >= 2)
    assert not work.state.is_connected
    assert not (tmp_path / "later.sqlite").exists(), "it is only read"
    (tmp_path / "away").rename(tmp_path / "later.sqlite")
    await until(lambda: work.state.counts["rounds"])
    await ended(running)


async def test_a_database_that_does_not_answer_is_given_up_in_time(
    tmp_path: Path, pulling: Make
) -> None:
    province = sqlite_in(tmp_path)
    work = pulling(province.settings(timeout_s=1.0))
    work.source.said = msgspec.structs.replace(work.source.said, timeout_s=0.1)  # type: ignore[attr-defined]
    with sqlite3.connect(tmp_path / "province.sqlite", isolation_level=None) as line:
        line.execute("BEGIN EXCLUSIVE")
        with pytest.raises(AwayError, match=r"no answer within 0\.1 s"):
            await work.round()


async def test_names_of_columns_are_quoted(tmp_path: Path, pulling: Make) -> None:
    province = sqlite_in(tmp_path)
    province.say('CREATE TABLE "Order" ("select" INTEGER, "位号" TEXT, "From" TEXT, "值$" REAL)')
    province.say("""INSERT INTO "Order" VALUES (1, 'P1', '2026-11-30T00:00:00Z', 2.5)""")
    said = Exchange(
        name="p", url=province.url, view="Order", tag_column="位号", time="From", value="值$",
        watermark="select", key=["select"], tag={"P1": "T"},
    )  # fmt: skip
    work = pulling(said)
    await work.round()
    assert values_in(work.thread.outbox) == [2.5]
