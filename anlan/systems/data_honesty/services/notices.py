"""What a night found said to the bureau in charge, and what is handed over said to the firm."""

from datetime import datetime
from typing import Final

from anlan.kernel.base import journal
from anlan.kernel.base.clock import now
from anlan.kernel.base.fields import Sensitivity
from anlan.kernel.messaging import services as messaging
from anlan.kernel.people.models import Organisation, User
from anlan.kernel.people.queries.responsible import in_charge_of, owners_of, standing_at
from anlan.kernel.subjects.models import Subject
from anlan.systems.data_honesty.models import HonestyFinding, HonestyLook
from anlan.systems.data_honesty.rules import KINDS, KINDS_EN

#: Posts of the bureau that are told: whoever stands there.
BUREAU_POSTS: Final = ("monitor", "enforcement_brigade")
#: Posts of the firm to which a finding is handed.
FIRM_POSTS: Final = ("firm_safety", "firm_control_room")
TITLE_LENGTH: Final = 200


def tell_of_findings(look: HonestyLook) -> None:
    """Say once for each look how much is new at a firm, however many findings that is."""
    site = Subject.objects.filter(pk=look.site).select_related("kind").first()
    if site is None:
        return
    people = _standing(in_charge_of(site.facts, now()), BUREAU_POSTS, now())
    if not people:
        return
    name_en = site.name_en or site.name
    messaging.send_message(
        title=f"数据真实性：{site.name} {look.day:%m月%d日} 有 {look.found} 条新线索"[
            :TITLE_LENGTH
        ],
        body=(
            f"{site.name}：检查 {look.day:%Y年%m月%d日} 及此前的历史数据，新发现 {look.found} 条线索，请核实。"
            "线索不是结论，判定属实前不得作为处罚依据。"
        ),
        title_en=f"Honesty of data: {look.found} new at {name_en}, {look.day:%d %b}"[:TITLE_LENGTH],
        body_en=(
            f"{name_en}: {look.found} new findings in the readings up to {look.day:%d %b %Y}. Please check them. "
            "A finding is no accusation until somebody has judged it true."
        ),
        recipients=sorted(user.id for user in people),
        about=messaging.About(kind="data_honesty.look", id=site.id, place=journal.Place.of(look)),
        sensitivity=Sensitivity.INTERNAL,
        key=f"data_honesty.look:{look.id}:{look.version}",
    )


def tell_the_firm(row: HonestyFinding) -> list[str]:
    """Say to the firm what it is asked about and until when; return the names of who hears it."""
    people = _standing(owners_of(row.site, now()) if row.site else [], FIRM_POSTS, now())
    if not people:
        return []
    stream = row.datastream
    name_en = stream.name_en or stream.name
    due = row.due_on
    messaging.send_message(
        title=f"请核实并答复：{stream.name} {KINDS[row.kind]}"[:TITLE_LENGTH],
        body=f"{stream.name}（{stream.tag}）：{row.reason}要求：{row.asked}。请于 {due:%Y年%m月%d日} 前答复。",
        title_en=f"Please check and answer: {name_en}, {KINDS_EN[row.kind]}"[:TITLE_LENGTH],
        body_en=f"{name_en} ({stream.tag}): {row.reason_en} Asked: {row.asked}. Answer by {due:%d %b %Y}.",
        recipients=sorted(user.id for user in people),
        about=messaging.About(kind="data_honesty.handed", id=row.id, place=journal.Place.of(row)),
        sensitivity=Sensitivity.INTERNAL,
        key=f"data_honesty.handed:{row.id}:{row.version}",
    )
    return [user.name for user in people]


def tell_of_answer(row: HonestyFinding) -> None:
    """Say to who handed a finding over that the firm has answered."""
    stream = row.datastream
    name_en = stream.name_en or stream.name
    asker = User.objects.filter(pk=row.handed_by.partition(":")[2], is_active=True).first()
    if asker is None:
        return
    messaging.send_message(
        title=f"企业已答复：{stream.name} {KINDS[row.kind]}"[:TITLE_LENGTH],
        body=f"{stream.name}（{stream.tag}）：{row.answer}",
        title_en=f"The firm has answered: {name_en}, {KINDS_EN[row.kind]}"[:TITLE_LENGTH],
        body_en=f"{name_en} ({stream.tag}): {row.answer}",
        recipients=[asker.id],
        about=messaging.About(kind="data_honesty.finding", id=row.id, place=journal.Place.of(row)),
        sensitivity=Sensitivity.INTERNAL,
        key=f"data_honesty.answered:{row.id}:{row.version}",
    )


def _standing(
    organisations: list[Organisation], roles: tuple[str, ...], at: datetime
) -> list[User]:
    found = {user.id: user for one in organisations for user in standing_at(one, roles, at)}
    return list(found.values())
