"""A whole machine is lost and comes back from its backup: what its processes answer and do after that."""

import asyncio
import json
import shutil
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
from django.db import connections
from nats.js.errors import NotFoundError

from anlan.adapters.parquet_history.store import ParquetHistory
from anlan.app.bench import chaos_truth
from anlan.app.bench.boxes import payload_of
from anlan.app.bench.house import BenchHouse, wait_until
from anlan.app.bench.plant import BEYOND, CALM, Box, build_plant
from anlan.app.bench.readings_made import Made
from anlan.app.gateway_http import PATH
from anlan.kernel.base import bus
from anlan.kernel.base.config import config
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.sensing.catalogue import DjangoCatalogue

PATIENCE_S = 60.0
_ALARMS = """
    SELECT d.number, a.id, a.condition, a.instrument_state, a.occurrences, a.raised_at::text,
           a.last_raised_at::text, a.value, a.priority, a.version
    FROM alerts_alarm a JOIN sensing_datastream d ON d.id = a.datastream_id ORDER BY d.number, a.id
"""
_TOLD = """
    SELECT d.number, j.type, j.object FROM base_journal j
    JOIN sensing_datastream d ON d.id = j.data->>'datastream_id'
    WHERE j.type IN ('alerts.alarm.raised', 'alerts.alarm.returned') ORDER BY j.id
"""

_PUBLISHED = "SELECT coalesce(max(published_upto), 0) FROM base_relayprogress"


@dataclass(slots=True)
class Lost:
    """A house with one gateway, told what to measure; `seen` is what it answered when."""

    house: BenchHouse
    box: Box
    seq: int = 0
    seen: dict[str, Any] = field(default_factory=dict)

    def measure(self, *values: float) -> None:
        """Let the gateway say one value of each of its datastreams, over the HTTP door."""
        self.seq += 1
        count = len(values)
        now_ms = time.time_ns() // 1_000_000
        made = Made(np.arange(count), np.full(count, now_ms, np.int64), np.array(values))
        payload = payload_of(self.box, self.seq, made, packed=False)
        address = f"http://127.0.0.1:{self.house.ports.gateway}{PATH}"
        asked = urllib.request.Request(address, payload, {"X-Gateway": self.box.user})
        with urllib.request.urlopen(asked, timeout=30) as answer:  # noqa: S310
            assert answer.status == 202

    def note(self, moment: str) -> None:
        """Write down what the house answers now."""
        connections.close_all()
        with psycopg.connect(self.house.admin_dsn) as admin:
            alarms = [list(row) for row in admin.execute(_ALARMS)]
            told = [list(row) for row in admin.execute(_TOLD)]
        self.seen[moment] = {"alarms": alarms, "told": told, "readings": self.readings()}

    def readings(self) -> dict[int, list[float]]:
        """Return the values that history has of each datastream, in the order of their times."""
        store = ParquetHistory(
            folder=self.house.layout.home / "history", catalogue=DjangoCatalogue(_looking)
        )
        whole = {one: store.raw(one, 0, 2**60, limit=1_000) for one in self.box.numbers}
        return {number: found.values.tolist() for number, found in whole.items()}

    def settle(self) -> None:
        """Wait until everything that was sent is judged, sealed and in history."""
        asyncio.run(chaos_truth.settle(self.house, PATIENCE_S, begun_at=self._published()))
        # files of the lost log bear higher numbers than the new one has: the readings are counted
        whole = self.seq * len(self.box.numbers)
        wait_until(lambda: sum(map(len, self.readings().values())) >= whole, "history has all")

    def _published(self) -> int:
        """Return behind which position EVENTS was begun."""
        return int(self.seen.get("begun_at", 0))

    def lose_everything(self) -> None:
        """Leave nothing but the servers' programs, the settings and the keys."""
        self.house.stand_still()
        connections.close_all()
        dsn = self.house.cluster.dsn("anlan_admin", "postgres")
        with psycopg.connect(dsn, autocommit=True) as admin:
            admin.execute("DROP DATABASE anlan WITH (FORCE)")
        for name in ("history", "documents", "audit", "snapshots"):
            folder = self.house.layout.home / name
            for one in folder.iterdir() if folder.is_dir() else ():
                shutil.rmtree(one) if one.is_dir() else one.unlink()
        asyncio.run(_forget_log())

    def come_back(self, backup: Path) -> None:
        """Do what docs/restore.md says for a machine that was lost."""
        paper = backup.parent / "rehearsal.json"
        steps = {
            "prepare": ("db", "prepare"),
            "restore": ("restore", str(backup), "--report", str(paper), "--who", "钱数据"),
            "verify": ("audit", "verify"),
            "signed": ("audit", "rehearsal", str(paper)),
        }
        self.seen["steps"] = {name: self.house.command(*words) for name, words in steps.items()}
        self.seen["report"] = json.loads(paper.read_text(encoding="utf-8"))["report"]


@contextmanager
def _looking() -> Iterator[None]:
    with unit_of_work(machine("test"), read_only=True):
        yield


async def _forget_log() -> None:
    client = await bus.connect(config(), "test")
    for name in (bus.READINGS, bus.EVENTS):
        with suppress(NotFoundError):
            await client.jetstream().delete_stream(name)
    await client.close()


def live_and_come_back(house: BenchHouse) -> dict[str, Any]:
    """Live, be backed up, lose everything, come back, go on; return what was seen."""
    [box] = build_plant(house.admin_dsn, gateways=1, datastreams=4)
    lost = Lost(house, box)
    house.start()
    house.watch()
    lost.measure(CALM, CALM, CALM, CALM)
    lost.measure(BEYOND, BEYOND, BEYOND, CALM)
    lost.measure(BEYOND, BEYOND, CALM, CALM)
    lost.settle()
    lost.note("before")
    backup = house.layout.home / "backup"
    lost.seen["backup"] = house.command("backup", str(backup))
    lost.lose_everything()
    lost.come_back(backup)
    lost.note("restored")
    with psycopg.connect(house.admin_dsn) as admin:
        row = admin.execute(_PUBLISHED).fetchone()
    lost.seen["begun_at"] = row[0] if row else 0
    house.start()
    house.watch()
    lost.measure(BEYOND, CALM, CALM, BEYOND)
    lost.measure(BEYOND, CALM, CALM, BEYOND)
    lost.settle()
    lost.note("after")
    return lost.seen
