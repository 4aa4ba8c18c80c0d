"""HTTP of screens: offer this one, lead another, tell it what to show, let go."""

from typing import Any

from django.http import HttpRequest

from anlan.kernel.base.doors import Door, Needs, principal
from anlan.kernel.base.errors import NotFoundError
from anlan.kernel.base.permissions import Principal
from anlan.kernel.base.tickets import session_digest
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.people.queries.sessions import present
from anlan.kernel.screens import queries, schemas, services

VIEW, LEAD = services.VIEW, services.LEAD
door = Door("screens")
router = door.router


def _session(request: HttpRequest) -> str:
    return session_digest(request.session.session_key or "")


class Showing(Needs):
    """Whoever shows: also a screen on a wall, which else only reads. What it does here it does to itself.

    A page that renews its code has nobody before it: it keeps no session awake.
    """

    def asker(self, request: HttpRequest) -> Principal | None:
        """Return who asks; whoever has something to do before anything else is refused."""
        found = present(request, is_activity=False)
        if found is not None and found.held_back:
            raise found.held_back
        return found.principal if found else None


SHOWS: dict[str, Any] = {"auth": Showing(VIEW), "openapi_extra": {"x-permission": VIEW}}


@door.read("", VIEW, response=schemas.MyScreens)
def my_screens(request: HttpRequest) -> dict[str, Any]:
    """Return who leads this screen, and the screens that this desk leads."""
    return queries.mine(_session(request))


@router.post("/codes", response=schemas.ScreenCode, **SHOWS)
def offer_screen(request: HttpRequest) -> dict[str, Any]:
    """Offer this session as a screen; the code is typed at the desk that is to lead it."""
    with unit_of_work(principal(request)):
        screen, code = services.offer(session=_session(request))
    return {"code": code, "code_until": screen.code_until}


@router.post(
    "/lead", auth=Needs(LEAD), response=schemas.ScreenOut, openapi_extra={"x-permission": LEAD}
)
def lead_screen(request: HttpRequest, said: schemas.ScreenCodeBody) -> dict[str, Any]:
    """Lead the screen that shows this code."""
    try:
        with unit_of_work(principal(request)):
            return queries.outward(services.lead(code=said.code, session=_session(request)))
    except NotFoundError:
        # the count must outlive the refusal
        with unit_of_work(principal(request)):
            services.note_wrong_code()
        raise


@router.post("/{screen_id}/let-go", response=schemas.ScreenOut, **SHOWS)
def let_go(request: HttpRequest, screen_id: str) -> dict[str, Any]:
    """End it: on the screen, or at the desk that leads it."""
    with unit_of_work(principal(request)):
        return queries.outward(services.let_go(screen_id=screen_id))


@door.write("/shown", LEAD, "PUT", response=schemas.ScreensTold)
def show(request: HttpRequest, said: schemas.ScreenShown) -> dict[str, int]:
    """Tell the screens that this desk leads what to show."""
    return {"screens": services.show(session=_session(request), shown=said.dict())}
