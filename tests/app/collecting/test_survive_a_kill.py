"""The collector as a process, ended without a word: what it acknowledged is not lost, and nothing comes twice."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from anlan.adapters.hj212.frames import FrameReader, frame
from anlan.adapters.hj212.segment import segment_of, text_of
from anlan.app.collecting.config import read
from anlan.app.collecting.process import alone, run
from anlan.app.collecting.status import status
from anlan.kernel.base.config import ConfigurationError
from tests.app.collecting.door import KEY, open_platform, platform_of

PATIENCE_S = 30.0
BEGAN = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=4)  # noqa: TID251 - of the test

CONFIG = """
[door]
url = "{url}"
firm = "F1"
gateway = "G1"
key_file = "key"

[[hj212]]
name = "smoke"
listen = "127.0.0.1:0"
peers = ["127.0.0.0/8"]
[[hj212.station]]
mn = "M1"
password_file = "password"
real_time = {{ "a21026-Rtd" = "SO2" }}
"""


def write_config(folder: Path, url: str) -> Path:
    (folder / "key").write_text(KEY.hex() + "\n")
    (folder / "password").write_text("123456\n")
    file = folder / "collect.toml"
    file.write_text(CONFIG.format(url=url))
    return file


@contextmanager
def collector(config: Path) -> Iterator["subprocess.Popen[bytes]"]:
    with (config.parent / "log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "anlan", "collect", "--config", str(config)],
            stdout=log, stderr=log, env=os.environ, start_new_session=True,
        )  # fmt: skip
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGKILL)
        process.wait(timeout=20)


async def address_of(config: Path, process: "subprocess.Popen[bytes]", before: str = "") -> str:
    """Wait until the collector listens, somewhere else than before; return where."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            assert process.poll() is None, (config.parent / "log").read_text()
            with suppress(ConfigurationError):
                for source in status(config.parent / "outbox.sqlite").sources:
                    if source.name == "smoke" and source.address not in {"", before}:
                        return source.address
            await asyncio.sleep(0.02)


def upload(at: int) -> bytes:
    when = BEGAN + timedelta(seconds=at)
    return frame(
        f"QN={text_of(when, with_ms=True)};ST=31;CN=2011;PW=123456;MN=M1;Flag=5;"
        f"CP=&&DataTime={text_of(when)};a21026-Rtd={at}&&".encode()
    )


async def tell(address: str, first: int, last: int) -> int:
    """Send uploads one after the other, each until it is acknowledged; return how many were."""
    host, _, port = address.rpartition(":")
    acknowledged = 0
    with suppress(ConnectionError):
        reader, writer = await asyncio.open_connection(host, int(port))
        frames = FrameReader()
        for at in range(first, last):
            writer.write(upload(at))
            found: list[bytes] = []
            while not found:
                if not (data := await reader.read(4096)):
                    return acknowledged
                found = [one for one in frames.feed(data) if isinstance(one, bytes)]
            assert segment_of(found[0]).command == 9014
            acknowledged += 1
        writer.close()
    return acknowledged


async def test_what_was_acknowledged_before_a_kill_is_sent_after_it(tmp_path: Path) -> None:
    platform = platform_of(["SO2"])
    config = write_config(tmp_path, platform.url)
    with collector(config) as process:
        address = await address_of(config, process)
        assert await tell(address, 0, 20) == 20
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=20)
    said = status(tmp_path / "outbox.sqlite")
    assert said.waiting.readings == 20
    await platform.open()
    try:
        with collector(config) as process:
            assert [one.value for one in await platform.has(20)] == [float(at) for at in range(20)]
            await address_of(config, process, address)
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=20) == 0, (tmp_path / "log").read_text()
    finally:
        await platform.close()
    assert len(platform.read()) == 20
    assert status(tmp_path / "outbox.sqlite").waiting.readings == 0


@pytest.mark.slow
async def test_kills_at_any_moment_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    count, done, address, lives = 180, 0, "", 3
    async with open_platform(["SO2"]) as platform:
        config = write_config(tmp_path, platform.url)
        for life in range(lives):
            with collector(config) as process:
                address = await address_of(config, process, address)
                telling = asyncio.create_task(tell(address, done, count))
                if life < lives - 1:
                    await platform.has(min(60 * life + 20, done + 20))
                    process.send_signal(signal.SIGKILL)
                done += await telling
                if life == lives - 1:
                    await platform.has(count)
        assert done == count
        found = platform.read()
        assert [one.value for one in found] == [float(at) for at in range(count)]


async def test_two_collectors_do_not_share_an_outbox(tmp_path: Path) -> None:
    checked = read(write_config(tmp_path, "http://127.0.0.1:9/"))
    with (
        alone(checked.outbox_file),
        pytest.raises(ConfigurationError, match="another collector"),
    ):
        await run(checked, asyncio.Event())
