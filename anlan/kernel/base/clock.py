"""The system clock. A drill's own clock is an offset passed to it; this one cannot be moved."""

from datetime import UTC, datetime
from time import time_ns
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """Return the present moment, aware, UTC."""
    return datetime.now(UTC)  # noqa: TID251 - the one place that may ask


def now_ms() -> int:
    """Return the present moment in whole milliseconds since the epoch, UTC."""
    return time_ns() // 1_000_000


def from_ms(ms: int) -> datetime:
    """Turn milliseconds since the epoch into an aware UTC moment."""
    return datetime.fromtimestamp(ms / 1000, UTC)


def to_ms(moment: datetime) -> int:
    """Turn an aware moment into whole milliseconds since the epoch."""
    return round(moment.timestamp() * 1000)


def utc_text(moment: datetime) -> str:
    """Return an aware moment as text in UTC: the same moment is the same text, whoever has given it."""
    return moment.astimezone(UTC).isoformat()
