"""Waiting longer and longer, and no two in step."""

import asyncio
from dataclasses import dataclass
from random import random


@dataclass(slots=True)
class Backoff:
    """The first wait, and the longest; each is twice the one before, a quarter more or less by chance."""

    first_s: float = 1.0
    most_s: float = 60.0
    failures: int = 0

    def reset(self) -> None:
        """It went well: the next wait is the first again."""
        self.failures = 0

    async def wait(self, at_least_s: float = 0.0) -> None:
        """Wait, as long as was asked for if that is longer."""
        usual = self.first_s * 2.0 ** min(self.failures, 16)
        self.failures += 1
        chosen = min(max(usual, at_least_s), self.most_s)
        await asyncio.sleep(chosen * (0.75 + random() / 2))  # noqa: S311 - no secret
