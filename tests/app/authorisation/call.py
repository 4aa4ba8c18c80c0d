"""One call of an operation."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Call:
    """One call; `path` fills the placeholder, `sees` is the id that an answer with the row holds."""

    path: str = ""
    body: Any = None
    query: dict[str, str] = field(default_factory=dict)
    sees: str = ""
    form: dict[str, Any] | None = None
