"""The collector as it runs: from a province's two doors to the platform, and what the status says of them."""

import asyncio
from pathlib import Path

from anlan.app.collecting.config import read
from anlan.app.collecting.process import run
from anlan.app.collecting.status import status
from tests.adapters.rest_pull.service import above
from tests.app.collecting.door import KEY, open_platform
from tests.app.collecting.exchange import sqlite_in
from tests.app.collecting.waiting import until

CONFIG = """
[door]
url = "{url}"
firm = "F1"
gateway = "G1"
key_file = "key"

[[exchange]]
name = "province"
url = "{database}"
view = "v_reading"
tag_column = "tag"
time = "at"
value = "val"
watermark = "id"
key = ["id"]
period_s = 0.05
tag = {{ P1 = "LEVEL" }}

[[rest]]
name = "above"
url = "{service}"
rows = "data.items"
tag_column = "point"
time = "updated"
value = "value"
watermark = "updated"
key = ["id"]
since_parameter = "since"
paging = "number"
secret_file = "key"
tag = {{ P = "PRESSURE" }}
"""


async def test_both_doors_of_a_province_reach_the_platform(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(KEY.hex())
    province = sqlite_in(tmp_path)
    province.lay((1, "2026-11-30 08:00:00", "1", ""))
    async with open_platform(["LEVEL", "PRESSURE"]) as platform:
        with above() as service:
            service.rows = [{"id": 1, "point": "P", "updated": "2026-11-30T00:00:00Z", "value": 5}]
            file = tmp_path / "collect.toml"
            file.write_text(
                CONFIG.format(url=platform.url, database=province.url, service=service.url)
            )
            stop = asyncio.Event()
            work = asyncio.create_task(run(read(file), stop))
            await platform.has(2)
            province.lay((2, "2026-11-30 08:00:01", "2", ""))
            found = await platform.has(3)
            await until(
                lambda: (
                    {
                        one.name
                        for one in status(tmp_path / "outbox.sqlite").sources
                        if one.is_connected
                    }
                    >= {"above", "province"}
                )
            )
            stop.set()
            await work
    assert sorted(one.value for one in found) == [1, 2, 5]
    said = {one.name: one for one in status(tmp_path / "outbox.sqlite").sources}
    assert (said["province"].kind, said["province"].readings) == ("exchange", 2)
    assert said["province"].skew_s is not None
    assert abs(said["province"].skew_s) < 5
    assert (said["above"].kind, said["above"].readings) == ("rest", 1)
