"""The nightly look as the worker runs it: laid out, then swept until nothing is due."""

from datetime import timedelta

from anlan.kernel.base.clock import now
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.systems.data_honesty.models import HonestyFinding, HonestyLook
from anlan.systems.data_honesty.services import looks
from tests.honesty import midnight

WORKER = machine("deadlines")


def run_night(hour: int = 2) -> list[HonestyFinding]:
    """Have the sweep do what it does at an hour of the night; return all findings, the oldest first."""
    with unit_of_work(WORKER):
        looks.lay_out_looks(midnight() + timedelta(hours=hour))
    return sweep()


def sweep() -> list[HonestyFinding]:
    """Let the sweep come round until no look is due; one that was put off is not."""
    while True:
        with unit_of_work(WORKER):
            looks.follow_looks(500)
        with unit_of_work(WORKER):
            due = HonestyLook.objects.filter(done_at=None, failed_at=None)
            if not due.exclude(not_before__gt=now()).exists():
                rows = HonestyFinding.objects.select_related("datastream", "other")
                return list(rows.order_by("first_at", "id"))


def again() -> list[HonestyFinding]:
    """Have every look done once more, as if nobody had looked."""
    with unit_of_work(WORKER):
        HonestyLook.objects.update(done_at=None, failed_at=None, reached="")
    return sweep()
