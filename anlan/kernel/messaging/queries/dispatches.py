"""Reads of what leaves the house: the list of dispatches, how channels fare, one's own."""

from datetime import timedelta
from typing import Any

from django.db.models import Case, CharField, Count, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from anlan.kernel.base.clock import now
from anlan.kernel.base.errors import NotFoundError, StaleVersionError
from anlan.kernel.base.fields import Sensitivity
from anlan.kernel.base.listing import Field, ListSpec
from anlan.kernel.messaging.models import ChannelRecord, Dispatch, DispatchState, Wishes
from anlan.kernel.messaging.rules import WAITS_FOR_A_PERSON, State
from anlan.kernel.people.models import User
from anlan.kernel.people.queries.holdings import name_behind

#: Why a dispatch did not go as it should, by the code that stands in `reason`.
REASONS = {
    "": "",
    "in_flight": "发送途中程序中断",
    "no_address": "没有登记号码或邮箱",
    "no_channel": "渠道已停用",
    "too_old": "超过 24 小时，不再发送",
    "cannot_connect": "连不上",
    "no_answer": "没有应答",
    "cut_off": "连接中断",
    "not_accepted": "对方未接受",
    "locked_out": "对方拒绝了我们的凭据",
    "too_many": "对方限流",
    "bad_answer": "应答看不懂",
    "bad_address": "号码或邮箱被拒",
    "fault": "本方程序出错",
}
_STATES: dict[Any, str] = dict(DispatchState.choices)
_YES_NO: dict[Any, str] = {True: "是", False: "否"}
#: How far back a person sees what was sent to him.
OWN_DAYS, OWN_ROWS = 7, 20

DISPATCHES = ListSpec(
    fields={
        "id": Field(path="id"),
        "message_id": Field(path="message_id"),
        "created_at": Field(path="created_at", kind="time", sortable=True, title="登记时间"),
        "channel": Field(path="channel", sortable=True, title="渠道"),
        "recipient": Field(path="recipient"),
        "recipient_name": Field(path="recipient_name", sortable=True, title="接收人"),
        "state": Field(path="state", sortable=True, title="状态", words=_STATES),
        "urgent": Field(path="urgent", kind="bool", title="紧急", words=_YES_NO),
        "is_hint": Field(path="is_hint", kind="bool", title="不含内容", words=_YES_NO),
        "is_test": Field(path="is_test", kind="bool", title="测试", words=_YES_NO),
        "tries": Field(path="tries", kind="int", sortable=True, title="已试次数"),
        "reason": Field(path="reason", title="原因", words=REASONS),
        "words": Field(path="words", title="对方应答"),
        "due_at": Field(path="due_at", kind="time", sortable=True, title="下次尝试"),
        "sent_at": Field(path="sent_at", kind="time", sortable=True, title="发出时间"),
        "settled_by_name": Field(path="settled_by_name", title="处理人"),
        "settled_reason": Field(path="settled_reason", title="处理理由"),
        "exercise_id": Field(path="exercise_id"),
        "version": Field(path="version", kind="int"),
    },
    sort="-created_at",
    label=Sensitivity.PERSONAL,
)


def dispatches() -> QuerySet[Dispatch]:
    """Return everything that left the house or should have, with the names of people."""
    name = User.objects.filter(id=OuterRef("recipient")).values("name")[:1]
    return Dispatch.objects.annotate(
        recipient_name=Coalesce(Subquery(name), Value(""), output_field=CharField()),
        settled_by_name=Case(
            When(settled_by="", then=Value("")),
            default=name_behind("settled_by"),
            output_field=CharField(),
        ),
        is_test=Q(message__isnull=True),
    )


def row(dispatch_id: str) -> dict[str, Any]:
    """Return one dispatch as the list shows it."""
    paths = {field.path for field in DISPATCHES.fields.values()}
    return DISPATCHES.renamed(dispatches().filter(pk=dispatch_id).values(*paths)[0])


def at_version(dispatch_id: str, version: int) -> Dispatch:
    """Return a dispatch, locked, as whoever acts has seen it. Raises NotFoundError, StaleVersionError."""
    found = Dispatch.objects.select_for_update().filter(pk=dispatch_id).first()
    if found is None:
        raise NotFoundError("没有这条外发记录", code="messaging.no_dispatch")
    if found.version != version:
        raise StaleVersionError("已被他人修改", version=found.version)
    return found


def own(user_id: str) -> list[dict[str, Any]]:
    """Return what was lately sent to a person outside, the newest first."""
    mine = Dispatch.objects.filter(
        recipient=user_id, created_at__gt=now() - timedelta(days=OWN_DAYS)
    )
    names = ("id", "channel", "state", "reason", "created_at", "sent_at", "due_at", "is_hint")
    rows = mine.annotate(is_test=Q(message__isnull=True)).order_by("-created_at", "-id")
    return list(rows.values(*names, "is_test")[:OWN_ROWS])


def records() -> dict[str, ChannelRecord]:
    """Return how each channel fares, by its name; one that has done nothing yet is absent."""
    return {one.name: one for one in ChannelRecord.objects.all()}


def counts() -> dict[str, dict[str, int]]:
    """Return of each channel how many dispatches wait, and how many wait for a person."""
    open_now = [State.WAITING, State.SENDING, *WAITS_FOR_A_PERSON]
    rows = Dispatch.objects.filter(state__in=open_now).values("channel")
    found = rows.annotate(
        waiting=Count("pk", filter=Q(state__in=[State.WAITING, State.SENDING])),
        dead=Count("pk", filter=Q(state__in=WAITS_FOR_A_PERSON)),
        name=F("channel"),
    )
    return {one["name"]: {"waiting": one["waiting"], "dead": one["dead"]} for one in found}


def wishes_of(user_ids: set[str]) -> dict[str, Wishes]:
    """Return the wishes of those who have said any."""
    return {one.user_id: one for one in Wishes.objects.filter(user_id__in=user_ids)}
