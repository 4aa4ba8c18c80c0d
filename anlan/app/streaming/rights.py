"""Streams end with what they hang on: session, account, posts, what the posts reach (7.15).

The tickets say who listens; PostgreSQL is asked every three seconds, and at once when something
happened to people, whether all of it still holds.
"""

import asyncio
import contextlib
import logging
from collections.abc import Iterable

from anlan.app.streaming.client import Client
from anlan.app.streaming.database import Database, DatabaseAwayError

log = logging.getLogger("anlan.live")

ASK_EVERY_S = 3.0

_SESSIONS = """
    SELECT d.digest FROM unnest(%s::text[]) AS d(digest)
    JOIN (SELECT encode(sha256(convert_to(session_key, 'UTF8')), 'hex') AS digest
          FROM django_session WHERE expire_date > now()) s USING (digest)
"""

#: What a person is and reaches right now, as one fingerprint, and when any of it last changed.
_RIGHTS = """
    WITH asked AS (
        SELECT id, concat_ws(':', administrator, sessions_epoch) AS account,
               administrator, updated_at FROM people_user WHERE id = ANY(%s) AND is_active
    ), held AS (
        SELECT h.user_id, p.organisation_id,
               concat_ws(':', h.id, h.version, p.version, r.version, o.version) AS mark,
               greatest(h.updated_at, p.updated_at, r.updated_at, o.updated_at) AS changed_at
        FROM people_postholding h JOIN people_post p ON p.id = h.post_id
        JOIN people_role r ON r.id = p.role_id
        JOIN people_organisation o ON o.id = p.organisation_id
        WHERE h.user_id IN (SELECT id FROM asked) AND h.held_from <= now()
          AND (h.held_to IS NULL OR h.held_to > now())
    ), reached AS (
        SELECT organisation_id, concat_ws(':', id, version) AS mark, updated_at AS changed_at
        FROM people_sitereach
        WHERE organisation_id IN (SELECT organisation_id FROM held)
          AND valid_from <= now() AND (valid_to IS NULL OR valid_to > now())
        UNION ALL
        SELECT organisation_id, concat_ws(':', id, version), updated_at FROM people_scopegrant
        WHERE organisation_id IN (SELECT organisation_id FROM held) AND approved_at IS NOT NULL
          AND valid_from <= now() AND (valid_to IS NULL OR valid_to > now())
    ), marks AS (
        SELECT user_id, mark, changed_at FROM held
        UNION
        SELECT held.user_id, reached.mark, reached.changed_at
        FROM held JOIN reached USING (organisation_id)
        UNION ALL
        SELECT asked.id, concat_ws(':', r.id, r.version), r.updated_at
        FROM asked JOIN people_role r ON r.code = asked.administrator || '_administrator'
    )
    SELECT asked.id, md5(asked.account || '|' || coalesce(string_agg(mark, ',' ORDER BY mark), '')),
           (EXTRACT(epoch FROM greatest(max(changed_at), asked.updated_at)) * 1000)::int8
    FROM asked LEFT JOIN marks ON marks.user_id = asked.id GROUP BY asked.id, asked.account,
        asked.updated_at
"""


class Rights:
    """Watches over the listeners of this process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[Client, str] = {}
        self._now = asyncio.Event()

    def ask_now(self) -> None:
        """Something happened to people: do not wait for the next round."""
        self._now.set()

    async def watch_over(self, clients: dict[str, Client]) -> None:
        """Ask again and again, for as long as the process lives."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(ASK_EVERY_S):
                    await self._now.wait()
            self._now.clear()
            with contextlib.suppress(DatabaseAwayError):
                await self.ask(list(clients.values()))

    async def ask(self, clients: Iterable[Client]) -> None:
        """End the streams of those whose session or rights are not what their ticket said."""
        listening = [client for client in clients if client.ended is None]
        self._known = {client: self._known[client] for client in listening if client in self._known}
        if not listening:
            return
        sessions = await self._sessions({client.ticket.session for client in listening})
        rights = await self._rights({_user_of(client) for client in listening})
        for client in listening:
            if client.ticket.session not in sessions:
                client.end("signed_out")
            elif not self._holds(client, rights.get(_user_of(client))):
                client.end("rights_changed")

    def _holds(self, client: Client, rights: tuple[str, int] | None) -> bool:
        """Compare with the first look; that one asks whether anything changed since the ticket."""
        if rights is None:
            return False
        fingerprint, changed_ms = rights
        if client not in self._known:
            self._known[client] = fingerprint
            return changed_ms <= client.ticket.issued_ms
        return self._known[client] == fingerprint

    async def _sessions(self, digests: set[str]) -> set[str]:
        return {row[0] for row in await self._database.fetch(_SESSIONS, [list(digests)])}

    async def _rights(self, users: set[str]) -> dict[str, tuple[str, int]]:
        rows = await self._database.fetch(_RIGHTS, [list(users)])
        return {user: (fingerprint, changed_ms) for user, fingerprint, changed_ms in rows}


def _user_of(client: Client) -> str:
    return client.ticket.actor.removeprefix("user:")
