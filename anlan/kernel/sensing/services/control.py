"""Changes on their way to the log: which are not there yet, and where they came to stand (7.3).

The rows themselves are the queue: a limit, suppression or retirement without `log_seq` has not been
published. Publishing twice is harmless, the engine ignores a version that is not above its own.
"""

from dataclasses import dataclass

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from anlan.kernel.base.clock import from_ms, to_ms
from anlan.kernel.base.unit_of_work import current_work
from anlan.kernel.sensing import models
from anlan.kernel.sensing.control import Control, LimitSet, Retirement, SuppressionSet
from anlan.kernel.sensing.models import Limit, Suppression
from anlan.kernel.sensing.queries import running_suppressions

AT_ONCE = 10_000

#: One statement for all: a firm's first set-up files thousands of limits.
_PLACE_IN = """
    UPDATE {table} r SET log_epoch = %s, log_seq = p.seq, log_at = %s
    FROM unnest(%s::text[], %s::int4[], %s::int8[]) AS p (id, version, seq)
    WHERE r.id = p.id AND r.version = p.version
"""
_KINDS: dict[type[Control], str] = {
    LimitSet: "limit",
    SuppressionSet: "suppression",
    Retirement: "retirement",
}
_PLACE = {kind: _PLACE_IN.format(table=f"sensing_{kind}") for kind in _KINDS.values()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change, the shard that must hear it, and the row that waits for its place."""

    shard: int
    control: Control
    row_id: str
    row_version: int


def unpublished_limits() -> list[Change]:
    """Return limits filed or withdrawn that the log has not got."""
    waiting = Q(superseded_at=None) | Q(withdrawn_version__isnull=False)
    # the keys first, by themselves: whatever the planner believes, a million that wait are then not
    # joined with their datastreams and sorted to take some of them
    keys = Limit.objects.filter(waiting, log_seq=None).order_by("control_version", "id")
    first = list(keys.values_list("pk", flat=True)[:AT_ONCE])
    rows = Limit.objects.filter(pk__in=first).select_related("datastream")
    return [limit_change(row) for row in rows.order_by("control_version", "id")]


def unpublished_suppressions() -> list[Change]:
    """Return real suppressions filed or ended that the log has not got, and whose turn it is.

    The engine knows one window of a datastream, so one waits until those before it are over.
    """
    before = running_suppressions().filter(
        datastream=OuterRef("datastream"), exercise_id=None, starts_at__lt=OuterRef("starts_at")
    )
    rows = Suppression.objects.filter(~Exists(before), log_seq=None, exercise_id=None)
    rows = rows.select_related("datastream")
    return [suppression_change(row) for row in rows.order_by("control_version", "id")[:AT_ONCE]]


def unpublished_retirements() -> list[Change]:
    """Return what was retired or taken up again without the log having got it, each turn of it."""
    rows = models.Retirement.objects.filter(log_seq=None).select_related("datastream")
    return [
        Change(
            shard=row.datastream.shard,
            control=Retirement(
                number=row.datastream.number, version=row.control_version, retired=row.is_retired
            ),
            row_id=row.id,
            row_version=row.version,
        )
        for row in rows.order_by("control_version", "id")[:AT_ONCE]
    ]


def place_in_log(changes: list[tuple[Change, int]], *, epoch: str, at_ms: int) -> None:
    """Write where changes stand in READINGS; a row changed since then stays unpublished."""
    current_work()
    placed: dict[str, list[tuple[str, int, int]]] = {kind: [] for kind in _PLACE}
    for change, sequence in changes:
        placed[_KINDS[type(change.control)]].append((change.row_id, change.row_version, sequence))
    with connection.cursor() as cursor:
        for kind, rows in placed.items():
            if rows:
                columns = list(map(list, zip(*rows, strict=True)))
                cursor.execute(_PLACE[kind], [epoch, from_ms(at_ms), *columns])


def limit_change(row: Limit) -> Change:
    """Return what a limit, filed or withdrawn, is on the log."""
    silent = row.condition == "silent"
    control = LimitSet(
        number=row.datastream.number,
        condition=row.condition,  # type: ignore[arg-type]  # services.limits files no other
        limit_id=row.id if row.withdrawn_version is None else None,
        value=row.value,
        deadband=row.deadband,
        on_delay_ms=row.on_delay_ms,
        off_delay_ms=row.off_delay_ms,
        silence_ms=round(row.value * 1000) if silent else 0,
        version=row.withdrawn_version or row.control_version,
        low=row.low or 0.0,
        window_ms=row.window_ms or 0,
        gateway=row.datastream.gateway_id,
        device=row.datastream.device_id or "",
    )
    return Change(
        shard=row.datastream.shard, control=control, row_id=row.id, row_version=row.version
    )


def suppression_change(row: Suppression) -> Change:
    """Return what a suppression, filed or ended, is on the log."""
    control = SuppressionSet(
        number=row.datastream.number,
        suppression_id=row.id if row.ended_at is None else None,
        starts_ms=to_ms(row.starts_at),
        ends_ms=to_ms(row.ended_at or row.ends_at),
        version=row.control_version,
    )
    return Change(
        shard=row.datastream.shard, control=control, row_id=row.id, row_version=row.version
    )
