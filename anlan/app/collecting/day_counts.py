"""The rows of a Beijing day, here and at the sender: what was lost on the way shows as a difference."""

from contextlib import closing
from datetime import date, datetime, time, timedelta
from pathlib import Path

import msgspec

from anlan.app.collecting.outbox_tables import looked_at
from anlan.app.collecting.pull_sources import Pull
from anlan.kernel.base.clock import SHANGHAI
from anlan.kernel.base.config import ConfigurationError
from anlan.kernel.sensing.pulled import AwayError


class DayCount(msgspec.Struct, kw_only=True):
    """One source and day: rows kept here, refused, of tags not mapped; the sender's, None where it does not tell.

    The sender's rows are those of the mapping's filter; they are all there when kept and unmapped make them up.
    """

    source: str
    day: str
    here: int
    refused: int
    unmapped: int
    sender: int | None

    @property
    def differs(self) -> bool:
        """Tell whether the sender has other rows than were taken here."""
        return self.sender is not None and self.sender != self.here + self.unmapped


async def day_count(pull: Pull, outbox: Path, day: date) -> DayCount:
    """Count one source. Raises ConfigurationError where the source is away, or nothing was ever collected."""
    name, midnight = pull.settings.name, datetime.combine(day, time(), SHANGHAI)
    with closing(looked_at(outbox)) as db:
        asked = "SELECT kept, refused, unmapped FROM tally WHERE source = ? AND day = ?"
        row = db.execute(asked, (name, day.isoformat())).fetchone()
    kept, refused, unmapped = row or (0, 0, 0)
    try:
        sender = await pull.source.count(midnight, midnight + timedelta(days=1))
    except AwayError as error:
        raise ConfigurationError(f"{name}：{error}") from error
    finally:
        await pull.source.close()
    return DayCount(
        source=name, day=day.isoformat(), here=kept, refused=refused, unmapped=unmapped, sender=sender
    )  # fmt: skip


def line(one: DayCount) -> str:
    """Return a count as a person reads it."""
    sender = (
        "上级未提供 sender not asked"
        if one.sender is None
        else f"上级 sender {_spaced(one.sender)} rows"
    )
    more = [
        f"{word} {_spaced(count)}"
        for word, count in (("拒收 refused", one.refused), ("未映射 unmapped", one.unmapped))
        if count
    ]
    sign = "≠" if one.differs else " " if one.sender is None else "="
    tail = f" ({', '.join(more)})" if more else ""
    return f"{sign} {one.source} {one.day}  {sender}, 本地 here {_spaced(one.here)} rows{tail}"


def _spaced(count: int) -> str:
    return f"{count:,}".replace(",", " ")
