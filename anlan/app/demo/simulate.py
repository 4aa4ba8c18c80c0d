"""Simulate plant series ahead of time with `tep-studio`, in that package's own environment.

Run as a script by the simulators' interpreter (`var/simulators/bin/python simulate.py --out DIR`):
it imports nothing of Anlan, because the bundled Tennessee Eastman model is for research and
education and never becomes a dependency of the product. What it writes is CSV.

A finished run is never simulated again: each file is written beside its place and renamed, and its
first line names the recipe, so a changed recipe is made anew and an interrupted call goes on.
"""

import argparse
import json
import sys
import time
import tomllib
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

RUNS = Path(__file__).with_name("runs.toml")
STEP_S = 1.8  # the controller's interval, 0.0005 h
DISTURBANCES = 28


def recipe_digest(run: dict[str, Any], record_every: int) -> str:
    """Return what a finished file must say to be the result of this recipe."""
    recipe = {**run, "record_every": record_every}
    return sha256(json.dumps(recipe, sort_keys=True).encode()).hexdigest()[:16]


def is_finished(file: Path, digest: str) -> bool:
    """Tell whether a file is there and made by this recipe."""
    if not file.is_file():
        return False
    with file.open(encoding="utf-8") as lines:
        return digest in lines.readline()


def disturbance_schedule(run: dict[str, Any]) -> Callable[[float], np.ndarray] | None:
    """Return the time course of the package's own disturbances, or None for a quiet run."""
    given = run.get("disturbance")
    if given is None:
        return None

    def schedule(hour: float) -> np.ndarray:
        vector = np.zeros(DISTURBANCES)
        vector[given["idv"] - 1] = float(given["on"] <= hour < given["off"])
        return vector

    return schedule


class StuckValve:
    """The package's controller with one valve held at an opening for a while."""

    def __init__(self, controller: Any, index: int, stuck: dict[str, float]) -> None:
        self.controller = controller
        self.index = index
        self.stuck = stuck

    def __getattr__(self, name: str) -> Any:
        return getattr(self.controller, name)

    def compute_action(self, measurements: np.ndarray, *, time: float) -> tuple[Any, Any]:
        action, diagnostics = self.controller.compute_action(measurements, time=time)
        if self.stuck["on"] <= time < self.stuck["off"]:
            action = np.array(action)
            action[self.index] = self.stuck["opening"]
        return action, diagnostics


def simulate(run: dict[str, Any], record_every: int) -> tuple[list[str], np.ndarray]:
    """Return column names and rows: process time in s, 41 measurements, 12 valve positions."""
    import tep_studio
    from tep_studio.control import RickerMultiLoopController

    valves = [row[0] for row in tep_studio.list_manipulated_variables()]
    names = ["t_s", *(row[0] for row in tep_studio.list_measurements()), *valves]
    controller: Any = RickerMultiLoopController()
    if stuck := run.get("valve_stuck"):
        controller = StuckValve(controller, valves.index(stuck["valve"]), stuck)
    result = tep_studio.ClosedLoopSimulation(controller=controller, horizon=run["hours"]).run(
        seed=run["seed"],
        disturbance_schedule=disturbance_schedule(run),
        record_every=record_every,
    )
    if result.terminated:
        raise RuntimeError(f"{run['name']}: the simulated plant shut itself down")
    rows = [
        np.concatenate(
            [[index * STEP_S * record_every], step.measurements, step.implemented_action]
        )
        for index, step in enumerate(result.results)
    ]
    return names, np.array(rows)


def write(file: Path, title: str, names: list[str], rows: np.ndarray) -> None:
    """Write one run whole or not at all."""
    partial = file.with_suffix(".partial")
    with partial.open("w", encoding="utf-8") as out:
        out.write(f"# {title}\n{','.join(names)}\n")
        np.savetxt(out, rows, fmt="%.7g", delimiter=",")
    partial.replace(file)


def main() -> int:
    """Simulate what is missing; print one line a run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--only", nargs="*", help="names of runs")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    plan = tomllib.loads(RUNS.read_text(encoding="utf-8"))
    runs = [run for run in plan["run"] if not arguments.only or run["name"] in arguments.only]
    for number, run in enumerate(runs, start=1):
        digest = recipe_digest(run, plan["record_every"])
        file = arguments.out / f"{run['name']}.csv"
        if is_finished(file, digest):
            continue
        started = time.process_time()
        names, rows = simulate(run, plan["record_every"])
        write(file, f"tep-studio recipe={digest} {run['title']}", names, rows)
        spent = time.process_time() - started
        sys.stdout.write(f"[{number}/{len(runs)}] {run['name']}: {len(rows)} rows, {spent:.1f} s\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
