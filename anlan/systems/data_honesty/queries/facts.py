"""Facts beside the curves: limits that were widened, tags that fell silent, outages past their end."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from anlan.kernel.base.clock import from_ms, to_ms
from anlan.kernel.people.queries.holdings import actor_of, holdings
from anlan.kernel.people.queries.responsible import owners_of
from anlan.kernel.sensing import ports
from anlan.kernel.sensing.models import Datastream, Limit, Suppression, SuppressionKind
from anlan.systems.data_honesty.rules import is_laxer

_OF_LIMIT = ("value", "low", "window_ms", "on_delay_ms")
#: A tag that was retired is one that was withdrawn where it spoke until shortly before.
_BEFORE = timedelta(days=1)
#: Others of a gateway that tell whether it spoke.
_OTHERS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One fact that speaks against a datastream; `key` names it for ever."""

    stream: Datastream
    kind: str
    key: str
    first_at: datetime
    last_at: datetime
    figures: dict[str, Any] = field(default_factory=dict)


def outages_of(streams: Sequence[Datastream], since: datetime) -> dict[str, list[Suppression]]:
    """Return the filed outages (停用) that lasted beyond a moment, by datastream and time."""
    rows = Suppression.objects.filter(
        kind=SuppressionKind.OUT_OF_SERVICE,
        datastream__in=streams,
        ends_at__gt=since,
        exercise_id=None,
    )
    found: dict[str, list[Suppression]] = {}
    for row in rows.order_by("starts_at", "id"):
        found.setdefault(row.datastream_id, []).append(row)
    return found


def end_of(row: Suppression) -> datetime:
    """Return when an outage was over: as filed, or when it was ended before."""
    return min(row.ends_at, row.ended_at or row.ends_at)


def highs_of(streams: Sequence[Datastream], until: datetime) -> dict[str, float]:
    """Return the lower of the upper limits in force at a moment, by datastream."""
    rows = Limit.objects.filter(
        datastream__in=streams, condition__in=("H", "HH"), valid_from__lt=until
    ).exclude(superseded_at__lt=until)
    found: dict[str, float] = {}
    for row in rows:
        found[row.datastream_id] = min(row.value, found.get(row.datastream_id, row.value))
    return found


def widened(streams: Sequence[Datastream], since: datetime, until: datetime) -> Iterator[Fact]:
    """Yield the limits that the firm itself made laxer, or took away, within a span."""
    by_id = {one.id: one for one in streams}
    rows = Limit.objects.filter(datastream__in=streams).order_by("valid_from", "id")
    standing: dict[tuple[str, str], Limit] = {}
    for row in rows:
        place = row.datastream_id, row.condition
        old, standing[place] = standing.get(place), row
        stream = by_id[row.datastream_id]
        if (
            old is not None
            and since <= row.valid_from < until
            and is_laxer(row.condition, _said(old), _said(row))
            and _is_of_firm(stream, row.filed_by, row.valid_from)
        ):
            yield _widened(stream, old, row, row.filed_by, row.reason)
    for row in rows:
        gone = row.superseded_at if row.withdrawn_version is not None else None
        stream = by_id[row.datastream_id]
        if gone and since <= gone < until and _is_of_firm(stream, row.ended_by, gone):
            yield _widened(stream, row, None, row.ended_by, row.end_reason)


def withdrawn(
    streams: Sequence[Datastream],
    outages: dict[str, list[Suppression]],
    since: datetime,
    until: datetime,
) -> Iterator[Fact]:
    """Yield the tags that spoke within a span, and on its last day said nothing while others of their gateway did."""
    newest = ports.observation_store().last([one.number for one in streams])
    day = until - timedelta(days=1)
    for one in streams:
        last = newest.of(one.number)
        if last is None or from_ms(last.t) < since:
            continue
        at = from_ms(last.t)
        retired = one.retired_at
        if retired is not None:
            if since <= retired < until and retired - at < _BEFORE:
                key = f"retired:{to_ms(retired)}"
                said = {"how": "retired", "last_value": last.v}
                yield Fact(
                    stream=one, kind="tag_withdrawn", key=key, first_at=retired, last_at=retired, figures=said
                )  # fmt: skip
        elif at < day and not _is_out(outages.get(one.id, []), at, until) and _spoke(one, day):
            said = {"how": "silent", "last_value": last.v, "hours": _hours(until - at)}
            yield Fact(
                stream=one, kind="tag_withdrawn", key=f"silent:{last.t}", first_at=at, last_at=until, figures=said
            )  # fmt: skip


def overdue(
    streams: Sequence[Datastream],
    outages: dict[str, list[Suppression]],
    until: datetime,
    overdue_hours: float,
) -> Iterator[Fact]:
    """Yield the outages that are over, without a good reading behind them nor another filing."""
    least = timedelta(hours=overdue_hours)
    for one in streams:
        # one that has not begun is no reason for a silence of now
        filed = [each for each in outages.get(one.id, []) if each.starts_at <= until]
        last = max(filed, key=end_of, default=None)
        if last is None or one.retired_at is not None or until - end_of(last) < least:
            continue
        end = end_of(last)
        if not _has_good(one, end, until):
            said = {"hours": _hours(until - end), "filed_end": end.isoformat()}
            yield Fact(
                stream=one, kind="outage_overdue", key=f"outage:{last.id}", first_at=end, last_at=until, figures=said
            )  # fmt: skip


def _said(row: Limit) -> dict[str, float | None]:
    return {name: getattr(row, name) for name in _OF_LIMIT}


def _widened(stream: Datastream, old: Limit, new: Limit | None, by: str, why: str) -> Fact:
    at = new.valid_from if new else old.superseded_at or old.updated_at
    figures = {
        "condition": old.condition,
        "unit": old.unit,
        "before": _said(old),
        "after": _said(new) if new else None,
        "by": by,
        "said": why,
    }
    key = f"limit:{new.id if new else old.id}{'' if new else ':gone'}"
    return Fact(
        stream=stream, kind="limit_widened", key=key, first_at=at, last_at=at, figures=figures
    )


def _is_of_firm(stream: Datastream, actor: str, at: datetime) -> bool:
    """Tell whether an actor held a post of the firm whose site it is."""
    return actor in _people_of(stream.site or "", at)


def _people_of(site: str, at: datetime) -> frozenset[str]:
    rows = holdings(at).filter(post__organisation__in=owners_of(site, at)).select_related("user")
    return frozenset(actor_of(row.user) for row in rows)


def _is_out(filed: list[Suppression], since: datetime, until: datetime) -> bool:
    """Tell whether any outage speaks for a silence; one past its end is told as such."""
    return any(one.starts_at < until and end_of(one) > since for one in filed)


def _spoke(stream: Datastream, since: datetime) -> bool:
    """Tell whether another datastream of the same gateway said something."""
    others = Datastream.objects.filter(gateway=stream.gateway_id, retired_at=None)
    numbers = list(others.exclude(pk=stream.pk).values_list("number", flat=True)[:_OTHERS])
    newest = ports.observation_store().last(numbers)
    return any(from_ms(one.t) >= since for one in newest.readings.values())


def _has_good(stream: Datastream, since: datetime, until: datetime) -> bool:
    got = ports.observation_store().buckets(stream.number, to_ms(since), to_ms(until), 24)
    return bool(got.count.sum())


def _hours(span: timedelta) -> float:
    return round(span.total_seconds() / 3600, 1)
