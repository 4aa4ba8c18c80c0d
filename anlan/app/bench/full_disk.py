"""The disk under the whole house fills up under load, twice, and is freed again; nobody lends a hand.

NATS, PostgreSQL, history, snapshots and logs lie on one small disk. It is filled to the last byte at
once, so that every process meets the full disk while it writes, and not only the doors that refuse
below 5 %. Gateways keep what is not acknowledged. Once there is room again all must go on by itself,
and every acknowledged reading, transition and event is asked back.
"""

import asyncio
import os
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx

from anlan.app.bench import chaos_truth
from anlan.app.bench.boxes import send_all
from anlan.app.bench.chaos import PATIENCE_S, Load
from anlan.app.bench.house import OURS, BenchHouse, wait_until
from anlan.app.bench.plant import build_plant
from anlan.app.bench.report import Report, Row, new_report

GATEWAYS, A_GATEWAY = 4, 50
ROUNDS = 4
#: The shares of the load after which the disk fills up, and how long it stays full.
FULL_AT, FULL_S = (0.2, 0.6), 15.0
CHUNK = 1 << 20


def run(house: BenchHouse, disk: Path, *, say: Callable[[str], None] = lambda _: None) -> Report:
    """Run in an empty house on a small disk; every row's target is what must be true."""
    report = new_report("full_disk", quick=False)
    boxes = build_plant(house.admin_dsn, gateways=GATEWAYS, datastreams=GATEWAYS * A_GATEWAY)
    house.start()
    house.watch()
    load = Load(boxes, ROUNDS, seed=1)
    load.make(house.nats.mqtt_port)
    whole = _due(load)
    for sender in load.senders:
        sender.open()
    wait_until(lambda: all(one.is_open for one in load.senders), "every gateway is let in")
    sending = threading.Thread(target=send_all, args=[load.senders, 900.0], daemon=True)
    sending.start()
    refused = 0
    for share in FULL_AT:
        left = whole * (1 - share)
        wait_until(lambda: _due(load) <= left, "a part is sent", 600.0)  # noqa: B023 - within the turn
        refused += _fill_up(house, disk, say)
    sending.join()
    for sender in load.senders:
        sender.close()
    wait_until(house.has_servers, "the servers are back")
    say("all is acknowledged; asking back")
    found = asyncio.run(chaos_truth.settle(house, PATIENCE_S))
    chaos_truth.wait_for_history(house, PATIENCE_S)
    size_mb = shutil.disk_usage(disk).total / 1e6
    report.rows.append(Row(name="full_disk.size", value=size_mb, unit="MB"))
    # told, not asked for: where the bus falls first there may be no door to answer
    said = Row(name="full_disk.refused_by_the_door", value=float(refused), unit="times")
    report.rows.extend([said, _refused_by_the_bus(house)])
    for name in ("postgres", "nats", *OURS):
        ends = sum(one == name for one, what in house.crashes if what.startswith("crashed"))
        report.rows.append(Row(name=f"full_disk.ended.{name}", value=float(ends), unit="times"))
    report.rows.extend(chaos_truth.compare(house, load.sent, found))
    return report


def _due(load: Load) -> int:
    return sum(len(one.due) for one in load.senders)


def _refused_by_the_bus(house: BenchHouse) -> Row:
    """Count how often the bus says that the disk took nothing; without it the run has shown nothing."""
    text = (house.layout.logs / "nats.log").read_text(encoding="utf-8", errors="replace")
    seen = text.lower().count("no space left on device")
    name = "full_disk.refused_by_the_bus"
    return Row(name=name, value=float(seen), unit="lines of its log", target=1.0, met=seen >= 1)


def _fill_up(house: BenchHouse, disk: Path, say: Callable[[str], None]) -> int:
    """Fill the disk for a while; return 1 when the door was seen to refuse, else 0."""
    ballast = disk / "ballast"
    say("the disk is full")
    refused = 0
    until = time.monotonic() + FULL_S
    with ballast.open("wb", buffering=0) as file:
        while time.monotonic() < until:
            _write(file.fileno())  # also what others let go meanwhile
            refused |= _refuses(house)
            time.sleep(0.2)
    ballast.unlink()
    say("there is room again")
    return refused


def _write(handle: int) -> None:
    size = CHUNK
    while size:
        try:
            os.write(handle, b"\0" * size)
        except OSError:
            size //= 2


def _refuses(house: BenchHouse) -> int:
    url = f"http://127.0.0.1:{house.ports.gateway}/api/v1/observations"
    try:
        answer = httpx.post(url, content=b"x", headers={"X-Gateway": "bench.G0"}, timeout=5)
        return int(answer.status_code == 503 and answer.json()["code"] == "sensing.disk_full")
    except httpx.HTTPError:
        return 0
