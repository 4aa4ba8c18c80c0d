"""Run `lost_machine` and print what was seen as JSON: a program, because one process holds one house."""

import json
import sys

from anlan.app.bench.house import bench_house


def main() -> None:
    """Build a house, and lose it."""
    with bench_house() as house:
        from tests.app.lost_machine import (
            live_and_come_back,
        )  # its models need the house's settings

        seen = live_and_come_back(house)
    json.dump(seen, sys.stdout)


if __name__ == "__main__":
    main()
