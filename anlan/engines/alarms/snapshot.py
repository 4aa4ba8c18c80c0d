"""A judge as bytes and back, exact to the bit: a cache of the log, never its replacement."""

import json
from io import BytesIO
from typing import Any
from zipfile import BadZipFile

import numpy as np

from anlan.engines.alarms.causes import DEVICE, GATEWAY, Causes, Family
from anlan.engines.alarms.judge import Judge, Stepper
from anlan.engines.alarms.proof import UNPROVEN, Unproven
from anlan.engines.alarms.records import CONFIG, STATE, TRACE, Book, in_lines

#: Raise it with every change of a record or of its meaning; older snapshots are then replayed past.
VERSION = 4


_NUMBERS = np.dtype(np.int32)
_KINDS = {
    "config": CONFIG,
    "state": STATE,
    "traces": TRACE,
    "unproven": UNPROVEN,
    "gateway_of": _NUMBERS,
    "device_of": _NUMBERS,
}


class SnapshotError(ValueError):
    """The bytes are not a whole snapshot of this version."""


def dump(judge: Judge, about: dict[str, Any]) -> bytes:
    """Write the judge and what the caller wants to find again beside it (JSON values)."""
    head = {
        "version": VERSION,
        "last_tick_ms": judge.last_tick_ms,
        "unproven_since_ms": judge.unproven.since_ms,
        "families": [
            {"names": family.names, "is_open": family.is_open, "heard_ms": family.heard_ms}
            for family in (judge.causes.gateways, judge.causes.devices)
        ],
        "about": about,
    }
    text = np.frombuffer(json.dumps(head).encode(), np.uint8)
    file = BytesIO()
    np.savez(
        file,
        head=text,
        config=judge.config,
        state=judge.state,
        traces=judge.book.traces,
        unproven=judge.unproven.rows,
        gateway_of=judge.causes.gateways.of,
        device_of=judge.causes.devices.of,
    )
    return file.getvalue()


def load(data: bytes, stepper: Stepper) -> tuple[Judge, dict[str, Any]]:
    """Read what `dump` wrote; `SnapshotError` when it is torn, altered or of another version."""
    try:
        with np.load(BytesIO(data), allow_pickle=False) as file:
            head = json.loads(file["head"].tobytes())
            arrays = [file[name] for name in _KINDS]
    except (BadZipFile, EOFError, KeyError, OSError, ValueError) as error:
        raise SnapshotError(f"not a snapshot: {error}") from error
    kinds = list(_KINDS.values())
    if head["version"] != VERSION or [array.dtype for array in arrays] != kinds:
        raise SnapshotError(f"a snapshot of version {head['version']}, wanted {VERSION}")
    # a file forgets that the records are aligned, and numpy packs what it joins to such an array
    config, state, traces, rows, *of = (a.view(kind) for a, kind in zip(arrays, kinds, strict=True))
    families = [
        Family(kind, **known, of=numbers)
        for kind, known, numbers in zip((GATEWAY, DEVICE), head["families"], of, strict=True)
    ]
    judge = Judge(
        stepper,
        book=Book(in_lines(config), in_lines(state), traces),
        last_tick_ms=head["last_tick_ms"],
        unproven=Unproven(rows, head["unproven_since_ms"]),
        causes=Causes(*families),
    )
    return judge, head["about"]
