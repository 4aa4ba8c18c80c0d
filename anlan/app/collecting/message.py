"""A gateway's message out of samples (docs/protocol/observations.md): columns in JSON."""

from collections.abc import Sequence

import msgspec

from anlan.adapters.mqtt.message import Columns, JsonMessage
from anlan.kernel.base.clock import now_ms
from anlan.kernel.sensing.sample import Sample

#: What a platform takes for late unless its setting `late_seconds` says otherwise.
LATE_MS = 300_000


def composed(gateway: str, seq: int, samples: Sequence[Sample]) -> bytes:
    """Return the bytes of a message without its signature; old readings in it are announced as a backfill."""
    sent = now_ms()
    times = [sample.at_ms for sample in samples]
    places: dict[str, int] = {}
    at = [places.setdefault(sample.tag, len(places)) for sample in samples]
    oldest = min(times)
    return msgspec.json.encode(
        JsonMessage(
            v=1,
            gw=gateway,
            seq=seq,
            sent=sent,
            backfill=(oldest, max(times)) if oldest < sent - LATE_MS else None,
            columns=Columns(
                tags=list(places),
                i=at,
                t=times,
                v=[sample.value for sample in samples],
                q=[sample.quality for sample in samples],
            ),
        )
    )
