"""HTTP of saved views under /people/views: mine, of the page that I look at."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from anlan.kernel.base.doors import SIGNED_IN, Door, principal
from anlan.kernel.people.models import SavedView
from anlan.kernel.people.queries.views import views_of
from anlan.kernel.people.schemas import ViewBody, ViewOut, ViewsOut
from anlan.kernel.people.services import views

door = Door("people")
router = door.router


@door.read("/views", SIGNED_IN, response=ViewsOut)
def my_views(request: HttpRequest, page: str = "") -> dict[str, Any]:
    """What I have kept, of one page or of all."""
    return _shown(views_of(principal(request), page))


@door.write("/views", SIGNED_IN, method="PUT", response=ViewOut)
def keep_view(request: HttpRequest, body: ViewBody) -> SavedView:
    """Keep how I look at a page under a name; what stood under it is replaced."""
    return views.keep_view(**body.dict())


@door.write("/views/{view_id}", SIGNED_IN, method="DELETE", response=ViewsOut)
def let_view_go(request: HttpRequest, view_id: str) -> dict[str, Any]:
    """Let one of my views go; answered with what is left."""
    views.let_view_go(view_id=view_id)
    return _shown(views_of(principal(request)))


def _shown(found: QuerySet[SavedView]) -> dict[str, Any]:
    return {"items": list(found)}
