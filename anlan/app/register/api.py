"""HTTP of the register: for each workbook the empty one, what stands, and one that is entered."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import File, Form, Query, UploadedFile

from anlan.app.register import export_staff
from anlan.app.register.books import ACCOUNTS, BUREAUS, PLACES
from anlan.app.register.export import Contents, write_book, write_register
from anlan.app.register.forms import ImportForm, ReportOut, as_xlsx, entered, template
from anlan.app.register.plant_schemas import PlantOut
from anlan.app.register.plants import PlantTemplate, book_of, plant_templates, wanted_of
from anlan.app.register.sheets import FIRMS, SUPERVISIONS
from anlan.kernel.base.doors import Door, language_of
from anlan.kernel.people.services.organisations import SUPERVISE
from anlan.kernel.places.services.divisions import EDIT as KEEP_PLACES
from anlan.kernel.subjects.services import EDIT

ACCOUNT_EDIT = "people.user.edit"

door = Door("register")
router = door.router


@door.write("/firms/template", EDIT, "GET")
def firms_template(request: HttpRequest) -> HttpResponse:
    """The empty workbook of firms and all that is theirs; bold columns must be filled."""
    return template(request, FIRMS, "register")


@door.write("/firms", EDIT, "GET")
def export_firms(request: HttpRequest) -> HttpResponse:
    """The register that I reach, as the workbook that enters it; who takes it is recorded."""
    language = language_of(request)
    return as_xlsx(write_register(language=language), "register", language)


@door.write("/firms", EDIT, response=ReportOut)
def import_firms(
    request: HttpRequest, form: Form[ImportForm], file: File[UploadedFile]
) -> dict[str, Any]:
    """Enter firms, sites, equipment, gateways, datastreams and limits: all rows or none."""
    return entered(FIRMS, form, file)


@door.read("/plants", EDIT, response=list[PlantOut])
def list_plants(request: HttpRequest) -> list[PlantTemplate]:
    """What is monitored at each kind of installation, with default limits and what is done first."""
    return list(plant_templates().values())


@door.write("/plants/book", EDIT, "GET")
def plants_book(
    request: HttpRequest, wanted: Query[list[str]], site: str = "S1", gateway: str = "G1"
) -> HttpResponse:
    """The workbook of firms with installations filled in: `wanted` is `code:count` of templates."""
    return _taken(request, book_of(wanted_of(wanted), site=site, gateway=gateway))


@door.write("/supervisions/template", SUPERVISE, "GET")
def supervisions_template(request: HttpRequest) -> HttpResponse:
    """The empty workbook of who supervises which site."""
    return template(request, SUPERVISIONS, "supervisions")


@door.write("/supervisions", SUPERVISE, "GET")
def export_supervisions(request: HttpRequest) -> HttpResponse:
    """Which bureau supervises which site today or later, as the workbook that enters it."""
    return _taken(request, export_staff.supervisions())


@door.write("/supervisions", SUPERVISE, response=ReportOut)
def import_supervisions(
    request: HttpRequest, form: Form[ImportForm], file: File[UploadedFile]
) -> dict[str, Any]:
    """Say which bureau supervises which site: all rows or none."""
    return entered(SUPERVISIONS, form, file)


@door.write("/places/template", KEEP_PLACES, "GET")
def places_template(request: HttpRequest) -> HttpResponse:
    """The empty workbook of divisions and zones."""
    return template(request, PLACES, "places")


@door.write("/places", KEEP_PLACES, "GET")
def export_places(request: HttpRequest) -> HttpResponse:
    """The divisions and zones in force, as the workbook that enters them; without outlines."""
    return _taken(request, export_staff.places())


@door.write("/places", KEEP_PLACES, response=ReportOut)
def import_places(
    request: HttpRequest, form: Form[ImportForm], file: File[UploadedFile]
) -> dict[str, Any]:
    """Enter divisions and zones of one's own territory: all rows or none."""
    return entered(PLACES, form, file)


@door.write("/bureaus/template", SUPERVISE, "GET")
def bureaus_template(request: HttpRequest) -> HttpResponse:
    """The empty workbook of bureaus, their posts and who holds them."""
    return template(request, BUREAUS, "bureaus")


@door.write("/bureaus", SUPERVISE, "GET")
def export_bureaus(request: HttpRequest) -> HttpResponse:
    """Bureaus and posts as the workbook that enters them; who holds them where the label allows it."""
    return _taken(request, export_staff.bureaus())


@door.write("/bureaus", SUPERVISE, response=ReportOut)
def import_bureaus(
    request: HttpRequest, form: Form[ImportForm], file: File[UploadedFile]
) -> dict[str, Any]:
    """Enter bureaus, posts and appointments: all rows or none; nobody appoints himself."""
    return entered(BUREAUS, form, file)


@door.write("/accounts/template", ACCOUNT_EDIT, "GET")
def accounts_template(request: HttpRequest) -> HttpResponse:
    """The empty workbook of accounts."""
    return template(request, ACCOUNTS, "accounts")


@door.write("/accounts", ACCOUNT_EDIT, "GET")
def export_accounts(request: HttpRequest) -> HttpResponse:
    """The accounts in use as the workbook that enters them; without phones and administrators."""
    return _taken(request, export_staff.accounts())


@door.write("/accounts", ACCOUNT_EDIT, response=ReportOut)
def import_accounts(
    request: HttpRequest, form: Form[ImportForm], file: File[UploadedFile]
) -> dict[str, Any]:
    """Open accounts that wait for their first link, or write names anew: all rows or none."""
    return entered(ACCOUNTS, form, file)


def _taken(request: HttpRequest, contents: Contents) -> HttpResponse:
    language = language_of(request)
    return as_xlsx(write_book(contents, language=language), contents.name, language)
