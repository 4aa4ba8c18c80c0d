"""Damaged messages, as broken firmware, cut lines and curious people send them; the same for the same seed."""

import json
import random
from contextlib import suppress
from copy import deepcopy
from typing import Any

import msgspec
import numpy as np

#: Values that programs send where another was meant.
ODD: list[Any] = [
    None, True, "", "91.2", "NaN", float("nan"), float("inf"), -float("inf"), 1e308, -1e308, 1e300,
    10**400, -(2**63) - 1, 2**63, 2**64, -1, 0, 1, 0.5, 2**31, -(2**31) - 1, [], {}, [[]], "\0",
    "\ud800", "x" * 300, "2026-08-01T10:00:00+08:00", "2026-08-01T10:00:00", "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999999Z", {"tag": "T1"}, b"\x00", b"\xff" * 7,
]  # fmt: skip
FRAGMENTS = [
    b"[" * 3000, b"{" * 50, b'{"rows":', b"]", b"}", b"\x00", b"\xff\xfe", b"1e999", b"-", b'"',
    b"\\u0000", b"\\ud800", b"\x81", b"\xdf\xff\xff\xff\xff", b"\xc6\xff\xff\xff\xff", b"\xdd\x7f",
    b"\n" + b"a" * 64,
]  # fmt: skip


class Saboteur:
    """Damages good messages, the same way for the same seed."""

    def __init__(self, seed: int, gateway: str, tags: tuple[str, str], now_ms: int) -> None:
        """Speak for a gateway with two tags, at a moment."""
        self.gateway, self.tags, self.now_ms = gateway, tags, now_ms
        self.chance = random.Random(seed)  # noqa: S311 - damage is no secret
        self.seq = 0

    def message(self) -> bytes:
        """Return a damaged message, now and then a good one."""
        plain = self.plain()
        for _ in range(self.chance.choice((0, 0, 1, 1, 2, 4))):
            self.spoil(plain)
        payload = self.encoded(plain)
        for _ in range(self.chance.choice((0, 0, 0, 1, 3))):
            payload = self.cut(payload)
        return payload

    def plain(self) -> dict[str, Any]:
        """Return a good message: rows, columns or raw columns."""
        self.seq += 1
        count = self.chance.randrange(6)
        times = [self.now_ms - self.chance.randrange(10_000) for _ in range(count)]
        values = [self.chance.uniform(-9, 99) for _ in range(count)]
        said: dict[str, Any] = {"v": 1, "gw": self.gateway, "seq": self.seq, "sent": self.now_ms}
        form = self.chance.choice(("rows", "columns", "raw"))
        if form == "rows":
            said["rows"] = [
                {
                    "tag": self.chance.choice((*self.tags, "NOBODY")),
                    "t": t,
                    "v": v,
                    "q": 192,
                    "u": "%",
                }
                for t, v in zip(times, values, strict=True)
            ]
        elif form == "columns":
            said["columns"] = {
                "tags": list(self.tags), "i": [n % 2 for n in range(count)], "t": times, "v": values,
            }  # fmt: skip
        else:
            said["columns"] = {
                "tags": list(self.tags),
                "i": np.zeros(count, "<i4").tobytes(),
                "t": np.array(times, "<i8").tobytes(),
                "v": np.array(values, "<f8").tobytes(),
                "q": np.full(count, 192, "u1").tobytes(),
            }
        return said

    def spoil(self, plain: Any) -> None:
        """Put something odd in the place of a value, somewhere in the tree; or take one out."""
        while isinstance(plain, dict | list) and plain:
            keys = list(plain) if isinstance(plain, dict) else list(range(len(plain)))
            key = self.chance.choice(keys)
            if isinstance(plain[key], dict | list) and self.chance.random() < 0.7:
                plain = plain[key]
            elif self.chance.random() < 0.2:
                del plain[key]
                return
            else:
                plain[key] = deepcopy(self.chance.choice(ODD))
                return

    def encoded(self, plain: dict[str, Any]) -> bytes:
        """Return its bytes, as JSON or msgpack."""
        is_raw = isinstance(plain.get("columns"), dict) and "q" in plain["columns"]
        if is_raw or self.chance.random() < 0.5:
            with suppress(OverflowError, UnicodeError):  # what JSON alone can say
                return msgspec.msgpack.encode(plain)
        return json.dumps(plain, default=lambda raw: raw.hex()).encode("utf-8", "surrogatepass")

    def cut(self, payload: bytes) -> bytes:
        """Damage the bytes themselves."""
        at = self.chance.randrange(len(payload) + 1)
        match self.chance.randrange(5):
            case 0:
                return payload[:at]
            case 1:
                return payload[:at] + bytes([self.chance.randrange(256)]) + payload[at + 1 :]
            case 2:
                return payload[:at] + self.chance.choice(FRAGMENTS) + payload[at:]
            case 3:
                return payload[at:] + payload[:at]
            case _:
                return payload[:at] + payload[at + self.chance.randrange(1, 9) :]
