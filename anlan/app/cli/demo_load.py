"""A step of `anlan demo`, in a process of its own: make the series, or load the demo and its cast.

    python -m anlan.app.cli.demo_load series <the simulators' interpreter>
    python -m anlan.app.cli.demo_load cast

The second prints the cast with its one-time links, once and to its starter's memory only; nothing
of that may reach a file.
"""

import dataclasses
import json
import os
import sys
from pathlib import Path
from typing import TextIO

from anlan.app.cli.django_setup import start_django


def make_series(simulators_python: Path) -> None:
    """Simulate and write what is missing of the recorded series."""
    from anlan.app.demo.prepare import prepare_series
    from anlan.kernel.base.config import config

    prepare_series(config(), simulators_python)


def load_cast(out: TextIO) -> None:
    """Load what is missing of the demo and write the cast as JSON."""
    start_django("anlan_app")
    from anlan.app.demo.load import load_all

    json.dump([dataclasses.asdict(member) for member in load_all()], out)


def main(words: list[str]) -> None:
    """Do one of the two; what anybody else says, simulators included, belongs into the log."""
    with os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8") as out:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        if words[0] == "series":
            make_series(Path(words[1]))
        else:
            load_cast(out)


if __name__ == "__main__":
    main(sys.argv[1:])
