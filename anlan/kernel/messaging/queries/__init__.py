"""Reads of messages: a person's inbox."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Case, F, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Concat

from anlan.kernel.base.errors import NotFoundError
from anlan.kernel.base.fields import Sensitivity
from anlan.kernel.base.listing import Field, ListSpec
from anlan.kernel.base.permissions import Principal
from anlan.kernel.messaging.channels import InApp
from anlan.kernel.messaging.models import Delivery, Message
from anlan.kernel.people.queries.holdings import PERSON, name_behind

_SENSITIVITY: dict[Any, str] = dict(Sensitivity.choices)
INBOX = ListSpec(
    fields={
        "id": Field(path="message_id"),
        "title": Field(path="message__title", title="标题"),
        "body": Field(path="shown_body", title="内容"),
        "title_en": Field(path="message__title_en"),
        "body_en": Field(path="shown_body_en"),
        "sender": Field(path="sender"),
        "sender_name": Field(path="sender_name", title="发送人"),
        "sender_name_en": Field(path="sender_name_en"),
        "about_kind": Field(path="message__about_kind"),
        "about_id": Field(path="message__about_id"),
        "sensitivity": Field(
            path="message__sensitivity", kind="int", title="敏感级别", words=_SENSITIVITY
        ),
        "sent_at": Field(path="sent_at", kind="time", sortable=True, title="发送时间"),
        "read_at": Field(path="read_at", kind="time", title="阅读时间"),
        "withdrawn_at": Field(path="message__withdrawn_at", kind="time", title="撤回时间"),
        "exercise_id": Field(path="exercise_id"),
        # what the words of a search are looked for in: the title in either language
        "search": Field(path="search"),
        "version": Field(path="version", kind="int"),
    },
    sort="-sent_at",
)


def _unless_withdrawn(column: str) -> Case:
    return Case(
        When(message__withdrawn_at__isnull=True, then=F(column)),
        default=Value(""),
        output_field=TextField(),
    )


def inbox(principal: Principal) -> QuerySet[Delivery]:
    """Return what a person has got inside the product; a withdrawn text is not shown again.

    What he got in a post that read higher than his posts of today is not shown either.
    """
    mine = Delivery.objects.filter(_mine(principal))
    who = Case(
        When(sender__startswith="system:", then=Value("系统")),
        default=name_behind("sender"),
        output_field=TextField(),
    )
    # only a spreadsheet asks for it: a person's name is the same in both
    who_en = Case(
        When(sender__startswith="system:", then=Value("System")),
        default=Value(""),
        output_field=TextField(),
    )
    return mine.annotate(
        shown_body=_unless_withdrawn("message__body"),
        shown_body_en=_unless_withdrawn("message__body_en"),
        sender_name=who,
        sender_name_en=who_en,
        search=Concat("message__title", Value("\n"), "message__title_en", output_field=TextField()),
    )


def unread(principal: Principal) -> int:
    """Return how many messages a person has not read."""
    return inbox(principal).filter(read_at__isnull=True, message__withdrawn_at=None).count()


def delivery(principal: Principal, message_id: str) -> Delivery:
    """Return one's own delivery of a message, locked for a change."""
    mine = Delivery.objects.select_for_update(of=("self",)).select_related("message")
    found = mine.filter(_mine(principal), message_id=message_id).first()
    if found is None:
        raise NotFoundError("没有这条消息", code="messaging.not_found")
    return found


def said(keys: Iterable[str]) -> dict[str, Message]:
    """Return what has been said under some keys."""
    return {str(one.key): one for one in Message.objects.filter(key__in=set(keys))}


def waiting_to_read(
    about_ids: Iterable[str], recipients: Iterable[str]
) -> set[tuple[str | None, str]]:
    """Return (object, person) of each message about an object that the person has not read yet."""
    waiting = Delivery.objects.filter(
        message__about_id__in=set(about_ids),
        message__withdrawn_at=None,
        recipient__in=set(recipients),
        channel=InApp.name,
        read_at=None,
    )
    return set(waiting.values_list("message__about_id", "recipient"))


def message(message_id: str) -> Message:
    """Return a message, locked for a change."""
    found = Message.objects.select_for_update().filter(pk=message_id).first()
    if found is None:
        raise NotFoundError("没有这条消息", code="messaging.not_found")
    return found


def in_inbox(principal: Principal, message_id: str) -> dict[str, Any]:
    """Return one message as the inbox lists it."""
    paths = {field.path for field in INBOX.fields.values()}
    rows = inbox(principal).filter(message_id=message_id)
    return INBOX.renamed(rows.values(*paths)[0])


def _mine(principal: Principal) -> Q:
    return Q(
        recipient=_recipient(principal),
        channel=InApp.name,
        message__sensitivity__lte=principal.ceiling,
    )


def _recipient(principal: Principal) -> str:
    """Return the id by which deliveries name a person; a process has no inbox."""
    return principal.actor.removeprefix(PERSON) if principal.actor.startswith(PERSON) else ""
