"""A line to PostgreSQL that was cut is given up within seconds, in every process that holds one."""

import os
import socket
from typing import Any

import pytest
from psycopg import conninfo, pq

from anlan.app import relay
from anlan.app.backup import _owner
from anlan.app.settings import database
from anlan.app.streaming.database import _conninfo
from anlan.kernel.base.config import load
from anlan.kernel.base.database_line import DEFAULTS

FAR = "postgresql://db.example:5433/anlan?sslmode=verify-full"
#: What the kernel is told of the line, by the parameter that says it (ms, s, s, times).
TOLD = {
    "tcp_user_timeout": (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT),
    "keepalives_idle": (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE),
    "keepalives_interval": (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL),
    "keepalives_count": (socket.IPPROTO_TCP, socket.TCP_KEEPCNT),
    "keepalives": (socket.SOL_SOCKET, socket.SO_KEEPALIVE),
}


def test_what_the_address_says_of_its_line_counts_more() -> None:
    said = database(f"{FAR}&tcp_user_timeout=30000&keepalives_idle=60", "anlan_engine")["OPTIONS"]
    assert (said["tcp_user_timeout"], said["keepalives_idle"]) == ("30000", "60")
    assert said["keepalives_count"] == DEFAULTS["keepalives_count"]
    assert said["sslmode"] == "verify-full"


@pytest.mark.django_db
def test_the_connection_that_django_makes_is_watched() -> None:
    from django.db import connection

    connection.ensure_connection()
    info = connection.connection.info  # libpq's own word on this very connection
    held: dict[str, Any] = info.get_parameters()
    assert {name: held[name] for name in DEFAULTS} == {
        name: str(value) for name, value in DEFAULTS.items()
    }


def test_the_line_of_the_live_process_is_watched() -> None:
    environment = {"ANLAN_DATABASE_URL": FAR}
    held = conninfo.conninfo_to_dict(_conninfo(load(environment)))
    assert {name: held[name] for name in TOLD} == {name: str(DEFAULTS[name]) for name in TOLD}


def test_the_lines_of_the_relay_are_watched() -> None:
    """Both: on one it seals, on the other it publishes, with a setting of its own."""
    for options in ((), ("synchronous_commit=off",)):
        config = load({"ANLAN_DATABASE_URL": f"{FAR}&keepalives_idle=60"})
        held = conninfo.conninfo_to_dict(relay.conninfo(config, *options))
        figures = {**DEFAULTS, "keepalives_idle": 60}
        assert {name: held[name] for name in DEFAULTS} == {
            name: str(value) for name, value in figures.items()
        }
        assert held["sslmode"] == "verify-full"
        assert held["options"] == " ".join(f"-c {one}" for one in ("TimeZone=UTC", *options))


def test_the_lines_of_a_backup_are_watched() -> None:
    """Its own, and those of `pg_dump` and `pg_restore`, which take the same words."""
    held = conninfo.conninfo_to_dict(_owner(load({"ANLAN_DATABASE_URL": FAR})))
    assert {name: held[name] for name in DEFAULTS} == {
        name: str(value) for name, value in DEFAULTS.items()
    }
    assert (held["user"], held["sslmode"]) == ("anlan_owner", "verify-full")


def test_the_kernel_is_told_once_the_line_stands() -> None:
    """A port that takes the line and says nothing is enough: libpq tells the kernel before it logs in."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        options = database(f"postgresql://127.0.0.1:{port}/anlan", "anlan_engine")["OPTIONS"]
        line = {name: options[name] for name in DEFAULTS}
        wanted = conninfo.make_conninfo(host="127.0.0.1", port=port, sslmode="disable", **line)
        connection = pq.PGconn.connect_start(wanted.encode())
        try:
            # connecting, then connected: the second step is libpq's, once the kernel says so
            while connection.connect_poll() == pq.PollingStatus.WRITING:
                pass
            with socket.socket(fileno=os.dup(connection.socket)) as held:
                told = {name: held.getsockopt(*option) for name, option in TOLD.items()}
        finally:
            connection.finish()
    assert told == {name: DEFAULTS[name] for name in TOLD}
