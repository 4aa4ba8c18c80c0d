"""A channel that keeps what it was given, in place of one that reaches the outside."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from anlan.kernel.base.clock import now
from anlan.kernel.base.fields import Sensitivity
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.messaging.channels import Answer, Carries, Outgoing, Way
from anlan.kernel.messaging.models import Dispatch
from anlan.kernel.messaging.rules import Outcome
from anlan.kernel.messaging.services import dispatches
from anlan.kernel.people.models import User
from anlan.kernel.people.services import contacts
from tests import factories


@dataclass
class Recorder:
    name: str = "recorder"
    title: str = "记录"
    title_en: str = "Recorder"
    way: Way = Way.SMS
    idempotent: bool = False
    rate_per_minute: int = 60
    ceiling: Sensitivity = Sensitivity.INTERNAL
    hints_above: bool = False
    urgent_only: bool = False
    carries: Carries = Carries.ACTUAL
    organisations: tuple[str, ...] = ()
    answers: list[Answer] = field(default_factory=list)
    taken: list[Outgoing] = field(default_factory=list)

    def send(self, outgoing: Outgoing) -> Answer:
        self.taken.append(outgoing)
        return self.answers.pop(0) if self.answers else Answer(outcome=Outcome.SENT)


def answer(outcome: Outcome, reason: str = "") -> Answer:
    return Answer(outcome=outcome, reason=reason)


def with_phone(*users: User) -> None:
    with factories.working():
        for number, user in enumerate(users):
            contacts.set_phone(user=user, phone=f"1380000000{number}")


def planned(message_ids: Iterable[str], exercise_id: str | None = None) -> list[Dispatch]:
    """Plan as the subscription does, in the messages' drill."""
    acting = replace(machine("messaging.subscriptions"), exercise_id=exercise_id)
    with unit_of_work(acting):
        return dispatches.plan_dispatches(message_ids=message_ids)


def dead_dispatch(user: User, channel: str = "gone", state: str = "dead") -> Dispatch:
    """Return what a channel could not send; by its name one that is not there any more."""
    moment = now()
    return Dispatch.objects.create(
        recipient=user.id,
        channel=channel,
        state=state,
        urgent=False,
        is_hint=False,
        due_at=moment,
        created_at=moment,
        updated_at=moment,
    )
