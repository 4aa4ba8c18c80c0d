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


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentTaken:
    """Somebody took a copy; by `copy_sha256` a copy that is found later leads back to this row.

    `unstamped_because` is empty where the copy says who took it.
    """

    id: str
    media_type: str
    sha256: str
    sensitivity: int
    about: str
    copy_sha256: str
    unstamped_because: str


UPLOADED = EventType("documents.document.uploaded", DocumentState, "上传文件")
DOWNLOADED = EventType("documents.document.downloaded", DocumentTaken, "文件已下载")
WITHDRAWN = EventType("documents.document.withdrawn", DocumentState, "撤回文件")
MOVED = EventType("documents.document.moved", DocumentState, "文件改属对象")
