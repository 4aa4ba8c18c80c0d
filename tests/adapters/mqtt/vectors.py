"""The test vectors of `docs/protocol/observations.json`: python -m tests.adapters.mqtt.vectors.

Written with the standard library and msgspec only, not with the code that they test.
"""

import hashlib
import hmac
import json
import struct
from pathlib import Path
from typing import Any

import msgspec

FILE = Path(__file__).parents[3] / "docs" / "protocol" / "observations.json"
KEY = bytes(range(32))
T = 1_785_549_600_123  # 2026-08-01T10:00:00.123+08:00
TEXT_TIME = "2026-08-01T10:00:00.123+08:00"
ENVELOPE: dict[str, Any] = {"v": 1, "gw": "G1", "seq": 42, "sent": TEXT_TIME}

ROWS = [
    {"tag": "T101.LI", "t": TEXT_TIME, "v": 91.2, "q": 192, "u": "%"},
    {"tag": "T101.PI", "t": T, "v": 101, "q": 64},
]
TWO = [["T101.LI", T, 91.2, 192], ["T101.PI", T, 101.0, 64]]
EXERCISE = "01K3Z00000000000000000000X"


def _json(message: dict[str, Any]) -> bytes:
    return json.dumps(message, separators=(",", ":"), ensure_ascii=False).encode()


def _columns() -> dict[str, Any]:
    return {
        "tags": ["T101.LI", "T101.PI"],
        "i": [0, 1],
        "t": [T, T],
        "v": [91.2, 101],
        "q": [192, 64],
    }


def _packed() -> bytes:
    columns = {
        "tags": ["T101.LI", "T101.PI"],
        "i": struct.pack("<2i", 0, 1),
        "t": struct.pack("<2q", T, T),
        "v": struct.pack("<2d", 91.2, 101),
        "q": struct.pack("2B", 192, 64),
    }
    return msgspec.msgpack.encode({**ENVELOPE, "sent": T, "columns": columns})


def _bodies() -> list[tuple[str, bytes, dict[str, Any]]]:
    """Return name, body and what a reader must find in it."""
    two = {"seq": 42, "readings": TWO, "refused": []}
    bad_rows = [
        ROWS[0],
        {"tag": "T101.LI", "t": T, "v": "91.2"},
        {"tag": "T101.LI", "t": "2026-08-01T10:00:00", "v": 1},
        {"tag": "T101.LI", "t": T, "v": 1, "q": "good"},
        ["T101.LI", T, 1],
        ROWS[1],
    ]
    refused = [[1, "value_bad"], [2, "time_bad"], [3, "quality_bad"], [4, "row_bad"]]
    backfill = {**ENVELOPE, "seq": 43, "exercise": EXERCISE, "backfill": [T - 3_600_000, T]}
    return [
        ("JSON rows", _json({**ENVELOPE, "rows": ROWS}), two),
        ("JSON columns", _json({**ENVELOPE, "columns": _columns()}), two),
        ("msgpack rows", msgspec.msgpack.encode({**ENVELOPE, "rows": ROWS}), two),
        ("msgpack columns of raw bytes", _packed(), two),
        (
            "bad rows among good ones",
            _json({**ENVELOPE, "rows": bad_rows}),
            {**two, "refused": refused},
        ),
        (
            "exercise and announced backfill",
            _json({**backfill, "rows": ROWS[1:]}),
            {
                "seq": 43,
                "readings": TWO[1:],
                "refused": [],
                "exercise": EXERCISE,
                "backfill": [T - 3_600_000, T],
            },
        ),
    ]


def vectors() -> dict[str, Any]:
    """Return the whole page of vectors."""
    found = []
    for name, body, wanted in _bodies():
        digest = hmac.new(KEY, body, hashlib.sha256).hexdigest()
        payload = body + b"\n" + digest.encode()
        found.append(
            {
                "name": name,
                "body_hex": body.hex(),
                "hmac_sha256": digest,
                "payload_hex": payload.hex(),
                "payload_sha256": hashlib.sha256(payload).hexdigest(),
                "decoded": wanted,
            }
        )
    return {"key_hex": KEY.hex(), "vectors": found}


def text() -> str:
    """Return the file."""
    return json.dumps(vectors(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
