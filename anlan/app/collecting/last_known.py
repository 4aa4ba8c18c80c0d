"""What is said of a tag whose value could not be read: the last one known, marked bad (OPC: last known value).

No value is ever made up. The door takes no reading without a number, so a tag that was never read
is not reported; the status counts it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from anlan.kernel.sensing.batch import BAD
from anlan.kernel.sensing.sample import Sample

#: As long as a value stays away it is said again this often.
AGAIN_MS = 60_000


@dataclass(slots=True)
class LastKnown:
    """The last values of one source."""

    values: dict[str, float] = field(default_factory=dict)
    _told: dict[str, int] = field(default_factory=dict)

    def note(self, sample: Sample) -> Sample:
        """Remember a value that was read, and return it."""
        self.values[sample.tag] = sample.value
        self._told.pop(sample.tag, None)
        return sample

    def missing(self, tags: Iterable[str], at_ms: int) -> list[Sample]:
        """Return what to report of tags that could not be read, each when it is due."""
        found = []
        for tag in tags:
            value, told = self.values.get(tag), self._told.get(tag)
            if value is not None and (told is None or at_ms - told >= AGAIN_MS):
                self._told[tag] = at_ms
                found.append(Sample(tag, at_ms, value, BAD))
        return found
