"""A weather year for the stations: the TMY3 file that ships inside `pvlib`; nothing is downloaded.

It is Greensboro, USA (36.1 N), hour by hour, not Lingwu: real weather of another place.
"""

from importlib.metadata import distribution
from pathlib import Path

FILE = "pvlib/data/723170TYA.CSV"
COLUMNS = ("temp_air", "relative_humidity", "pressure", "wind_speed", "wind_direction")
HEADER = "# pvlib TMY3 723170 Greensboro, USA, hourly\n"


def write_weather(folder: Path) -> Path:
    """Write the year's columns as CSV beside the simulated runs, once."""
    target = folder / "weather.csv"
    if target.is_file():
        return target
    from pvlib.iotools import read_tmy3

    folder.mkdir(parents=True, exist_ok=True)
    source = Path(str(distribution("pvlib").locate_file(FILE)))
    table, _ = read_tmy3(source, map_variables=True)
    partial = target.with_suffix(".partial")
    with partial.open("w", encoding="utf-8") as out:
        out.write(HEADER + ",".join(("t_s", *COLUMNS)) + "\n")
        for hour, row in enumerate(table[list(COLUMNS)].itertuples(index=False)):
            out.write(",".join((str(hour * 3600), *(f"{value:g}" for value in row))) + "\n")
    partial.replace(target)
    return target
