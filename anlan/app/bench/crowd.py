"""Two alarm storms before 500 screens: when they hear the first of each cause, and what that costs (7.15, 7.19).

First a thousand datastreams of a firm a second cross a limit of third priority, or return, for half a
minute. Then two hundred gateways fall silent at once with five hundred datastreams each, each gateway a
cause with all that hangs on it. All along five datastreams a second cross a limit of first priority,
each a cause of its own. The screens are of three posts at three levels of divisions, so that they are
nine audiences; the firm's control room confirms an alarm twice a second.
"""

import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
import psycopg

from anlan.app.bench.beside import Beside
from anlan.app.bench.crowd_gateways import EACH, Reds, Speaking, opened
from anlan.app.bench.crowd_heard import Told, told_of
from anlan.app.bench.house import BenchHouse, wait_until
from anlan.app.bench.plant import build_plant, keep_limit
from anlan.app.bench.processes import resident_mb
from anlan.app.bench.report import Report, Row, new_report, none_may_be, rounded
from anlan.app.bench.screen import admit, admit_control_room
from anlan.app.bench.tiles_storm import Storm
from anlan.kernel.alerts.services import answers
from anlan.kernel.base.permissions import Principal
from anlan.kernel.base.unit_of_work import unit_of_work

#: Gateways that fall silent, gateways that cross limits, datastreams of each; one more sends the reds.
LOST, RAGING = {True: 10, False: 200}, 20
#: A limit of third priority, and what is beyond it and below the one of first.
NEAR, YELLOW = 80.0, 85.0
SCREENS = {True: 50, False: 500}
SILENCE_S, RAGE_S = 60, 30.0
#: The storm begins so long before the gateways are missed, and is over by then.
BEFORE_S = 45.0
LOOK_S, CLICK_EVERY_S = 1.0, 0.5
#: So many looks are the memory at one time.
LOOKS = 10
#: What was sent last has so long to be shown.
AFTER_S = 5.0
TARGET_FIRST_MS, TARGET_CLICK_MS, TARGET_MEMBERS_S = 1_000.0, 300.0, 15.0
TARGET_GROWTH = 1.1
PATIENCE_S = 600.0
AUDIENCES = tuple(
    (role, territory)
    for role in ("duty_officer", "duty_leader", "monitor")
    for territory in ("640181", "6401", "64")
)


@dataclass
class Clicks(Beside):
    """The firm's control room confirms an alarm twice a second, as the route does it."""

    who: Principal
    admin_dsn: str
    ms: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def go_on(self, stop: threading.Event) -> None:
        """Confirm the newest alarm that nobody has confirmed."""
        with psycopg.connect(self.admin_dsn, autocommit=True) as admin:
            while not stop.wait(CLICK_EVERY_S):
                row = admin.execute(_NEWEST).fetchone()
                if row is None:
                    continue
                begun = time.perf_counter()
                try:
                    with unit_of_work(self.who):
                        answers.confirm_alarm(alarm_id=row[0])
                except Exception as error:  # noqa: BLE001 - every failure is counted and told
                    self.errors.append(repr(error))
                else:
                    self.ms.append((time.perf_counter() - begun) * 1000)


@dataclass
class Memory(Beside):
    """What the processes hold while the block runs, a look a second.

    From look `missed` on all groups are there and a hundred thousand members follow: what grows from the first
    of these looks to the last grows with what is told.
    """

    pids: dict[str, int]
    looks: list[dict[str, float]] = field(default_factory=list)
    missed: int = 0

    def go_on(self, stop: threading.Event) -> None:
        """Look."""
        while not stop.wait(LOOK_S):
            self.looks.append(resident_mb(self.pids))


class Screens:
    """All screens while the block runs; what they heard is in `told` afterwards."""

    def __init__(self, port: int, tickets: list[str]) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._file = Path(self._folder.name) / "heard.npz"
        argv = [sys.executable, "-m", "anlan.app.bench.crowd_screens", str(port), str(self._file)]
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self._process = subprocess.Popen(argv, **pipes)
        self._say("\n".join([*tickets, "", ""]))
        self.told: Told | None = None

    def _say(self, text: str) -> None:
        assert self._process.stdin is not None  # noqa: S101 - asked for above
        self._process.stdin.write(text)
        self._process.stdin.flush()

    def __enter__(self) -> Self:
        assert self._process.stdout is not None  # noqa: S101 - asked for above
        if self._process.stdout.readline() != "open\n":
            self._process.kill()
            raise TimeoutError("not every screen was opened")
        return self

    def __exit__(self, *_: object) -> None:
        self._say("\n")
        self._process.wait(PATIENCE_S)
        self.told = told_of(self._file)
        self._folder.cleanup()


def run(house: BenchHouse, *, quick: bool, say: Callable[[str], None] = lambda _: None) -> Report:
    """Run in an empty house."""
    report = new_report("crowd", quick=quick)
    boxes = build_plant(
        house.admin_dsn,
        gateways=LOST[quick] + RAGING + 1,
        datastreams=(LOST[quick] + RAGING + 1) * EACH,
        more={"H": NEAR, "silent": SILENCE_S},
    )
    lost, raging = boxes[: LOST[quick]], boxes[LOST[quick] : -1]
    keep_limit(house.admin_dsn, "silent", lost)  # who rages is never missed
    people = [admit(role, territory) for role, territory in AUDIENCES]
    with psycopg.connect(house.admin_dsn, autocommit=True) as admin:
        house.start()
        with Speaking(lost, house.nats.mqtt_port) as speaking:
            say("limits on their way to the engine")
            wait_until(lambda: _count(admin, _WAITING) == 0, "the log has all limits", PATIENCE_S)
            known = speaking.rounds
            wait_until(lambda: speaking.rounds > known + 1, "all have spoken", PATIENCE_S)
        say(f"{len(lost)} gateways fall silent")
        red = opened(boxes[-1:], house.nats.mqtt_port)[0]
        # a ticket lasts a minute
        tickets = [people[place % len(people)].ticket() for place in range(SCREENS[quick])]
        with Screens(house.ports.live, tickets) as screens:
            left_s = speaking.spoken_s + SILENCE_S - BEFORE_S - time.monotonic()
            time.sleep(max(0.0, left_s))
            with (
                Memory(house.pids()) as memory,
                Clicks(admit_control_room().who, house.admin_dsn) as clicks,
                Reds(red) as reds,
            ):
                say("a thousand alarms a second")
                with Storm(raging, house.nats.mqtt_port, YELLOW):
                    time.sleep(RAGE_S)
                every = len(lost) * EACH
                _wait(admin, _GROUPS, len(lost), "all are missed")
                missed, memory.missed = time.monotonic(), len(memory.looks)
                say(f"{every} alarms of {len(lost)} causes")
                _wait(admin, _MEMBERS, every, "all members have rows")
                members_s = time.monotonic() - missed
            time.sleep(AFTER_S)
        red.close()
        if clicks.errors:
            say(f"a click failed: {clicks.errors[0]}")
        report.rows.extend(_heard(screens, admin, len(lost), reds.sent))
        report.rows.extend(_cost(clicks, memory, members_s))
        exact = _count(admin, _MEMBERS) - every
        report.rows.append(none_may_be("crowd.members.too_many_or_few", float(exact), "alarms"))
    return report


_NEWEST = """
    SELECT id FROM alerts_alarm WHERE datastream_id IS NOT NULL AND instrument_state = 'active'
    AND confirmed_at IS NULL ORDER BY id DESC LIMIT 1
"""
#: From the reading's time to the commit of the alarm's row.
_COMMITTED = """
    SELECT extract(epoch FROM pg_xact_commit_timestamp(xmin) - occurred_at) * 1000
    FROM base_journal WHERE type = 'alerts.alarm.raised' AND {}
"""
_CAUSES = {
    "reds": "(data->>'priority')::int = 1",
    "gateways": "data->>'cause_key' <> '' AND data->>'parent_id' IS NULL",
}
_WAITING = "SELECT count(*) FROM sensing_limit WHERE log_seq IS NULL"
_GROUPS = "SELECT count(*) FROM alerts_alarm WHERE datastream_id IS NULL"
_MEMBERS = "SELECT count(*) FROM alerts_alarm WHERE parent_id IS NOT NULL"
_CHANGES = "SELECT count(*) FROM base_journal WHERE type LIKE 'alerts.alarm.%'"


def _heard(
    screens: Screens, admin: psycopg.Connection[tuple[Any, ...]], lost: int, reds: int
) -> Iterator[Row]:
    told = screens.told
    if told is None:
        raise RuntimeError("the screens have told nothing")
    found, groups = told.reds_ms, told.gateways_ms
    yield Row(name="crowd.screens", value=float(told.screens), unit="screens")
    yield none_may_be("crowd.screens.lost", float(told.lost), "screens")
    yield Row(name="crowd.alarms", value=float(_count(admin, _CHANGES)), unit="changes")
    yield Row(name="crowd.reds", value=float(reds), unit="alarms")
    yield none_may_be("crowd.reds.not_shown", float(reds - len(found)), "alarms")
    yield none_may_be("crowd.gateways.not_shown", float(lost - len(groups)), "gateways")
    for name, which in _CAUSES.items():
        took_ms = np.array(
            [float(ms) for (ms,) in admin.execute(_COMMITTED.format(which).encode())]
        )
        yield Row(name=f"crowd.{name}.committed.p99", value=_at(took_ms, 99), unit="ms")
    for name, shown, sent in (("reds", found, reds), ("gateways", groups, lost)):
        # what no screen was shown counts as never
        never = np.full((max(0, sent - len(shown)), told.screens), np.inf)
        took = np.concatenate([shown, never])
        yield Row(name=f"crowd.{name}.first.p50", value=_at(took, 50), unit="ms")
        p99 = _at(took, 99)
        yield Row(
            name=f"crowd.{name}.first.p99",
            value=p99,
            unit="ms",
            target=TARGET_FIRST_MS,
            met=p99 <= TARGET_FIRST_MS,
        )
    missed = np.sum(~np.isfinite(groups)) + np.sum(~np.isfinite(found))
    yield none_may_be("crowd.screens.missed_one", float(missed), "times")
    for name, value in (("mean", told.rate.mean()), ("most", told.rate.max())):
        yield Row(name=f"crowd.bytes.{name}", value=rounded(value / 1e6), unit="MB/s")
        one = value / told.screens / 1e3
        yield Row(name=f"crowd.bytes.a_screen.{name}", value=rounded(one), unit="kB/s")


def _cost(clicks: Clicks, memory: Memory, members_s: float) -> Iterator[Row]:
    p99 = _at(np.array(clicks.ms), 99)
    yield Row(name="crowd.clicks", value=float(len(clicks.ms)), unit="clicks")
    yield none_may_be("crowd.clicks.failed", float(len(clicks.errors)), "clicks")
    yield Row(
        name="crowd.clicks.p99",
        value=p99,
        unit="ms",
        target=TARGET_CLICK_MS,
        met=p99 <= TARGET_CLICK_MS,
    )
    yield Row(
        name="crowd.members.behind_their_groups",
        value=rounded(members_s),
        unit="s",
        target=TARGET_MEMBERS_S,
        met=members_s <= TARGET_MEMBERS_S,
    )
    looks = memory.looks
    for name in ("live", "engine", "nats"):
        first, begun, last = (
            float(np.median([look[name] for look in part]))
            for part in (looks[:1], looks[memory.missed :][:LOOKS], looks[-LOOKS:])
        )
        yield Row(name=f"crowd.memory.{name}.first", value=rounded(first), unit="MB")
        yield Row(name=f"crowd.memory.{name}", value=rounded(last), unit="MB")
        yield Row(
            name=f"crowd.memory.{name}.growth",
            value=rounded(last / begun),
            unit="x",
            target=TARGET_GROWTH if name == "live" else None,
            met=last / begun <= TARGET_GROWTH if name == "live" else None,
        )


def _wait(admin: psycopg.Connection[tuple[Any, ...]], question: str, least: int, what: str) -> None:
    # counting costs: not more often than the figure's second digit needs
    wait_until(lambda: _count(admin, question) >= least, what, PATIENCE_S, LOOK_S / 2)


def _count(admin: psycopg.Connection[tuple[Any, ...]], question: str) -> int:
    row = admin.execute(question.encode()).fetchone()
    return int(row[0]) if row else 0


def _at(values: np.ndarray, percent: int) -> float:
    return rounded(float(np.percentile(values, percent, method="higher"))) if values.size else 0.0
