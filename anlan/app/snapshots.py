"""Snapshots of the judge in a folder: a cache of the log with the position in the name (7.2)."""

import logging
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from anlan.app.session import Judgement
from anlan.engines.alarms.snapshot import SnapshotError

log = logging.getLogger("anlan.engine")

J = TypeVar("J", bound=Judgement)

KEPT_S = 48 * 3600
#: Within this time every snapshot is kept, before it one an hour: large judges are large files.
ALL_KEPT_S = 3600
_NAME = re.compile(r"(?P<group>.+)-(?P<epoch>[0-9A-Z]{26})-(?P<seq>\d{20})\.judge")


@dataclass(frozen=True, slots=True)
class Snapshots:
    """The folder of one shard group's snapshots."""

    folder: Path
    group: str

    def name(self, epoch: str, seq: int) -> str:
        """Return the name of the snapshot at a position."""
        return f"{self.group}-{epoch}-{seq:020d}.judge"

    def dump(self, judging: Judgement) -> tuple[str, bytes]:
        """Return name and content of a snapshot of this moment."""
        return self.name(judging.epoch, judging.seq), judging.dump()

    def write(self, name: str, content: bytes) -> None:
        """Write, fsync, rename, fsync the folder: a name never stands for half a file."""
        self.folder.mkdir(parents=True, exist_ok=True)
        unfinished = self.folder / f".{name}.part"
        with unfinished.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(self.folder / name)
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        self.thin(self.folder / name)

    def newest(self, epoch: str, upto: int, load: Callable[[bytes], J]) -> J | None:
        """Return the judgement at the newest position that is not above `upto`."""
        for seq, file in self._of(epoch):
            if seq > upto:
                continue
            try:
                judging = load(file.read_bytes())
            except (SnapshotError, OSError) as error:
                log.warning("snapshot %s is passed over: %s", file.name, error)
                continue
            if (judging.epoch, judging.seq) == (epoch, seq):
                return judging
            log.warning("snapshot %s is another: %s %s", file.name, judging.epoch, judging.seq)
        return None

    def thin(self, newest: Path) -> None:
        """Remove what is too old, seen from the newest, and what stands too close to its elder."""
        newest_s = newest.stat().st_mtime
        last_kept_s = float("-inf")
        for at_s, file in sorted((file.stat().st_mtime, file) for _, file in self._all()):
            age_s = newest_s - at_s
            is_close = age_s > ALL_KEPT_S and at_s - last_kept_s < ALL_KEPT_S
            if age_s > KEPT_S or is_close:
                file.unlink(missing_ok=True)
            else:
                last_kept_s = at_s

    def _of(self, epoch: str) -> list[tuple[int, Path]]:
        found = [
            (int(match["seq"]), file) for match, file in self._all() if match["epoch"] == epoch
        ]
        return sorted(found, reverse=True)

    def _all(self) -> Iterator[tuple[re.Match[str], Path]]:
        for file in self.folder.glob("*.judge"):
            match = _NAME.fullmatch(file.name)
            if match is not None and match["group"] == self.group:
                yield match, file
