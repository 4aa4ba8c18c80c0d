"""Before a source is taken on: ten rows as they would arrive. After: a day's rows here and at the sender."""

import asyncio
import json
from pathlib import Path

from typer.testing import CliRunner, Result

from anlan.adapters.exchange_db.view import View
from anlan.app.cli.main import build
from anlan.app.collecting.outbox_thread import OutboxThread
from anlan.app.collecting.pulling import Pulling
from anlan.app.collecting.state import Told
from tests.app.collecting.door import KEY
from tests.app.collecting.exchange import Province, outbox_in, sqlite_in

CONFIG = """
[door]
url = "https://county.example/api/v1/observations"
firm = "F1"
gateway = "G1"
key_file = "key"

[[exchange]]
name = "province"
url = "{url}"
view = "v_reading"
tag_column = "tag"
time = "at"
value = "val"
watermark = "id"
key = ["id"]
overlap_rows = 0
tag = {{ P1 = "T101.LI" }}
"""


def call(folder: Path, province: Province, *words: str) -> Result:
    (folder / "key").write_text(KEY.hex())
    (folder / "collect.toml").write_text(CONFIG.format(url=province.url))
    said = ["collect", *words, "--config", str(folder / "collect.toml")]
    return CliRunner().invoke(build("collect"), said)


def collect(folder: Path, province: Province) -> None:
    said, thread = province.settings(quality="", overlap_rows=0), OutboxThread(outbox_in(folder))
    asyncio.run(Pulling(View(said, ""), said, 1.0, thread, Told("province", "exchange")).round())
    thread.close()


def laid(folder: Path) -> Province:
    province = sqlite_in(folder)
    province.lay((1, "2026-11-30 00:00:00", "7.5", ""), (2, "2026-11-30 23:59:59", "x", ""))
    province.lay((3, "2026-11-29 23:59:59", "1", ""), (4, "2026-12-01 00:00:00", "2", ""))
    return province


def test_rows_are_shown_as_they_would_arrive_and_nothing_is_kept(tmp_path: Path) -> None:
    province = laid(tmp_path)
    said = call(tmp_path, province, "check", "--rows", "2")
    assert said.exit_code == 0, said.output
    lines = said.output.splitlines()
    assert lines[1] == "  T101.LI  2026-11-29T16:00:00.000Z  7.5  192"
    assert lines[2].startswith('  ✗ value_bad  {"tag": "P1"')
    assert len(lines) == 4
    assert not (tmp_path / "outbox.sqlite").exists()
    collect(tmp_path, province)
    before = (tmp_path / "outbox.sqlite").read_bytes()
    assert (
        "2026-11-30T16:00:00.000Z  2  192"
        in call(tmp_path, province, "check", "--rows", "9").output
    )
    assert (tmp_path / "outbox.sqlite").read_bytes() == before


def test_a_source_that_is_away_is_told_by_the_check(tmp_path: Path) -> None:
    province = laid(tmp_path)
    assert call(tmp_path, province, "check", "--rows", "1").exit_code == 0
    (tmp_path / "province.sqlite").unlink()
    said = call(tmp_path, province, "check", "--rows", "1")
    assert said.exit_code == 1
    assert "province：unable to open" in said.output


def test_a_driver_that_is_not_there_is_told(tmp_path: Path) -> None:
    province = laid(tmp_path)
    province.url = "oracle+oracledb://u@10.1.1.1/x"
    said = call(tmp_path, province, "check")
    assert said.exit_code == 1
    assert "the driver" in said.output


def test_a_day_is_held_against_the_sender(tmp_path: Path) -> None:
    province = laid(tmp_path)
    province.say("UPDATE v_reading SET val = '3' WHERE id = 2")
    province.lay((5, "2026-11-30 12:00:00", "2", ""), tag="NOBODY")
    collect(tmp_path, province)
    said = call(tmp_path, province, "counts", "--day", "2026-11-30")
    assert said.output == (
        "= province 2026-11-30  上级 sender 3 rows, 本地 here 2 rows (未映射 unmapped 1)\n"
    )
    assert said.exit_code == 0
    province.lay((0, "2026-11-30 12:00:00", "2", ""))  # behind the overlap
    said = call(tmp_path, province, "counts", "--day", "2026-11-30", "--json")
    assert said.exit_code == 1
    assert json.loads(said.output) == [
        {"source": "province", "day": "2026-11-30", "here": 2, "refused": 0, "unmapped": 1, "sender": 4}
    ]  # fmt: skip
