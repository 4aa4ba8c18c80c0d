"""The doctor names what is wrong, with its remedy, above all where everything is."""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from nats.js.errors import NotFoundError

from anlan.app.doctor import CHECKS, Finding, doors, examine
from anlan.kernel.base import bus
from anlan.kernel.base.config import Config
from anlan.kernel.base.ids import new_ulid


def found(config: Config, check: str) -> list[Finding]:
    """Return what one check says."""
    return [finding for name, finding in examine(config) if name == check]


def levels(config: Config) -> dict[str, set[str]]:
    said: dict[str, set[str]] = {name: set() for name in CHECKS}
    for name, finding in examine(config):
        said[name].add(finding.level)
    return said


def anlan(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command where nothing of ours is, as a stranger who is in the wrong folder."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("ANLAN_") and name != "DJANGO_SETTINGS_MODULE"
    }
    environment["ANLAN_DATABASE_URL"] = f"postgresql:///anlan?host={folder}"
    return subprocess.run(
        [sys.executable, "-m", "anlan", *words],
        cwd=folder,
        check=False,
        capture_output=True,
        text=True,
        env=environment | {"PYTHONPATH": str(Path(__file__).parents[2])},
    )


def test_where_nothing_is_every_check_says_so_and_none_gives_up(tmp_path: Path) -> None:
    done = anlan(tmp_path, "doctor")

    assert done.returncode == 1
    assert "Traceback" not in done.stdout + done.stderr
    for name in CHECKS.keys() - {"doors"}:
        assert f"✗ [{name}]" in done.stdout, done.stdout + done.stderr
    first, remedy = done.stdout.splitlines()[:2]
    assert str(tmp_path / "var") in first
    assert "make demo" in remedy
    broken = [line for line in done.stdout.splitlines() if not line.startswith("    →")]
    assert all(line[:3] in {"✗ [", "! [", "✓ ["} for line in broken), done.stdout


def test_of_a_house_that_stands_still_each_finding_is_a_line_with_a_remedy(tmp_path: Path) -> None:
    home = tmp_path / "var"
    (home / "nats").mkdir(parents=True)
    for secret in ("secret_key", "nats/password"):
        (home / secret).write_text("a secret")
        (home / secret).chmod(0o600)
    (home / "anlan.toml").write_text(f'home = "{home}"\nnats_url = "nats://127.0.0.1:1"\n')

    done = anlan(tmp_path, "doctor")

    assert (done.returncode, done.stderr) == (1, "")
    lines = done.stdout.splitlines()
    assert lines[0].startswith("✓ [installation]")
    broken = [at for at, line in enumerate(lines) if line.startswith("✗ ")]
    assert len(broken) > 4
    assert all(lines[at + 1].startswith("    → ") for at in broken), done.stdout


def test_a_door_that_others_reach_in_clear_text_is_named() -> None:
    with socket.create_server(("0.0.0.0", 0)) as door:  # noqa: S104 - what must be found
        port = door.getsockname()[1]
        config = Config(mqtt_port=port, nats_url="nats://127.0.0.1:1", gateway_port=1)
        [finding] = doors(config)
        assert (finding.level, f"0.0.0.0:{port}" in finding.en) == ("broken", True)
        [finding] = doors(replace(config, plain_doors=True))
        assert finding.level == "warning"
    [finding] = doors(config)
    assert finding.level == "ok"


def test_a_door_on_loopback_may_speak_clear_text() -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
        config = Config(mqtt_port=port, nats_url="nats://127.0.0.1:1", gateway_port=1)
        assert [finding.level for finding in doors(config)] == ["ok"]


@pytest.mark.parametrize(
    "words",
    [
        ("audit", "head"),
        ("db", "prepare"),
        ("db", "migrate"),
        ("backup", "somewhere"),
        ("worker",),
        ("gateway",),
        ("region", "load", "atlantis"),
        ("export", "events", "--out", "nowhere/events.md"),
        ("demo-fault", "F01"),
    ],
    ids=" ".join,
)
def test_a_command_that_cannot_work_says_why_in_a_line_and_no_traceback(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "secret_key").write_text("a secret")

    done = anlan(tmp_path, *words)

    assert done.returncode == 1
    assert done.stderr.startswith("✗ "), done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("process", ["serve", "live"])
def test_a_server_whose_port_is_taken_says_so_in_a_line(tmp_path: Path, process: str) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "secret_key").write_text("a secret")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = anlan(tmp_path, process, "--port", port)
    assert done.returncode == 1
    assert done.stderr.startswith(f"✗ 端口 {port} 用不了"), done.stderr
    assert len(done.stderr.splitlines()) == 1


def _migrate(own: Config) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"ANLAN_DATABASE_URL": own.database_url}
    return subprocess.run(
        [sys.executable, "-m", "anlan", "db", "migrate"],
        check=False,
        capture_output=True,
        text=True,
        env=environment,
    )


@pytest.fixture
def own(settings_of_run: Config, tmp_path: Path) -> Config:
    """Return an installation whose database and bus are up, with its secrets in order."""
    (tmp_path / "history").mkdir()
    secret = tmp_path / "secret_key"
    secret.write_text("a secret", encoding="utf-8")
    secret.chmod(0o600)
    return replace(settings_of_run, home=tmp_path)


async def without_readings(config: Config) -> None:
    """Let the bus have no READINGS, whatever was tested on it before."""
    client = await bus.connect(config, "test")
    try:
        with suppress(NotFoundError):
            await client.jetstream().delete_stream(bus.READINGS)
    finally:
        await client.close()


@pytest.mark.django_db(transaction=True)
def test_a_sound_database_is_called_sound_and_a_missing_stream_is_named(own: Config) -> None:
    asyncio.run(without_readings(own))

    said = levels(own)

    assert said["database"] == {"ok"}
    assert said["secrets"] == {"ok"}
    assert said["history"] == {"ok"}
    assert any("READINGS" in one.en for one in found(own, "house") if one.level == "broken")


@pytest.mark.django_db(transaction=True)
def test_a_wall_that_is_down_is_named_and_its_remedy_puts_it_up_again(
    own: Config, dsn: Callable[[str], str]
) -> None:
    with psycopg.connect(dsn("anlan_owner")) as owner:
        owner.execute("ALTER TABLE sensing_limit NO FORCE ROW LEVEL SECURITY")

    (broken,) = [one for one in found(own, "database") if one.level == "broken"]

    assert "sensing_limit" in broken.zh
    assert "sensing_limit" in broken.en
    assert broken.remedy == "anlan db migrate"
    done = _migrate(own)
    assert done.returncode == 0, done.stderr
    assert {one.level for one in found(own, "database")} == {"ok"}


@pytest.mark.django_db(transaction=True)
def test_a_secret_that_others_read_and_a_file_of_history_that_is_lost_are_named(
    own: Config, dsn: Callable[[str], str]
) -> None:
    own.path("secret_key_file").chmod(0o644)
    with psycopg.connect(dsn("anlan_owner")) as owner:
        owner.execute(
            "INSERT INTO sensing_historyfile (id, epoch, seq_first, seq_last, level, number_lo,"
            " number_hi, t_lo_ms, t_hi_ms, rows, sha256, path, live_from)"
            " VALUES (%s, %s, 1, 9, 'segment', 1, 1, 0, 1, 1, '00', 'segments/gone.parquet', now())",
            [new_ulid(), new_ulid()],
        )

    (warning,) = [one for one in found(own, "secrets") if one.level == "warning"]
    (lost,) = found(own, "history")

    assert warning.remedy == f"chmod 600 {own.path('secret_key_file')}"
    assert (lost.level, "segments/gone.parquet" in lost.zh) == ("broken", True)


@pytest.mark.django_db(transaction=True)
def test_a_bus_that_is_away_is_said_and_the_other_checks_go_on(own: Config) -> None:
    nowhere = replace(own, nats_url="nats://127.0.0.1:1")

    said = levels(nowhere)

    assert "broken" in said["house"]
    assert said["database"] == {"ok"}
    assert said["history"] == {"ok"}
