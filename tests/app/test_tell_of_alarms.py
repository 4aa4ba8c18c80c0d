"""From the engine's commit to the inbox: through the real relay, worker and journal, killed between."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from anlan.app.stack.throw_away import Databases
from anlan.kernel.alerts.rules import Progress, Transition
from anlan.kernel.alerts.services.transitions import apply_transitions
from anlan.kernel.base.clock import now_ms
from anlan.kernel.base.config import Config
from anlan.kernel.base.ids import derived_ulid
from anlan.kernel.base.models import Journal, SubscriptionProgress
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from tests.app.worker_process import Worker, wait
from tests.cast import ZONE, Cast, assemble, csrf, signed_in
from tests.engine_writer import fenced
from tests.plant import Plant, build_plant

EPOCH = "01K0000000000000000000EP0C"
INBOX = "/api/v1/messaging"


@pytest.fixture
def process(
    settings_of_run: Config, transactional_db: None, databases: Databases, tmp_path: Path
) -> Iterator[Worker]:
    """A worker that is not left behind, on a database that is made anew after the test."""
    del databases
    found = Worker(settings_of_run, tmp_path)
    yield found
    if found.process is not None and found.process.poll() is None:
        found.process.kill()
        found.process.wait()


@pytest.fixture
def plant(process: Worker) -> Plant:
    del process
    return build_plant(zone=ZONE)


@pytest.fixture
def cast(plant: Plant) -> Cast:
    return assemble(site=plant.site.id)


def raise_alarm(plant: Plant, seq: int, stream: int) -> None:
    """Commit what the engine commits when HH is passed."""
    at = now_ms()
    step = Transition(
        alarm_id=derived_ulid(at, EPOCH, 0, seq, 0),
        number=plant.streams[stream].number,
        condition="HH",
        kind="raised",
        at_ms=at,
        known_ms=at,
        value=93.0,
        limit_version=99,
    )
    progress = Progress(shard_group="main", epoch=EPOCH, after_seq=seq - 1, seq=seq)
    with unit_of_work(machine("engine")), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE anlan_engine")
        apply_transitions([step], fenced(progress))


def is_subscribed() -> bool:
    with unit_of_work(machine("test"), read_only=True):
        return SubscriptionProgress.objects.filter(slice="alerts").exists()


def sent() -> int:
    with unit_of_work(machine("test"), read_only=True):
        return Journal.objects.filter(type="messaging.message.sent").count()


def test_an_alarm_reaches_the_inboxes_once_though_the_worker_is_killed(
    process: Worker, plant: Plant, cast: Cast
) -> None:
    process.start()
    wait(is_subscribed)
    raise_alarm(plant, 1, stream=0)
    wait(lambda: sent() == 2)
    process.end(signal.SIGKILL)
    raise_alarm(plant, 2, stream=1)
    process.start()
    wait(lambda: sent() == 4)

    control_room = signed_in(cast.control_room)
    page = control_room.get(f"{INBOX}/messages").json()
    assert [item["title"][:4] for item in page["items"]] == ["红色报警", "红色报警"]
    assert {item["about_kind"] for item in page["items"]} == {"alerts.alarm"}
    assert page["items"][0]["sender_name"] == "系统"
    assert control_room.get(f"{INBOX}/unread").json() == {"unread": 2}
    read = control_room.post(
        f"{INBOX}/messages/{page['items'][0]['id']}/read", headers=csrf(control_room)
    )
    assert read.json()["read_at"] is not None
    assert control_room.get(f"{INBOX}/unread").json() == {"unread": 1}
    assert signed_in(cast.monitor).get(f"{INBOX}/unread").json() == {"unread": 2}
    assert signed_in(cast.duty_officer).get(f"{INBOX}/unread").json() == {"unread": 0}
    assert process.end(signal.SIGTERM) == 0
