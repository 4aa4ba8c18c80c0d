"""Over-stock said to whoever answers for it: the firm's own people and the desk that supervises it."""

from datetime import datetime
from typing import Any, Final

from anlan.kernel.base import journal
from anlan.kernel.base.clock import now
from anlan.kernel.messaging import services as messaging
from anlan.kernel.people.models import Organisation, User
from anlan.kernel.people.queries.responsible import in_charge_of, owners_of, standing_at
from anlan.systems.hazchem.models import MajorHazardInstallation

#: Posts that are told, of the firm and of the bureau: whoever stands there.
FIRM_POSTS: Final = ("firm_safety", "firm_control_room")
BUREAU_POSTS: Final = ("monitor", "section_hazchem")
TITLE_LENGTH: Final = 200
_BEYOND = {
    "permit": ("超许可量", "over its permit"),
    "design": ("超设计最大量", "over its design maximum"),
}


def tell_of_overstock(installation_id: str, said: dict[str, Any], cause: str) -> None:
    """Say once for each finding (`cause`, the event's id) how much is too much and where.

    `said` is an `events.OverstockState`. Nobody is told of a unit that has been retired, or where nobody stands.
    """
    row = MajorHazardInstallation.objects.filter(pk=installation_id, retired_at=None).first()
    if row is None or said["over"] not in _BEYOND:
        return
    people = _answering(row, now())
    if not people:
        return
    beyond, beyond_en = _BEYOND[said["over"]]
    most_t = said["design_t"] if said["over"] == "design" else said["permit_t"]
    name_en = row.name_en or row.name
    chemical_en = said["chemical_en"] or said["chemical"]
    messaging.send_message(
        title=f"超量储存：{row.name} {said['holding']} {beyond}"[:TITLE_LENGTH],
        body=(
            f"{row.name} {said['holding']}：{said['chemical']} 现存 {said['stock_t']:,.2f} t，{beyond} {most_t:,.2f} t。"
            "先停止进料，查清来源，移出超量部分。"
        ),
        title_en=f"Over-stock: {name_en}, {said['holding']} {beyond_en}"[:TITLE_LENGTH],
        body_en=(
            f"{name_en}, {said['holding']}: {said['stock_t']:,.2f} t of {chemical_en}, {beyond_en} of {most_t:,.2f} t. "
            "Stop filling first, find where it came from, move out what is too much."
        ),
        recipients=sorted(user.id for user in people),
        about=messaging.About(
            kind="hazchem.installation",
            id=row.id,
            place=journal.Place(div=row.div, zone=row.zone, site=row.site),
        ),
        key=f"hazchem.overstock:{cause}",
    )


def _answering(row: MajorHazardInstallation, at: datetime) -> list[User]:
    sides: list[tuple[list[Organisation], tuple[str, ...]]] = [
        (owners_of(row.site, at) if row.site else [], FIRM_POSTS),
        (in_charge_of(row.facts, at), BUREAU_POSTS),
    ]
    found = {
        user.id: user
        for organisations, roles in sides
        for one in organisations
        for user in standing_at(one, roles, at)
    }
    return list(found.values())
