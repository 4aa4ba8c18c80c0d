"""What the instruments say of the stock, at the moment of asking."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isfinite

from anlan.kernel.base.clock import from_ms, to_ms
from anlan.kernel.base.errors import UnavailableError
from anlan.kernel.sensing import ports
from anlan.kernel.sensing.batch import BAD
from anlan.systems.hazchem.models import Holding, StockFrom
from anlan.systems.hazchem.stock import STALE_MS, stock_t, tank_of


@dataclass(frozen=True, slots=True)
class Stock:
    """A live stock (t) with its time, and the level that it is from (in the datastream's unit); None is not known."""

    stock_t: float | None
    at: datetime | None
    level: float | None = None


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
    """Return what a holding holds; a bad reading, or one an hour old, says nothing."""
    if row.stock_from == StockFrom.FIXED:
        return Stock(row.fixed_t, row.stock_at)
    if newest is None:
        return Stock(row.stock_t, row.stock_at)
    reading = newest.of(row.datastream.number) if row.datastream else None
    if reading is None or reading.q == BAD or not isfinite(reading.v):
        return Stock(None, row.stock_at)
    at = from_ms(reading.t)
    if to_ms(moment) - reading.t > STALE_MS:
        return Stock(None, at, reading.v)
    tank, density = tank_of(row.tank or {}), row.density_kg_m3 or 0.0
    unit = row.datastream.unit if row.datastream else ""
    try:
        return Stock(stock_t(tank, reading.v, unit, density), at, reading.v)
    except ValueError:
        # kept before such a tank was refused: what it holds cannot be told
        return Stock(None, at, reading.v)
