"""Saved views: a person keeps how he looks at a page, and lets it go; nobody else's."""

from anlan.kernel.base import journal
from anlan.kernel.base.clock import now
from anlan.kernel.base.errors import ConflictError, InvalidError
from anlan.kernel.base.events import EventType
from anlan.kernel.base.unit_of_work import current_work
from anlan.kernel.people import events
from anlan.kernel.people.models import SavedView
from anlan.kernel.people.queries.holdings import PERSON
from anlan.kernel.people.queries.views import views_of

#: Of one page; more are not found again.
MOST = 30


def keep_view(*, page: str, name: str, question: str) -> SavedView:
    """Keep a view under a name; what stood under it on this page is replaced."""
    name = name.strip()
    if not name:
        raise InvalidError("请给视图取名", code="people.view_name_missing", field="name")
    principal = current_work().principal
    mine = views_of(principal, page).select_for_update()
    held = mine.filter(name=name).first()
    if held is not None:
        return _replaced(held, question)
    if mine.count() >= MOST:
        raise ConflictError(f"一个页面最多保存 {MOST} 个视图", code="people.too_many_views")
    moment = now()
    made = SavedView.objects.create(
        user_id=principal.actor.removeprefix(PERSON),
        page=page,
        name=name,
        question=question,
        created_at=moment,
        updated_at=moment,
    )
    _record(events.VIEW_KEPT, made, {"name": [None, name], "question": [None, question]})
    return made


def let_view_go(*, view_id: str) -> None:
    """Let one of my views go; one that is gone, or another's, is not there to be let go."""
    view = views_of(current_work().principal).select_for_update().filter(pk=view_id).first()
    if view is None:
        return
    _record(events.VIEW_REMOVED, view, {"name": [view.name, None]})
    view.delete()


def _replaced(view: SavedView, question: str) -> SavedView:
    if view.question == question:
        return view
    change: dict[str, list[str | None]] = {"question": [view.question, question]}
    view.question = question
    view.version += 1
    view.updated_at = now()
    view.save(update_fields=["question", "version", "updated_at"])
    _record(events.VIEW_KEPT, view, change)
    return view


def _record(event: EventType, view: SavedView, change: dict[str, list[str | None]]) -> None:
    state = events.ViewState(id=view.id, user_id=view.user_id, page=view.page)
    about = journal.Subject(id=view.id, version=view.version, place=journal.Place())
    journal.record(event, state, about, change=change)
