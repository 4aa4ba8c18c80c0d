"""A workbook that came over the network: looked at before it is opened, then read like one on disk."""

from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from anlan.app.register.sheets import Row, Sheet, read
from anlan.kernel.base.archives import UNFOLDED_BYTES_MAX, ArchiveError, BombError, look_through
from anlan.kernel.base.errors import InvalidError, TooLargeError

MAX_BYTES = 20 * 1024**2
_WORKBOOK, _MACROS = "xl/workbook.xml", "vbaProject.bin"


def read_upload(chunks: Iterable[bytes], sheets: Iterable[Sheet]) -> list[Row]:
    """Return the rows of an uploaded xlsx or GeoJSON file, told apart by their first bytes.

    Raises TooLargeError above 20 MB packed or 256 MB unfolded, InvalidError for what is no
    workbook, holds macros, or has a column that nobody knows.
    """
    with TemporaryDirectory(prefix="register-") as folder:
        file = Path(folder) / "register.xlsx"
        _keep(chunks, file)
        if _is_json(file):
            return read(file.rename(file.with_suffix(".geojson")), sheets)
        _refuse_dangerous(file)
        return read(file, sheets)


def _keep(chunks: Iterable[bytes], file: Path) -> None:
    size = 0
    with file.open("wb") as opened:
        for chunk in chunks:
            size += len(chunk)
            if size > MAX_BYTES:
                raise _too_large()
            opened.write(chunk)


def _is_json(file: Path) -> bool:
    with file.open("rb") as opened:
        return opened.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")


def _refuse_dangerous(file: Path) -> None:
    """Unfold the archive piece by piece before anything reads it as a workbook."""
    try:
        names = look_through(file, UNFOLDED_BYTES_MAX)
    except BombError as error:
        raise TooLargeError(
            "工作簿解压后过大或条目过多，不收",
            code="register.unfolds_too_large",
            limit=UNFOLDED_BYTES_MAX,
        ) from error
    except ArchiveError as error:
        raise _no_workbook() from error
    if _WORKBOOK not in names:
        raise _no_workbook()
    if any(name.endswith(_MACROS) for name in names):
        raise InvalidError("含宏的工作簿不收，请另存为 .xlsx", code="register.macros")


def _no_workbook() -> InvalidError:
    return InvalidError("不是 Excel 工作簿（.xlsx）", code="register.not_a_workbook")


def _too_large() -> TooLargeError:
    return TooLargeError(
        f"工作簿不得大于 {MAX_BYTES // 1024**2} MB", code="register.too_large", limit=MAX_BYTES
    )
