"""What a row of a workbook did, and how that is told."""

from enum import StrEnum
from typing import Any


class Outcome(StrEnum):
    """What a row did."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"


def differing(found: object, wanted: dict[str, Any]) -> list[str]:
    """Return the names of what stands otherwise than it is wanted."""
    return [name for name, value in wanted.items() if getattr(found, name) != value]
