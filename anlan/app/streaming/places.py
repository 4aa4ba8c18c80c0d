"""Where objects were before: whoever loses sight of one must be told that it is gone."""

from collections.abc import Sequence

from anlan.app.streaming.database import Database
from anlan.app.streaming.heard import Heard, heard_of
from anlan.kernel.base.envelope import Envelope
from anlan.kernel.base.permissions import Facts

#: Objects whose place is remembered; the rest is read from the journal when it changes again.
REMEMBERED = 200_000

_BEFORE = """
    SELECT u.object, p.div, p.zone, p.site, p.incident
    FROM unnest(%s::text[], %s::int[]) AS u(object, version)
    CROSS JOIN LATERAL (
        SELECT j.div, j.zone, j.site, j.data->>'incident_id' AS incident FROM base_journal j
        WHERE j.object = u.object AND j.object_version < u.version
        ORDER BY j.known_at DESC, j.id DESC LIMIT 1) p
"""


class Places:
    """The last known place of each object."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._last: dict[str, Facts] = {}

    async def located(self, events: Sequence[Envelope]) -> list[Heard]:
        """Return the events with the place their objects had before. Raises DatabaseAwayError."""
        unknown = {
            event.object: event.version
            for event in reversed(events)
            if event.version > 1 and event.object not in self._last
        }
        if unknown:
            values = [list(unknown), list(unknown.values())]
            for object_id, div, zone, site, incident in await self._database.fetch(_BEFORE, values):
                self._last[object_id] = Facts(div=div, zone=zone, site=site, incident=incident)
        return [self._remembered(event) for event in events]

    def unlocated(self, events: Sequence[Envelope]) -> list[Heard]:
        """Return the events with what is remembered, when the journal cannot be asked."""
        return [self._remembered(event) for event in events]

    def _remembered(self, event: Envelope) -> Heard:
        heard = heard_of(event, self._last.pop(event.object, None))
        self._last[event.object] = heard.facts
        while len(self._last) > REMEMBERED:
            del self._last[next(iter(self._last))]
        return heard
