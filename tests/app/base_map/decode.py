"""A reader of vector tiles for tests, written from the specification and knowing nothing of the writer."""

import struct
from dataclasses import dataclass
from typing import Any

Message = list[tuple[int, Any]]


@dataclass(frozen=True, slots=True)
class Seen:
    """One feature of a tile."""

    kind: int
    geometry: list[int]
    properties: dict[str, Any]


def message(data: bytes) -> Message:
    """Return the fields of a protobuf message: varints as numbers, the rest as bytes."""
    found: Message = []
    at = 0
    value: Any
    while at < len(data):
        key, at = _varint(data, at)
        wire = key & 7
        if wire == 0:
            value, at = _varint(data, at)
        elif wire == 1:
            value, at = struct.unpack("<d", data[at : at + 8])[0], at + 8
        else:
            assert wire == 2, wire
            size, at = _varint(data, at)
            value, at = data[at : at + size], at + size
        found.append((key >> 3, value))
    return found


def decode(data: bytes) -> dict[str, list[Seen]]:
    """Return the layers of a tile."""
    layers = {}
    for number, body in message(data):
        assert number == 3
        fields = message(body)
        one = {key: value for key, value in fields if key in (1, 5, 15)}
        assert (one[15], one[5]) == (2, 4096), "version and extent"
        keys = [value.decode() for key, value in fields if key == 3]
        values = [_value(message(value)) for key, value in fields if key == 4]
        features = [_feature(message(value), keys, values) for key, value in fields if key == 2]
        assert one[1].decode() not in layers, "a layer stands once in a tile"
        layers[one[1].decode()] = features
    return layers


def _feature(fields: Message, keys: list[str], values: list[Any]) -> Seen:
    found = dict(fields)
    tags = packed(found.get(2, b""))
    pairs = zip(tags[::2], tags[1::2], strict=True)
    return Seen(found[3], packed(found[4]), {keys[key]: values[value] for key, value in pairs})


def _value(fields: Message) -> Any:
    ((kind, value),) = fields
    if kind == 1:
        return value.decode()
    if kind == 6:
        return (value >> 1) ^ -(value & 1)
    return bool(value) if kind == 7 else value


def packed(data: bytes) -> list[int]:
    """Return a run of varints."""
    found, at = [], 0
    while at < len(data):
        number, at = _varint(data, at)
        found.append(number)
    return found


def _varint(data: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        number |= (data[at] & 0x7F) << shift
        shift += 7
        at += 1
        if data[at - 1] < 0x80:
            return number, at
