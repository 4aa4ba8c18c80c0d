"""The house with each of its parts away, killed and started again: what every screen is told."""

import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from anlan.app.stack.throw_away import Databases
from anlan.app.streaming import house as streaming
from anlan.app.streaming import rights
from anlan.app.streaming.house import House as Live
from anlan.kernel.base import bus
from anlan.kernel.base.config import Config
from anlan.kernel.base.permissions import Scope
from tests.app.gateway.house import House, house_in
from tests.app.listener import SECRET, Listener, listening, somebody, ticket
from tests.conftest import DATABASE
from tests.journal_rows import NINGDONG
from tests.small_disk import fill, small_disk

pytestmark = pytest.mark.slow
HERE = somebody(Scope(divs=((NINGDONG, NINGDONG),)))
EVERYBODY = {"engine", "gateway", "recorder"}


@pytest.fixture
def house(tmp_path: Path, databases: Databases, transactional_db: None) -> Iterator[House]:
    """NATS and a database; processes are started by the tests, by the same folder and addresses."""
    with house_in(tmp_path, databases.url(DATABASE)) as made:
        yield made


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look more often; a beat by the clock would not be seen, so what comes was told at once."""
    monkeypatch.setattr(streaming, "LOOK_S", 0.2)
    monkeypatch.setattr(streaming, "BEAT_S", 3600.0)
    monkeypatch.setattr(rights, "ASK_EVERY_S", 3600.0)


@asynccontextmanager
async def screen(own: Config) -> AsyncIterator[tuple[Live, Listener]]:
    """Run the live stream with a screen that listens."""
    client = await bus.connect(own, "test")
    await bus.ensure_streams(client.jetstream(), own)
    await client.close()
    live = Live(own, SECRET)
    live.start()
    async with listening(live, ticket=ticket(HERE)) as listener:
        yield live, listener
    await live.close()


async def told(listener: Listener, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Return the first beat that says it."""
    while True:
        _, said, _ = await listener.next("beat")
        if wanted(said):
            return said


def begin(house: House, name: str) -> "subprocess.Popen[bytes]":
    with (house.folder / f"{name}.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "anlan", name],
            env=os.environ | house.environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    house.care.group(process.pid)
    return process


@pytest.mark.parametrize("name", sorted(EVERYBODY))
async def test_a_process_that_is_killed_is_away_and_comes_back(house: House, name: str) -> None:
    async with screen(house.config) as (_, listener):
        said = await told(listener, lambda beat: set(beat["away"]) == EVERYBODY)
        assert (said["database"], said["disk"]) == ("ok", "ok")
        for _turn in range(2):
            process = begin(house, name)
            await told(listener, lambda beat: set(beat["away"]) == EVERYBODY - {name})
            process.kill()
            process.wait()
            await told(listener, lambda beat: set(beat["away"]) == EVERYBODY)


async def test_with_nats_away_only_the_bus_is_blamed(house: House) -> None:
    async with screen(house.config) as (live, listener):
        await told(listener, lambda beat: set(beat["away"]) == EVERYBODY)
        house.server.kill()
        said = await told(listener, lambda beat: "bus" in beat["away"])
        assert set(said["away"]) == {"bus", "engine"}, (
            "a gateway that cannot be asked is not blamed"
        )
        assert said["engine_lag_s"] is None
        assert live.health()["bus"] == "away"
        house.care.group(house.server.start(house.folder / "nats.log"))
        await told(listener, lambda beat: set(beat["away"]) == EVERYBODY)


async def test_with_postgresql_away_the_engine_cannot_be_told(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with screen(house.config) as (live, listener):
        await told(listener, lambda beat: set(beat["away"]) == EVERYBODY)
        there = live.database._conninfo
        monkeypatch.setattr(live.database, "_conninfo", "host=127.0.0.1 port=1 connect_timeout=2")
        await live.database.close()
        said = await told(listener, lambda beat: beat["database"] == "away")
        assert "engine" not in said["away"]
        assert said["engine_lag_s"] is None
        monkeypatch.setattr(live.database, "_conninfo", there)
        await told(listener, lambda beat: beat["database"] == "ok" and "engine" in beat["away"])


async def test_a_disk_that_fills_up_and_is_freed_is_told_by_its_thresholds(
    house: House, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "small", 64) as small:
        house.environment |= {"ANLAN_HISTORY_DIR": str(small / "history")}
        size = shutil.disk_usage(small).total
        async with screen(house.config) as (_, listener):
            await told(listener, lambda beat: set(beat["away"]) == EVERYBODY)
            for share, disk in ((0.16, "ok"), (0.14, "low"), (0.09, "stopped"), (0.04, "refusing")):
                fill(small, int(size * share))
                if disk != "ok":  # what does not change is not told at once
                    await told(listener, _says(disk))
            (small / "ballast").unlink()
            await told(listener, lambda beat: beat["disk"] == "ok")


def _says(disk: str) -> Callable[[dict[str, Any]], bool]:
    return lambda beat: bool(beat["disk"] == disk)
