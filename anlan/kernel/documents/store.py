"""The files on disk, each named by the SHA-256 of what it contains.

Written under a temporary name, fsynced, renamed, folder fsynced: a name that exists is whole. A
file whose row was rolled back stays without a row; it harms nothing and the next upload of the
same content uses it.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from re import fullmatch
from tempfile import NamedTemporaryFile
from typing import IO

from anlan.kernel.base.archives import (
    UNFOLDED_BYTES_MAX,
    ArchiveError,
    BombError,
    look_through,
)
from anlan.kernel.base.config import config
from anlan.kernel.base.errors import InvalidError, TooLargeError, UnavailableError
from anlan.kernel.documents.rules import (
    HEAD_BYTES,
    MAX_BYTES,
    OLE,
    OLE_MACROS,
    TAIL_BYTES,
    Ends,
    has_package_macros,
    media_type_of,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What was stored."""

    sha256: str
    size_bytes: int
    media_type: str


def path_of(digest: str) -> Path:
    """Return where the content of a digest is; anything but a digest is refused."""
    if not fullmatch(r"[0-9a-f]{64}", digest):
        raise ValueError(f"{digest!r} is not a SHA-256")
    return config().path("documents_dir") / digest[:2] / digest


def put(chunks: Iterable[bytes]) -> Stored:
    """Keep some content and return its digest; the same content is kept once.

    Raises TooLargeError (also for what unfolds to too much) or InvalidError (empty, of a kind not
    taken, damaged, with macros); then nothing is kept.
    """
    folder = config().path("documents_dir")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=folder, prefix=".arriving-", delete=False) as file:
        try:
            stored = _write(file, chunks)
            _keep(Path(file.name), path_of(stored.sha256))
        finally:
            Path(file.name).unlink(missing_ok=True)
    return stored


def get(digest: str) -> IO[bytes]:
    """Open the content of a digest."""
    try:
        return path_of(digest).open("rb")
    except OSError as error:
        raise UnavailableError("文件内容不在存储中", code="documents.content_missing") from error


def _write(file: IO[bytes], chunks: Iterable[bytes]) -> Stored:
    """Write and measure content, and bring it to the disk."""
    digest, size, head, tail, names_macros = sha256(), 0, b"", b"", False
    for chunk in chunks:
        size += len(chunk)
        # a name may lie across two chunks
        names_macros = names_macros or OLE_MACROS in tail[-len(OLE_MACROS) :] + chunk
        if size > MAX_BYTES:
            raise TooLargeError(
                f"文件超过 {MAX_BYTES // 1024**2} MB", code="documents.too_large", limit=MAX_BYTES
            )
        digest.update(chunk)
        head = (head + chunk)[:HEAD_BYTES] if len(head) < HEAD_BYTES else head
        tail = (tail + chunk)[-TAIL_BYTES:]
        file.write(chunk)
    if size == 0:
        raise InvalidError("文件是空的", code="documents.empty")
    media_type = media_type_of(Ends(head=head, tail=tail))
    if media_type is None:
        raise InvalidError("不接收这种文件", code="documents.kind_not_taken")
    is_ole = head.startswith(OLE)
    file.flush()
    is_package = head[:2] == b"PK"
    if (is_ole and names_macros) or (is_package and _holds_macros(file)):
        raise InvalidError("含宏的文件不收，请另存为不含宏的格式", code="documents.macros")
    os.fsync(file.fileno())
    return Stored(sha256=digest.hexdigest(), size_bytes=size, media_type=media_type)


def _holds_macros(package: IO[bytes]) -> bool:
    """Look through an office package and tell whether it names macros; a bomb is refused."""
    with Path(package.name).open("rb") as opened:
        try:
            names = look_through(opened)
        except BombError as error:
            raise TooLargeError(
                "文件解压后过大或层数、条目过多，不收",
                code="documents.unfolds_too_large",
                limit=UNFOLDED_BYTES_MAX,
            ) from error
        except ArchiveError as error:
            raise InvalidError("文件已损坏或加密，不收", code="documents.damaged") from error
    return any(has_package_macros(name.encode()) for name in names)


def _keep(arrived: Path, place: Path) -> None:
    """Give a written file its name; the folder's entry is brought to the disk too."""
    place.parent.mkdir(mode=0o700, exist_ok=True)
    arrived.replace(place)
    for folder in (place.parent, place.parent.parent):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
