"""The only writer of documents: upload, open, withdraw."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import IO

from anlan.kernel.base import journal
from anlan.kernel.base.clock import SHANGHAI, now
from anlan.kernel.base.config import config
from anlan.kernel.base.english import Language, word
from anlan.kernel.base.errors import InvalidError, NotFoundError, NotPermittedError
from anlan.kernel.base.events import EventType
from anlan.kernel.base.fields import Sensitivity
from anlan.kernel.base.permissions import Facts, Reach
from anlan.kernel.base.services.handover import hand_back, hand_over
from anlan.kernel.base.services.withdrawal import withdraw
from anlan.kernel.base.settings_check import LABELS
from anlan.kernel.base.unit_of_work import current_work, refuse_unless
from anlan.kernel.documents import events, queries, store
from anlan.kernel.documents.models import Document
from anlan.kernel.documents.rules import safe_name
from anlan.kernel.documents.stamping.mark import Mark, UnstampableError
from anlan.kernel.documents.stamping.process import stamped
from anlan.kernel.people.queries.places import home_of

VIEW, EDIT = "documents.document.view", "documents.document.edit"
#: Who may file a document at a row; who only had it shared with him reads.
KEEPERS = (Reach.HOME, Reach.OWN_FIRM, Reach.IN_CHARGE)


def upload_document(
    *,
    content: Iterable[bytes],
    name: str,
    sensitivity: Sensitivity = Sensitivity.INTERNAL,
    about: str = "",
    place: journal.Place | None = None,
) -> Document:
    """Keep a file with its label.

    It hangs where the object it is about hangs, else where its owner's post is: in his own territory,
    at his own firm or where he is in charge, for a share is for looking. Its kind is read off its
    bytes; name and kind given by the sender are not believed.
    """
    principal = current_work().principal
    where = place or (_place_of(about) if about else home_of(principal))
    facts = Facts(div=where.div, zone=where.zone, site=where.site, sensitivity=sensitivity)
    refuse_unless(EDIT, facts, *KEEPERS)
    try:
        kept_name = safe_name(name)
    except ValueError as error:
        raise InvalidError("文件名无效", code="documents.bad_name") from error
    stored = store.put(content)
    made = Document.objects.create(
        name=kept_name,
        media_type=stored.media_type,
        size_bytes=stored.size_bytes,
        sha256=stored.sha256,
        sensitivity=sensitivity,
        owner=principal.actor,
        about=about,
        **journal.first_columns(where),
    )
    _record(events.UPLOADED, made, change={"name": [None, kept_name]})
    return made


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A copy of a document as it leaves: under its label, and by which bytes it is known again."""

    name: str
    media_type: str
    content: bytes
    sha256: str
    is_stamped: bool


def take_document(*, document_id: str, language: Language = Language.ZH) -> Taken:
    """Return a copy that says who took it and when, and record that; what is kept stays as it is.

    Raises NotPermittedError for a file that cannot say it and whose label is too high to leave so.
    """
    document = queries.document(document_id)
    refuse_unless(VIEW, queries.facts_of(document))
    if document.withdrawn_at is not None:
        raise NotFoundError("文件已撤回", code="documents.withdrawn")
    with store.get(document.sha256) as kept:
        content, because = _copy(document, kept, language)
    digest = sha256(content).hexdigest()
    taken = events.DocumentTaken(
        id=document.id,
        media_type=document.media_type,
        sha256=document.sha256,
        sensitivity=document.sensitivity,
        about=document.about,
        copy_sha256=digest,
        unstamped_because=because,
    )
    journal.record(events.DOWNLOADED, taken, journal.Subject.of(document))
    return Taken(
        name=_labelled_name(document, language),
        media_type=document.media_type,
        content=content,
        sha256=digest,
        is_stamped=not because,
    )


def _copy(document: Document, kept: IO[bytes], language: Language) -> tuple[bytes, str]:
    """Return the bytes that leave, and why they bear no stamp if they do not."""
    principal = current_work().principal
    if document.sensitivity == Sensitivity.PUBLIC:
        return kept.read(), "public"
    mark = Mark(
        label=_label_of(document, language),
        name=principal.name,
        unit=principal.unit,
        minute=f"{now().astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
    )
    try:
        return stamped(kept, document.media_type, mark), ""
    except UnstampableError as error:
        because = str(error)
    if document.sensitivity > _highest_unstamped():
        raise NotPermittedError(
            "这份文件无法加盖下载标记，按设置不得下载",
            code="documents.cannot_be_stamped",
            reason=because,
            sensitivity=document.sensitivity,
        )
    kept.seek(0)
    return kept.read(), because


def _highest_unstamped() -> int:
    """Return the highest label that may leave without a stamp; -1 where none may."""
    return LABELS.index(config().unstamped_downloads) - 1


def _labelled_name(document: Document, language: Language) -> str:
    """Return the name under which a copy leaves: `【内部】a.pdf`, `[Internal] a.pdf`."""
    if document.sensitivity == Sensitivity.PUBLIC:
        return document.name
    label = _label_of(document, language)
    before = f"[{label}] " if language is Language.EN else f"【{label}】"
    return f"{before}{document.name}"


def _label_of(document: Document, language: Language) -> str:
    label = Sensitivity(document.sensitivity)
    return word("sensitivity", label.value) if language is Language.EN else str(label.label)


def withdraw_document(*, document_id: str, version: int) -> Document:
    """Withdraw a document: only its owner does; the row stays and says so."""
    document = queries.document(document_id, for_change=True)
    withdraw(document, author=document.owner, version=version, named="documents")
    _record(events.WITHDRAWN, document)
    return document


def move_documents(*, giver: str, taker: str, ids: Sequence[str] | None = None) -> list[str]:
    """Hang the documents of one object on another; with `ids` hang those back that once came from it.

    Who may see them stays as it is.
    """
    rows = Document.objects.all()
    moved = (
        hand_over(rows.filter(about=giver), "about", taker)
        if ids is None
        else hand_back(rows, "about", ids, giver=giver, taker=taker)
    )
    for one in moved:
        _record(events.MOVED, one, {"about": [giver, taker]})
    return [one.id for one in moved]


def _place_of(about: str) -> journal.Place:
    """Return where an object hangs, by the newest journal row of it that this person reaches."""
    found = queries.place_of(about)
    if found is None:
        raise NotFoundError("没有所属的对象", code="documents.about_not_found")
    return found


def _record(
    event: EventType, document: Document, change: dict[str, list[str | None]] | None = None
) -> None:
    state = events.DocumentState(
        id=document.id,
        media_type=document.media_type,
        size_bytes=document.size_bytes,
        sha256=document.sha256,
        sensitivity=document.sensitivity,
        owner=document.owner,
        about=document.about,
        withdrawn_at=document.withdrawn_at.isoformat() if document.withdrawn_at else None,
    )
    journal.record(event, state, journal.Subject.of(document), change=change)
