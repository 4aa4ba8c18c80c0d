"""One step of `anlan demo`, in a process of its own: make the series, load the demo, hand out links.

What it prints, once and to its starter's memory only, is the cast with its one-time links; nothing
of that may reach a file.
"""

import dataclasses
import json
import sys
from pathlib import Path

from anlan.app.cli.django_setup import start_django


def main(simulators_python: str) -> None:
    """Load what is missing and write the cast to standard output, as JSON."""
    from anlan.app.demo.prepare import prepare_series
    from anlan.kernel.base.config import config

    # what a simulator says belongs into the log, not between our lines
    standard_output, sys.stdout = sys.stdout, sys.stderr
    prepare_series(config(), Path(simulators_python))
    start_django("anlan_app")
    from anlan.app.demo.load import load_all

    json.dump([dataclasses.asdict(member) for member in load_all()], standard_output)


if __name__ == "__main__":
    main(sys.argv[1])
