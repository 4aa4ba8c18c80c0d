"""A gateway that lets a datastream come late names it; not for what it announced, not for a drill."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from anlan.app.gateway_health import Health
from anlan.kernel.base.config import load
from anlan.kernel.sensing.intake import Point, RawBatch, TagTable, accept_batch
from anlan.kernel.sensing.sequence import SequenceBook

TABLE = TagTable((Point(number=4, tag="T1.LI", unit="m"), Point(number=5, tag="T1.PI", unit="MPa")))
T = 1_800_000_000_000
LATE_MS = 60_000


@dataclass(slots=True)
class Box:
    """A gateway whose level comes late and whose pressure comes in time."""

    health: Health = field(default_factory=Health)
    at_ms: int = T

    def send(self, lag_ms: int, *, drill: str | None = None, announced: bool = False) -> None:
        """Send one message with a reading of each."""
        self.at_ms += 1_000
        raw = RawBatch(
            gateway="G1",
            seq=1,
            tags=["T1.LI", "T1.PI"],
            tag_at=np.arange(2, dtype=np.int32),
            times_ms=self.at_ms - np.array([lag_ms, 0]),
            values=np.ones(2),
            quality=np.full(2, 192, np.uint8),
            rows=np.arange(2, dtype=np.int32),
            exercise_id=drill,
            backfill_ms=(T, T + 1) if announced else None,
        )
        accepted = accept_batch(raw, TABLE, "g", self.at_ms, LATE_MS)
        self.health.batch(raw, accepted, LATE_MS)

    @property
    def late(self) -> dict[int, int]:
        """Return the late readings told, by number."""
        told = self.health.facts(SequenceBook())["late"]
        return {one["number"]: one["readings"] for one in told}


def test_the_datastream_is_named_and_its_neighbour_is_not() -> None:
    box = Box()
    for _ in range(4):
        box.send(LATE_MS + 1)
        box.send(LATE_MS)
    assert box.late == {4: 4}
    assert Health.of(box.health.facts(SequenceBook())).late.told() == box.health.late.told()


def test_what_was_announced_and_what_was_drilled_is_not_late() -> None:
    box = Box()
    for _ in range(4):
        box.send(LATE_MS * 9, announced=True)
        box.send(LATE_MS * 9, drill="01K3Z00000000000000000000X")
    assert box.late == {}


def test_health_written_before_lateness_was_counted_is_gone_on_from() -> None:
    facts = Box().health.facts(SequenceBook()) | {"since_ms": 5}
    del facts["late"]
    assert Health.of(facts).since_ms == 5


@pytest.mark.parametrize(("said", "seconds"), [("60", 60), (None, 300)])
def test_how_late_is_late_is_a_setting(said: str | None, seconds: int) -> None:
    assert load({} if said is None else {"ANLAN_LATE_SECONDS": said}).late_seconds == seconds


def test_a_threshold_that_cannot_be_is_refused_by_name() -> None:
    with pytest.raises(Exception, match="ANLAN_LATE_SECONDS"):
        load({"ANLAN_LATE_SECONDS": "0"})
