"""Tell people of an alarm (报警通知): the firm's control room, and the bureau in charge (P5).

Whoever has a message about the alarm that he has not read is not told again; a storm with one cause
tells once. A message is said once for (alarm, occurrence, organisation) however often we are asked.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from anlan.kernel.alerts import events, queries
from anlan.kernel.alerts.models import Alarm, InstrumentState
from anlan.kernel.alerts.rules import (
    BUREAU_POSTS,
    BUREAU_TOLD_FROM,
    FIRM_POSTS,
    FIRM_TOLD_FROM,
)
from anlan.kernel.alerts.services import notice_words
from anlan.kernel.base import journal
from anlan.kernel.base.clock import now
from anlan.kernel.base.fields import Sensitivity
from anlan.kernel.base.ids import new_ulid
from anlan.kernel.base.permissions import Facts
from anlan.kernel.messaging import queries as inbox
from anlan.kernel.messaging import services as messaging
from anlan.kernel.messaging.models import Message
from anlan.kernel.people.models import Organisation, User
from anlan.kernel.people.queries.principals import ceilings_of
from anlan.kernel.people.queries.responsible import in_charge_of, owners_of, standing_at

ABOUT = "alerts.alarm"
SENSITIVITY = Sensitivity.INTERNAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """An occurrence of an alarm; `cause` is its thread and the event that told of it."""

    alarm_id: str
    occurrence: int
    cause: journal.Cause | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressee:
    """An organisation and those of it who are to be told."""

    organisation: Organisation
    people: list[User]


@dataclass(slots=True)
class Responsible:
    """Who answers for what at one moment; each is looked up once, however many alarms ask."""

    moment: datetime
    _firms: dict[str, list[Organisation]] = field(default_factory=dict)
    _bureaus: dict[Facts, list[Organisation]] = field(default_factory=dict)
    _standing: dict[tuple[str, tuple[str, ...], str | None], list[User]] = field(
        default_factory=dict
    )

    def firms(self, site: str) -> list[Organisation]:
        """Return the firms whose own site it is."""
        if site not in self._firms:
            self._firms[site] = owners_of(site, self.moment)
        return self._firms[site]

    def bureaus(self, facts: Facts) -> list[Organisation]:
        """Return the bureaus in charge."""
        if facts not in self._bureaus:
            self._bureaus[facts] = in_charge_of(facts, self.moment)
        return self._bureaus[facts]

    def standing(
        self, organisations: list[Organisation], roles: tuple[str, ...], exercise_id: str | None
    ) -> list[Addressee]:
        """Return those organisations where somebody stands who may read the message."""
        found = []
        for organisation in organisations:
            key = (organisation.id, roles, exercise_id)
            if key not in self._standing:
                people = standing_at(organisation, roles, self.moment, exercise_id)
                ceilings = ceilings_of(user.id for user in people)
                self._standing[key] = [
                    user for user in people if ceilings.get(user.id, -1) >= SENSITIVITY
                ]
            if allowed := self._standing[key]:
                found.append(Addressee(organisation=organisation, people=allowed))
        return found


def tell_of_alarm(*, alarm_id: str, occurrence: int) -> list[Message]:
    """Send what is due about one occurrence of an alarm; nothing when it has become pointless."""
    return tell_of_alarms([Raised(alarm_id=alarm_id, occurrence=occurrence)])


def tell_of_alarms(raised: Sequence[Raised]) -> list[Message]:
    """Send what is due about many, in their order; what all of them ask is asked once."""
    responsible = Responsible(now())
    missed: list[journal.Entry] = []
    alarms = queries.alarms_to_tell(one.alarm_id for one in raised)
    found: list[tuple[Raised, Alarm, Addressee]] = []
    for one in raised:
        alarm = alarms.get(one.alarm_id)
        if alarm is not None and _is_worth_telling(alarm, one.occurrence):
            addressees, wanted = _addressees(alarm, responsible)
            found += ((one, alarm, addressee) for addressee in addressees)
            if wanted is not None:
                missed.append(_missed(one, alarm, wanted))
    if missed:
        journal.record_all(missed)
    return _tell(found) if found else []


def _addressees(
    alarm: Alarm, responsible: Responsible
) -> tuple[list[Addressee], list[Organisation] | None]:
    """Return who is to be told of an alarm; where nobody stands, the organisations that it concerned."""
    to_firm, to_bureau = _leads(alarm, FIRM_TOLD_FROM), _leads(alarm, BUREAU_TOLD_FROM)
    wanted: list[Organisation] = []
    found: list[Addressee] = []
    if to_firm:
        firms = responsible.firms(alarm.site) if alarm.site else []
        wanted += firms
        found += responsible.standing(firms, FIRM_POSTS, alarm.exercise_id)
    if to_bureau or (to_firm and not found):
        # nobody at the firm, or no firm: the bureau is told in its place
        bureaus = responsible.bureaus(alarm.facts)
        wanted += bureaus
        found += responsible.standing(bureaus, BUREAU_POSTS, alarm.exercise_id)
    return found, wanted if not found and (to_firm or to_bureau) else None


def _is_worth_telling(alarm: Alarm, occurrence: int) -> bool:
    """Tell whether this occurrence still wants somebody: the newest, not put aside, not over (7.9)."""
    is_over = alarm.is_late and alarm.instrument_state != InstrumentState.ACTIVE
    is_aside = (
        alarm.out_of_service
        or alarm.suppressed_by is not None
        or (alarm.shelved_until is not None and alarm.shelved_until > now())
    )
    return (
        alarm.occurrences == occurrence and alarm.parent_id is None and not is_over and not is_aside
    )


def _leads(alarm: Alarm, from_priority: int) -> bool:
    """Tell whether it is urgent enough, and the first open one of its cause that is."""
    if alarm.priority > from_priority:
        return False
    return not alarm.cause_key or queries.leader_of(alarm.cause_key, from_priority) == alarm.id


def _tell(found: Sequence[tuple[Raised, Alarm, Addressee]]) -> list[Message]:
    """Send to whoever of an organisation has not a message about the alarm waiting already."""
    keys = [_key(alarm, addressee) for _, alarm, addressee in found]
    said = inbox.said(keys)
    waiting = inbox.waiting_to_read(
        (alarm.id for _, alarm, _ in found),
        (user.id for _, _, addressee in found for user in addressee.people),
    )
    drafts: dict[str, messaging.Draft] = {}
    for (raised, alarm, addressee), key in zip(found, keys, strict=True):
        if key in said or key in drafts:
            continue
        ids = [user.id for user in addressee.people]
        recipients = tuple(one for one in ids if (alarm.id, one) not in waiting)
        if not recipients:
            continue
        waiting |= {(alarm.id, one) for one in recipients}
        zh, en = notice_words.in_chinese(alarm), notice_words.in_english(alarm)
        drafts[key] = messaging.Draft(
            title=zh.title,
            body=zh.body,
            title_en=en.title,
            body_en=en.body,
            recipients=recipients,
            about=messaging.About(kind=ABOUT, id=alarm.id, place=journal.Place.of(alarm)),
            sensitivity=SENSITIVITY,
            urgent=True,
            key=key,
            cause=raised.cause,
        )
    sent = messaging.send_messages(list(drafts.values())) if drafts else []
    told = said | {str(one.message.key): one.message for one in sent}
    return [told[key] for key in dict.fromkeys(keys) if key in told]


def _key(alarm: Alarm, addressee: Addressee) -> str:
    """Return under what it is said, once."""
    return f"{ABOUT}:{alarm.id}:{alarm.occurrences}:{addressee.organisation.id}"


def _missed(raised: Raised, alarm: Alarm, wanted: list[Organisation]) -> journal.Entry:
    """Return the record of an occurrence that nobody could be told of."""
    state = events.NoticeMissed(
        alarm_id=alarm.id,
        occurrence=alarm.occurrences,
        priority=alarm.priority,
        organisations=sorted({one.id for one in wanted}),
    )
    # an object of its own: an alarm's newest row must stay its whole state
    about = journal.Subject(
        id=new_ulid(), version=1, place=journal.Place.of(alarm), exercise_id=alarm.exercise_id
    )
    return journal.Entry(event=events.NOTICE_MISSED, state=state, about=about, cause=raised.cause)
