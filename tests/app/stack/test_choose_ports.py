"""Two houses that start in the same second never choose one port; a port is free again when they end."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from anlan.app.stack import ports
from anlan.app.stack.nats import nats_in

CHOOSE = """
import sys
from anlan.app.stack import ports
sys.stdin.readline()                    # all begin together
print(ports.free_port(int(sys.argv[1]), span=4), flush=True)
sys.stdin.readline()                    # nobody listens yet, and nobody lets go
"""


class House:
    """Another process that chooses a port and does not listen on it yet."""

    def __init__(self, preferred: int) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", CHOOSE, str(preferred)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def go(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def chosen(self) -> int:
        assert self.process.stdout is not None
        return int(self.process.stdout.readline())

    def end(self) -> None:
        if self.process.poll() is None:
            self.go()
            self.go()
            self.process.communicate(timeout=20)


@pytest.fixture
def street() -> Iterator[list[House]]:
    preferred = ports.free_port()
    ports.release(preferred)
    houses = [House(preferred) for _ in range(6)]
    yield houses
    for house in houses:
        house.end()


def test_houses_that_choose_at_once_choose_differently(street: list[House]) -> None:
    for house in street:
        house.go()
    chosen = [house.chosen() for house in street]
    assert len(set(chosen)) == len(street)


def test_a_port_can_be_chosen_again_when_its_house_has_ended(street: list[House]) -> None:
    first, second = street[:2]
    first.go()
    port = first.chosen()
    assert ports.free_port(port) != port
    first.end()
    second.go()
    assert second.chosen() == port


def test_a_house_may_choose_the_port_that_it_holds_already() -> None:
    port = ports.free_port()
    assert ports.free_port(port) == port
    assert ports.free_port(port, but_not=frozenset({port})) != port
    ports.release(port)


def test_throw_away_ports_are_all_different_and_never_those_of_outgoing_connections() -> None:
    chosen = ports.free_ports(50)
    assert len(set(chosen)) == 50
    lowest = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text("utf-8").split()[0])
    assert max(chosen) < max(lowest, 16_000)


def test_two_servers_chosen_before_either_has_started_both_start(tmp_path: Path) -> None:
    servers = [nats_in(tmp_path / name, throw_away=True) for name in ("a", "b")]
    with ExitStack() as ending:
        for server in servers:
            ending.callback(server.stop)
            server.start(tmp_path / "nats.log")
        assert all(server.is_ready() for server in servers)


def test_a_process_that_ends_holding_ports_leaves_no_socket_to_warn_of() -> None:
    code = "from anlan.app.stack import ports; ports.free_ports(3)"
    ended = subprocess.run(
        [sys.executable, "-X", "dev", "-c", code], capture_output=True, text=True, check=True
    )
    assert ended.stderr == ""
