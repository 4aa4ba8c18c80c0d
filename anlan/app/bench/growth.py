"""What is stored grows a hundredfold, the load stays: does anything get dearer?

At 1x, 10x and 100x stored datastreams, closed alarms and users, gateways send 50 messages of 100
readings a second; measured are the way from `publish()` to the alarm's committed row, the CPU of the
whole house a message, and the question for open alarms. The exponent is the slope of the logarithm of
a figure over that of what is stored: 0 is a load that does not see the store, 1 one that grows with it.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import psycopg

from anlan.app.bench import processes
from anlan.app.bench.house import BenchHouse, wait_until
from anlan.app.bench.plant import ACTOR, build_plant
from anlan.app.bench.readings import Bench
from anlan.app.bench.readings import _flow as flow
from anlan.app.bench.report import Report, Row, new_report
from anlan.kernel.alerts.queries import open_alarms
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work

SCALES = (1, 10, 100)
#: Stored at 1x: datastreams and closed alarms, and users.
DATASTREAMS, USERS = {True: 200, False: 10_000}, {True: 20, False: 100}
GATEWAYS, A_GATEWAY, A_SECOND, SECONDS = 2, 100, 50, {True: 6.0, False: 30.0}
ASKED, PAGE = 40, 50
#: A figure may grow by a quarter while what is stored grows a hundredfold.
TARGET = 0.05
PATIENCE_S = 1_800.0

#: `OFFSET 0`: else the row, and its number, is made anew for each of its columns.
_STREAMS = """
    INSERT INTO sensing_datastream SELECT (made).* FROM (
        SELECT jsonb_populate_record(d, jsonb_build_object(
            'id', left(d.id, 16) || 'S' || lpad(n::text, 9, '0'),
            'number', nextval('sensing_datastream_number'), 'tag', 'S' || n)) AS made
        FROM sensing_datastream d, generate_series(%(first)s::int, %(last)s::int) n
        WHERE d.number = (SELECT min(number) FROM sensing_datastream) OFFSET 0
    ) copies
"""
_LIMITS = """
    INSERT INTO sensing_limit
    SELECT (jsonb_populate_record(l, jsonb_build_object(
        'id', left(d.id, 15) || 'M' || right(d.id, 10), 'datastream_id', d.id,
        'log_epoch', NULL, 'log_seq', NULL, 'log_at', NULL))).*
    FROM sensing_limit l, sensing_datastream d
    WHERE l.id = (SELECT min(id) FROM sensing_limit) AND NOT EXISTS (SELECT 1 FROM sensing_limit WHERE datastream_id = d.id)
"""
#: Closed ones: what is open is the load's, and the same at every scale.
_ALARMS = """
    INSERT INTO alerts_alarm
    SELECT (jsonb_populate_record(a, jsonb_build_object(
        'id', left(a.id, 16) || 'S' || lpad(n::text, 9, '0'), 'instrument_state', 'returned',
        'firm_state', 'closed', 'bureau_state', 'closed', 'parent_id', NULL, 'cause_key', ''))).*
    FROM alerts_alarm a, generate_series(%(first)s::int, %(last)s::int) n
    WHERE a.id = (SELECT min(id) FROM alerts_alarm WHERE datastream_id IS NOT NULL)
"""
_USERS = """
    INSERT INTO people_user
    SELECT (jsonb_populate_record(u, jsonb_build_object(
        'id', left(u.id, 16) || 'S' || lpad(n::text, 9, '0'), 'username', 'bench_' || n))).*
    FROM people_user u, generate_series(%(first)s::int, %(last)s::int) n
    WHERE u.username = 'bench_screen'
"""


@dataclass(slots=True)
class Store:
    """What is stored beside the load, and its growth."""

    admin: psycopg.Connection[tuple[int]]
    quick: bool
    scale: int = 0

    def grow(self, scale: int) -> None:
        """Store so many times the least; what is copied differs in its identity only."""
        for sql, least in (
            (_STREAMS, DATASTREAMS[self.quick]),
            (_ALARMS, DATASTREAMS[self.quick]),
            (_USERS, USERS[self.quick]),
        ):
            # the load's own datastreams are there already
            there = GATEWAYS * A_GATEWAY if sql is _STREAMS else 0
            said = {"first": max(1, self.scale * least - there + 1), "last": scale * least - there}
            with self.admin.transaction():
                self.admin.execute(
                    "SELECT set_config('anlan.actor', %s, true)", [f"system:{ACTOR}"]
                )
                self.admin.execute(sql, said)
                if sql is _STREAMS:
                    self.admin.execute(_LIMITS)
        self.admin.execute("VACUUM ANALYZE")
        self.scale = scale

    def waiting(self) -> int:
        """Return how many limits are not in the log yet."""
        row = self.admin.execute(
            "SELECT count(*) FROM sensing_limit WHERE log_seq IS NULL"
        ).fetchone()
        return row[0] if row else 0


@dataclass(slots=True)
class Curve:
    """One figure at each scale."""

    unit: str
    values: list[float] = field(default_factory=list)

    def exponent(self) -> float:
        """Return the slope over what is stored, both as logarithms."""
        return exponent(SCALES[: len(self.values)], self.values)


def exponent(scales: tuple[int, ...], values: list[float]) -> float:
    """Return the least-squares slope of log(value) over log(scale)."""
    return float(np.polyfit(np.log(scales), np.log(values), 1)[0])


def run(house: BenchHouse, *, quick: bool, say: Callable[[str], None] = lambda _: None) -> Report:
    """Measure in an empty house."""
    from anlan.app.bench.screen import admit

    report = new_report("growth", quick=quick)
    boxes = build_plant(house.admin_dsn, gateways=GATEWAYS, datastreams=GATEWAYS * A_GATEWAY)
    admit()
    house.start()
    curves = {"row.p50": Curve("ms"), "cpu": Curve("us/message"), "open_alarms.p50": Curve("ms")}
    with psycopg.connect(house.admin_dsn, autocommit=True) as admin:
        bench, store = Bench(house, boxes, admin), Store(admin, quick)
        _settle(bench, store)
        flow(bench, A_SECOND, 2.0, None)  # the first alarms are what copies are made of
        for scale in SCALES:
            say(f"{scale}x")
            store.grow(scale)
            _settle(bench, store)
            _measure(bench, curves, SECONDS[quick])
    for name, curve in curves.items():
        for scale, value in zip(SCALES, curve.values, strict=True):
            report.rows.append(
                Row(name=f"growth.{name}.{scale}x", value=float(f"{value:.4g}"), unit=curve.unit)
            )
        slope = round(curve.exponent(), 3)
        report.rows.append(
            Row(
                name=f"growth.{name}.exponent",
                value=slope,
                unit="",
                target=TARGET,
                met=slope <= TARGET,
            )
        )
    return report


def _settle(bench: Bench, store: Store) -> None:
    wait_until(lambda: store.waiting() == 0, "the log has all limits", PATIENCE_S)
    bench.await_judged()


def _measure(bench: Bench, curves: dict[str, Curve], seconds: float) -> None:
    before = processes.used_s(bench.house.pids())
    took = flow(bench, A_SECOND, seconds, None)
    used = sum(processes.between(before, processes.used_s(bench.house.pids())).values())
    curves["cpu"].values.append(used / (A_SECOND * seconds) * 1e6)
    curves["row.p50"].values.append(float(np.median(took.row_ms)))
    asked = []
    for _ in range(ASKED):
        began = time.perf_counter()
        with unit_of_work(machine("bench"), read_only=True):
            list(open_alarms()[:PAGE])
        asked.append((time.perf_counter() - began) * 1000)
    curves["open_alarms.p50"].values.append(float(np.median(asked)))
