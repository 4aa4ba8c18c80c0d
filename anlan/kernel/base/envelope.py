"""A journal event as it travels on EVENTS and to other nodes (7.8, 7.12)."""

from datetime import datetime
from typing import Any

import msgspec

from anlan.kernel.base.events import EVENT_TYPES, UnknownSchemaError

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
        """Return the object's public state after the change, as this version knows it.

        Raises UnknownSchemaError where this version does not.
        """
        known = EVENT_TYPES.get(self.type)
        return self._written() if known is None else known.read(self.schema, self._written())

    def state_json(self) -> bytes:
        """Return that state for those who only pass it on; what we cannot read goes as it is."""
        known = EVENT_TYPES.get(self.type)
        if known is None or known.schema == self.schema:
            return bytes(self.data)
        try:
            return msgspec.json.encode(self.state())
        except UnknownSchemaError:
            return bytes(self.data)

    def _written(self) -> dict[str, Any]:
        decoded: dict[str, Any] = msgspec.json.decode(self.data)
        return decoded

    def plain(self) -> dict[str, Any]:
        """Return it as plain values for JSON, its state as it was written."""
        names = (name for name in self.__struct_fields__ if name != "data")
        values = {name: getattr(self, name) for name in names} | {"data": self._written()}
        return {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in values.items()
        }

    @property
    def noun(self) -> str:
        """The kind of object, `slice.noun`; the type without its verb."""
        return self.type.rsplit(".", 1)[0]


_decoder = msgspec.json.Decoder(Envelope)


def decode(body: bytes | str) -> Envelope:
    """Return the event. Raises msgspec.MsgspecError when it is none."""
    return _decoder.decode(body)
