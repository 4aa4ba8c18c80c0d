"""The door opens the transaction: one durable unit of work with the scope of who acts (7.7)."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace

from django.db import connection, transaction

from anlan.kernel.base.errors import NotPermittedError, NotSignedInError
from anlan.kernel.base.ids import new_ulid
from anlan.kernel.base.permissions import Facts, Principal, Reach, Scope, decide


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Who acts, and the thread of cause that the act belongs to."""

    principal: Principal
    correlation_id: str
    causation_id: str | None = None


_work: ContextVar[Work | None] = ContextVar("anlan_work", default=None)

#: Transaction-local, so a pooled connection can never carry them to its next borrower.
SET_SCOPE = """
    SELECT set_config('anlan.divs', %s, true), set_config('anlan.zones', %s, true),
           set_config('anlan.sites', %s, true), set_config('anlan.incidents', %s, true),
           set_config('anlan.exercise', %s, true), set_config('anlan.actor', %s, true),
           set_config('anlan.ceiling', %s, true), set_config('anlan.audit', %s, true)
"""


def current_work() -> Work:
    """Return the unit of work that is open, or refuse: nothing is written without an actor."""
    work = _work.get()
    if work is None:
        raise NotSignedInError("没有打开的事务：写入必须由登录的人或具名的进程发起")
    return work


def refuse_unless(permission: str, facts: Facts, *reaches: Reach) -> None:
    """Refuse whoever acts unless a post gives the permission and reaches the row in one of these ways.

    The route's gate knows only that some post gives it; which one, and whether it reaches this
    row, is known here.
    """
    principal = current_work().principal
    decisions = [decide(principal, permission, facts, reach) for reach in reaches or (Reach.SEEN,)]
    if not any(decision.allowed for decision in decisions):
        raise NotPermittedError("没有权限", permission=permission, reason=decisions[-1].reason)


def refuse_above_ceiling(label: int) -> None:
    """Refuse whoever acts what bears a higher label (0 to 3) than his post may have in hand."""
    if label > current_work().principal.ceiling:
        raise NotPermittedError(
            "敏感级别高于您的岗位可以经手的级别",
            code="base.above_ceiling",
            reason="above_ceiling",
            sensitivity=label,
        )


@contextmanager
def unit_of_work(
    principal: Principal,
    *,
    read_only: bool = False,
    correlation_id: str | None = None,
    causation_id: str | None = None,
) -> Iterator[Work]:
    """Open the one transaction of a request, command, job or handler.

    Without the settings of scope, exercise and actor row security shows no rows.
    """
    work = Work(
        principal=principal,
        correlation_id=correlation_id or new_ulid(),
        causation_id=causation_id,
    )
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            if read_only:
                cursor.execute("SET TRANSACTION READ ONLY")
            cursor.execute(SET_SCOPE, scope_settings(principal))
        token = _work.set(work)
        try:
            yield work
        finally:
            _work.reset(token)


@contextmanager
def caused_by(*, correlation_id: str, causation_id: str | None = None) -> Iterator[Work]:
    """Name another thread of cause for a part of the open unit of work."""
    token = _work.set(
        replace(current_work(), correlation_id=correlation_id, causation_id=causation_id)
    )
    try:
        yield current_work()
    finally:
        _work.reset(token)


def scope_settings(principal: Principal) -> list[str]:
    """Return the values of the anlan.* settings that the row policies read."""
    scope: Scope = principal.scope
    return [
        "{" + ",".join(f"[{low},{high}]" for low, high in scope.divs) + "}",
        "{" + ",".join(map(str, scope.zones)) + "}",
        "{" + ",".join(scope.sites) + "}",
        "{" + ",".join(scope.incidents) + "}",
        principal.exercise_id or "",
        principal.actor,
        str(principal.ceiling),
        "on" if scope.audit else "",
    ]
