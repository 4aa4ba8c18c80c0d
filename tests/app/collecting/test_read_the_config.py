"""The file of a collector is checked whole, and what is wrong is said with its place."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from anlan.app.cli.main import build
from anlan.app.collecting.config import read
from anlan.kernel.base.config import ConfigurationError
from tests.app.collecting.door import KEY

GOOD = """
[door]
url = "https://county.example:8443/api/v1/observations"
firm = "F1"
gateway = "G1"
key_file = "key"

[outbox]
limit_mb = 64

[[hj212]]
name = "smoke"
listen = "0.0.0.0:9212"
peers = ["10.1.2.0/24"]
[[hj212.station]]
mn = "M1"
password_file = "password"
real_time = { "a21026-Rtd" = "SO2" }

[[modbus]]
name = "tanks"
host = "10.1.2.3"
[[modbus.register]]
tag = "LEVEL"
address = 0
type = "float32"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "key").write_text(KEY.hex())
    (tmp_path / "password").write_text("123456")
    return tmp_path


def written(folder: Path, text: str) -> Path:
    file = folder / "collect.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_good_file_is_read(folder: Path) -> None:
    checked = read(written(folder, GOOD))
    assert checked.outbox_file == folder / "outbox.sqlite"
    assert checked.key() == KEY
    assert checked.said.door.user == "F1.G1"


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("[outbox]", "[outbox", "TOML|Expected"),
        ("firm =", "frim =", "unknown field `frim`"),
        ('gateway = "G1"\n', "", "missing required field `gateway`"),
        ("https://county.example", "http://county.example", "https is a must"),
        ('["10.1.2.0/24"]', '["0.0.0.0/0"]', "name the segments"),
        ('["10.1.2.0/24"]', '["10.1.2.3/24"]', "host bits"),
        ('["10.1.2.0/24"]', "[]", "peers"),
        ('name = "tanks"', 'name = "smoke"', "name of a source is taken"),
        ('tag = "LEVEL"', 'tag = "SO2"', "one tag comes from one place"),
        ('type = "float32"', 'type = "float16"', "Invalid enum value 'float16'.*register"),
        ('type = "float32"', "function = 1", "functions 1 and 2 read type bool"),
        ('password_file = "password"', 'password = "123456"', "unknown field `password`"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(folder: Path, old: str, new: str, why: str) -> None:
    assert old in GOOD
    with pytest.raises(ConfigurationError, match=why):
        read(written(folder, GOOD.replace(old, new)))


def test_a_file_without_a_source_is_refused(folder: Path) -> None:
    with pytest.raises(ConfigurationError, match="no source"):
        read(written(folder, GOOD.partition("[[hj212]]")[0]))


@pytest.mark.parametrize(
    ("file", "content", "why"),
    [
        ("key", None, "cannot be read"),
        ("key", "not hexadecimal", "hexadecimal"),
        ("key", "00ff", "2 bytes, not 32"),
        ("password", "", "empty"),
    ],
)
def test_secrets_are_read_before_anything_begins(
    folder: Path, file: str, content: str | None, why: str
) -> None:
    config = written(folder, GOOD)
    if content is None:
        (folder / file).unlink()
    else:
        (folder / file).write_text(content)
    said = CliRunner().invoke(build("collect"), ["collect", "check", "--config", str(config)])
    assert said.exit_code == 1
    assert why in said.output


def test_a_good_file_passes_the_check_and_what_is_clear_text_is_said(folder: Path) -> None:
    config = written(folder, GOOD)
    said = CliRunner().invoke(build("collect"), ["collect", "check", "--config", str(config)])
    assert said.exit_code == 0
    assert said.output.splitlines() == [
        "! smoke：HJ 212 明文，来自 · clear text from 10.1.2.0/24",
        "! tanks：Modbus 明文 · clear text to 10.1.2.3:502",
        f"✓ {config}",
    ]


def test_the_example_of_the_page_is_a_good_file(folder: Path) -> None:
    page = Path(__file__).parents[3] / "docs" / "collector.md"
    blocks = re.findall(r"```toml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    said = read(written(folder, "\n".join(blocks))).said
    assert said.names == ["outlets", "tanks", "dcs", "lab", "park", "province", "above"]
