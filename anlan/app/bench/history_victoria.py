"""The other peer of history: VictoriaMetrics as Debian packs it, a process of its own.

It answers before its data are on disk and keeps no quality: what it holds is (time, value) only.
"""

import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from anlan.app.bench.processes import used_s
from anlan.app.stack.care import Care
from anlan.app.stack.ports import LOOPBACK, free_port
from anlan.kernel.sensing.batch import Batch

PROGRAM = "victoria-metrics"
NAME = "victoria-metrics"
WAIT_S = 0.05
#: A firm has so many datastreams.
FIRM = 100


@dataclass(slots=True)
class Victoria:
    """A running server and a connection to it."""

    care: Care
    process: subprocess.Popen[bytes]
    folder: Path
    http: httpx.Client

    @classmethod
    def open(cls) -> "Victoria | None":
        """Start a server; None where the program is not installed."""
        program = shutil.which(PROGRAM)
        if program is None:
            return None
        folder = Path(tempfile.mkdtemp(prefix="anlan-bench-vm-"))
        care = Care()
        care.folder(folder)
        port = free_port()
        process = subprocess.Popen(
            [
                program,
                f"-storageDataPath={folder}",
                f"-httpListenAddr={LOOPBACK}:{port}",
                "-retentionPeriod=100y",
                "-loggerLevel=ERROR",
                "-search.maxUniqueTimeseries=1000000",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        care.group(process.pid)
        http = httpx.Client(base_url=f"http://{LOOPBACK}:{port}", timeout=120)
        one = cls(care, process, folder, http)
        one._wait()
        return one

    def _wait(self) -> None:
        end = time.monotonic() + 20
        while True:
            try:
                self.http.get("/health").raise_for_status()
            except httpx.HTTPError:
                if time.monotonic() > end:
                    raise
                time.sleep(WAIT_S)
            else:
                return

    def cpu_s(self) -> float:
        """Return the CPU seconds that the server has used."""
        return used_s({NAME: self.process.pid})[NAME]

    def send(self, payloads: Iterable[bytes]) -> None:
        """Import payload after payload."""
        for payload in payloads:
            self.http.post("/api/v1/import", content=payload).raise_for_status()

    def flush(self) -> None:
        """Put what is in memory on disk."""
        self.http.get("/internal/force_flush").raise_for_status()

    def merge(self) -> None:
        """Make one of what lies on disk; it answers at once and merges on, so it is waited for."""
        self.http.get("/internal/force_merge").raise_for_status()
        time.sleep(WAIT_S)
        while "vm_active_force_merges 0" not in self.http.get("/metrics").text:
            time.sleep(WAIT_S)

    def settle(self) -> None:
        """Put what is in memory on disk and merge it."""
        self.flush()
        self.merge()

    def bytes_per_reading(self, rows: int) -> float:
        """Return data and index over the rows."""
        parts = (self.folder / "data", self.folder / "indexdb")
        files = [file for part in parts for file in part.rglob("*") if file.is_file()]
        return sum(file.stat().st_size for file in files) / rows

    def raw(self, match: str, start_ms: int, end_ms: int) -> int:
        """Return how many readings a span of series has; they come as JSON and are read."""
        answer = self.http.get(
            "/api/v1/export",
            params={
                "match[]": f"r{{{match}}}",
                "start": start_ms / 1000,
                "end": (end_ms - 1) / 1000,
            },
        )
        return sum(len(json.loads(line)["values"]) for line in answer.text.splitlines())

    def buckets(self, number: int, start_ms: int, end_ms: int, points: int) -> int:
        """Ask for minimum, maximum and mean in buckets; return how many figures came."""
        width = -(-(end_ms - start_ms) // points) // 1000
        answer = self.http.get(
            "/api/v1/query_range",
            params={
                "query": f'rollup(r{{n="{number}"}}[{width}s])',
                "start": start_ms // 1000 + width,
                "end": end_ms // 1000,
                "step": width,
                "nocache": 1,
            },
        )
        return sum(len(series["values"]) for series in answer.json()["data"]["result"])

    def close(self) -> None:
        """Stop the server and remove its folder."""
        self.http.close()
        self.care.close()
        self.process.wait()


def payload_of(batches: Sequence[Batch]) -> bytes:
    """Return messages as the lines that VictoriaMetrics imports fastest: a series a line."""
    numbers, times, values = (
        np.concatenate([getattr(batch, name) for batch in batches])
        for name in ("numbers", "times_ms", "values")
    )
    order = np.argsort(numbers, kind="stable")
    numbers, times, values = numbers[order], times[order], values[order]
    starts = np.flatnonzero(np.append(True, np.diff(numbers) != 0)).tolist()
    lines = [
        _line(int(numbers[start]), times[start:end].tolist(), values[start:end].tolist())
        for start, end in zip(starts, [*starts[1:], len(numbers)], strict=True)
    ]
    return "\n".join(lines).encode()


def _line(number: int, times: list[Any], values: list[Any]) -> str:
    metric = {"__name__": "r", "n": str(number), "f": str(number // FIRM)}
    line = {"metric": metric, "values": values, "timestamps": times}
    return json.dumps(line, separators=(",", ":"))
