"""HTTP of the register: templates, the register as a workbook, and workbooks into the register."""

from io import BytesIO
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import File, Form, Schema, UploadedFile

from anlan.app.register.export import write_register
from anlan.app.register.load import Report, RowError, chosen, enter
from anlan.app.register.places import brought_home
from anlan.app.register.rows import Outcome
from anlan.app.register.sheets import FIRMS, SUPERVISIONS, Sheet, write_template
from anlan.app.register.upload import read_upload
from anlan.engines.geodesy.offset import Datum
from anlan.kernel.base.doors import Door, language_of
from anlan.kernel.base.english import Language
from anlan.kernel.base.xlsx import MEDIA_TYPE
from anlan.kernel.people.services.organisations import SUPERVISE
from anlan.kernel.subjects.services import EDIT

SheetKey = Literal[
    "organisations", "sites", "subjects", "gateways", "devices", "datastreams", "limits",
    "supervisions",
]  # fmt: skip

door = Door("register")
router = door.router


class ImportForm(Schema):
    """How a workbook is entered: only checked, or kept; all of its sheets, or those named."""

    dry_run: bool = True
    only: list[SheetKey] = []
    #: Of the coordinates in it; they are kept in CGCS2000/WGS-84.
    datum: Datum = "wgs84"


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


@door.write("/firms/template", EDIT, "GET")
def firms_template(request: HttpRequest) -> HttpResponse:
    """The empty workbook of firms and all that is theirs; bold columns must be filled."""
    return _template(request, FIRMS, "register")


@door.write("/firms", EDIT, "GET")
def export_firms(request: HttpRequest) -> HttpResponse:
    """The register that I reach, as the workbook that enters it; who takes it is recorded."""
    language = language_of(request)
    return _xlsx(write_register(language=language), "register", language)


@door.write("/firms", EDIT, response=ReportOut)
def import_firms(
    request: HttpRequest, form: Form[ImportForm], file: File[UploadedFile]
) -> dict[str, Any]:
    """Enter firms, sites, equipment, gateways, datastreams and limits: all rows or none."""
    return _entered(FIRMS, form, file)


@door.write("/supervisions/template", SUPERVISE, "GET")
def supervisions_template(request: HttpRequest) -> HttpResponse:
    """The empty workbook of who supervises which site."""
    return _template(request, SUPERVISIONS, "supervisions")


@door.write("/supervisions", SUPERVISE, response=ReportOut)
def import_supervisions(
    request: HttpRequest, form: Form[ImportForm], file: File[UploadedFile]
) -> dict[str, Any]:
    """Say which bureau supervises which site: all rows or none."""
    return _entered(SUPERVISIONS, form, file)


def _entered(sheets: tuple[Sheet, ...], form: ImportForm, file: UploadedFile) -> dict[str, Any]:
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


def _template(request: HttpRequest, sheets: tuple[Sheet, ...], name: str) -> HttpResponse:
    buffer, language = BytesIO(), language_of(request)
    write_template(buffer, sheets, language)
    return _xlsx(buffer.getvalue(), f"{name}-template", language)


def _xlsx(content: bytes, name: str, language: Language) -> HttpResponse:
    answer = HttpResponse(content, content_type=MEDIA_TYPE)
    answer["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    answer["Cache-Control"] = "no-store"
    answer["Content-Language"] = language
    return answer
