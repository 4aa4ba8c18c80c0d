"""What the bus hears of subjects."""

from dataclasses import dataclass
from typing import Any

from anlan.kernel.base.events import EventType


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectState:
    """The public state of a monitored subject."""

    id: str
    version: int
    kind: str
    name: str
    name_en: str
    code: str
    parent_id: str | None
    organisation_id: str | None
    status: str
    lon: float | None
    lat: float | None
    attributes: dict[str, Any]
    div: int
    zone: int | None
    site: str | None
    is_invented: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KindState:
    """The public state of a kind of subject."""

    id: str
    version: int
    code: str
    title: str
    title_en: str
    matter: str
    schema: dict[str, Any]
    schema_version: int


KIND_DEFINED = EventType("subjects.kind.defined", KindState, "监测对象类别已定义")
SUBJECT_REGISTERED = EventType("subjects.subject.registered", SubjectState, "监测对象已登记")
SUBJECT_CHANGED = EventType("subjects.subject.changed", SubjectState, "监测对象已变更")
SUBJECT_RETIRED = EventType("subjects.subject.retired", SubjectState, "监测对象已注销")
