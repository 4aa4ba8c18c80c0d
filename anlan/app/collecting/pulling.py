"""Another system to the outbox, row by row: a round from a little behind the last place to the newest row.

What comes late, was changed or taken away within that overlap is seen; nothing is kept twice. This is all
that an exchange database and a REST service have in common; each knows only how its own pages are asked for.
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Protocol

from anlan.app.collecting.backoff import Backoff
from anlan.app.collecting.outbox import OutboxFullError
from anlan.app.collecting.outbox_thread import OutboxThread
from anlan.app.collecting.pull_progress import (
    Judged,
    floor_of,
    keep_page,
    known_beyond,
    mark_of,
    note_gone,
)
from anlan.app.collecting.state import Told
from anlan.kernel.base.clock import SHANGHAI
from anlan.kernel.sensing.mapped_row import Mapped, reading_of
from anlan.kernel.sensing.pulled import AwayError, Mark, Row, is_beyond, moment_of

log = logging.getLogger(__name__)

#: Whoever asks for more patience is asked again nevertheless.
PATIENCE_MOST_S = 3_600.0
FIRST_ROUND = "; the first round does not fit into limit_mb: set start, or ordered = true"
#: A row without its key could not be told from another.
KEY_MISSING = "key_missing"


class Pulled(Protocol):
    """The port: a system that can be asked for rows in an order. All of it raises AwayError."""

    #: Whether no row of a later page has an earlier mark: else the place moves at the end of a round.
    is_in_order: bool

    @property
    def address(self) -> str:
        """Return where it is, without a secret."""

    async def skew_s(self) -> float | None:
        """Return by how much its clock is ahead of ours (s), None where it does not tell."""

    async def look(self, mark: Mark | None) -> str:
        """Look, before a round, whether the other side still reaches a mark; return what is wrong, none for nothing."""

    async def since(self, mark: Mark | None) -> Mark | None:
        """Return where a round begins that has come to a mark; None for the first row of all."""

    def pages(self, since: Mark | None, most: int | None = None) -> AsyncIterator[list[Row]]:
        """Yield its rows from a mark on, in order, at the most so many in a page."""

    async def count(self, first: datetime, end: datetime) -> int | None:
        """Return how many rows of a span of time it has, None where it cannot be asked."""

    async def close(self) -> None:
        """Let go of the line."""


@dataclass(slots=True)
class Pulling:
    """Asks one system until it is cancelled."""

    source: Pulled
    mapped: Mapped
    period_s: float
    thread: OutboxThread
    state: Told
    backoff: Backoff = field(default_factory=Backoff)

    async def run(self) -> None:
        """Go round at the period; wait longer and longer while the other side is away or there is no room."""
        self.state.address = self.source.address
        try:
            while True:
                patience_s = await self._tried()
                if patience_s is None:
                    self.backoff.reset()
                    await asyncio.sleep(self.period_s)
                elif patience_s:
                    await asyncio.sleep(min(patience_s, PATIENCE_MOST_S))
                else:
                    await self.backoff.wait()
        finally:
            await self.source.close()
            self.state.is_connected = False

    async def round(self) -> None:
        """Read from the overlap to the newest row. Raises AwayError, OutboxFullError."""
        name, outbox, do = self.state.name, self.thread.outbox, self.thread.do
        if (skew_s := await self.source.skew_s()) is not None:
            self.state.says_now(name, skew_s)
        come_to = newest = await do(mark_of, outbox.db, name)
        wrong = await self.source.look(come_to)
        since = await self.source.since(come_to)
        if skew_s is None and since is not None:
            # its clock is not known yet, and may be ahead: what lies before the floor is forgotten
            floor = await do(floor_of, outbox.db, name)
            since = floor if floor is not None and is_beyond(floor, since) else since
        begun = None if come_to is None else since
        missing = set() if come_to is None else await do(known_beyond, outbox, name, since)
        self.state.is_connected = True
        async for rows in self.source.pages(since):
            judged = [judge(row, self.mapped) for row in rows]
            for row in rows:
                if newest is None or is_beyond(row.mark, newest):
                    newest = row.mark
            if self.source.is_in_order:
                come_to = newest
            await self._keep(judged, come_to, begun)
            missing.difference_update(row.key for row in judged)
        if not self.source.is_in_order:
            await self._keep([], newest, begun)
        if missing:
            await do(note_gone, outbox, name, sorted(missing))
            self.state.failed(
                f"{len(missing)} rows are gone, {min(missing)}", "rounds_with_rows_gone"
            )
            self.state.counts["rows_gone"] += len(missing)
        self.state.counts["rounds"] += 1
        if wrong:
            self.state.counts["rounds_behind_the_mark"] += 1
            raise AwayError(wrong, self.period_s)

    async def _tried(self) -> float | None:
        """Go round once; return the patience that is asked for (s) when it failed."""
        try:
            await self.round()
        except AwayError as error:
            self.state.is_connected = False
            self.state.failed(error)
            return error.retry_after_s
        except OutboxFullError as error:
            self.state.failed(f"{error}{await self._advice()}", "refused_full")
            return 0.0
        return None

    async def _advice(self) -> str:
        """Return what to do where a first round does not fit: what it has taken waits for its end."""
        if self.source.is_in_order:
            return ""
        known = await self.thread.do(mark_of, self.thread.outbox.db, self.state.name)
        return FIRST_ROUND if known is None else ""

    async def _keep(self, rows: list[Judged], mark: Mark | None, begun: Mark | None) -> None:
        floor = None if mark is None else await self.source.since(mark)
        if floor is not None and begun is not None and is_beyond(begun, floor):
            floor = begun
        done = await self.thread.do(
            keep_page, self.thread.outbox, self.state.name, rows, mark, floor
        )
        self.state.kept(done.samples)
        counts = self.state.counts
        counts["rows_unmapped"] += done.unmapped
        if done.refused:
            counts["rows_refused"] += done.refused
            self.state.failed(done.last_reason, "pages_with_refusals")
        if done.changed:
            counts["rows_changed"] += done.changed
            self.state.failed(f"{done.changed} rows were changed", "pages_with_changes")
        if done.samples:
            self.thread.filled.set()


def judge(row: Row, mapped: Mapped) -> Judged:
    """Return a row as a reading or the word for what is wrong, with what it is known by."""
    names = (mapped.tag_column, mapped.time, mapped.value, mapped.quality)
    said = [row.fields.get(name) for name in names]
    digest = sha256(json.dumps(said, default=str).encode()).digest()
    text = json.dumps(dict(row.fields), default=str, ensure_ascii=False).encode()
    at = moment_of(row.fields.get(mapped.time), mapped.zone)
    day = "" if at is None else at.astimezone(SHANGHAI).date().isoformat()
    outcome = reading_of(row.fields, mapped) if row.is_named else KEY_MISSING
    return Judged(row.key, row.mark, digest, text, outcome, day)
