"""`anlan collect status`: a table for people, JSON for programs, read beside the running process."""

import json
from pathlib import Path

from typer.testing import CliRunner, Result

from anlan.app.cli.main import build
from anlan.app.collecting.message import composed
from anlan.app.collecting.outbox import Outbox
from anlan.app.collecting.state import Told
from anlan.kernel.sensing.sample import Sample
from tests.app.collecting.test_read_the_config import GOOD, written

AT_MS = 1_785_549_600_000


def outbox_with_troubles(folder: Path) -> Outbox:
    box = Outbox(
        folder / "outbox.sqlite", lambda seq, some, held: composed("G1", seq, some, held), 1024**2
    )
    box.keep("smoke", [Sample("SO2", AT_MS, 1.0)])
    one = box.following()
    assert one is not None
    box.bury(one, 422, "sensing.unreadable 报文不能读取")
    box.keep("smoke", [Sample("SO2", AT_MS, 1.0), Sample("SO2", AT_MS + 1, 2.0)])
    box.set_aside("smoke", "10.1.2.9:4000", "crc", b"##")
    smoke = Told("smoke", "hj212", is_connected=True, address="0.0.0.0:9212")
    smoke.kept([Sample("SO2", AT_MS, 1.0)], "M1")
    smoke.says_now("M1", 31.25)
    smoke.failed("10.1.2.9: crc", "set_aside")
    box.write_states({"smoke": smoke.body(), "door": Told("door", "door").body()})
    return box


def test_status_for_programs(tmp_path: Path) -> None:
    outbox_with_troubles(tmp_path)
    config = written(tmp_path, GOOD)
    said = CliRunner().invoke(
        build("collect"), ["collect", "status", "--config", str(config), "--json"]
    )
    assert said.exit_code == 0, said.output
    found = json.loads(said.output)
    waiting = found["waiting"]
    assert (waiting["readings"], waiting["dead_letters"], waiting["broken"]) == (2, 1, 1)
    assert [one["name"] for one in found["sources"]] == ["smoke", "door"]
    smoke = found["sources"][0]
    assert (smoke["is_connected"], smoke["last_reading_ms"], smoke["skew_s"]) == (
        True,
        AT_MS,
        31.25,
    )
    assert smoke["counts"] == {"set_aside": 1}
    assert smoke["devices"] == {"M1": {"last_reading_ms": AT_MS, "readings": 1, "skew_s": 31.25}}
    assert found["dead_letters"][0]["status"] == 422


def test_status_for_people(tmp_path: Path) -> None:
    outbox_with_troubles(tmp_path)
    config = written(tmp_path, GOOD)
    said = CliRunner().invoke(build("collect"), ["collect", "status", "--config", str(config)])
    assert said.exit_code == 0, said.output
    lines = said.output.splitlines()
    assert lines[1].split()[:4] == ["smoke", "hj212", "是", "yes"]
    assert "+31.2" in lines[1]
    assert "08-01 10:00:00" in lines[1]
    assert lines[2].split() == ["M1", "08-01", "10:00:00", "1", "+31.2"]
    assert "待送 waiting: 2" in said.output
    assert "422 sensing.unreadable" in said.output


def test_without_an_outbox_it_says_so(tmp_path: Path) -> None:
    config = written(tmp_path, GOOD)
    said = CliRunner().invoke(build("collect"), ["collect", "status", "--config", str(config)])
    assert said.exit_code == 1
    assert "no collector has run" in said.output


def test_a_dead_letter_is_shown_and_sent_again_under_a_new_number(tmp_path: Path) -> None:
    box = outbox_with_troubles(tmp_path)
    config = written(tmp_path, GOOD)

    def call(*words: str) -> Result:
        return CliRunner().invoke(build("collect"), ["collect", *words, "--config", str(config)])

    [letter] = json.loads(call("letters").output)
    assert (letter["status"], letter["readings"]) == (422, 1)
    assert json.loads(letter["body"])["seq"] == letter["seq"]
    [piece] = json.loads(call("broken").output)
    assert (piece["reason"], piece["raw_hex"]) == ("crc", "2323")
    assert call("send-again", str(letter["seq"])).exit_code == 0
    assert json.loads(call("letters").output) == []
    found = box.following()
    assert found is not None
    assert (found.readings, found.seq) == (2, letter["seq"] + 1), "what waited before it"
    box.bury(found, 422, "again")
    again = box.following()
    assert again is not None
    assert (again.readings, again.seq) == (1, letter["seq"] + 2)
    assert call("discard", str(found.seq)).exit_code == 0
    missing = call("discard", str(found.seq))
    assert missing.exit_code == 1
    assert "no dead letter" in missing.output
