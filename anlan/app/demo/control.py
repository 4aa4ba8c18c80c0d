"""Force a fault in a running demo: a request is a small file that the feeds pick up within a second."""

import json
import tomllib
from dataclasses import asdict, dataclass
from pathlib import Path

from anlan.app.demo.mapping import HERE
from anlan.app.demo.plants import read_plants
from anlan.kernel.base.errors import InvalidError
from anlan.kernel.base.ids import new_ulid

FOLDER = "control"
DEFAULT_RUN = "overfill"
#: The valve sticks at row 20 of the overfill run and the level passes 80 % at about row 43.
DEFAULT_ROW = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultRequest:
    """Which firm is to play which run from which row on, or for how many seconds its gateway is lost."""

    firm: str
    run: str = DEFAULT_RUN
    from_row: int = DEFAULT_ROW
    lost_s: float | None = None


def faults() -> dict[str, str]:
    """Return the simulated runs that are faults, with their titles."""
    runs = tomllib.loads((HERE / "runs.toml").read_text(encoding="utf-8"))["run"]
    return {run["name"]: run["title"] for run in runs if not run["name"].startswith("normal")}


def request_fault(folder: Path, request: FaultRequest) -> Path:
    """Ask the feeds for a fault. Raises InvalidError for a firm or run that cannot play it."""
    is_loss = request.lost_s is not None
    firms = [one.code for one in read_plants() if is_loss or one.mapping.source == "tep"]
    if request.firm not in firms:
        raise InvalidError(f"没有企业 {request.firm}；可用：{'、'.join(firms)}", code="demo.firm")
    if request.run not in faults():
        raise InvalidError(f"没有 {request.run}；可用：{'、'.join(faults())}", code="demo.run")
    (folder / FOLDER).mkdir(parents=True, exist_ok=True)
    file = folder / FOLDER / f"{new_ulid()}.json"
    partial = file.with_suffix(".partial")
    partial.write_text(json.dumps(asdict(request)), encoding="utf-8")
    return partial.rename(file)


def take_requests(folder: Path) -> list[FaultRequest]:
    """Return what was asked since the last time, in order; each request is taken once."""
    taken = []
    for file in sorted((folder / FOLDER).glob("*.json")):
        taken.append(FaultRequest(**json.loads(file.read_text(encoding="utf-8"))))
        file.unlink()
    return taken
