"""A gateway's clock is said to be off since the first message that said so, over restarts too."""

import numpy as np

from anlan.app.gateway_health import Health
from anlan.kernel.sensing.intake import Point, RawBatch, TagTable, accept_batch
from anlan.kernel.sensing.sequence import SequenceBook

TABLE = TagTable((Point(number=0, tag="T1.LI", unit="m"),))


def tell(health: Health, arrived_ms: int, behind_ms: int) -> int | None:
    """Let a message arrive from a box whose clock is so far behind; return since when it is off."""
    raw = RawBatch(
        gateway="G1",
        seq=1,
        tags=["T1.LI"],
        tag_at=np.zeros(1, np.int32),
        times_ms=np.array([arrived_ms - behind_ms]),
        values=np.ones(1),
        quality=np.full(1, 192, np.uint8),
        rows=np.zeros(1, np.int32),
        sent_ms=arrived_ms - behind_ms,
    )
    health.batch(raw, accept_batch(raw, TABLE, "g", arrived_ms))
    since: int | None = health.facts(SequenceBook())["skewed_since_ms"]
    return since


def test_it_is_dated_once_and_forgotten_when_the_clock_is_right_again() -> None:
    health, t = Health(), 1_800_000_000_000
    assert tell(health, t, 4_000) is None
    assert tell(health, t + 1_000, 9_000) == t + 1_000
    assert tell(health, t + 2_000, 9_000) == t + 1_000
    restarted = Health.of(health.facts(SequenceBook()))
    assert tell(restarted, t + 3_000, -9_000) == t + 1_000
    assert tell(restarted, t + 4_000, 0) is None
