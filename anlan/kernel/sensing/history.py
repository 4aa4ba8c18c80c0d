"""History and newest readings of datastreams, joined with their limits, through the port."""

from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anlan.kernel.base.clock import to_ms
from anlan.kernel.base.errors import InvalidError
from anlan.kernel.sensing import ports, queries
from anlan.kernel.sensing.models import Datastream

POINTS_MAX = 5_000
RAW_MAX = 20_000


def with_last(rows: list[Datastream]) -> dict[str, Any]:
    """Return datastreams with limits and newest readings; one query and one look at the store."""
    limits = queries.current_limits([row.id for row in rows])
    newest = ports.observation_store().last([row.number for row in rows])
    columns = (
        "id", "version", "number", "name", "tag", "subject_id", "subject_name", "gateway_id",
        "unit", "property", "property_title", "resolution", "retired_at", "site_name", "div",
        "zone", "site", "matter",
    )  # fmt: skip
    items = [
        {name: getattr(row, name) for name in columns}
        | {"limits": limits[row.id], "last": newest.of(row.number)}
        for row in rows
    ]
    return {
        "items": [item | {"tail_missing": newest.tail_missing} for item in items],
        "tail_missing": newest.tail_missing,
    }


def observations(row: Datastream, start: str, end: str, points: int) -> dict[str, Any]:
    """Return readings in [start, end): raw while they are at most `points`, else buckets.

    Raises InvalidError for a time without offset, an empty span, or a silly number of points.
    """
    low, high = _ms("start", start), _ms("end", end)
    if low >= high:
        raise InvalidError("开始时间须早于结束时间", code="sensing.bad_span")
    if not 1 <= points <= POINTS_MAX:
        raise InvalidError(f"点数应为 1–{POINTS_MAX}", code="sensing.bad_points")
    store = ports.observation_store()
    about = {"datastream_id": row.id, "unit": row.unit}
    raw = store.raw(row.number, low, high, limit=points + 1)
    if len(raw.times_ms) <= points:
        return about | {
            "mode": "raw",
            "t": raw.times_ms.tolist(),
            "v": _gaps(raw.values),
            "q": raw.quality.tolist(),
            "corrected": raw.corrected.tolist(),
            "tail_missing": raw.tail_missing,
        }
    buckets = store.buckets(row.number, low, high, points=points)
    return about | {
        "mode": "buckets",
        "t": buckets.starts_ms.tolist(),
        "min": _gaps(buckets.minimum),
        "max": _gaps(buckets.maximum),
        "mean": _gaps(buckets.mean),
        "count": buckets.count.tolist(),
        "tail_missing": buckets.tail_missing,
    }


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
