"""What the doors of the workbooks share: the form of an import, its report, files as answers."""

from io import BytesIO
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Schema, UploadedFile

from anlan.app.register.load import Report, RowError, chosen, enter
from anlan.app.register.outcome import Outcome
from anlan.app.register.places import brought_home
from anlan.app.register.sheets import Sheet, write_template
from anlan.app.register.upload import read_upload
from anlan.engines.geodesy.offset import Datum
from anlan.kernel.base.doors import language_of
from anlan.kernel.base.english import Language
from anlan.kernel.base.xlsx import MEDIA_TYPE

SheetKey = Literal[
    "organisations", "sites", "subjects", "gateways", "devices", "datastreams", "limits",
    "supervisions", "divisions", "zones", "bureaus", "posts", "appointments", "accounts",
]  # fmt: skip


class ImportForm(Schema):
    """How a workbook is entered: only checked, or kept; all of its sheets, or those named."""

    dry_run: bool = True
    only: list[SheetKey] = []
    #: Of the coordinates in it; they are kept in CGCS2000/WGS-84.
    datum: Datum = "wgs84"  # of the columns lon and lat; outlines are in CGCS2000/WGS-84


class SheetCountOut(Schema):
    """What became of the rows of one sheet."""

    sheet: SheetKey
    title: str
    title_en: str
    new: int
    changed: int
    same: int
    refused: int


class RowErrorOut(Schema):
    """Why a row was refused; `row` is its number as the spreadsheet shows it."""

    sheet: SheetKey
    row: int
    code: str
    title: str
    title_en: str


class CredentialsOut(Schema):
    """What a new gateway signs in and signs with; told this once."""

    user: str
    token: str
    hmac_key: str


class ReportOut(Schema):
    """What became of a workbook: with one bad row, or a dry run, nothing is kept."""

    is_kept: bool
    is_dry: bool
    counts: list[SheetCountOut]
    errors: list[RowErrorOut]
    credentials: list[CredentialsOut]


def entered(sheets: tuple[Sheet, ...], form: ImportForm, file: UploadedFile) -> dict[str, Any]:
    """Check a workbook or enter it, as whoever the open unit of work is; return its report."""
    rows = read_upload(file.chunks(), chosen(sheets, form.only))
    return _told(enter(brought_home(rows, form.datum), dry_run=form.dry_run))


def _told(report: Report) -> dict[str, Any]:
    return {
        "is_kept": report.is_kept,
        "is_dry": report.is_dry,
        "counts": [
            {
                "sheet": sheet.key,
                "title": sheet.title,
                "title_en": sheet.title_en,
                **{str(outcome): counts[outcome] for outcome in Outcome},
                "refused": sum(one.sheet is sheet for one in report.errors),
            }
            for sheet, counts in report.outcomes.items()
        ],
        "errors": [_refused(one) for one in report.errors],
        "credentials": [
            {"user": one.user, "token": one.token, "hmac_key": one.hmac_key}
            for one in report.credentials
        ],
    }


def _refused(one: RowError) -> dict[str, Any]:
    return {
        "sheet": one.sheet.key,
        "row": one.number,
        "code": one.refusal.code,
        "title": one.sentence,
        "title_en": f"{one.refusal.title_en}{one.fields}",
    }


def template(request: HttpRequest, sheets: tuple[Sheet, ...], name: str) -> HttpResponse:
    """Return the empty workbook."""
    buffer, language = BytesIO(), language_of(request)
    write_template(buffer, sheets, language)
    return as_xlsx(buffer.getvalue(), f"{name}-template", language)


def as_xlsx(content: bytes, name: str, language: Language) -> HttpResponse:
    """Return a workbook as a file to keep."""
    answer = HttpResponse(content, content_type=MEDIA_TYPE)
    answer["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    answer["Cache-Control"] = "no-store"
    answer["Content-Language"] = language
    return answer
