"""What a crowd of screens has heard, in figures."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

GATEWAY, RED = "gateway:", "red:"


@dataclass(frozen=True, slots=True)
class Told:
    """Delays in ms by cause and screen, inf where a screen never heard of it; bytes of each second."""

    screens: int
    lost: int
    reds_ms: NDArray[np.float64]
    gateways_ms: NDArray[np.float64]
    rate: NDArray[np.int64]
    frames: dict[str, int]


def told_of(file: Path) -> Told:
    """Read what the screens wrote down."""
    with np.load(file) as said:
        causes, at_ns = said["causes"], said["at_ns"]
        seconds, sent = said["seconds"], said["bytes"]
        frames = dict(line.split(" ") for line in said["events"].tolist())
        lost = int(said["lost"])
    raised_ns = np.array([_ns(one.rpartition("|")[2]) for one in causes.tolist()], np.int64)
    is_group = np.array([one.startswith(GATEWAY) for one in causes.tolist()], bool)
    is_red = np.array([one.startswith(RED) for one in causes.tolist()], bool)
    took_ms = np.where(at_ns > 0, (at_ns - raised_ns[:, None]) / 1e6, np.inf)
    # seconds in which nothing came count too; the first and the last are not whole
    rate = np.zeros(int(seconds[-1] - seconds[0]) + 1, np.int64)
    rate[seconds - seconds[0]] = sent
    return Told(
        screens=at_ns.shape[1],
        lost=lost,
        reds_ms=took_ms[is_red],
        gateways_ms=took_ms[is_group],
        rate=rate[1:-1],
        frames={name: int(count) for name, count in frames.items()},
    )


def _ns(moment: str) -> int:
    return round(datetime.fromisoformat(moment).timestamp() * 1e9)
