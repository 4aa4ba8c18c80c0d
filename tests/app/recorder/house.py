"""A recorder as a process of its own, between a real NATS and a real PostgreSQL."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import pyarrow.parquet as pq
from nats.aio.client import Client

from anlan.app.observations import NatsTail
from anlan.app.stack.care import Care
from anlan.kernel.base import bus
from anlan.kernel.base.config import Config
from anlan.kernel.sensing.batch import Batch, columns_of, encode

PATIENCE_S = 60.0
GATEWAY = "01K5000000000000000000000G"

T = TypeVar("T")
Row = tuple[int, int, float, int]


@dataclass(slots=True)
class RecorderHouse:
    """What a test does to a recorder, and what it finds in its folder."""

    config: Config
    folder: Path
    care: Care
    sent: list[tuple[int, Row]] = field(default_factory=list)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    tails: list[NatsTail] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        own = self.config
        return {
            "ANLAN_NODE": own.node,
            "ANLAN_HOME": str(own.home),
            "ANLAN_DATABASE_URL": own.database_url,
            "ANLAN_NATS_URL": own.nats_url,
            "ANLAN_NATS_USER": own.nats_user,
            "ANLAN_NATS_PASSWORD_FILE": str(own.nats_password_file),
            "ANLAN_HISTORY_DIR": str(own.history_dir),
            "ANLAN_SEGMENT_SECONDS": str(own.segment_seconds),
            "ANLAN_EVENTS_MAX_BYTES": str(own.events_max_bytes),
            "ANLAN_READINGS_MAX_BYTES": str(own.readings_max_bytes),
        }

    def start(self, *, wait: bool = True, **other: str) -> subprocess.Popen[bytes]:
        ready = self.folder / "ready"
        ready.unlink(missing_ok=True)
        with self._log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "anlan", "recorder"],
                env=os.environ | self.environment | {"ANLAN_READY_FILE": str(ready)} | other,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.care.group(process.pid)
        self.processes.append(process)
        if wait:
            self.until(ready.exists, "the recorder is ready")
        return process

    @property
    def _log(self) -> Path:
        return self.folder / "recorder.log"

    def said(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")

    def end(self, how: signal.Signals) -> int:
        self.processes[-1].send_signal(how)
        return self.ended()

    def ended(self) -> int:
        process = self.processes[-1]
        code = process.wait(timeout=PATIENCE_S)
        self.care.forget(process.pid)
        return code

    def until(self, holds: Callable[[], bool], what: str) -> None:
        end = time.monotonic() + PATIENCE_S
        while not holds():
            gone = self.processes and self.processes[-1].poll() is not None
            assert not gone, f"the recorder has ended: {self.said()[-3000:]}"
            assert time.monotonic() < end, f"not in time: {what}: {self.said()[-3000:]}"
            time.sleep(0.02)

    def ask(self, question: Callable[[Client], Awaitable[T]]) -> T:
        async def asked() -> T:
            client = await bus.connect(self.config, "test")
            try:
                return await question(client)
            finally:
                await client.close()

        return asyncio.run(asked())

    def publish(self, *batches: Sequence[Row], exercise_id: str | None = None) -> int:
        """Put batches into READINGS as the gateway does; return the last sequence."""

        async def put(client: Client) -> int:
            js = client.jetstream()
            await bus.ensure_streams(js, self.config)
            sequence = 0
            for rows in batches:
                at_ms = max(time for _, time, _, _ in rows) + 100
                batch = Batch(
                    gateway=GATEWAY,
                    seq=len(self.sent),
                    arrived_ms=at_ms,
                    exercise_id=exercise_id,
                    **columns_of(list(rows)),
                )
                shard = bus.EXERCISE_SHARD if exercise_id else 0
                subject = bus.readings_subject(self.config.node, shard, bus.MQTT)
                sequence = (await js.publish(subject, encode(batch))).seq
                if exercise_id is None:
                    self.sent += [(sequence, row) for row in rows]
            return sequence

        return self.ask(put)

    def tail(self) -> NatsTail:
        self.tails.append(NatsTail(self.config))
        return self.tails[-1]

    def on_disk(self) -> Counter[tuple[int, Row]]:
        """Return every row of every real segment, with its sequence."""
        found: Counter[tuple[int, Row]] = Counter()
        names = ("sequence", "number", "beat_ms", "off_ms", "value", "quality")
        for file in sorted((self.folder / "history" / "segments").glob("*.parquet")):
            table = pq.read_table(file, columns=list(names))
            columns = [table[name].to_pylist() for name in names]
            rows = zip(*columns, strict=True)
            found.update((seq, (n, beat + off, v, q)) for seq, n, beat, off, v, q in rows)
        return found

    def stop(self) -> None:
        for tail in self.tails:
            tail.close()
        for process in self.processes:
            if process.poll() is None:
                process.kill()
                process.wait(timeout=20)
            self.care.forget(process.pid)
