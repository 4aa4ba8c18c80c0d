"""Reads of the journal (all of it, one thread of cause, one object's versions) and of dead letters."""

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from django.db import connection
from django.db.models import (
    Case,
    F,
    Func,
    Manager,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)

from anlan.kernel.base.errors import NotFoundError, StaleVersionError
from anlan.kernel.base.events import EVENT_TYPES, EventTitles
from anlan.kernel.base.listing import Field, ListSpec
from anlan.kernel.base.models import DeadLetter, Journal, Seal, Sealed
from anlan.kernel.base.nouns import PERSONAL, noun_of, view_permission
from anlan.kernel.base.reached import NOTHING, reached
from anlan.kernel.base.unit_of_work import current_work

Row = TypeVar("Row", bound=Model)
#: A thread or a history longer than this is read through the list.
AT_ONCE = 500


def journal_rows() -> QuerySet[Journal]:
    """Return the journal rows that the scope reaches, with their positions once sealed."""
    position = Sealed.objects.filter(journal=OuterRef("pk")).values("position")[:1]
    return Journal.objects.annotate(position=Subquery(position))


class Names:
    """How a person is named behind an `actor` column; the people slice provides it at start-up."""

    behind: ClassVar[Callable[[str], Any]] = staticmethod(F)


def journal_list() -> QuerySet[Journal]:
    """Return the journal rows as their list shows them: with the name of who acted."""
    return journal_rows().annotate(actor_name=Names.behind("actor"))


def thread(correlation_id: str) -> QuerySet[Journal]:
    """Return what one cause has led to, oldest first, as far as who asks may view it."""
    rows = journal_rows().filter(_told(), correlation_id=correlation_id)
    return rows.order_by("id")[:AT_ONCE]


def thread_is_own(correlation_id: str, actor: str) -> bool:
    """Tell whether a thread is new or this actor's: his rows, and what machines did because of them.

    The whole journal is asked, also what his scope sees nothing of.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT base_thread_is_own(%s, %s)", [correlation_id, actor])
        (is_own,) = cursor.fetchone()
    return bool(is_own)


def history(object_id: str) -> QuerySet[Journal]:
    """Return the versions of one object, oldest first, as far as who asks may view it."""
    return journal_rows().filter(_told(), object=object_id).order_by("id")[:AT_ONCE]


def _told() -> Q:
    """Return the condition of the journal rows that tell whoever asks no more than the lists do.

    Of each post: the nouns that it may view, where it reaches, up to its ceiling where a state says
    its label. Who wrote to whom is told by nobody's story.
    """
    reader = current_work().principal
    if reader.is_machine:
        return Q()
    nouns = {name: noun_of(name) for name in EVENT_TYPES}
    whole = NOTHING
    for grant in reader.grants:
        ceiling = min(reader.ceiling, grant.ceiling)
        types = [
            name
            for name, noun in nouns.items()
            if noun not in PERSONAL and view_permission(noun) in grant.permissions
        ]
        label = Q(data__sensitivity__isnull=True) | Q(data__sensitivity__lte=ceiling)
        whole |= reached(grant.scope) & Q(type__in=types) & label
    return whole


def seals() -> QuerySet[Seal]:
    """Return the links of the chain, their heads as hexadecimal text."""
    text = Func(F("head"), Value("hex"), function="encode", output_field=TextField())
    return Seal.objects.annotate(head_hex=text)


#: The parts of the system that hear events, as people call them.
SLICES = {
    "alerts": "报警",
    "sensing": "测点、限值与网关",
    "subjects": "监测对象",
    "people": "人员、岗位与登录",
    "messaging": "消息",
    "documents": "文件",
    "places": "区划与地点",
    "base": "系统内部",
}
_LETTER_STATES = {"open": "待处理", "asked": "等待重试", "settled": "已办结"}
DEAD_LETTERS = ListSpec(
    fields={
        "id": Field(path="id", title="标识"),
        "slice": Field(path="slice", title="处理方", words=SLICES),
        "position": Field(path="position", kind="int", sortable=True, title="位置"),
        "event_id": Field(path="event__id", title="事件标识"),
        "event_type": Field(path="event__type", title="事件", words=EventTitles()),
        "object": Field(path="event__object", title="对象"),
        "error": Field(path="error", title="失败原因"),
        "tries": Field(path="tries", kind="int", title="已试次数"),
        "state": Field(path="state", title="状态", words=_LETTER_STATES),
        "failed_at": Field(path="failed_at", kind="time", sortable=True, title="失败时间"),
        "retry_at": Field(path="retry_at", kind="time", title="要求重新处理"),
        "settled_at": Field(path="settled_at", kind="time", title="处理时间"),
        "settled_by": Field(path="settled_by", title="处理人"),
        "outcome": Field(path="outcome", title="结果"),
        "reason": Field(path="reason", title="原因"),
        "version": Field(path="version", kind="int"),
    },
    sort="-failed_at",
)


def dead_letters() -> QuerySet[DeadLetter]:
    """Return the dead letters, each with how it stands."""
    state = Case(
        When(settled_at__isnull=False, then=Value("settled")),
        When(retry_at__isnull=False, then=Value("asked")),
        default=Value("open"),
        output_field=TextField(),
    )
    return DeadLetter.objects.annotate(state=state)


def dead_letter(letter_id: str) -> dict[str, Any]:
    """Return one dead letter as the list shows it."""
    paths = {field.path for field in DEAD_LETTERS.fields.values()}
    return DEAD_LETTERS.renamed(dead_letters().filter(pk=letter_id).values(*paths)[0])


def wanted_again(slice_name: str) -> DeadLetter | None:
    """Return the oldest dead letter of a slice that somebody wants handled again."""
    waiting = DeadLetter.objects.filter(
        slice=slice_name, retry_at__isnull=False, settled_at__isnull=True
    )
    return waiting.order_by("position").first()


def at_version(rows: Manager[Row], key: str, version: int, *, code: str = "base.not_found") -> Row:
    """Return one row for a change, locked, if nobody changed it since the caller read it."""
    found = rows.select_for_update(of=("self",)).filter(pk=key).first()
    if found is None:
        raise NotFoundError(f"没有 {key}", code=code)
    if getattr(found, "version") != version:  # noqa: B009 - Row is any model with a version
        raise StaleVersionError("已被他人修改", version=getattr(found, "version"))  # noqa: B009
    return found
