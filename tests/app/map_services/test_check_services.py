"""`anlan region services check`: what each service answers, for whoever describes it."""

import pytest
from typer.testing import CliRunner

from anlan.app.cli.region import app
from anlan.kernel.base import config as configuration
from anlan.kernel.base.config import Config
from tests.app.map_services.conftest import Write, described
from tests.map_stand_in import SECRET, StandIn


@pytest.fixture(autouse=True)
def _configured(settings: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(configuration, "config", lambda: settings)


def checked() -> tuple[int, str]:
    found = CliRunner().invoke(app, ["services", "check"])
    return found.exit_code, found.output


def test_it_tells_of_each(write: Write, stand_in: StandIn) -> None:
    write(described(stand_in))
    code, told = checked()
    assert code == 0, told
    assert "c EPSG:4490 256px 1–18 级，左上角 -180 90" in told
    assert "轴序 axes yx" in told
    assert told.count("✓") == 4
    assert "凭据经明文 http 发出" in told
    assert "没有写审图号，图上印「示意」" in told
    assert SECRET not in told


def test_what_does_not_answer_is_told_and_ends_with_1(write: Write, stand_in: StandIn) -> None:
    write(described(stand_in), secret="wrong")
    code, told = checked()
    assert code == 1
    assert told.count("✗ 拒绝了我们的凭据（403）") == 4
    stand_in.stop()
    assert "✗ 连不上" in checked()[1]


def test_what_is_written_wrong_is_told_line_by_line(write: Write) -> None:
    write("[[service]]\nid = 'a'\n\n[[service]]\nid = 'B'\n")
    code, told = checked()
    assert code == 1
    assert "services.toml 第 1 行起（a）title：没有写" in told
    assert "services.toml 第 4 行起（B）id：写法不对" in told


def test_where_none_is_described_it_says_so(write: Write) -> None:
    write("")
    code, told = checked()
    assert (code, "describes no services" in told) == (0, True)
