"""Reads of screens: what a session leads and whom it follows."""

from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from anlan.kernel.base.clock import now
from anlan.kernel.base.errors import NotFoundError
from anlan.kernel.base.vault import keyed_digest
from anlan.kernel.people.queries.holdings import names_of
from anlan.kernel.screens.models import Screen, WrongCode
from anlan.kernel.screens.rules import WRONG_WITHIN, as_typed

_ALIVE = """
    SELECT d.digest FROM unnest(%s::text[]) AS d(digest)
    JOIN (SELECT encode(sha256(convert_to(session_key, 'UTF8')), 'hex') AS digest
          FROM django_session WHERE expire_date > now()) s USING (digest)
"""


def alive(sessions: Iterable[str]) -> set[str]:
    """Return which of some sessions (by digest) have neither ended nor been ended."""
    wanted = sorted({one for one in sessions if one})
    if not wanted:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(_ALIVE, [wanted])
        return {row[0] for row in cursor.fetchall()}


def led() -> QuerySet[Screen]:
    """Return the screens that somebody leads."""
    return Screen.objects.filter(led_until__gt=now())


def mine(session: str) -> dict[str, Any]:
    """Return the screen that a session is, while it is led, and the screens that it leads."""
    found = list(led().filter(session=session)) + list(led().filter(driver_session=session))
    living = alive(digest for one in found for digest in (one.session, one.driver_session))
    there = [one for one in found if {one.session, one.driver_session} <= living]
    names = names_of(actor for one in there for actor in (one.owner, one.driver))
    rows = [_out(one, names) for one in sorted(there, key=lambda one: one.led_since or now())]
    return {
        "following": next((row for row, _ in rows if row["session"] == session), None),
        "leading": [row for row, driven_by in rows if driven_by == session],
    }


def outward(screen: Screen) -> dict[str, Any]:
    """Return one screen as a page knows it."""
    return _out(screen, names_of([screen.owner, screen.driver]))[0]


def _out(screen: Screen, names: dict[str, str]) -> tuple[dict[str, Any], str]:
    row = {
        "id": screen.id,
        "version": screen.version,
        "name": screen.name,
        "owner": screen.owner,
        "owner_name": names.get(screen.owner, ""),
        "driver": screen.driver,
        "driver_name": names.get(screen.driver, ""),
        "led_since": screen.led_since,
        "led_until": screen.led_until,
        "session": screen.session,
    }
    return row, screen.driver_session


def waiting(code: str) -> Screen | None:
    """Return the screen that awaits a code, locked; of two who type it at once one finds it."""
    digest = code_digest(code)
    rows = Screen.objects.select_for_update().filter(code_digest=digest, code_until__gt=now())
    return rows.first()


def of_session(session: str) -> Screen | None:
    """Return the row of a session, locked."""
    return Screen.objects.select_for_update().filter(session=session).first()


def screen(screen_id: str) -> Screen:
    """Return a screen that somebody leads, locked."""
    found = Screen.objects.select_for_update().filter(pk=screen_id, led_until__isnull=False).first()
    if found is None:
        raise NotFoundError("没有这块大屏", code="screens.not_found")
    return found


def wrong_codes(actor: str) -> int:
    """Return how many wrong codes somebody has typed of late."""
    since = now() - WRONG_WITHIN
    return WrongCode.objects.filter(actor=actor, created_at__gt=since).count()


def code_digest(code: str) -> str:
    """Return by what a code is known again."""
    return keyed_digest(as_typed(code).encode(), "screens.code")
