"""What happens to documents; a name may say too much, so it is in the private half."""

from dataclasses import dataclass

from anlan.kernel.base.events import EventType


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentState:
    """A document as others may know it."""

    id: str
    media_type: str
    size_bytes: int
    sha256: str
    sensitivity: int
    owner: str
    about: str
    withdrawn_at: str | None


UPLOADED = EventType("documents.document.uploaded", DocumentState, "上传文件")
OPENED = EventType("documents.document.opened", DocumentState, "查阅敏感文件")
WITHDRAWN = EventType("documents.document.withdrawn", DocumentState, "撤回文件")
MOVED = EventType("documents.document.moved", DocumentState, "文件改属对象")
