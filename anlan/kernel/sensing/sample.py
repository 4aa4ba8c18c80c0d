"""One measured value on its way to a door, in whatever protocol it came: tag, time, value, quality."""

from typing import NamedTuple

from anlan.kernel.sensing.batch import GOOD


class Sample(NamedTuple):
    """`at_ms` is when it was measured (ms since 1970 UTC), `value` finite, `quality` one of `batch`."""

    tag: str
    at_ms: int
    value: float
    quality: int = GOOD
