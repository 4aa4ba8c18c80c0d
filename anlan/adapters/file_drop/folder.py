"""Which files of a folder are whole, and where they go when they are done with."""

import csv
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from anlan.adapters.file_drop.rows import Outcome

DONE, REFUSED = "done", "refused"
REPORT: Final = ".report.csv"
#: Names under which others write what they rename when it is whole.
_UNFINISHED: Final = (".part", ".tmp", ".partial", ".filepart", ".crdownload")


@dataclass(slots=True)
class Folder:
    """Files of one ending in one folder. `whole` is asked again and again, with a clock in s."""

    path: Path
    ending: str
    settle_s: float
    _seen: dict[Path, tuple[tuple[int, int], float]] = field(default_factory=dict)

    def whole(self, clock_s: float) -> list[Path]:
        """Return the files that did not change for long enough, those that came first before others."""
        found: list[tuple[int, str, Path]] = []
        present: dict[Path, tuple[tuple[int, int], float]] = {}
        for entry in os.scandir(self.path):
            if not self._is_candidate(entry.name) or not entry.is_file(follow_symlinks=False):
                continue
            facts = entry.stat(follow_symlinks=False)
            file, shape = Path(entry.path), (facts.st_size, facts.st_mtime_ns)
            before = self._seen.get(file)
            since = before[1] if before is not None and before[0] == shape else clock_s
            present[file] = (shape, since)
            if clock_s - since >= self.settle_s:
                found.append((facts.st_mtime_ns, entry.name, file))
        self._seen = present
        return [file for _, _, file in sorted(found)]

    def put_away(self, file: Path, where: str, outcomes: Iterable[Outcome]) -> Path:
        """Move a file to `done` or `refused`, its report beside it; return where it is now."""
        folder = self.path / where
        folder.mkdir(exist_ok=True)
        to = _free(folder, file.name)
        report = to.with_name(to.name + REPORT)
        with report.open("w", encoding="utf-8-sig", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(Outcome._fields)
            writer.writerows(outcomes)
        file.rename(to)
        self._seen.pop(file, None)
        return to

    def _is_candidate(self, name: str) -> bool:
        return (
            name.lower().endswith(self.ending)
            and not name.startswith(".")
            and not name.lower().endswith(_UNFINISHED)
        )


def _free(folder: Path, name: str) -> Path:
    """Return a path of this name that nothing stands at: the same name comes again every day."""
    to, number = folder / name, 1
    while to.exists():
        number += 1
        to = folder / f"{Path(name).stem}-{number}{Path(name).suffix}"
    return to
