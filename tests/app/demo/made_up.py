"""Series in the shape of the simulators' files, small and known, so that no test waits for a simulation."""

from pathlib import Path

import numpy as np

from anlan.app.demo.mapping import read_mapping
from anlan.app.demo.series import NORMAL
from anlan.app.demo.weather import COLUMNS

TEP_MAPPINGS = ("process_plant", "tank_farm", "pressure_storage")
ROWS = 200
FAULTS = ("overfill", "idv-01", "idv-04", "idv-06", "idv-07", "idv-08", "idv-13", "idv-14")


def middles() -> dict[str, float]:
    """Return the usual value of every simulated column that a mapping reads."""
    tags = [tag for name in TEP_MAPPINGS for _, tag in read_mapping(name).tags()]
    return {tag.column: tag.x0 for tag in tags}


def write_series(folder: Path, rows: int = ROWS) -> Path:
    """Write three quiet runs, faults (only `overfill` is one: the level climbs) and the weather."""
    folder.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(7)
    names = sorted(middles())
    for run in (*NORMAL["tep"], *FAULTS):
        table = np.array([[middles()[name] for name in names]] * rows)
        table *= 1 + noise.uniform(-0.001, 0.001, table.shape)
        if run == "overfill":
            table[:, names.index("separator_level")] += np.clip(np.arange(rows) - 20, 0, 30) * 1.7
        _write(folder / f"{run}.csv", names, table)
    hours = np.arange(9000)
    weather = np.array([10 + hours % 24, 50 + hours % 40, 990 + hours % 9, hours % 9, hours % 360])
    _write(folder / "weather.csv", list(COLUMNS), weather.T.astype(float))
    return folder


def _write(file: Path, names: list[str], table: np.ndarray) -> None:
    with file.open("w", encoding="utf-8") as out:
        out.write("# made up\n" + ",".join(["t_s", *names]) + "\n")
        seconds = np.arange(len(table))[:, None] * 18.0
        np.savetxt(out, np.hstack([seconds, table]), fmt="%.9g", delimiter=",")
