"""A folder of CSV files to the outbox: a file is kept whole, then put away with its report.

The order is: on disk, report, move. Ended in between, the file is read again, known by its bytes,
and put away; it is never kept twice.
"""

import asyncio
import logging
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from anlan.adapters.file_drop.folder import DONE, REFUSED, Folder
from anlan.adapters.file_drop.rows import FileError, Outcome, Parsed, parsed
from anlan.adapters.file_drop.settings import Dropped
from anlan.app.collecting.outbox import OutboxFullError
from anlan.app.collecting.outbox_thread import OutboxThread
from anlan.app.collecting.state import Told

log = logging.getLogger(__name__)

LOOK_S = 1.0
ENDING = ".csv"


@dataclass(slots=True)
class Dropping:
    """Looks into one folder until it is cancelled."""

    settings: Dropped
    path: Path
    thread: OutboxThread
    state: Told
    look_s: float = LOOK_S
    folder: Folder = field(init=False)

    def __post_init__(self) -> None:
        """Know the folder."""
        self.folder = Folder(self.path, ENDING, self.settings.settle_s)

    async def run(self) -> None:
        """Take what is whole, again and again. Raises OSError where the folder is gone."""
        self.state.address = str(self.path)
        clock = asyncio.get_running_loop().time
        while True:
            files = await asyncio.to_thread(self.folder.whole, clock())
            self.state.is_connected = True
            for file in files:
                if not await self._took(file):
                    break  # the order of the files is kept
            await asyncio.sleep(self.look_s)

    async def _took(self, file: Path) -> bool:
        """Take one file; False when it must wait."""
        try:
            content = await asyncio.to_thread(self._content, file)
            found = await asyncio.to_thread(parsed, content, self.settings)
        except FileError as error:
            self.state.failed(f"{file.name}: {error}", "files_refused")
            outcome = [Outcome(0, "file_refused", str(error))]
            await asyncio.to_thread(self.folder.put_away, file, REFUSED, outcome)
            return True
        name = sha256(content).hexdigest()
        try:
            is_new = await self.thread.keep(self.state.name, found.samples, [name])
        except OutboxFullError as error:
            self.state.failed(f"{file.name} waits: {error}", "refused_full")
            return False
        await self._put_away(file, found, is_new=is_new)
        return True

    async def _put_away(self, file: Path, found: Parsed, *, is_new: bool) -> None:
        self.state.counts["files"] += 1
        if is_new:
            self.state.kept(found.samples)
        else:
            self.state.counts["repeated"] += 1
        if found.refused:
            self.state.failed(
                f"{file.name}: {found.refused} rows were refused", "files_with_refusals"
            )
            self.state.counts["rows_refused"] += found.refused
        where = DONE if found.samples else REFUSED
        to = await asyncio.to_thread(self.folder.put_away, file, where, found.outcomes)
        log.info("%s: %s, %d readings", self.state.name, to, len(found.samples))

    def _content(self, file: Path) -> bytes:
        """Return the bytes of a file. Raises FileError where there are too many."""
        most = self.settings.max_mb * 1024**2
        with file.open("rb") as opened:
            content = opened.read(most + 1)
        if len(content) > most:
            raise FileError(f"more than {self.settings.max_mb} MB")
        return content
