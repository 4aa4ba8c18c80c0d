"""One source that cannot even begin disturbs no other, and its trouble stands in the status."""

import asyncio
import socket
from contextlib import suppress
from pathlib import Path

from anlan.app.collecting.config import read
from anlan.app.collecting.process import run
from anlan.app.collecting.status import Status, status
from anlan.kernel.base.config import ConfigurationError
from tests.adapters.modbus.device import device, unit, words
from tests.app.collecting.door import KEY, open_platform
from tests.app.collecting.waiting import until

CONFIG = """
[door]
url = "{url}"
firm = "F1"
gateway = "G1"
key_file = "key"

[[hj212]]
name = "taken"
listen = "127.0.0.1:{taken}"
peers = ["127.0.0.0/8"]
[[hj212.station]]
mn = "M1"
password_file = "key"
real_time = {{ "a21026-Rtd" = "SO2" }}

[[modbus]]
name = "tanks"
host = "127.0.0.1"
port = {modbus}
period_s = 0.1
[[modbus.register]]
tag = "LEVEL"
address = 0

[[modbus]]
name = "away"
host = "127.0.0.1"
port = {nobody}
[[modbus.register]]
tag = "OTHER"
address = 0

[[files]]
name = "lab"
folder = "not there"
tag = {{ "P" = "P" }}
"""


async def test_a_source_that_cannot_begin_disturbs_no_other(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(KEY.hex())
    with socket.create_server(("127.0.0.1", 0)) as taken, socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))  # nobody listens there, and nobody else can
        async with (
            open_platform(["LEVEL"]) as platform,
            device(unit(1, holding=[words(0, 5)])) as (port, _),
        ):
            file = tmp_path / "collect.toml"
            file.write_text(
                CONFIG.format(
                    url=platform.url, modbus=port, taken=taken.getsockname()[1],
                    nobody=bound.getsockname()[1],
                )
            )  # fmt: skip
            checked, stop = read(file), asyncio.Event()
            work = asyncio.create_task(run(checked, stop))
            await platform.has(3)

            def said() -> Status | None:
                with suppress(ConfigurationError):
                    return status(checked.outbox_file)
                return None

            def troubles() -> dict[str, str]:
                found = said()
                return {one.name: one.last_error for one in found.sources} if found else {}

            await until(lambda: troubles().get("taken") and troubles().get("away"))
            assert "in use" in troubles()["taken"]
            assert "does not answer" in troubles()["away"]
            assert "No such file" in troubles()["lab"]
            assert troubles()["tanks"] == ""
            stop.set()
            await work
    up = {one.name: one.is_connected for one in status(checked.outbox_file).sources}
    assert up["taken"] is False
