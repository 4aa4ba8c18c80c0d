"""What the instruments say of the stock, at the moment of asking."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import Final

from anlan.kernel.base.clock import from_ms, to_ms
from anlan.kernel.base.errors import UnavailableError
from anlan.kernel.sensing import ports
from anlan.kernel.sensing.batch import BAD, GOOD
from anlan.systems.hazchem.models import Holding, StockFrom
from anlan.systems.hazchem.stock import STALE_MS, stock_t, tank_of
from anlan.systems.hazchem.working import OVER_ORDER, over_of


@dataclass(frozen=True, slots=True)
class Stock:
    """A live stock (t) with its time, and the level that it is from (in the datastream's unit); None is not known.

    `doubted_t` is what a doubtful reading says: it is counted, and may make graver but nothing milder.
    """

    stock_t: float | None
    at: datetime | None
    level: float | None = None
    doubted_t: float | None = None

    @property
    def is_sure(self) -> bool:
        """Tell whether no doubtful reading speaks."""
        return self.doubted_t is None

    @property
    def counted_t(self) -> float | None:
        """Return what goes into the sums."""
        return self.stock_t if self.doubted_t is None else self.doubted_t


UNKNOWN: Final = Stock(None, None)


def readings_of(rows: Sequence[Holding]) -> ports.Newest | None:
    """Return the newest readings of the levels of some holdings; None where history cannot be asked."""
    numbers = [row.datastream.number for row in rows if row.datastream is not None]
    if not numbers:
        return ports.Newest()
    try:
        return ports.observation_store().last(numbers)
    except UnavailableError:
        return None


def stock_of(row: Holding, newest: ports.Newest | None, moment: datetime) -> Stock:
    """Return what a holding holds.

    A bad reading, or one an hour old, says nothing; nor does one before what is known already, as where the newest
    cannot be asked for: the last stock then stands until it is an hour old itself.
    """
    if row.stock_from == StockFrom.FIXED:
        return Stock(row.fixed_t, row.stock_at)
    reading = newest.of(row.datastream.number) if newest and row.datastream else None
    is_before = reading and row.stock_at and reading.t < to_ms(row.stock_at)
    if newest is None or is_before:
        return _last(row, moment)
    if reading is None or reading.q == BAD or not isfinite(reading.v):
        return Stock(None, row.stock_at)
    told, at = _told(row, reading.v), from_ms(reading.t)
    if told is None or to_ms(moment) - reading.t > STALE_MS:
        return Stock(None, at, reading.v)
    if reading.q == GOOD:
        return Stock(told, at, reading.v)
    # a doubtful reading is believed where it says more, and tells nothing where it says less
    is_more = row.stock_t is not None and told >= row.stock_t
    over = over_of(told, row.design_t, row.permit_t) or ""
    is_believed = is_more or OVER_ORDER.index(over) > OVER_ORDER.index(row.over)
    return Stock(told if is_believed else None, at, reading.v, doubted_t=told)


def _told(row: Holding, level: float) -> float | None:
    """Return the stock (t) that a level says; None for a tank that was kept before such a one was refused."""
    tank, density = tank_of(row.tank or {}), row.density_kg_m3 or 0.0
    unit = row.datastream.unit if row.datastream else ""
    try:
        return stock_t(tank, level, unit, density)
    except ValueError:
        return None


def _last(row: Holding, moment: datetime) -> Stock:
    """Return what was known last, until it is too old."""
    is_old = row.stock_at is None or to_ms(moment) - to_ms(row.stock_at) > STALE_MS
    return Stock(None if is_old else row.stock_t, row.stock_at)
