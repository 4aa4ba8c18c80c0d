"""Reactions of slices to events: `subscriptions.py`, its position in the handler's transaction.

A slice's `HANDLERS` maps event types to functions of an `Envelope`, its `TOGETHER` some of them to
functions of many, which name the cause of each thing that they write. The journal itself is what is
read, by position, so nothing can be missed and nothing need be acknowledged; the relay wakes us
(docs/adr/0007). Five tries, then the event becomes a dead letter and the slice goes on.
"""

import asyncio
import importlib
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from itertools import groupby

from django.apps import apps
from django.db import InterfaceError, OperationalError, connection

from anlan.app.database_thread import DatabaseAwayError, DatabaseThread
from anlan.app.failures import failure_text
from anlan.app.waiting import pause
from anlan.kernel.base import queries
from anlan.kernel.base.envelope import EVENT_SQL, Envelope, decode
from anlan.kernel.base.events import EVENT_TYPES
from anlan.kernel.base.permissions import Principal, Scope, machine
from anlan.kernel.base.services import dead_letters
from anlan.kernel.base.unit_of_work import Work, caused_by, unit_of_work

log = logging.getLogger("anlan.worker")

Handler = Callable[[Envelope], None]
HandlerOfMany = Callable[[Sequence[Envelope]], None]

TRIES = 5
#: Pauses after the first, second … failed try, in seconds.
PAUSES_S = (0.2, 1.0, 3.0, 10.0)
LOOK_S = 1.0
AWAY_S = 1.0
#: So long what comes next may gather: many are handled together at little more than the price of one.
GATHER_S = 0.1
AT_ONCE = 100
#: What nobody handles moves the stored position only so often.
SKIPPED_WRITE = 1_000

_BEGIN = """
    INSERT INTO base_subscriptionprogress (slice, position)
    SELECT %s, coalesce(max(last_position), 0) FROM base_seal ON CONFLICT (slice) DO NOTHING
"""
_POSITION = "SELECT position FROM base_subscriptionprogress WHERE slice = %s"
_ADVANCE = "UPDATE base_subscriptionprogress SET position = %s WHERE slice = %s AND position < %s"
_SEALED = "SELECT coalesce(max(last_position), 0) FROM base_seal"
_NEXT = f"""
    SELECT {EVENT_SQL} FROM base_sealed s JOIN base_journal j ON j.id = s.journal_id
    WHERE s.position > %s AND s.position <= %s AND j.type = ANY(%s)
    ORDER BY s.position LIMIT %s
"""  # noqa: S608  put together from constants
_AT = f"""
    SELECT {EVENT_SQL} FROM base_sealed s JOIN base_journal j ON j.id = s.journal_id
    WHERE s.position = %s
"""  # noqa: S608  put together from constants


@dataclass(frozen=True, slots=True)
class Subscriber:
    """One slice and what it reacts to."""

    slice: str
    handlers: Mapping[str, Handler]
    together: Mapping[str, HandlerOfMany] = field(default_factory=dict)

    @property
    def principal(self) -> Principal:
        """Who acts when a handler acts."""
        return machine(f"{self.slice}.subscriptions")


def subscribers() -> list[Subscriber]:
    """Return the slices that react, found by their `subscriptions.py`. A wrong type stops us."""
    modules = [
        (name, importlib.import_module(f"{package}.subscriptions"))
        for name, package in _slices()
        if find_spec(f"{package}.subscriptions")
    ]
    return [
        Subscriber(name, _checked(name, module), getattr(module, "TOGETHER", {}))
        for name, module in modules
    ]


def _slices() -> Iterator[tuple[str, str]]:
    for app in apps.get_app_configs():
        if app.name.startswith("anlan."):
            yield app.label, app.name


def _checked(name: str, module: object) -> Mapping[str, Handler]:
    handlers: Mapping[str, Handler] = getattr(module, "HANDLERS", {})
    if unknown := sorted(set(handlers) - set(EVENT_TYPES)):
        raise ValueError(f"{name} subscribes to unknown events: {', '.join(unknown)}")
    return handlers


@dataclass(slots=True)
class Reaction:
    """One slice's way through the journal."""

    subscriber: Subscriber
    database: DatabaseThread = field(init=False)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _cursor: int = -1
    _stored: int = 0
    _failed: tuple[int, int] = (0, 0)

    def __post_init__(self) -> None:
        """Take a thread with a connection of its own."""
        self.database = DatabaseThread(self.subscriber.principal)

    def wake(self, _position: int = 0) -> None:
        """There is something new in the journal."""
        self._wake.set()

    async def react(self, stop: asyncio.Event) -> None:
        """React until told to stop; with PostgreSQL away nothing is tried and nothing is lost."""
        while not stop.is_set():
            try:
                pause_s = await self.database.call(self.step)
            except DatabaseAwayError:
                pause_s = AWAY_S
            if pause_s:
                await self._rest(stop, pause_s)
        await self.database.close()

    async def _rest(self, stop: asyncio.Event, seconds: float) -> None:
        if self._failed[1]:  # what comes next does not shorten the pause before the next try
            await pause(stop, seconds)
            return
        await pause(stop, min(seconds, GATHER_S))
        await pause(self._wake, seconds)
        self._wake.clear()

    def step(self) -> float:
        """Handle what is next; return how long to rest, 0 when there is more."""
        events, sealed = self._next()
        for _drill, group in groupby(events, key=lambda event: event.exercise_id):
            if pause_s := self._handle_all(list(group)):
                return pause_s
        if len(events) == AT_ONCE:
            return 0.0
        self._cursor = max(self._cursor, sealed)
        self._note_skipped()
        self._again()
        return LOOK_S

    def _next(self) -> tuple[list[Envelope], int]:
        """Return the next events of our types, and up to where the journal was looked through."""
        name, types = self.subscriber.slice, list(self.subscriber.handlers)
        with unit_of_work(self._everything), connection.cursor() as cursor:
            if self._cursor < 0:
                cursor.execute(_BEGIN, [name])
                cursor.execute(_POSITION, [name])
                self._cursor = self._stored = cursor.fetchone()[0]
            cursor.execute(_SEALED)
            sealed = cursor.fetchone()[0]
            cursor.execute(_NEXT, [self._cursor, sealed, types, AT_ONCE])
            return [decode(row[0]) for row in cursor.fetchall()], sealed

    def _handle_all(self, events: list[Envelope]) -> float:
        """Handle events of one drill in one transaction; should one be refused, each in its own."""
        if len(events) > 1 and not self._failed[1]:
            try:
                if self._handle_together(events):
                    self._cursor = events[-1].position
                    return 0.0
            except Exception as error:
                if _is_away(error):
                    raise
                log.info("%s events are handled one by one: %r", len(events), error)
        for event in events:
            if pause_s := self._handle(event):
                return pause_s
            self._cursor = event.position
        return 0.0

    def _handle_together(self, events: list[Envelope]) -> bool:
        """Call the handlers; False, and nothing done, when another worker had some of them."""
        with self._acting(events[0]):
            if not self._advance(events[0].position, events[-1].position):
                return False
            for kind, group in groupby(events, key=lambda event: event.type):
                if (handle := self.subscriber.together.get(kind)) is not None:
                    handle(list(group))
                    continue
                for event in group:
                    with caused_by(correlation_id=event.correlation_id, causation_id=event.id):
                        self.subscriber.handlers[kind](event)
        return True

    def _handle(self, event: Envelope) -> float:
        """Call the handler; position and everything it wrote are one transaction."""
        try:
            with self._acting(event):
                if self._advance(event.position, event.position):
                    self.subscriber.handlers[event.type](event)
        except Exception as error:
            if _is_away(error):
                raise
            return self._failed_once_more(event, error)
        self._failed = (0, 0)
        return 0.0

    def _failed_once_more(self, event: Envelope, error: Exception) -> float:
        """Count the try; after the fifth put the event aside and go on."""
        tries = self._failed[1] + 1 if self._failed[0] == event.position else 1
        log.warning("%s refused %s (try %s): %r", self.subscriber.slice, event.id, tries, error)
        if tries < TRIES:
            self._failed = (event.position, tries)
            return PAUSES_S[tries - 1]
        with unit_of_work(self.subscriber.principal):
            if self._advance(event.position, event.position):
                dead_letters.set_aside(
                    slice_name=self.subscriber.slice,
                    event=event,
                    error=failure_text(error),
                    tries=tries,
                )
        self._failed = (0, 0)
        return 0.0

    def _again(self) -> None:
        """Handle what somebody wants handled again, out of its order; once, whatever comes of it."""
        found = self._wanted()
        if found is None:
            return
        letter_id, event = found
        try:
            with self._acting(event):
                letter = dead_letters.claimed(letter_id=letter_id)
                if letter is not None:
                    self.subscriber.handlers[event.type](event)
                    dead_letters.note_handled(letter=letter)
        except Exception as error:
            if _is_away(error):
                raise
            log.warning("%s refused %s again: %r", self.subscriber.slice, event.id, error)
            with unit_of_work(self.subscriber.principal):
                letter = dead_letters.claimed(letter_id=letter_id)
                if letter is not None:
                    dead_letters.note_refused(letter=letter, error=failure_text(error))

    def _wanted(self) -> tuple[str, Envelope] | None:
        """Return the oldest dead letter that is wanted again, its event as the journal has it."""
        with unit_of_work(self._everything, read_only=True), connection.cursor() as cursor:
            letter = queries.wanted_again(self.subscriber.slice)
            if letter is None:
                return None
            cursor.execute(_AT, [letter.position])
            return letter.id, decode(cursor.fetchone()[0])

    def _acting(self, event: Envelope) -> AbstractContextManager[Work]:
        """Open the unit of work in which an event is handled: its drill, its thread of cause."""
        acting = replace(self.subscriber.principal, exercise_id=event.exercise_id)
        thread = event.correlation_id
        return unit_of_work(acting, correlation_id=thread, causation_id=event.id)

    @property
    def _everything(self) -> Principal:
        """Who looks into the journal: drills too."""
        own = self.subscriber.principal
        return replace(own, scope=own.scope | Scope(audit=True))

    def _advance(self, first: int, last: int) -> bool:
        """Move the slice's position over some events, which locks it; False when others were here."""
        self._stored = last
        with connection.cursor() as cursor:
            cursor.execute(_ADVANCE, [last, self.subscriber.slice, first])
            return bool(cursor.rowcount)

    def _note_skipped(self) -> None:
        """Remember now and then how far was looked through, for the next start."""
        if self._cursor - self._stored >= SKIPPED_WRITE:
            with unit_of_work(self.subscriber.principal):
                self._advance(self._cursor, self._cursor)


def _is_away(error: Exception) -> bool:
    """Tell a lost database, which is nobody's try, from a statement that it refused."""
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    try:
        connection.close()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (OperationalError, InterfaceError):
        return True
    return False
