"""The database is put back to a backup while readings, their log and history have gone on.

Gateways send, alarms are raised and told to people; a backup is taken in the middle of it. Later the
house stands still, its database is lost, and an operator does what `docs/restore.md` says. Gateways
have gone on sending into the closed door. At the end the alarms must be those of a plain loop over
all readings, once each, under the ids that they had; nothing may have been sent under a second id.
"""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg
from django.db import connections

from anlan.app.bench import chaos_truth
from anlan.app.bench.boxes import send_all
from anlan.app.bench.chaos import PATIENCE_S, Load
from anlan.app.bench.house import BenchHouse, wait_until
from anlan.app.bench.plant import build_plant
from anlan.app.bench.report import Report, Row, new_report
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.people.models import Organisation, OrganisationKind, Role
from anlan.kernel.people.services import posts, users

GATEWAYS, A_GATEWAY = 4, 50
#: Rounds of chaos' load (12 s each), and of it the shares after which backup and loss come.
ROUNDS = 4
BACKUP_AT, LOSS_AT = 0.25, 0.6
REASON = "数据库盘损坏，恢复到备份"

_ALARMS = "SELECT DISTINCT object FROM base_journal WHERE type = 'alerts.alarm.raised'"
_SENT = """
    SELECT m.key, d.recipient, d.channel, d.id
    FROM messaging_delivery d JOIN messaging_message m ON m.id = d.message_id
"""
#: Nobody reads and nobody closes here: one alarm is told once to a person by a channel, whatever the
#: message is called. The keys and ids of messages are unique in the tables and would prove nothing.
TOLD_TWICE = """
    SELECT count(*) - count(DISTINCT (
        coalesce(a.datastream_id, a.cause_key), a.condition, a.raised_at, d.recipient, d.channel))
    FROM messaging_delivery d JOIN messaging_message m ON m.id = d.message_id
    JOIN alerts_alarm a ON a.id = m.about_id
"""
_GAPS = "SELECT coalesce(sum((health->>'gaps')::int), 0) FROM sensing_gateway"
_SEALED = "SELECT coalesce(max(position), 0) FROM base_sealed"
_PUBLISHED = "SELECT coalesce(max(published_upto), 0) FROM base_relayprogress"
_REPEATED = """
    SELECT count(*) - count(DISTINCT (gateway_id, sequence)) FROM sensing_batchreceipt
"""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a database held: the ids of alarms; the send id of each thing said to somebody."""

    alarms: frozenset[str]
    sent: dict[tuple[str, str, str], str]
    positions: int
    published: int


def run(house: BenchHouse, *, say: Callable[[str], None] = lambda _: None) -> Report:
    """Run in an empty house; every row's target is what must be true."""
    report = new_report("set_back", quick=False)
    boxes = build_plant(house.admin_dsn, gateways=GATEWAYS, datastreams=GATEWAYS * A_GATEWAY)
    _appoint()
    house.start()
    house.watch()
    load = Load(boxes, ROUNDS, seed=1)
    load.make(house.nats.mqtt_port)
    whole = sum(len(one.due) for one in load.senders)
    for sender in load.senders:
        sender.open()
    wait_until(lambda: all(one.is_open for one in load.senders), "every gateway is let in")
    sending = threading.Thread(target=send_all, args=[load.senders, 600.0], daemon=True)
    sending.start()

    def is_sent(share: float) -> bool:
        return sum(len(one.due) for one in load.senders) <= whole * (1 - share)

    wait_until(lambda: is_sent(BACKUP_AT), "a part is sent")
    backup = house.layout.home / "backup"
    made = house.command("backup", str(backup))
    say("backed up; going on")
    wait_until(lambda: is_sent(LOSS_AT), "more is sent")
    exported = house.command("audit", "export-head")
    say("the database is lost")
    house.stand_still()
    lost = _seen(house.admin_dsn)
    steps = _put_back(house, backup)
    kept = _seen(house.admin_dsn)
    say("the database is put back; going on")
    house.start()
    house.watch()
    sending.join()
    for sender in load.senders:
        sender.close()
    say("all is acknowledged; asking back")
    found = asyncio.run(chaos_truth.settle(house, PATIENCE_S, begun_at=kept.published))
    chaos_truth.wait_for_history(house, PATIENCE_S)
    connections.close_all()
    report.rows.extend(_steps({"backup": made, "export_head": exported} | steps))
    report.rows.extend(_same(lost, kept, _seen(house.admin_dsn)))
    report.rows.extend(_once(house.admin_dsn))
    report.rows.extend(chaos_truth.compare(house, load.sent, found))
    return report


def _appoint() -> None:
    """Let somebody stand in the firm's control room, so that alarms are told to a person."""
    with unit_of_work(machine("bench")):
        firm = Organisation.objects.get(kind=OrganisationKind.FIRM)
        room = posts.create_post(organisation=firm, role=Role.objects.get(code="firm_control_room"))
        person = users.create_user(username="bench.room", name="压测中控", is_invented=True)
        posts.appoint(user=person, post=room)


def _put_back(house: BenchHouse, backup: Path) -> dict[str, int]:
    """Do what the page for operators says; return the exit code of each step."""
    connections.close_all()
    with psycopg.connect(house.cluster.dsn("anlan_admin", "postgres"), autocommit=True) as admin:
        admin.execute("DROP DATABASE anlan WITH (FORCE)")
    return {
        "db_prepare": house.command("db", "prepare"),
        "restore": house.command("restore", "--keep-files", str(backup)),
        # what the backup has not is seen, until somebody says why
        "verify_before": house.command("audit", "verify"),
        "restored": house.command("audit", "restored", REASON),
        "verify": house.command("audit", "verify"),
    }


def _steps(codes: dict[str, int]) -> list[Row]:
    wanted = dict.fromkeys(codes, 0) | {"verify_before": 1}
    return [_must(f"step.{name}", code, wanted[name], "exit code") for name, code in codes.items()]


def _seen(dsn: str) -> Seen:
    with psycopg.connect(dsn) as admin:
        sent = {(key, who, by): id_ for key, who, by, id_ in admin.execute(_SENT)}
        alarms = frozenset(row[0] for row in admin.execute(_ALARMS))
    return Seen(alarms, sent, _one(dsn, _SEALED), _one(dsn, _PUBLISHED))


def _same(lost: Seen, kept: Seen, now: Seen) -> list[Row]:
    """Hold what was told before the loss against what is told now."""
    again = lost.sent.keys() & now.sent.keys() - kept.sent.keys()
    other = sum(lost.sent[key] != now.sent[key] for key in again)
    return [
        Row(name="set_back.positions.lost", value=float(lost.positions - kept.positions), unit=""),
        Row(
            name="set_back.alarms.after_backup",
            value=float(len(lost.alarms - kept.alarms)),
            unit="alarms",
        ),
        _must("alarms.gone_or_renamed", len(lost.alarms - now.alarms), 0, "alarms"),
        Row(name="set_back.deliveries.told_again", value=float(len(again)), unit="deliveries"),
        _must("deliveries.other_send_id", other, 0, "deliveries"),
    ]


def _once(dsn: str) -> list[Row]:
    """Ask whether everything came and was told once."""
    return [
        _must("deliveries.twice", _one(dsn, TOLD_TWICE), 0, "deliveries"),
        _must("gateways.gaps", _one(dsn, _GAPS), 0, "gaps"),
        _must("receipts.twice", _one(dsn, _REPEATED), 0, "receipts"),
    ]


def _one(dsn: str, question: str) -> int:
    with psycopg.connect(dsn) as admin:
        row = admin.execute(question.encode()).fetchone()
    return int(row[0]) if row else -1


def _must(name: str, value: int, target: int, unit: str) -> Row:
    met = value == target
    return Row(
        name=f"set_back.{name}", value=float(value), unit=unit, target=float(target), met=met
    )
