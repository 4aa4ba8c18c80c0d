"""A gateway's message out of samples (docs/protocol/observations.md): columns in JSON."""

from collections.abc import Sequence

import msgspec

from anlan.adapters.mqtt.message import Columns, JsonMessage
from anlan.kernel.base.clock import now_ms
from anlan.kernel.sensing.sample import Sample

#: What a platform takes for late unless its setting `late_seconds` says otherwise.
LATE_MS = 300_000


def parted(
    samples: Sequence[Sample], kept_ms: int, at_ms: int
) -> tuple[list[Sample], list[Sample]]:
    """Part the samples of one entry, kept then and looked at now: the others, and those that were held back here.

    Held back is what came in time and waited here; what was late when it came stays late. An entry that does not
    say when it was kept (0) was kept when its newest reading was measured.
    """
    kept_ms = kept_ms or max((one.at_ms for one in samples), default=0)
    if kept_ms >= at_ms - LATE_MS:
        return list(samples), []
    others = [one for one in samples if kept_ms - one.at_ms > LATE_MS]
    return others, [one for one in samples if kept_ms - one.at_ms <= LATE_MS]


def composed(gateway: str, seq: int, samples: Sequence[Sample], is_held: bool) -> bytes:  # noqa: FBT001 - `Compose`
    """Return the bytes of a message without its signature; what was held back here is announced as a backfill."""
    sent = now_ms()
    times = [sample.at_ms for sample in samples]
    places: dict[str, int] = {}
    at = [places.setdefault(sample.tag, len(places)) for sample in samples]
    return msgspec.json.encode(
        JsonMessage(
            v=1,
            gw=gateway,
            seq=seq,
            sent=sent,
            backfill=(min(times), max(times)) if is_held else None,
            columns=Columns(
                tags=list(places),
                i=at,
                t=times,
                v=[sample.value for sample in samples],
                q=[sample.quality for sample in samples],
            ),
        )
    )
