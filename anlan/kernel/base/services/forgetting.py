"""Let personal data go; the journal says which class, before when, how many rows and why, never what stood there."""

from datetime import datetime, timedelta

from anlan.kernel.base import journal
from anlan.kernel.base.clock import now
from anlan.kernel.base.config import config
from anlan.kernel.base.errors import InvalidError
from anlan.kernel.base.events import PERSONAL_FORGOTTEN, PersonalForgotten
from anlan.kernel.base.forgetting import AT_ONCE, Forgetter, forgetters
from anlan.kernel.base.ids import new_ulid
from anlan.kernel.base.models import Journal
from anlan.kernel.base.seals import erase_change

OUTLIVED = "保存期已满 · kept long enough"


def forget(kind: str, before: datetime, reason: str, limit: int = AT_ONCE) -> int:
    """Let up to `limit` rows of a class go that are older than a moment; return how many it was.

    Runs inside a unit of work of the worker's role. Raises InvalidError for a class that is none.
    """
    known = forgetters()
    if kind not in known:
        raise InvalidError(
            f"没有类别 {kind}；可用：{', '.join(sorted(known))}",
            code="base.unknown_class",
            field="kind",
        )
    if not reason.strip():
        raise InvalidError("请写明清除的理由", code="base.reason_missing")
    if before > now():
        raise InvalidError("只能清除过去的数据", code="base.not_past", field="before")
    gone = known[kind].act(before, limit)
    if gone:
        said = PersonalForgotten(
            kind=kind, before=before.isoformat(), rows=gone, reason=reason.strip()
        )
        about = journal.Subject(id=new_ulid(), version=1, place=journal.Place())
        journal.record(PERSONAL_FORGOTTEN, said, about)
    return gone


def forget_outlived(limit: int = AT_ONCE) -> int:
    """Let everything go whose days are over, by the settings; return how many rows it was."""
    return sum(
        forget(one.kind, before, OUTLIVED, limit)
        for one in forgetters().values()
        if (before := _before(one)) is not None
    )


def erase_private_halves(before: datetime, limit: int) -> int:
    """Erase the private half of what the journal says of people; who did what and when stays."""
    rows = Journal.objects.filter(type__startswith="people.", change__isnull=False)
    due = list(
        rows.filter(known_at__lt=before).order_by("id").values_list("ulid", flat=True)[:limit]
    )
    for ulid in due:
        erase_change(ulid, OUTLIVED)
    return len(due)


def _before(one: Forgetter) -> datetime | None:
    days: int = getattr(config(), one.setting)
    return now() - timedelta(days=days) if days else None
