"""What PostgreSQL remembers for the engine: progress, configuration by place in the log, alarms."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import Q

from anlan.app.judging import CONDITION_NUMBERS
from anlan.app.shard_group import REAL_SHARDS
from anlan.engines.alarms import controls
from anlan.engines.alarms.proof import Told
from anlan.kernel.alerts.models import Alarm, EngineProgress, ExerciseProgress, InstrumentState
from anlan.kernel.alerts.queries import waiting_members
from anlan.kernel.alerts.rules import EXERCISE_GROUP
from anlan.kernel.base.clock import now, to_ms
from anlan.kernel.sensing.models import (
    Datastream,
    Device,
    Gateway,
    Limit,
    Retirement,
    Suppression,
)

EXERCISE_DAY = timedelta(days=1)


@dataclass(slots=True)
class _Noted:
    active: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    doubted: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    causes: set[str] = field(default_factory=set)

    def told(self) -> Told:
        return Told(
            active=dict(self.active),
            unconfirmed=dict(self.doubted),
            causes=frozenset(self.causes),
        )


class DatabaseMemory:
    """Reads in the unit of work that is open."""

    def __init__(self, group: str, shards: Collection[int] = REAL_SHARDS) -> None:
        self._group = group
        self._is_exercise = group == EXERCISE_GROUP
        #: None: every real shard, as exercises need it too
        self._shards = None if self._is_exercise or set(shards) == set(REAL_SHARDS) else shards

    def _own(self, path: str) -> Q:
        """Return what keeps rows of other engines' shards away: they are never heard here."""
        return Q() if self._shards is None else Q(**{f"{path}shard__in": self._shards})

    def progress(self) -> tuple[str, int] | None:
        """Return (epoch, seq) of the last commit."""
        every = ExerciseProgress.objects if self._is_exercise else EngineProgress.objects
        rows = every.filter(shard_group=self._group)
        return rows.values_list("epoch", "seq").first()

    def configuration(self, epoch: str, before: int) -> list[controls.Change]:
        """Return what stands in the log before a message or in an earlier life, newest of each kind.

        A limit that is being withdrawn has lost its first place: it is in force until the log says
        otherwise.
        """
        placed = Q(log_epoch__isnull=False) & (~Q(log_epoch=epoch) | Q(log_seq__lt=before))
        withdrawn = Q(withdrawn_version__isnull=False, log_seq=None)
        own = self._own("datastream__")
        return [
            *self._limits(own & (placed | withdrawn)),
            *self._suppressions(own & placed),
            *self._retirements(own & placed),
        ]

    def told(self) -> Mapping[str | None, Told]:
        """Return the active alarms of the group by exercise, and which of them no data confirm.

        Exercises that raised nothing for a day are over.
        """
        apart = (
            Q(exercise_id__isnull=False, last_raised_at__gt=now() - EXERCISE_DAY)
            if self._is_exercise
            else Q(exercise_id=None)
        )
        if self._shards is not None:
            apart &= Q(datastream=None) | self._own("datastream__")
        rows = Alarm.objects.filter(apart, instrument_state=InstrumentState.ACTIVE)
        columns = ("exercise_id", "datastream__number", "condition", "unconfirmed_at", "cause_key")
        told: dict[str | None, _Noted] = defaultdict(_Noted)
        for exercise_id, number, condition, unconfirmed_at, cause_key in (
            rows.order_by("id").values_list(*columns).iterator()
        ):
            noted = told[exercise_id]
            if number is None:
                noted.causes.add(cause_key)
                continue
            bit = 1 << CONDITION_NUMBERS[condition]
            noted.active[number] |= bit
            if unconfirmed_at is not None:
                noted.doubted[number] |= bit
        if not self._is_exercise:
            if None in told:
                told[None].causes &= self._own_causes(told[None].causes)
            for number, condition in self._waiting():
                told[None].active[number] |= 1 << CONDITION_NUMBERS[condition]
        return {exercise_id: noted.told() for exercise_id, noted in told.items()}

    def _own_causes(self, causes: set[str]) -> set[str]:
        """Return which groups of alarms are of gateways, or of instruments behind them, of own shards."""
        ids = [cause.partition(":")[2] for cause in causes]
        gateways = Gateway.objects.filter(self._own(""), pk__in=ids).values_list("pk", flat=True)
        behind = Device.objects.filter(self._own("gateway__"), pk__in=ids)
        own = {*gateways, *behind.values_list("pk", flat=True)}
        return {cause for cause in causes if cause.partition(":")[2] in own}

    def _waiting(self) -> list[tuple[int, str]]:
        """Return members of groups, of own shards, whose rows are not written yet."""
        waiting = waiting_members()
        if self._shards is None or not waiting:
            return waiting
        rows = Datastream.objects.filter(self._own(""), number__in={one for one, _ in waiting})
        own = set(rows.values_list("number", flat=True))
        return [(number, condition) for number, condition in waiting if number in own]

    def _limits(self, placed: Q) -> list[controls.Change]:
        newest = (
            Limit.objects.filter(placed)
            .order_by("datastream_id", "condition", "-control_version")
            .distinct("datastream_id", "condition")
            .select_related("datastream")
        )
        return [
            controls.LimitChange(
                number=row.datastream.number,
                condition=CONDITION_NUMBERS[row.condition],
                version=row.control_version if in_force else row.withdrawn_version or 0,
                present=in_force,
                value=row.value,
                deadband=row.deadband,
                on_delay_ms=row.on_delay_ms,
                off_delay_ms=row.off_delay_ms,
                silence_ms=round(row.value * 1000) if row.condition == "silent" else 0,
                low=row.low or 0.0,
                window_ms=row.window_ms or 0,
                gateway=row.datastream.gateway_id,
                device=row.datastream.device_id or "",
            )
            for row in newest.iterator()
            for in_force in (row.withdrawn_version is None or row.log_seq is None,)
        ]

    def _suppressions(self, placed: Q) -> list[controls.Change]:
        newest = (
            Suppression.objects.filter(placed, exercise_id=None)
            .order_by("datastream_id", "-control_version")
            .distinct("datastream_id")
            .select_related("datastream")
        )
        return [
            controls.Suppression(
                number=row.datastream.number,
                version=row.control_version,
                starts_ms=to_ms(row.starts_at),
                ends_ms=to_ms(row.ended_at or row.ends_at),
            )
            for row in newest
        ]

    def _retirements(self, placed: Q) -> list[controls.Change]:
        """What is retired, and what was and is no more: an old word on the log must not retire it again."""
        newest = (
            Retirement.objects.filter(placed)
            .order_by("datastream_id", "-control_version")
            .distinct("datastream_id")
            .select_related("datastream")
        )
        return [
            controls.Retirement(
                number=row.datastream.number, version=row.control_version, retired=row.is_retired
            )
            for row in newest.iterator()
        ]
