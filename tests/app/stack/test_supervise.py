"""The supervisor: waits until ready, restarts what crashes, leaves no process behind."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import nats
import pytest
from nats.errors import Error as NatsError

from anlan.app.stack.care import Care
from anlan.app.stack.errors import StackError
from anlan.app.stack.nats import NatsServer, nats_in
from anlan.app.stack.nats_probe import writes
from anlan.app.stack.service import Service, pause_after
from anlan.app.stack.supervisor import Supervisor
from tests.small_disk import fill, small_disk

#: a process that starts a grandchild which ignores SIGTERM, writes both numbers, and sleeps
PARENT = """
import os, pathlib, signal, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"])
pathlib.Path(sys.argv[1]).write_text(f"{os.getpid()} {child.pid}")
time.sleep(600)
"""
#: a whole house in a process of its own, so that it can be killed
HOUSE = """
import pathlib, sys, time
from anlan.app.stack.care import Care
from anlan.app.stack.owner import caller
from anlan.app.stack.service import Service
from anlan.app.stack.supervisor import Supervisor
folder, parent = pathlib.Path(sys.argv[1]), sys.argv[2]
written = folder / "numbers"
with Care() as care:
    house = Supervisor(folder, care, lambda name, what: None)
    house.obey_signals()
    house.start([Service(name="parent", zh="父", is_ready=written.exists,
        command=lambda: caller().command(sys.executable, "-c", parent, written))])
    (folder / "up").touch()
    house.watch()
    house.stop()
"""


def eventually(condition: Callable[[], bool], *, patience_s: float = 20.0) -> bool:
    until = time.monotonic() + patience_s
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.02)
    return False


def lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.fixture
def reports() -> list[tuple[str, str]]:
    return []


@pytest.fixture
def house(tmp_path: Path, reports: list[tuple[str, str]]) -> Iterator[Supervisor]:
    with Care() as care:
        made = Supervisor(tmp_path, care, lambda name, what: reports.append((name, what)))
        yield made
        made.stop()


def service(tmp_path: Path, code: str, name: str = "one") -> Service:
    """Describe a Python one-liner that is ready once it has made the file `<name>.up`."""
    up = tmp_path / f"{name}.up"
    return Service(
        name=name,
        zh=name,
        command=lambda: [sys.executable, "-c", code, str(up)],
        is_ready=up.exists,
        before=lambda: up.unlink(missing_ok=True),
    )


UP = "import pathlib, sys, time; pathlib.Path(sys.argv[1]).touch(); "


def numbers(folder: Path) -> list[int]:
    return [int(word) for word in (folder / "numbers").read_text().split()]


@pytest.mark.parametrize("wish", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL])
def test_however_the_house_ends_its_grandchildren_end_too(tmp_path: Path, wish: int) -> None:
    house = subprocess.Popen([sys.executable, "-c", HOUSE, str(tmp_path), PARENT])
    assert eventually((tmp_path / "up").exists)
    pids = numbers(tmp_path)
    assert all(lives(pid) for pid in pids)
    house.send_signal(wish)
    house.wait(timeout=30)
    assert eventually(lambda: not any(lives(pid) for pid in pids))


def test_a_crashed_process_is_started_again(
    house: Supervisor, tmp_path: Path, reports: list[tuple[str, str]]
) -> None:
    code = UP + "time.sleep(600)"
    house.start([service(tmp_path, code)])
    first = house.pid_of("one")
    os.kill(first, signal.SIGKILL)
    house.watch(until=lambda: house.pid_of("one") != first and (tmp_path / "one.up").exists())
    assert ("one", "crashed (-9), starting again") in reports
    assert lives(house.pid_of("one"))


def test_what_never_gets_ready_is_named_with_the_end_of_its_log(
    house: Supervisor, tmp_path: Path
) -> None:
    code = "print('no water in the pipe'); raise SystemExit(3)"
    with pytest.raises(StackError, match="no water in the pipe"):
        house.start([service(tmp_path, code, "pump")])


def test_stages_stop_in_reverse_order(
    house: Supervisor, tmp_path: Path, reports: list[tuple[str, str]]
) -> None:
    for name in ("first", "second", "third"):
        house.start([service(tmp_path, UP + "time.sleep(600)", name)])
    house.stop()
    assert [name for name, what in reports if what == "stopped"] == ["third", "second", "first"]


def test_who_is_deaf_to_sigterm_while_starting_is_killed_at_once(
    house: Supervisor, tmp_path: Path
) -> None:
    deaf = Service(
        name="deaf",
        zh="聋",
        command=lambda: [sys.executable, "-c", "import time; time.sleep(600)"],
        is_ready=lambda: False,
        deaf_while_starting=True,
        grace_s=600.0,
    )
    timer = threading.Timer(0.3, house.ask_to_stop)
    timer.start()
    house.start([deaf])
    pid = house.pid_of("deaf")
    house.stop()
    assert not lives(pid)


def test_a_bus_that_runs_but_stores_nothing_is_restarted(
    house: Supervisor, tmp_path: Path, reports: list[tuple[str, str]]
) -> None:
    server = nats_in(tmp_path / "nats", throw_away=True)
    bus = Service(
        name="nats",
        zh="总线",
        command=server.server_command,
        is_ready=server.is_ready,
        before=server.write_configuration,
        is_well=lambda: writes(server),
        ask_every_s=0.2,
        grace_s=0.5,
    )
    house.start([bus])
    assert writes(server)
    first = house.pid_of("nats")
    os.kill(first, signal.SIGSTOP)  # alive, takes connections, and does nothing
    house.watch(until=lambda: house.pid_of("nats") != first and server.is_ready())
    assert ("nats", "crashed (stuck)") in reports
    assert writes(server)


def test_a_bus_with_one_stream_that_met_a_full_disk_is_restarted_once_there_is_room(
    house: Supervisor, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "small", 64) as small:
        small.chmod(0o711)
        server = nats_in(small / "nats", throw_away=True)
        bus = Service(
            name="nats",
            zh="总线",
            command=server.server_command,
            is_ready=server.is_ready,
            before=server.write_configuration,
            is_well=lambda: writes(server),
            ask_every_s=0.2,
            grace_s=5.0,
        )
        house.start([bus])
        assert asyncio.run(_stored(server))
        ballast = fill(small, 0)
        assert not asyncio.run(_stored(server)), "the disk is not full"
        assert writes(server), "a restart would not help while the disk is full"
        first = house.pid_of("nats")
        ballast.unlink()
        assert not asyncio.run(_stored(server)), "it came back by itself: the probe may go"
        assert not writes(server)
        house.watch(until=lambda: house.pid_of("nats") != first and server.is_ready())
        assert asyncio.run(_stored(server))
        assert writes(server)
        house.stop()


async def _stored(server: NatsServer) -> bool:
    """Tell whether a stream of somebody's takes a message of 100 kB."""
    client = await nats.connect(server.url, user=server.user, password=server.password)
    js = client.jetstream(timeout=2)
    try:
        await js.add_stream(name="SOMEBODY", subjects=["somebody.>"])
        for _ in range(20):
            await js.publish("somebody.says", b"0" * 100_000)
    except (NatsError, OSError):
        return False
    else:
        return True
    finally:
        await client.close()


def test_the_pause_before_a_restart_grows_to_half_a_minute() -> None:
    assert [pause_after(count) for count in (1, 2, 3, 20)] == [0.5, 1.0, 2.0, 30.0]
