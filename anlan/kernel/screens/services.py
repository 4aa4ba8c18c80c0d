"""The only writer of screens: offer one, lead it, let it go. What is shown is told and not written."""

from datetime import timedelta
from typing import Any

from anlan.kernel.base import deadlines, journal
from anlan.kernel.base.clock import now, now_ms, utc_text
from anlan.kernel.base.errors import ConflictError, NotFoundError, TooManyError
from anlan.kernel.base.events import EventType
from anlan.kernel.base.permissions import Facts, Reach, decide
from anlan.kernel.base.unit_of_work import current_work
from anlan.kernel.people.queries.places import home_of
from anlan.kernel.screens import events, ports, queries
from anlan.kernel.screens.models import Screen, WrongCode
from anlan.kernel.screens.rules import (
    CODE_LIFETIME,
    CODES_WITHIN,
    LED_FOR,
    MOST_CODES,
    MOST_SCREENS,
    MOST_WRONG,
    Ending,
    as_typed,
    new_code,
)

VIEW, LEAD = "screens.screen.view", "screens.screen.lead"
#: Who may only look at a territory (shared with him) leads no screen of it.
LEADERS = (Reach.HOME, Reach.OWN_FIRM, Reach.IN_CHARGE)
#: Rows of sessions that are long over, and wrong codes, are let go after so long.
KEPT = timedelta(days=1)


def offer(*, session: str) -> tuple[Screen, str]:
    """Return this session's screen with a fresh code; the code before it is good no more."""
    principal, moment = current_work().principal, now()
    found = queries.of_session(session)
    if found is not None and found.led_until is not None and found.led_until > moment:
        raise ConflictError("大屏正由他人控制，请先断开", code="screens.led_already")
    if found is None:
        columns = journal.first_columns(home_of(principal))
        found = Screen(owner=principal.actor, session=session, codes_since=moment, **columns)
    elif moment - found.codes_since > CODES_WITHIN:
        found.codes_since, found.codes_made = moment, 0
    if found.codes_made >= MOST_CODES:
        raise TooManyError("屏幕码取得过于频繁，请稍后再试", code="screens.too_many_codes")
    code = new_code()
    found.code_digest, found.code_until = queries.code_digest(code), moment + CODE_LIFETIME
    found.codes_made += 1
    found.name = found.driver = found.driver_session = ""
    found.led_since = found.led_until = None
    found.updated_at = moment
    found.save()
    return found, code


def lead(*, code: str, session: str) -> Screen:
    """Use a code up and lead its screen from this session.

    Raises TooManyError for who guesses, NotFoundError for what is no code, or one of a screen elsewhere:
    the caller then counts it (`note_wrong_code`) in a unit of work that outlives the refusal.
    """
    principal, moment = current_work().principal, now()
    if queries.wrong_codes(principal.actor) >= MOST_WRONG:
        raise TooManyError("屏幕码错误次数过多，请一刻钟后再试", code="screens.too_many_wrong")
    found = queries.waiting(code)
    if found is None or not _may_lead(found.facts) or not queries.alive([found.session]):
        raise NotFoundError("没有这个屏幕码，或已过期、已用过", code="screens.no_such_code")
    if found.session == session:
        raise ConflictError("本机不能控制自己", code="screens.own_screen")
    if queries.led().filter(driver_session=session).count() >= MOST_SCREENS:
        raise ConflictError(f"一个席位最多控制 {MOST_SCREENS} 块大屏", code="screens.too_many")
    found.name, found.code_digest, found.code_until = as_typed(code), "", None
    found.driver, found.driver_session = principal.actor, session
    found.led_since, found.led_until = moment, moment + LED_FOR
    _save(found)
    _record(events.LED, found)
    return found


def note_wrong_code() -> None:
    """Count a code that was none; the journal says who typed it, not what."""
    actor, moment = current_work().principal.actor, now()
    made = WrongCode.objects.create(actor=actor, created_at=moment, updated_at=moment)
    state = events.CodeRefusedState(
        actor=actor, wrong=queries.wrong_codes(actor), recipients=[actor]
    )
    about = journal.Subject(id=made.id, version=made.version, place=journal.Place())
    journal.record(events.CODE_REFUSED, state, about)


def let_go(*, screen_id: str) -> Screen:
    """End it, from either side; any session of the two persons may."""
    found, actor = queries.screen(screen_id), current_work().principal.actor
    if actor not in {found.owner, found.driver}:
        raise NotFoundError("没有这块大屏", code="screens.not_found")
    _end(found, Ending.SCREEN if actor == found.owner else Ending.DRIVER)
    return found


def show(*, session: str, shown: dict[str, Any]) -> int:
    """Tell every screen that this session leads what to show; return how many there are."""
    rows = list(queries.led().filter(driver_session=session))
    for row in rows:
        ports.tell(row.session, {"screen": row.id, "n": now_ms(), "shown": shown})
    return len(rows)


def end_over(limit: int = deadlines.AT_ONCE) -> int:
    """End what has lasted long enough, or whose screen or desk has signed out; forget what is long over."""
    rows = list(
        Screen.objects.select_for_update(skip_locked=True).filter(led_until__isnull=False)[:limit]
    )
    living = queries.alive(digest for one in rows for digest in (one.session, one.driver_session))
    moment, ended = now(), 0
    for one in rows:
        if one.led_until is not None and one.led_until <= moment:
            _end(one, Ending.OVER)
        elif {one.session, one.driver_session} - living:
            _end(one, Ending.SIGNED_OUT)
        else:
            continue
        ended += 1
    Screen.objects.filter(led_until=None, updated_at__lt=moment - KEPT).delete()
    WrongCode.objects.filter(created_at__lt=moment - KEPT).delete()
    return ended


def _may_lead(facts: Facts) -> bool:
    principal = current_work().principal
    return any(decide(principal, LEAD, facts, reach).allowed for reach in LEADERS)


def _end(screen: Screen, ending: Ending) -> None:
    screen.driver_session, screen.led_since, screen.led_until = "", None, None
    _save(screen)
    _record(events.LET_GO, screen, str(ending))


def _save(screen: Screen) -> None:
    screen.version, screen.updated_at = screen.version + 1, now()
    screen.save()


def _record(event: EventType, screen: Screen, ending: str = "") -> None:
    state = events.ScreenState(
        id=screen.id,
        version=screen.version,
        name=screen.name,
        owner=screen.owner,
        driver=screen.driver,
        is_led=screen.led_until is not None,
        led_until=utc_text(screen.led_until) if screen.led_until else None,
        ending=ending,
        recipients=sorted({screen.owner, screen.driver}),
    )
    journal.record(event, state, journal.Subject.of(screen))
