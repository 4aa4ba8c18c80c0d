"""Real bombs: what unfolds to gigabytes, lies about it, nests or has endless entries is refused in little memory."""

import struct
import subprocess
import sys
import zlib
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from anlan.kernel.base import archives
from anlan.kernel.base.archives import ArchiveError, BombError, look_through

MB = 1024**2
DOCX = "word/document.xml"


def package(entries: dict[str, bytes]) -> bytes:
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def zeros(size_mb: int) -> bytes:
    """Return zeros, deflated: a thousandth of them."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    made = [squeeze.compress(bytes(MB)) for _n in range(size_mb)]
    return b"".join([*made, squeeze.flush()])


def entry(name: bytes, packed: bytes, claims: int, at: int) -> tuple[bytes, bytes]:
    """Return one entry and its line of the directory; it claims a size, true or not."""
    # the check sum of what it claims to be: a reader that stops there finds nothing wrong
    check = zlib.crc32(bytes(claims)) if claims <= 8 * MB else 0
    facts = struct.pack("<HHHHHIII", 20, 0, 8, 0, 0x21, check, len(packed), claims)
    local = b"PK\x03\x04" + facts + struct.pack("<HH", len(name), 0) + name
    tail = struct.pack("<HHHHHII", len(name), 0, 0, 0, 0, 0, at)
    return local + packed, b"PK\x01\x02" + struct.pack("<H", 20) + facts + tail + name


def archive_of(lines: list[bytes], body: bytes) -> bytes:
    directory = b"".join(lines)
    count = min(len(lines), 0xFFFF)
    end = struct.pack("<HHHHIIH", 0, 0, count, count, len(directory), len(body), 0)
    return body + directory + b"PK\x05\x06" + end


def liar(size_mb: int) -> bytes:
    """Return an archive that unfolds to so much and says that it is 10 bytes."""
    body, line = entry(DOCX.encode(), zeros(size_mb), 10, 0)
    return archive_of([line], body)


def honest(size_mb: int) -> bytes:
    """Return an archive that unfolds to so much and says so."""
    body, line = entry(DOCX.encode(), zeros(size_mb), size_mb * MB, 0)
    return archive_of([line], body)


def overlapping(times: int, size_mb: int) -> bytes:
    """Return one piece of content that the directory names many times."""
    body, _line = entry(b"a", zeros(size_mb), size_mb * MB, 0)
    lines = [entry(b"a", zeros(size_mb), size_mb * MB, 0)[1] for _n in range(times)]
    return archive_of(lines, body)


def nested(depth: int) -> bytes:
    inner = package({DOCX: b"x"})
    for _n in range(depth):
        inner = package({DOCX: b"x", "word/embeddings/one.zip": inner})
    return inner


def test_what_is_no_bomb_is_looked_through_and_tells_its_entries() -> None:
    sheet = package({"xl/workbook.xml": b"<workbook/>"})
    plain = package({DOCX: b"x" * MB, "word/embeddings/sheet.xlsx": sheet})
    assert look_through(BytesIO(plain)) == {DOCX, "word/embeddings/sheet.xlsx"}


@pytest.mark.parametrize(
    "content",
    [
        lambda: honest(2 * 1024),
        lambda: overlapping(300, 1),
        lambda: nested(2),
        lambda: package({DOCX: b"x", "a.docx": honest(300)}),
        lambda: package({f"xl/{n}.xml": b"" for n in range(archives.ENTRIES_MAX + 1)}),
        lambda: archive_of([entry(b"a", b"", 0, 0)[1]] * 70_000, b""),
    ],
    ids=["2 GB", "one piece 300 times", "three deep", "a bomb inside", "5001 files", "70000 files"],
)
def test_8_1_4_5_a_real_bomb_is_refused(content: object) -> None:
    made = content()  # type: ignore[operator]
    assert len(made) < 20 * MB
    with pytest.raises(BombError):
        look_through(BytesIO(made))


@pytest.mark.parametrize(("size_mb", "refusal"), [(1024, BombError), (1, ArchiveError)])
def test_8_1_4_5_what_lies_about_its_size_is_measured_all_the_same(
    size_mb: int, refusal: type[ArchiveError]
) -> None:
    with pytest.raises(refusal):
        look_through(BytesIO(liar(size_mb)))


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04 cut", package({DOCX: b"x" * 999})[:-30], package({DOCX: b"x"})[:60]],
)
def test_what_is_damaged_is_no_archive(content: bytes) -> None:
    with pytest.raises(ArchiveError):
        look_through(BytesIO(content))


def test_8_1_4_5_a_bomb_of_gigabytes_is_refused_in_little_memory(tmp_path: Path) -> None:
    """In a process of its own, that may have no more memory than it takes to begin, and 64 MB."""
    file = tmp_path / "bomb.docx"
    file.write_bytes(honest(4 * 1024 - 1))
    code = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from anlan.kernel.base.archives import BombError, look_through\n"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "before = peak()\n"
        "try:\n"
        "    look_through(Path(sys.argv[1]))\n"
        "except BombError:\n"
        "    print(peak() - before)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(file)], check=True, capture_output=True, text=True
    )
    unit = 1 if sys.platform == "darwin" else 1024
    assert int(done.stdout) * unit < 64 * MB
