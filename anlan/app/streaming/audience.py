"""Listeners who may hear the same: one decision and one serialisation for all of them.

At most four frames a second and 500 rows a frame; more, or more than the line has room for, becomes
groups with counts. What cannot wait, the first alarm of a cause, leaves at once, without moving the position.
"""

from collections import deque
from dataclasses import dataclass
from operator import itemgetter

from anlan.app.streaming import frames
from anlan.app.streaming.client import Client
from anlan.app.streaming.heard import Heard
from anlan.app.streaming.line import Line
from anlan.app.streaming.sending import Sending
from anlan.kernel.base.permissions import Facts, Grant, Reach
from anlan.kernel.base.tickets import Ticket

FRAME_EVERY_S = 0.25
ROWS_A_FRAME = 500
#: Rows that may leave at once between two frames. While no more than so many come in the time of a
#: frame, such frames are only kept apart; in a storm they leave beside a frame: it is one sending.
URGENT_ROWS = ROWS_A_FRAME
CALM_ROWS = 40
URGENT_APART_S = 0.03
#: As urgent as what has no priority.
LEAST_PRIORITY = 9
#: Places whose answer is remembered; scopes are few, places of one county some thousands.
_KNOWN_PLACES = 50_000


@dataclass(frozen=True, slots=True)
class Hearing:
    """What decides what is heard; listeners with the same one form an audience."""

    grants: tuple[Grant, ...]
    exercise_id: str | None

    @classmethod
    def of(cls, ticket: Ticket) -> "Hearing":
        """Return what a ticket lets its holder hear."""
        return cls(ticket.grants, ticket.exercise_id)

    def sees(self, permission: str, facts: Facts) -> bool:
        """Tell whether a post that gives the permission reaches a place, up to that label."""
        return any(
            permission in grant.permissions and grant.reaches(facts, Reach.SEEN)
            for grant in self.grants
        )


class Audience:
    """Some listeners, and what they have not been told yet.

    `_told` is the position of their last full frame; what leaves between frames carries it.
    """

    def __init__(self, hearing: Hearing, position: int) -> None:
        self.hearing = hearing
        self._told = position
        self.clients: set[Client] = set()
        self._known: dict[tuple[str, Facts], bool] = {}
        self._waiting: dict[tuple[str, str], tuple[Heard, bytes]] = {}
        #: Priority and row of what cannot wait.
        self._urgent: list[tuple[int, bytes]] = []
        self._last_frame = 0.0
        self._last_urgent = 0.0
        self._hurried: deque[float] = deque(maxlen=CALM_ROWS + 1)

    def row_for(self, event: Heard) -> bytes | None:
        """Return the bytes these listeners get for an event; None: it is not for them."""
        if event.exercise_id != self.hearing.exercise_id:
            return None
        if self.sees(event.permission, event.facts):
            return event.row
        # gone is a version too: it goes to the scope that lost the object
        if event.before is not None and self.sees(event.permission, event.before):
            return event.gone_row
        return None

    def sees(self, permission: str, facts: Facts) -> bool:
        """Tell whether these listeners reach a place with this permission."""
        asked = (permission, facts)
        seen = self._known.get(asked)
        if seen is None:
            if len(self._known) >= _KNOWN_PLACES:
                self._known.clear()
            seen = self._known[asked] = self.hearing.sees(permission, facts)
        return seen

    def take(self, event: Heard, *, is_urgent: bool, moment: float) -> None:
        """Take one event in; of an object only the highest version waits."""
        if event.recipients is not None:
            self._take_personal(event)
            return
        if (row := self.row_for(event)) is None:
            return
        key = (event.noun, event.object)
        if key in self._waiting and self._waiting[key][0].version > event.version:
            return
        self._waiting[key] = (event, row)
        if is_urgent:
            self._hurried.append(moment)
            self._hurry_up(event.hints.priority or LEAST_PRIORITY, row)

    def _hurry_up(self, priority: int, row: bytes) -> None:
        """Keep a row that cannot wait; of too many the most urgent."""
        self._urgent.append((priority, row))
        if len(self._urgent) > URGENT_ROWS:
            least = max(self._urgent, key=itemgetter(0))
            self._urgent.remove(least)

    def _take_personal(self, event: Heard) -> None:
        for client in self.clients:
            if (row := self.personal_row_for(event, client)) is not None:
                client.offer(frames.rows(self._told, [row], is_mark=False))

    def personal_row_for(self, event: Heard, client: Client) -> bytes | None:
        """Return the bytes of an event for named persons, if this listener is one of them."""
        recipients = event.recipients or frozenset()
        return self.row_for(event) if client.ticket.actor in recipients else None

    def flush(self, position: int, moment: float, line: Line) -> None:
        """Send what waits if a frame is due, and what cannot wait before that or beside counts."""
        if self._waiting and moment - self._last_frame >= FRAME_EVERY_S:
            listed = list(self._waiting.values())
            if self._has_told(position, listed, moment, line):
                self._urgent.clear()
            else:
                self._send(self._counted(position, listed))
            self._waiting.clear()
            self._last_frame, self._told = moment, position
        if self._urgent and self._may_hurry(moment):
            self._send_urgent(moment, line)

    def _has_told(
        self, position: int, listed: list[tuple[Heard, bytes]], moment: float, line: Line
    ) -> bool:
        """Send all rows in one frame, where one holds them and the line has room; tell whether.

        They are weighed as they will be read: what is packed small is no smaller to a page.
        """
        if len(listed) > ROWS_A_FRAME:
            return False
        size = sum(len(row) for _, row in listed) * len(self.clients)
        if not line.takes(size, moment, is_urgent=False):
            return False
        self._send(frames.rows(position, (row for _, row in listed)))
        return True

    def _send_urgent(self, moment: float, line: Line) -> None:
        """Send as many as the line has room for, the most urgent first; the others come next."""
        listed = sorted(self._urgent, key=itemgetter(0))
        count = len(listed)
        while count:
            rows = (row for _, row in listed[:count])
            sending = Sending(frames.rows(self._told, rows, is_mark=False), tuple(self.clients))
            if line.takes(sending.size, moment, is_urgent=True):
                sending.leave()
                break
            count //= 2
        self._urgent = listed[count:]

    @staticmethod
    def _counted(position: int, listed: list[tuple[Heard, bytes]]) -> bytes:
        """Return one frame that tells all of this as groups."""
        counted: dict[tuple[str, str], tuple[int, int | None]] = {}
        for event, _ in listed:
            key = (event.noun, event.group_key)
            count, worst = counted.get(key, (0, None))
            priorities = [one for one in (worst, event.hints.priority) if one is not None]
            counted[key] = (count + 1, min(priorities, default=None))
        return frames.groups(
            position,
            (
                frames.Group(type=kind, key=key, count=count, worst=worst)
                for (kind, key), (count, worst) in counted.items()
            ),
        )

    def reset(self) -> None:
        """Forget what waits and tell everybody to fetch again."""
        self._waiting.clear()
        self._urgent.clear()
        self._send(frames.reset())

    def _may_hurry(self, moment: float) -> bool:
        few = len(self._hurried) <= CALM_ROWS
        is_calm = few or self._hurried[0] < moment - FRAME_EVERY_S
        apart_s = URGENT_APART_S if is_calm else FRAME_EVERY_S
        if moment - self._last_urgent < apart_s and (is_calm or moment != self._last_frame):
            return False
        self._last_urgent = moment
        return True

    def _send(self, frame: bytes) -> None:
        Sending(frame, tuple(self.clients)).leave()
