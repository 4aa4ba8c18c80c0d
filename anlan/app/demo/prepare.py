"""Make the demo's series: simulate what is missing, write out the weather year. Safe to repeat."""

import subprocess
from pathlib import Path

from anlan.app.demo import simulate
from anlan.app.demo.weather import write_weather
from anlan.kernel.base.config import Config

#: Where a demo keeps its own things, under the installation's home.
FOLDER = "demo"


class SimulatorMissingError(RuntimeError):
    """The simulators' own environment has not been built."""


def demo_folder(config: Config) -> Path:
    """Return the demo's folder, made."""
    folder = config.home.absolute() / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def series_folder(config: Config) -> Path:
    """Return where the series are, made."""
    folder = demo_folder(config) / "series"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def simulators_command(python: Path, out: Path) -> list[str]:
    """Return the command that simulates, by the simulators' own interpreter."""
    return [str(python), str(Path(simulate.__file__)), "--out", str(out)]


def prepare_series(config: Config, simulators_python: Path) -> None:
    """Bring every series into being; about 20 s of one core the first time, 0.3 s afterwards.

    Raises SimulatorMissingError without that interpreter, subprocess.CalledProcessError when a
    simulation fails; what was finished stays.
    """
    out = series_folder(config)
    if not simulators_python.is_file():
        raise SimulatorMissingError(
            f"没有 {simulators_python}：运行 make demo，它会安装过程模拟软件"
        )
    subprocess.run(simulators_command(simulators_python, out), check=True)
    write_weather(out)
