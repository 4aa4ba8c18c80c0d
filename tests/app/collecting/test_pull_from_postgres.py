"""PostgreSQL as the exchange database: true times, numbers, a clock, and a line that only reads."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from anlan.adapters.exchange_db.view import View
from anlan.app.collecting.outbox_thread import OutboxThread
from anlan.app.collecting.pulling import Pulling
from anlan.app.collecting.state import Told
from anlan.app.stack.throw_away import Databases
from anlan.kernel.sensing.pulled import AwayError
from tests.app.collecting.exchange import Province, outbox_in, values_in

NAME = "exchange_of_a_province"


@pytest.fixture(params=["TIMESTAMP", "TIMESTAMPTZ"])
def province(databases: Databases, request: pytest.FixtureRequest) -> Iterator[Province]:
    databases.clone(NAME)
    where = f"postgresql+psycopg://anlan_admin@/{NAME}?host={databases.sockets}"
    made = Province(where, time=request.param)
    yield made
    made.engine.dispose()


async def test_times_as_watermark_page_by_page(province: Province, tmp_path: Path) -> None:
    stamp = "2026-11-30 08:00:0{}" + ("+08" if province.time == "TIMESTAMPTZ" else "")
    province.lay(*((n, stamp.format(n // 4), str(n), stamp.format(n // 4)) for n in range(1, 12)))
    said = province.settings(watermark="laid", overlap_s=1)
    thread = OutboxThread(outbox_in(tmp_path))
    work = Pulling(View(said, ""), said, 1.0, thread, Told("province", "exchange"))
    await work.round()
    province.lay((12, stamp.format(2), "12", stamp.format(1)))
    await work.round()
    first = thread.outbox.following()
    assert first is not None
    assert first.first_ms == 1_795_996_800_000
    assert values_in(thread.outbox) == [float(n) for n in range(1, 13)]
    assert work.state.skew_s is not None
    assert abs(work.state.skew_s) < 5
    midnight = datetime(2026, 11, 29, 16, tzinfo=UTC)
    assert await work.source.count(midnight, datetime(2026, 11, 30, 0, 0, 1, tzinfo=UTC)) == 3
    await work.source.close()
    thread.close()


async def test_the_line_only_reads_and_the_server_gives_up_in_time(province: Province) -> None:
    view = View(province.settings(timeout_s=1.0), "")
    with pytest.raises(AwayError, match="read-only"):
        await view._do(lambda: view._one(text("DELETE FROM v_reading RETURNING id")))
    with view._engine.connect() as line:
        assert line.execute(text("SHOW statement_timeout")).scalar() == "1s"
    await view.close()
