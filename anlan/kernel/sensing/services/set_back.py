"""After a database was set back: the log knows later limits than the rows, and the rows decide (7.3).

A change stands in the rows before it is published. So a version in the log above the counter of its
datastream is of a time that this database has lost; the engine would hold on to it, and ignore what
is filed from now on under versions that it has heard already.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import get_args, get_type_hints

import msgspec
from django.db.models import Max

from anlan.kernel.base.clock import now
from anlan.kernel.base.unit_of_work import current_work
from anlan.kernel.sensing import models
from anlan.kernel.sensing.control import Control, LimitSet, Retirement, SuppressionSet
from anlan.kernel.sensing.models import Datastream, Limit, Suppression
from anlan.kernel.sensing.services.control import Change, limit_change, suppression_change

#: Every condition that a limit may have.
CONDITIONS: tuple[str, ...] = get_args(get_type_hints(LimitSet)["condition"])


def placed_upto(epoch: str) -> int:
    """Return the last message of this life of the log that a row knows itself to stand in, or 0."""
    places = (
        rows.objects.filter(log_epoch=epoch).aggregate(last=Max("log_seq"))["last"]
        for rows in (Limit, Suppression, models.Retirement)
    )
    return max(place or 0 for place in places)


def say_again(words: Iterable[tuple[int, Control]]) -> list[Change]:
    """Return what must be published so that the rows have the last word over these of the log.

    `words` are (shard, control) in the order of the log. Counters of datastreams are raised above
    what the log has heard, so that what is filed from now on is heard too; call in a unit of work.
    """
    current_work()
    heard: dict[int, list[tuple[int, Control]]] = defaultdict(list)
    for shard, control in words:
        heard[control.number].append((shard, control))
    streams = Datastream.objects.select_for_update(of=("self",)).filter(number__in=heard)
    known = {stream.number: stream for stream in streams}
    found: list[Change] = []
    for number, said in sorted(heard.items()):
        last = max(control.version for _, control in said)
        stream = known.get(number)
        if stream is None:
            found += _forgotten(number, *said[-1], last)
        elif stream.control_version < last:
            stream.control_version, stream.updated_at = last + 1, now()
            stream.save(update_fields=["control_version", "updated_at"])
            found += _anew(stream, [control for _, control in said])
    return found


def _forgotten(number: int, shard: int, newest: Control, last: int) -> list[Change]:
    """A datastream that no row knows is judged no more; once is enough."""
    if isinstance(newest, Retirement) and newest.retired:
        return []
    gone = Retirement(number=number, version=last + 1)
    return [Change(shard=shard, control=gone, row_id=f"gone-{number}", row_version=last + 1)]


def _anew(stream: Datastream, said: list[Control]) -> list[Change]:
    """Say what the rows hold of each condition that the log speaks of, or that they hold nothing."""
    version = stream.control_version
    changes: list[Change] = []
    for condition in CONDITIONS:
        if not any(isinstance(one, LimitSet) and one.condition == condition for one in said):
            continue
        rows = Limit.objects.filter(datastream=stream, condition=condition)
        row = rows.select_related("datastream").order_by("-control_version").first()
        if row is not None:
            changes.append(limit_change(row))
            continue
        newest = [one for one in said if isinstance(one, LimitSet) and one.condition == condition]
        taken = msgspec.structs.replace(newest[-1], limit_id=None)
        changes.append(_of(stream, taken))
    if any(isinstance(one, Retirement) for one in said):
        is_retired = stream.retired_at is not None
        changes.append(
            _of(stream, Retirement(number=stream.number, version=version, retired=is_retired))
        )
    if any(isinstance(one, SuppressionSet) for one in said):
        filed = Suppression.objects.filter(datastream=stream, exercise_id=None)
        # one that waits for its turn has no place in the log and is not said yet
        told = filed.exclude(log_seq=None, starts_at__gt=now())
        latest = told.select_related("datastream").order_by("-control_version").first()
        none = SuppressionSet(
            number=stream.number, suppression_id=None, starts_ms=0, ends_ms=0, version=version
        )
        changes.append(_of(stream, none) if latest is None else suppression_change(latest))
    return [
        Change(
            shard=one.shard,
            control=msgspec.structs.replace(one.control, version=version),
            row_id=one.row_id,
            row_version=one.row_version,
        )
        for one in changes
    ]


def _of(stream: Datastream, control: Control) -> Change:
    kind = getattr(control, "condition", type(control).__name__)
    return Change(
        shard=stream.shard,
        control=control,
        row_id=f"{stream.id}:{kind}",
        row_version=stream.version,
    )
