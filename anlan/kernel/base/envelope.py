"""A journal event as it travels on EVENTS and to other nodes (7.8, 7.12)."""

from datetime import datetime
from typing import Any

import msgspec

from anlan.kernel.base.permissions import Facts

#: One journal row as the JSON text of its event; `j` is the row, `s` its place in the chain.
EVENT_SQL = """
    jsonb_build_object(
        'id', j.ulid, 'node', j.node, 'position', s.position, 'schema', j.schema, 'type', j.type,
        'occurred_at', j.occurred_at, 'known_at', j.known_at,
        'correlation_id', j.correlation_id, 'causation_id', j.causation_id,
        'exercise_id', j.exercise_id, 'actor', j.actor, 'object', j.object,
        'version', j.object_version, 'div', j.div, 'zone', j.zone, 'site', j.site, 'data', j.data
    )::text
"""


class _Hints(msgspec.Struct, frozen=True):
    """What an event's `data` may say to those who pass it on without knowing its type."""

    gone: bool = False
    incident_id: str | None = None


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """One event. Fields that this version does not know are left alone; `data` stays unparsed."""

    id: str
    node: str
    position: int
    schema: int
    type: str
    occurred_at: datetime
    known_at: datetime
    correlation_id: str
    causation_id: str | None
    exercise_id: str | None
    actor: str
    object: str
    version: int
    div: int
    zone: int | None
    site: str | None
    data: msgspec.Raw

    def state(self) -> dict[str, Any]:
        """Return the object's public state after the change."""
        decoded: dict[str, Any] = msgspec.json.decode(self.data)
        return decoded

    def hints(self) -> _Hints:
        """Return what `data` says about itself, without reading the rest of it."""
        return _hints.decode(self.data)

    @property
    def noun(self) -> str:
        """The kind of object, `slice.noun`; the type without its verb."""
        return self.type.rsplit(".", 1)[0]

    def facts(self) -> Facts:
        """Return the scope columns, as `Scope.sees` takes them."""
        incident = self.hints().incident_id
        return Facts(div=self.div, zone=self.zone, site=self.site, incident=incident)


_hints = msgspec.json.Decoder(_Hints)
_decoder = msgspec.json.Decoder(Envelope)


def decode(body: bytes | str) -> Envelope:
    """Return the event. Raises msgspec.MsgspecError when it is none."""
    return _decoder.decode(body)
