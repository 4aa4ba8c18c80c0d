"""What the tests of the firm's day share: a clock that stands, and permits sent over HTTP."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from django.test import Client

from anlan.kernel.base.envelope import Envelope
from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.messaging.models import Message
from tests.cast import csrf
from tests.plant import Plant

Handler = Callable[[Envelope], None]
URL = "/api/v1/firm-day/permits"
#: A Wednesday, ten in the morning where the firm is.
MORNING = datetime(2026, 12, 2, 2, tzinfo=UTC)


class Clock:
    """What the slice takes for the present."""

    def __init__(self) -> None:
        self.at = MORNING

    def __call__(self) -> datetime:
        return self.at

    def later(self, **span: float) -> None:
        self.at += timedelta(**span)


def body_of(plant: Plant, hours: float = 6, **more: Any) -> dict[str, Any]:
    return {
        "subject_id": plant.tank.id, "kind": "hot_work", "level": "first", "spot": "V101 北侧管廊", "content": "焊接支架",
        "guardian": "李监护", "approver": "何安全", "planned_start": MORNING.isoformat(),
        "planned_end": (MORNING + timedelta(hours=hours)).isoformat(),
    } | more  # fmt: skip


def send(client: Client, path: str, body: dict[str, Any] | None = None, version: int = 0) -> Any:
    headers = csrf(client) | ({"If-Match": f'"{version}"'} if version else {})
    return client.post(path, body or {}, content_type="application/json", headers=headers)


def act(
    client: Client, permit: dict[str, Any], verb: str, body: dict[str, Any] | None = None
) -> Any:
    return send(client, f"{URL}/{permit['id']}/{verb}", body, permit["version"])


def good_test(clock: Clock, **more: Any) -> dict[str, Any]:
    return {
        "at": clock.at.isoformat(),
        "by": "王分析",
        "oxygen_pct": 20.9,
        "flammable_lel_pct": 0,
    } | more


def begun(client: Client, plant: Plant, clock: Clock, **more: Any) -> dict[str, Any]:
    permit: dict[str, Any] = send(client, URL, body_of(plant, **more)).json()
    for verb, body in (("issue", None), ("gas-tests", good_test(clock)), ("start", None)):
        answer = act(client, permit, verb, body)
        assert answer.status_code == 200, answer.json()
        permit = answer.json()
    return permit


def react(slice_handlers: Mapping[str, Handler]) -> None:
    """Hand the journal's events to a slice as the worker does, from the first."""
    with unit_of_work(machine("firm_day.subscriptions")):
        for row in Journal.objects.filter(type__in=slice_handlers).order_by("id"):
            event = Envelope(
                id=row.ulid,
                node=row.node,
                position=row.id,
                schema=row.schema,
                type=row.type,
                occurred_at=row.occurred_at,
                known_at=row.known_at,
                correlation_id=row.correlation_id,
                causation_id=None,
                exercise_id=row.exercise_id,
                actor=row.actor,
                object=row.object,
                version=row.object_version,
                div=row.div,
                zone=row.zone,
                site=row.site,
                data=msgspec.Raw(msgspec.json.encode(row.data)),
            )
            slice_handlers[row.type](event)


def messages(kind: str) -> list[Message]:
    """Return what was said about something of a kind, oldest first."""
    with unit_of_work(machine("test")):
        return list(Message.objects.filter(about_kind=kind).order_by("id"))


def told(message: Message) -> set[str]:
    """Return the ids of those who got a message."""
    with unit_of_work(machine("test")):
        return {one.recipient for one in message.deliveries.all()}
