"""What happens to sketches. What is drawn stands in no event: who may see it is decided at each reading."""

from dataclasses import dataclass

from anlan.kernel.base.events import EventType


@dataclass(frozen=True, slots=True, kw_only=True)
class SketchState:
    """That a sketch is there and who may see it.

    `recipients` are the persons who are told of it; null is everybody who reaches its place.
    """

    id: str
    version: int
    figure: str
    author: str
    organisation_id: str
    audience: str
    shared_with: list[str]
    shared_until: str | None
    withdrawn_at: str | None
    recipients: list[str] | None


DRAWN = EventType("sketches.sketch.drawn", SketchState, "标绘")
CHANGED = EventType("sketches.sketch.changed", SketchState, "修改标绘")
WITHDRAWN = EventType("sketches.sketch.withdrawn", SketchState, "删除标绘")
RESTORED = EventType("sketches.sketch.restored", SketchState, "恢复标绘")
