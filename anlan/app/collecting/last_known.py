"""What is said of a tag whose value is bad or could not be read: once, and then nothing until it is good again.

Any arrival, a bad one too, ends the platform's alarm that a tag is silent: what is said again and again of a
dead detector would hide it. No value is ever made up. The door takes no reading without a number, so a tag
that was never read is not reported; the status counts it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from anlan.kernel.sensing.batch import BAD
from anlan.kernel.sensing.sample import Sample


@dataclass(slots=True)
class LastKnown:
    """The last values of one source."""

    values: dict[str, float] = field(default_factory=dict)
    _told: set[str] = field(default_factory=set)

    def judged(self, sample: Sample) -> list[Sample]:
        """Return what to report of a value that came: a bad one only when it is the first since a good one."""
        if sample.quality == BAD:
            return self._once(sample)
        return [self.note(sample)]

    def note(self, sample: Sample) -> Sample:
        """Remember a value that was read, and return it."""
        self.values[sample.tag] = sample.value
        self._told.discard(sample.tag)
        return sample

    def missing(self, tags: Iterable[str], at_ms: int) -> list[Sample]:
        """Return what to report of tags that could not be read: the last value known, marked bad, once."""
        found = []
        for tag in tags:
            if (value := self.values.get(tag)) is not None:
                found += self._once(Sample(tag, at_ms, value, BAD))
        return found

    def not_kept(self, samples: Iterable[Sample]) -> None:
        """Forget that these were said: there was no room for them."""
        self._told.difference_update(one.tag for one in samples if one.quality == BAD)

    def _once(self, sample: Sample) -> list[Sample]:
        if sample.tag in self._told:
            return []
        self._told.add(sample.tag)
        return [sample]
