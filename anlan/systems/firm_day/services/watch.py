"""An alarm beside special work is told to those who stop the work: the alarm itself goes its own way untouched."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from anlan.kernel.base import journal
from anlan.kernel.base.clock import now, to_ms
from anlan.kernel.base.unit_of_work import current_work
from anlan.kernel.messaging import services as messaging
from anlan.kernel.people.queries.responsible import owners_of, standing_at
from anlan.kernel.sensing.models import Datastream
from anlan.systems.firm_day.models import WorkPermit
from anlan.systems.firm_day.queries.permits import under_way_at
from anlan.systems.firm_day.rules import standard

#: Posts of the firm that stop the work, whoever stands there.
FIRM_POSTS: Final = ("firm_safety", "firm_control_room", "firm_accountable_operational")
#: What a detector of gas measures: such an alarm concerns every work on the site.
GASES: Final = frozenset(
    {"combustible_gas", "toxic_gas", "oxygen", "carbon_monoxide", "methane", "nitrogen_dioxide"}
)
#: From this priority on an alarm at the very place of the work is told too.
TOLD_FROM: Final = 2
#: A permit is spoken of once in so long, however many alarms there are.
EVERY_MS: Final = 600_000
TITLE_LENGTH: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """An alarm that was raised, as far as work beside it is concerned."""

    site: str
    subject_id: str
    subject: str
    subject_en: str
    datastream_id: str
    datastream: str
    datastream_en: str
    priority: int


def tell_of_alarms_beside(raised: Sequence[Beside]) -> None:
    """Tell the firm's own people of work under way beside alarms, each permit once in ten minutes."""
    work = list(under_way_at({one.site for one in raised}))
    if not work:
        return
    streams = {one.datastream_id for one in raised if one.datastream_id}
    gas = set(
        Datastream.objects.filter(id__in=streams, observed_property__code__in=GASES).values_list(
            "id", flat=True
        )
    )
    moment = now()
    for permit in work:
        near = [one for one in raised if _concerns(permit, one, is_gas=one.datastream_id in gas)]
        if near:
            _tell(permit, near[0], moment)


def _concerns(permit: WorkPermit, alarm: Beside, *, is_gas: bool) -> bool:
    if alarm.site != permit.site:
        return False
    is_here = alarm.subject_id == permit.subject_id
    return is_gas or (is_here and alarm.priority <= TOLD_FROM)


def _tell(permit: WorkPermit, alarm: Beside, moment: datetime) -> None:
    drill = current_work().principal.exercise_id
    people = {
        user.id
        for firm in owners_of(permit.site or "", moment)
        for user in standing_at(firm, FIRM_POSTS, moment, drill)
    }
    if not people:
        return
    kind = standard().kind(permit.kind)
    level = kind.level(permit.managed_level)
    what = " ".join(filter(None, (kind.title, level.title)))
    what_en = " ".join(filter(None, (kind.title_en, level.title_en)))
    guardian = f"监护人{permit.guardian}。" if permit.guardian else ""
    guardian_en = f" Guardian: {permit.guardian}." if permit.guardian else ""
    where_en = alarm.subject_en or alarm.subject
    messaging.send_message(
        title=f"作业旁有报警：{what} {permit.spot}"[:TITLE_LENGTH],
        body=(
            f"{alarm.subject} {alarm.datastream} 报警，{permit.subject.name} {permit.spot} 正在{what}"
            f"（{permit.code}）。{guardian}立即停止作业，人员撤离，查明前不得恢复。"
        ),
        title_en=f"Alarm beside special work: {what_en}, {permit.spot}"[:TITLE_LENGTH],
        body_en=(
            f"{where_en}, {alarm.datastream_en or alarm.datastream} is in alarm while {what_en} is under way at "
            f"{permit.subject.name_en or permit.subject.name}, {permit.spot} ({permit.code}).{guardian_en} "
            "Stop the work at once, withdraw people, do not go on before the cause is known."
        ),
        recipients=sorted(people),
        about=messaging.About(kind="firm_day.permit", id=permit.id, place=journal.Place.of(permit)),
        key=f"firm_day.beside:{permit.id}:{to_ms(moment) // EVERY_MS}",
    )
