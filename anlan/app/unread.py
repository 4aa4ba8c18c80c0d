"""What a door could not take, or not whole, as quarantine keeps it."""

from collections import Counter
from collections.abc import Sequence

from anlan.app.doors import Incoming, Taken
from anlan.app.evidence import ROWS_REFUSED
from anlan.app.gateway_health import TAG_LENGTH
from anlan.kernel.base.bus import MQTT
from anlan.kernel.sensing.intake import TAG_UNKNOWN, Refusal
from anlan.kernel.sensing.rules import writable
from anlan.kernel.sensing.services.receipts import Unread

REFUSALS_KEPT = 100


def unread(incoming: Incoming, taken: Taken, *, home: int) -> Unread:
    """Return a message for quarantine, to hang where its sender stands.

    `home` is the division of this node (int8): what nobody of ours has sent is its duty room's.
    """
    gateway, accepted = taken.gateway, taken.accepted
    sender = gateway or taken.absent
    refusals = () if accepted is None else accepted.refusals
    where = "" if gateway is None else f"a1/{gateway.firm}/{gateway.code}/obs"
    return Unread(
        door="mqtt" if incoming.door == MQTT else "http",
        topic=where or f"a1/{incoming.user.replace('.', '/')}/obs",
        code=str(taken.outcome) if accepted is None else ROWS_REFUSED,
        reason=taken.reason or summary(refusals),
        payload=incoming.payload,
        received_ms=incoming.arrived_ms,
        gateway_id=None if sender is None else sender.id,
        div=home if sender is None else sender.div,
        zone=None if sender is None else sender.zone,
        site=None if sender is None else sender.site,
        exercise_id=None if accepted is None else accepted.batch.exercise_id,
        refused=refused_rows(refusals),
        unknown_tags=unknown_tags(refusals),
    )


def refused_rows(refusals: Sequence[Refusal]) -> tuple[tuple[int, str, str | None], ...]:
    """Return row, reason and tag of what was refused, the first hundred."""
    return tuple((one.row, one.code, _tag(one)) for one in refusals[:REFUSALS_KEPT])


def summary(refusals: Sequence[Refusal]) -> str:
    """Return how many rows were refused for which reason."""
    counted = Counter(refusal.code for refusal in refusals)
    return ", ".join(f"{code}: {count}" for code, count in counted.most_common())


def unknown_tags(refusals: Sequence[Refusal]) -> tuple[str, ...]:
    """Return the tags that nobody has registered, each once, the first hundred."""
    tags = dict.fromkeys(_tag(one) for one in refusals if one.code == TAG_UNKNOWN)
    return tuple(tag for tag in tags if tag)[:REFUSALS_KEPT]


def _tag(refusal: Refusal) -> str | None:
    return None if refusal.tag is None else writable(refusal.tag)[:TAG_LENGTH]
