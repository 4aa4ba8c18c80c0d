"""Reads of documents; row security leaves only what the reader's posts and ceiling reach."""

from typing import Any

from django.db.models import QuerySet

from anlan.kernel.base import journal
from anlan.kernel.base.errors import NotFoundError
from anlan.kernel.base.listing import Field, ListSpec
from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import Facts
from anlan.kernel.base.reached import labelled
from anlan.kernel.base.unit_of_work import current_work
from anlan.kernel.documents.models import Document
from anlan.kernel.people.queries.holdings import name_behind

DOCUMENTS = ListSpec(
    fields={
        "id": Field(path="id", sortable=True),
        "name": Field(path="name", sortable=True, title="名称"),
        "media_type": Field(path="media_type", title="类型"),
        "size_bytes": Field(path="size_bytes", kind="int", sortable=True, title="大小（字节）"),
        "sha256": Field(path="sha256", title="SHA-256"),
        "sensitivity": Field(path="sensitivity", kind="int", title="敏感级别"),
        "owner": Field(path="owner"),
        "owner_name": Field(path="owner_name", title="上传人"),
        "about": Field(path="about", title="所属对象"),
        "created_at": Field(path="created_at", kind="time", sortable=True, title="上传时间"),
        "withdrawn_at": Field(path="withdrawn_at", kind="time", title="撤回时间"),
        "exercise_id": Field(path="exercise_id"),
        "version": Field(path="version", kind="int"),
    },
    sort="-created_at",
)


def documents() -> QuerySet[Document]:
    """Return the documents that the open unit of work reaches, each up to the ceiling of its post."""
    reached = labelled(current_work().principal)
    return Document.objects.filter(reached).annotate(owner_name=name_behind("owner"))


def document(document_id: str, *, for_change: bool = False) -> Document:
    """Return one document; what may not be seen is not there."""
    rows = documents().select_for_update(of=("self",)) if for_change else documents()
    found = rows.filter(pk=document_id).first()
    if found is None:
        raise NotFoundError("没有这个文件", code="documents.not_found")
    return found


def facts_of(document: Document) -> Facts:
    """Return what a decision about a document rests on."""
    return Facts(
        div=document.div,
        zone=document.zone,
        site=document.site,
        sensitivity=document.sensitivity,
    )


def as_listed(document_id: str) -> dict[str, Any]:
    """Return one document under the names that its list has."""
    rows = documents().filter(pk=document_id)
    found = rows.values(*{field.path for field in DOCUMENTS.fields.values()}).first()
    if found is None:
        raise NotFoundError("没有这个文件", code="documents.not_found")
    return DOCUMENTS.renamed(found)


def place_of(about: str) -> journal.Place | None:
    """Return where an object hangs, by its newest journal row that the unit of work reaches.

    So a document may be about an object of any slice, and of none that its owner cannot see.
    """
    rows = Journal.objects.filter(object=about).order_by("-known_at", "-id")
    found = rows.values("div", "zone", "site").first()
    return journal.Place(**found) if found else None
