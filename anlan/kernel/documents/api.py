"""HTTP of documents: upload, list, download, withdraw."""

from hashlib import sha256
from io import BytesIO
from json import dumps, loads
from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest
from ninja import File, Form, Schema, UploadedFile
from ninja.responses import NinjaJSONEncoder

from anlan.kernel.base import idempotency
from anlan.kernel.base.doors import IDEMPOTENCY_KEY, Door, expected_version, language_of, principal
from anlan.kernel.base.fields import Sensitivity
from anlan.kernel.documents import queries, services
from anlan.kernel.documents.models import Document
from anlan.kernel.documents.schemas import DocumentOut, UploadForm

door = Door("documents")
router = door.router


@door.list("", services.VIEW, queries.DOCUMENTS, DocumentOut)
def documents(request: HttpRequest) -> QuerySet[Document]:
    """Documents that I reach."""
    return queries.documents()


@door.write(
    "", services.EDIT, response=DocumentOut, openapi_extra={"parameters": [IDEMPOTENCY_KEY]}
)
def upload(
    request: HttpRequest, form: Form[UploadForm], file: File[UploadedFile]
) -> dict[str, Any]:
    """Keep a file; a repeat with the same `Idempotency-Key` keeps nothing more."""
    once = _once(request, form, file)
    if once and (answer := idempotency.answered(once)) is not None:
        return dict(answer)
    made = services.upload_document(
        content=file.chunks(),
        name=form.name or file.name or "",
        sensitivity=Sensitivity(form.sensitivity),
        about=form.about,
    )
    return _remembered(once, queries.as_listed(made.id))


@door.read("/{document_id}", services.VIEW, response=DocumentOut)
def document(request: HttpRequest, document_id: str) -> dict[str, Any]:
    """One document, without its content."""
    return queries.as_listed(document_id)


@door.write("/{document_id}/content", services.VIEW, "GET")
def content(request: HttpRequest, document_id: str) -> FileResponse:
    """A copy that says who took it, always as an attachment: no page of ours ever runs it."""
    taken = services.take_document(document_id=document_id, language=language_of(request))
    answer = FileResponse(
        BytesIO(taken.content),
        as_attachment=True,
        filename=taken.name,
        content_type=taken.media_type,
    )
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    answer["ETag"] = f'"{taken.sha256}"'
    answer["Anlan-Stamped"] = "yes" if taken.is_stamped else "no"
    return answer


@door.change("/{document_id}/withdraw", services.EDIT, response=DocumentOut)
def withdraw(request: HttpRequest, document_id: str) -> dict[str, Any]:
    """Withdraw my own document."""
    version = expected_version(request)
    services.withdraw_document(document_id=document_id, version=version)
    return queries.as_listed(document_id)


def _once(request: HttpRequest, form: Schema, file: UploadedFile) -> idempotency.Once | None:
    """Return the intended act; the body has been read, so it is named by its parts."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    digest = sha256(dumps([form.dict(), file.name]).encode())
    for chunk in file.chunks():
        digest.update(chunk)
    return idempotency.Once(principal(request).actor, key, request.path, digest.hexdigest())


def _remembered(once: idempotency.Once | None, made: dict[str, Any]) -> dict[str, Any]:
    if once is not None:
        idempotency.remember(once, loads(dumps(made, cls=NinjaJSONEncoder)))
    return made
