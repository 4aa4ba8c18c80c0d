"""A view of another database, page by page in the order of its watermark and key, in SQLAlchemy's expressions alone."""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnClause,
    ColumnElement,
    Engine,
    and_,
    column,
    func,
    literal,
    or_,
    select,
    table,
)
from sqlalchemy.exc import SQLAlchemyError

from anlan.adapters.exchange_db.link import engine_of, in_time
from anlan.adapters.exchange_db.settings import Exchange
from anlan.kernel.base.clock import now
from anlan.kernel.sensing.pulled import AwayError, Mark, Row, alike, before, moment_of

T = TypeVar("T")
Number = int | float | Decimal


class View:
    """One source. What it asks of the other side blocks a thread, never the loop; all of it raises AwayError."""

    is_in_order = True

    def __init__(self, said: Exchange, password: str) -> None:
        """Know the view; nothing is connected yet. Raises ValueError, ImportError."""
        self.said, self._password = said, password
        self._engine: Engine = engine_of(said, password)
        self._column: dict[str, ColumnClause[Any]] = {
            name: column(name) for name in [*said.columns, *(one.column for one in said.where)]
        }
        self._table = table(said.view, *self._column.values(), schema=said.schema or None)
        self._mark = self._column[said.watermark]
        self._keys = [self._column[name] for name in said.key]
        # a row without a place or a name cannot be found again
        self._known = and_(
            self._mark.is_not(None),
            *(one.is_not(None) for one in self._keys),
            *(self._column[one.column] == one.value for one in said.where),
        )
        self._skew = timedelta(0)
        #: The greatest number of the other side, where it no longer reaches the mark.
        self._end: Number | None = None

    @property
    def address(self) -> str:
        """Return where it is, without a secret."""
        return f"{self._engine.url.render_as_string(hide_password=True)} {self.said.view}"

    async def skew_s(self) -> float:
        """Return by how much the clock of the other side is ahead of ours (s)."""
        before = now()
        there = await self._do(lambda: self._one(select(func.now())))
        middle = before + (now() - before) / 2
        is_sqlite = self._engine.dialect.name == "sqlite"  # its clock says UTC, without an offset
        at = moment_of(there, UTC if is_sqlite else self.said.zone)
        self._skew = timedelta(0) if at is None else at - middle
        return self._skew / timedelta(seconds=1)

    async def look(self, mark: Mark | None) -> str:
        """Return that the numbers of the other side end before the overlap of a mark, none where they do not.

        Then a row with a wrong number was taken, or its numbers began anew: later rows are read from their own
        end on, and whoever looks is told each round.
        """
        self._end = None
        if not isinstance(mark, Number):
            return ""
        end = await self._do(lambda: self._one(self._greatest))
        if not isinstance(end, Number) or end >= mark - self.said.overlap_rows:
            return ""
        self._end = end
        return (
            f"{self.said.watermark}: the greatest is {end}, yet {mark} was read: a wrong number came, or they"
            " began anew; rows may be missing, compare the counts"
        )

    async def since(self, mark: Mark | None) -> Mark | None:
        """Return where a round begins that has come to a mark: the overlap before it; None for the first row.

        A time never counts beyond the other side's clock: one row of the year 2099 would hide all others.
        """
        said = self.said
        if mark is None:
            return await self._do(self._start)
        if isinstance(mark, Number):
            return (mark if self._end is None else min(mark, self._end)) - said.overlap_rows
        return before(mark, now() + self._skew, timedelta(seconds=said.overlap_s), said.zone)

    async def pages(self, since: Mark | None, most: int | None = None) -> AsyncIterator[list[Row]]:
        """Yield the rows from a mark on, in order, `most` in a page."""
        size = min(most or self.said.page, self.said.page)
        beyond: ColumnElement[bool] | None = None if since is None else self._mark >= literal(since)
        while True:
            found = await self._do(partial(self._page, beyond, size))
            if found:
                yield [self._row(one) for one in found]
            if len(found) < size:
                return
            beyond = self._after(found[-1])

    async def count(self, first: datetime, end: datetime) -> int:
        """Return how many rows of a span of time the other side has, by the time column."""
        return await self._do(lambda: self._count(first, end))

    async def close(self) -> None:
        """Let go of the connection."""
        await self._do(self._engine.dispose)

    @property
    def _greatest(self) -> Any:
        return select(func.max(self._mark)).select_from(self._table).where(self._known)

    def _page(self, beyond: ColumnElement[bool] | None, size: int) -> Sequence[Any]:
        asked = select(*(self._column[name] for name in self.said.columns)).where(self._known)
        if beyond is not None:
            asked = asked.where(beyond)
        with self._engine.connect() as line:
            return line.execute(asked.order_by(self._mark, *self._keys).limit(size)).all()

    def _after(self, last: Any) -> ColumnElement[bool]:
        """Return what is behind a row; written out, for not every database compares tuples."""
        names = [self.said.watermark, *self.said.key]
        said = dict(zip(self.said.columns, last, strict=True))
        steps = [
            and_(
                *(self._column[one] == said[one] for one in names[:at]),
                self._column[name] > said[name],
            )
            for at, name in enumerate(names)
        ]
        return or_(*steps)

    def _row(self, found: Any) -> Row:
        said = dict(zip(self.said.columns, found, strict=True))
        key = json.dumps([said[name] for name in self.said.key], default=str, ensure_ascii=False)
        return Row(said[self.said.watermark], key, said)

    def _start(self) -> Mark | None:
        start = self.said.start
        if not isinstance(start, datetime):
            return start
        example = self._one(select(self._mark).select_from(self._table).where(self._known).limit(1))
        return None if example is None else alike(example, start, self.said.zone)

    def _count(self, first: datetime, end: datetime) -> int:
        time = self._column[self.said.time]
        example = self._one(
            select(time).select_from(self._table).where(self._known, time.is_not(None)).limit(1)
        )
        if example is None:
            return 0
        span = [alike(example, one, self.said.zone) for one in (first, end)]
        asked = select(func.count()).select_from(self._table)
        # also those without a place or a name: they are the sender's rows too
        same = [self._column[one.column] == one.value for one in self.said.where]
        return int(self._one(asked.where(*same, time >= span[0], time < span[1])))

    def _one(self, asked: Any) -> Any:
        with self._engine.connect() as line:
            return line.execute(asked).scalar()

    async def _do(self, act: Callable[[], T]) -> T:
        try:
            return await in_time(act, self.said.timeout_s)
        except TimeoutError as error:
            # the thread may hang on the old connection for ever: it keeps it
            self._engine = engine_of(self.said, self._password)
            raise AwayError(f"no answer within {self.said.timeout_s:g} s") from error
        except SQLAlchemyError as error:
            raise AwayError(getattr(error, "orig", None) or error) from error
