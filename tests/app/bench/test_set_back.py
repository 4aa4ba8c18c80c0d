"""The database is put back to a backup under load; alarms are the same, nothing is sent twice."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection

from anlan.app.bench.set_back import TOLD_TWICE
from anlan.kernel.alerts.services.notices import ABOUT, tell_of_alarm
from anlan.kernel.base.journal import Place
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.messaging import services as messaging
from anlan.kernel.messaging.models import Delivery, Message
from tests.cast import ZONE, assemble
from tests.journeys.house import ROOT, plain_environment
from tests.kernel.alerts.test_tell_people import raise_alarm
from tests.plant import build_plant


@pytest.mark.slow
def test_a_database_put_back_to_a_backup_tells_the_same_alarms_once(tmp_path: Path) -> None:
    file = tmp_path / "set_back.json"
    done = subprocess.run(
        [sys.executable, "-m", "anlan", "bench", "set-back", "--json", str(file)],
        check=False,
        capture_output=True,
        text=True,
        env=plain_environment(),
        cwd=ROOT,
        timeout=900,
    )
    assert file.exists(), done.stderr[-3000:]
    rows = {row["name"]: row for row in json.loads(file.read_text(encoding="utf-8"))["rows"]}
    missed = [name for name, row in rows.items() if row["met"] is False]
    assert missed == []
    # without these the run would have shown nothing
    assert rows["set_back.positions.lost"]["value"] > 0
    assert rows["set_back.alarms.after_backup"]["value"] > 0
    assert rows["set_back.deliveries.told_again"]["value"] > 0
    assert rows["chaos.transitions.true"]["value"] > 100
    assert done.returncode == 0


def told_twice() -> int:
    with unit_of_work(machine("test"), read_only=True), connection.cursor() as cursor:
        cursor.execute(TOLD_TWICE)
        found: int = cursor.fetchone()[0]
    return found


@pytest.mark.django_db
def test_an_alarm_told_again_under_another_key_is_counted(
    acting_as: Callable[[str], None],
) -> None:
    plant = build_plant(zone=ZONE)
    assemble(site=plant.site.id)
    alarm = raise_alarm(plant, acting_as)
    with unit_of_work(machine("alerts.subscriptions")):
        first = tell_of_alarm(alarm_id=alarm.id, occurrence=alarm.occurrences)[0]
    again = raise_alarm(plant, acting_as, stream=1)
    with unit_of_work(machine("alerts.subscriptions")):
        tell_of_alarm(alarm_id=again.id, occurrence=again.occurrences)
    assert Message.objects.count() == 4
    assert told_twice() == 0
    recipients = list(Delivery.objects.filter(message=first).values_list("recipient", flat=True))
    with unit_of_work(machine("alerts.subscriptions")):
        messaging.send_message(
            title=first.title,
            body=first.body,
            recipients=recipients,
            about=messaging.About(kind=ABOUT, id=alarm.id, place=Place.of(alarm)),
            key=f"{first.key}:again",
        )
    assert told_twice() == len(recipients) > 0
