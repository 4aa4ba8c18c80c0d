"""What a file may be: how large, of which kind by its own bytes, under which name."""

from dataclasses import dataclass
from pathlib import PureWindowsPath
from unicodedata import category

MAX_BYTES = 20 * 1024**2
NAME_MAX = 255
#: How much of the beginning and of the end `media_type_of` wants to see.
HEAD_BYTES, TAIL_BYTES = 4096, 65536

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SIGNATURES = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (OLE, "application/x-ole-storage"),  # doc, xls, wps, et
)
_ZIP = b"PK\x03\x04"
#: An entry whose name stands uncompressed in the archive's directory tells the kind, unopened.
_PACKAGES = (
    (
        b"word/document.xml",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    (b"xl/workbook.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (
        b"ppt/presentation.xml",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ),
    (b"OFD.xml", "application/ofd"),  # GB/T 33190-2016
)
#: What carries macros: an entry of a package, a storage inside an OLE file ([MS-OVBA] 2.2.1).
_PACKAGE_MACROS = (b"vbaProject.bin", b"macroSheet", b"macrosheets/")
OLE_MACROS = "_VBA_PROJECT".encode("utf-16-le")
_TEXT_CONTROLS = set(b"\t\n\r\f")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """The first and last bytes of a file."""

    head: bytes
    tail: bytes


def media_type_of(ends: Ends) -> str | None:
    """Return what a file is by its own bytes, or None for a kind that is not taken.

    Nothing is unpacked for it; a plain archive is not taken.
    """
    for signature, media_type in _SIGNATURES:
        if ends.head.startswith(signature):
            return media_type
    if ends.head[4:8] == b"ftyp":
        return "video/mp4"
    if ends.head.startswith(_ZIP):
        return next((kind for entry, kind in _PACKAGES if entry in ends.tail), None)
    return "text/plain" if _is_text(ends.head) else None


def has_package_macros(entry: bytes) -> bool:
    """Tell whether an entry of an office package is macros, by its name."""
    return any(name in entry for name in _PACKAGE_MACROS)


def _is_text(head: bytes) -> bool:
    """Tell whether bytes are UTF-8 text; the last character may be cut by the window."""
    if any(byte < 0x20 and byte not in _TEXT_CONTROLS for byte in head):
        return False
    for cut in range(4):
        try:
            head[: len(head) - cut].decode("utf-8")
        except UnicodeDecodeError:
            continue
        return True
    return False


def safe_name(name: str) -> str:
    """Return the last part of a name without what could mislead a reader or a file system.

    Raises ValueError when nothing is left.
    """
    last = PureWindowsPath(name).name
    # Cc would break headers, Cf turns writing direction round: "gpj.exe" shown as "exe.jpg"
    visible = "".join(one for one in last if category(one) not in {"Cc", "Cf", "Cs"})
    kept = visible.strip().strip(".").strip()[:NAME_MAX]
    if not kept:
        raise ValueError(f"{name!r} is not a file name")
    return kept
