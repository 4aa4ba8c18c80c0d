"""Gateways follow their firm when two entries of one firm become one, and back."""

from collections.abc import Sequence

from anlan.kernel.base.services.handover import hand_back, hand_over
from anlan.kernel.sensing import events
from anlan.kernel.sensing.models import Gateway
from anlan.kernel.sensing.services.equipment import record_gateway


def move_gateways(*, giver: str, taker: str, ids: Sequence[str] | None = None) -> list[str]:
    """Give a firm's gateways to another; with `ids` give those back that once came from it."""
    rows, column = Gateway.objects.all(), "organisation_id"
    moved = (
        hand_over(rows.filter(organisation=giver), column, taker)
        if ids is None
        else hand_back(rows, column, ids, giver=giver, taker=taker)
    )
    for one in moved:
        record_gateway(events.GATEWAY_CHANGED, one, {column: [giver, taker]})
    return [one.id for one in moved]
