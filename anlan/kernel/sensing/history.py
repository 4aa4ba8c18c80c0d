"""History and newest readings of datastreams, joined with their limits, through the port."""

from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anlan.kernel.base.clock import to_ms
from anlan.kernel.base.config import config
from anlan.kernel.base.errors import InvalidError
from anlan.kernel.sensing import ports, queries
from anlan.kernel.sensing.models import Datastream

POINTS_MAX = 5_000
#: One page of a replay, and the longest span of one.
REPLAY_MAX = 100_000
REPLAY_MAX_MS = 31 * 86_400_000


def with_last(rows: list[Datastream]) -> dict[str, Any]:
    """Return datastreams with limits and newest readings; one query and one look at the store."""
    limits = queries.current_limits([row.id for row in rows])
    newest = ports.observation_store().last([row.number for row in rows])
    columns = (
        "id", "version", "number", "name", "name_en", "tag", "subject_id", "subject_name",
        "subject_name_en", "gateway_id", "unit", "property", "property_title", "property_title_en",
        "resolution", "retired_at", "site_name", "site_name_en", "div", "zone", "site", "matter",
        "gateway_name", "gateway_name_en", "limits_count",
    )  # fmt: skip
    items = [
        {name: getattr(row, name) for name in columns}
        | {"limits": limits[row.id], "last": newest.of(row.number)}
        for row in rows
    ]
    shared = {
        "tail_missing": newest.tail_missing,
        "longest_suppression_days": config().suppression_days,
    }
    return {
        "items": [item | shared for item in items],
        "tail_missing": newest.tail_missing,
    }


def observations(
    row: Datastream, start: str, end: str, points: int, as_of: str | None = None
) -> dict[str, Any]:
    """Return readings in [start, end): raw while they are at most `points`, else buckets.

    With `as_of`, what was known then: without later readings and corrections. Raises InvalidError
    for a time without offset, an empty span, or a silly number of points.
    """
    low, high = _span(start, end)
    if not 1 <= points <= POINTS_MAX:
        raise InvalidError(f"点数应为 1–{POINTS_MAX}", code="sensing.bad_points")
    known_by = None if as_of is None else _ms("as_of", as_of)
    store = ports.observation_store()
    about = {"datastream_id": row.id, "unit": row.unit, "as_of": known_by}
    raw = store.raw(row.number, low, high, limit=points + 1, known_by_ms=known_by)
    if len(raw.times_ms) <= points:
        return about | {
            "mode": "raw",
            "t": raw.times_ms.tolist(),
            "v": _gaps(raw.values),
            "q": raw.quality.tolist(),
            "corrected": raw.corrected.tolist(),
            "lag_s": raw.lag_s.tolist(),
            "tail_missing": raw.tail_missing,
            "files_missing": len(raw.unreadable),
        }
    buckets = store.buckets(row.number, low, high, points=points, known_by_ms=known_by)
    return about | {
        "mode": "buckets",
        "t": buckets.starts_ms.tolist(),
        "width_ms": buckets.width_ms,
        "min": _gaps(buckets.minimum),
        "max": _gaps(buckets.maximum),
        "mean": _gaps(buckets.mean),
        "first": _gaps(buckets.first),
        "last": _gaps(buckets.last),
        "count": buckets.count.tolist(),
        "refused": buckets.refused.tolist(),
        "tail_missing": buckets.tail_missing,
        "files_missing": len(buckets.unreadable),
    }


def replay(
    subject_id: str, *, start: str, end: str, as_of: str | None, after: str | None, limit: int
) -> dict[str, Any]:
    """Return the readings of a subject and of all below it in [start, end), by time.

    At most `limit`; `next` is the place to go on behind. Retired datastreams are among them.
    Raises NotFoundError, and InvalidError as `observations` does.
    """
    low, high = _span(start, end)
    if high - low > REPLAY_MAX_MS:
        raise InvalidError("一次回放最多 31 天", code="sensing.bad_span")
    if not 1 <= limit <= REPLAY_MAX:
        raise InvalidError(f"读数条数应为 1–{REPLAY_MAX}", code="sensing.bad_limit")
    known_by = None if as_of is None else _ms("as_of", as_of)
    rows = queries.ever_of_subject(subject_id)
    numbers = [row.number for row in rows]
    got = ports.observation_store().together(
        numbers, low, high, limit, known_by_ms=known_by, after=_place(after)
    )
    there, index = np.unique(got.numbers, return_inverse=True)
    spoken = set(there.tolist())
    columns = ("id", "number", "name", "tag", "subject_id", "unit")
    return {
        "subject_id": subject_id,
        "as_of": known_by,
        "datastreams": [
            {name: getattr(row, name) for name in columns} for row in rows if row.number in spoken
        ],
        "i": index.tolist(),
        "t": got.times_ms.tolist(),
        "v": _gaps(got.values),
        "q": got.quality.tolist(),
        "corrected": got.corrected.tolist(),
        "lag_s": got.lag_s.tolist(),
        "next": f"{got.times_ms[-1]}-{got.numbers[-1]}" if got.truncated else None,
        "tail_missing": got.tail_missing,
        "files_missing": len(got.unreadable),
    }


def _span(start: str, end: str) -> tuple[int, int]:
    low, high = _ms("start", start), _ms("end", end)
    if low >= high:
        raise InvalidError("开始时间须早于结束时间", code="sensing.bad_span")
    return low, high


def _place(after: str | None) -> tuple[int, int] | None:
    """Read the place that `next` named."""
    if after is None:
        return None
    time, dash, number = after.partition("-")
    if not (dash and time.isascii() and time.isdigit() and number.isascii() and number.isdigit()):
        raise InvalidError(f"after 不是上一页的 next：{after}", code="sensing.bad_place")
    return int(time), int(number)


def _gaps(values: NDArray[np.float64]) -> list[float | None]:
    """Return plain numbers, None where there is none: JSON knows no NaN."""
    holes = values.astype(object)
    holes[~np.isfinite(values)] = None
    plain: list[float | None] = holes.tolist()
    return plain


def _ms(name: str, text: str) -> int:
    """Parse RFC 3339 with its offset."""
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError as error:
        raise InvalidError(f"{name} 不是时间：{text}", code="sensing.bad_time") from error
    if moment.tzinfo is None:
        raise InvalidError(f"{name} 缺少时区偏移：{text}", code="sensing.bad_time")
    return to_ms(moment)
