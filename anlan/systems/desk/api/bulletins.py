"""HTTP of bulletins, under /desk."""

from typing import Any
from urllib.parse import quote

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from anlan.kernel.base.doors import Door, expected_version, principal
from anlan.kernel.base.events import ListExported
from anlan.kernel.base.fields import Sensitivity
from anlan.kernel.base.queries import at_version
from anlan.kernel.base.services.exports import record
from anlan.kernel.base.unit_of_work import current_work
from anlan.kernel.base.xlsx import MEDIA_TYPE
from anlan.systems.desk import schemas
from anlan.systems.desk.models import Bulletin
from anlan.systems.desk.papers.book import xlsx_of
from anlan.systems.desk.papers.paper import Paper, paper_of
from anlan.systems.desk.papers.pdf import pdf_of
from anlan.systems.desk.queries import bulletins as queries
from anlan.systems.desk.services import bulletins as services

door = Door("desk")
router = door.router
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def _docx(paper: Paper) -> bytes:
    """Make it as docx; its library, and lxml behind it, come with the first one and not with the routes."""
    from anlan.systems.desk.papers.word import docx_of

    return docx_of(paper)


_MAKERS = {
    "docx": (_docx, _WORD),
    "pdf": (pdf_of, "application/pdf"),
    "xlsx": (xlsx_of, MEDIA_TYPE),
}


@door.list("/bulletins", services.VIEW, queries.BULLETINS, schemas.BulletinRow)
def bulletins(request: HttpRequest) -> QuerySet[Bulletin]:
    """The bulletins that I reach, the newest period first."""
    return queries.bulletins()


@door.create("/bulletins", services.EDIT, response=schemas.BulletinOut)
def draft(request: HttpRequest, said: schemas.BulletinIn) -> dict[str, Any]:
    """Draft the bulletin of a week or month that is over, for the own bureau."""
    return _whole(services.draft_bulletin(kind=said.kind, day=said.day).id)


@door.read("/bulletins/{bulletin_id}", services.VIEW, response=schemas.BulletinOut)
def bulletin(request: HttpRequest, bulletin_id: str) -> dict[str, Any]:
    """One bulletin with its frozen figures."""
    return _whole(bulletin_id)


@door.read(
    "/bulletins/{bulletin_id}/differences",
    services.VIEW,
    response=schemas.BulletinDifferencesOut,
)
def differences(request: HttpRequest, bulletin_id: str) -> dict[str, Any]:
    """Count once more what it was counted from: where the rows say something else now."""
    return queries.differences(queries.bulletin(bulletin_id), principal(request))


@door.write("/bulletins/{bulletin_id}/paper", services.VIEW, "GET")
def paper(request: HttpRequest, bulletin_id: str, format: schemas.PaperFormat) -> HttpResponse:  # noqa: A002  the word of the address
    """The bulletin as docx, pdf or xlsx; the journal says who took it."""
    row: Any = queries.bulletin(bulletin_id)
    make, media_type = _MAKERS[format]
    content = make(paper_of(row, row.approved_by_name))
    record(
        ListExported(
            name="bulletin",
            filters=[f"id.eq:{row.id}"],
            sort="",
            after=None,
            rows=len(row.figures["firms"]),
            is_complete=True,
            door=format,
            sensitivity=Sensitivity.INTERNAL.value,
            columns=[],
        )
    )
    answer = HttpResponse(content, content_type=media_type)
    name = f"【内部】{row.title}.{format}"
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    answer["Cache-Control"] = "no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@door.change("/bulletins/{bulletin_id}", services.EDIT, "PATCH", response=schemas.BulletinOut)
def edit(request: HttpRequest, bulletin_id: str, said: schemas.BulletinWords) -> dict[str, Any]:
    """Change the words of a draft; needs If-Match."""
    services.edit_bulletin(bulletin=_locked(request, bulletin_id), **said.dict())
    return _whole(bulletin_id)


@door.change("/bulletins/{bulletin_id}/recount", services.EDIT, response=schemas.BulletinOut)
def recount(request: HttpRequest, bulletin_id: str) -> dict[str, Any]:
    """Count a draft anew as of now and draft its words anew; needs If-Match."""
    services.recount_bulletin(bulletin=_locked(request, bulletin_id))
    return _whole(bulletin_id)


@door.change("/bulletins/{bulletin_id}/approve", services.APPROVE, response=schemas.BulletinOut)
def approve(request: HttpRequest, bulletin_id: str) -> dict[str, Any]:
    """Approve what somebody else has written (签发); needs If-Match."""
    services.approve_bulletin(bulletin=_locked(request, bulletin_id))
    return _whole(bulletin_id)


@door.change("/bulletins/{bulletin_id}/return", services.APPROVE, response=schemas.BulletinOut)
def give_back(
    request: HttpRequest, bulletin_id: str, said: schemas.BulletinReason
) -> dict[str, Any]:
    """Give an approved bulletin back to be edited; needs If-Match."""
    services.return_bulletin(bulletin=_locked(request, bulletin_id), reason=said.reason)
    return _whole(bulletin_id)


@door.change("/bulletins/{bulletin_id}/issue", services.EDIT, response=schemas.BulletinOut)
def issue(request: HttpRequest, bulletin_id: str) -> dict[str, Any]:
    """Issue an approved bulletin under its number (印发); needs If-Match."""
    services.issue_bulletin(bulletin=_locked(request, bulletin_id))
    return _whole(bulletin_id)


@door.change("/bulletins/{bulletin_id}/withdraw", services.APPROVE, response=schemas.BulletinOut)
def withdraw(
    request: HttpRequest, bulletin_id: str, said: schemas.BulletinReason
) -> dict[str, Any]:
    """Withdraw a bulletin; it stays to be read; needs If-Match."""
    services.withdraw_bulletin(bulletin=_locked(request, bulletin_id), reason=said.reason)
    return _whole(bulletin_id)


def _locked(request: HttpRequest, bulletin_id: str) -> Bulletin:
    code = "desk.bulletin_not_found"
    return at_version(Bulletin.objects, bulletin_id, expected_version(request), code=code)


def _whole(bulletin_id: str) -> dict[str, Any]:
    row: Any = queries.bulletin(bulletin_id)
    listed = {
        name: row.organisation.name
        if name == "organisation_name"
        else row.organisation.name_en
        if name == "organisation_name_en"
        else getattr(row, field.path)
        for name, field in queries.BULLETINS.fields.items()
    }
    told = ("text", "reason", "edited_by_name", "approved_at", "issued_by_name", "withdrawn_by_name",
            "withdrawn_at")  # fmt: skip
    figured: dict[str, Any] = row.figures
    return (
        figured
        | listed
        | {name: getattr(row, name) for name in told}
        | {
            "figures_sha256": services.figures_digest(row),
            "may": services.acts_on(current_work().principal, row),
        }
    )
