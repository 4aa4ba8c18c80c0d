"""The middle of the live stream: takes events in position order, knows everybody who listens.

Time is given in, in monotonic seconds, so that a test can let it pass. Nothing here waits.
"""

import logging
from collections.abc import Iterable
from time import monotonic

from anlan.app.streaming import frames
from anlan.app.streaming.audience import ROWS_A_FRAME, Audience, Hearing
from anlan.app.streaming.buffer import Buffer
from anlan.app.streaming.client import Client
from anlan.app.streaming.heard import Heard
from anlan.app.streaming.line import Line

log = logging.getLogger("anlan.live")

#: An alarm whose cause was not heard of for so long is the first of its cause.
CAUSE_QUIET_S = 60.0


class Hub:
    """Everybody who listens, and the last ten minutes."""

    def __init__(self, position: int = 0) -> None:
        self.buffer = Buffer(position)
        self.line = Line()
        self.clients: dict[str, Client] = {}
        self._audiences: dict[Hearing, Audience] = {}
        self._causes: dict[str, float] = {}
        #: How the house stands, once somebody has looked.
        self.standing: frames.Standing | None = None

    @property
    def position(self) -> int:
        """The position up to which everything was heard."""
        return self.buffer.last

    def attach(self, client: Client, position: int | None) -> None:
        """Let somebody listen from a position on (None: from now); too old a position is a reset."""
        hearing = Hearing.of(client.ticket)
        audience = self._audiences.setdefault(hearing, Audience(hearing, self.position))
        client.offer(frames.hello(client.stream_id, self.position))
        self._beat(client)
        if position is not None:
            client.offer(self._missed(audience, client, position))
        audience.clients.add(client)
        self.clients[client.stream_id] = client

    def _missed(self, audience: Audience, client: Client, position: int) -> bytes:
        """Return the frame that brings a listener from its position to ours."""
        if not self.buffer.reaches_back_to(position):
            return frames.reset()
        latest: dict[tuple[str, str], tuple[Heard, bytes]] = {}
        for event in self.buffer.behind(position):
            if event.recipients is None:
                row = audience.row_for(event)
            else:
                row = audience.personal_row_for(event, client)
            key = (event.noun, event.object)
            if row is not None and (key not in latest or latest[key][0].version <= event.version):
                latest[key] = (event, row)
        if len(latest) > ROWS_A_FRAME:
            return frames.reset()
        return frames.rows(max(position, self.position), (row for _, row in latest.values()))

    def detach(self, client: Client) -> None:
        """Forget a listener; an audience without listeners goes with the last one."""
        self.clients.pop(client.stream_id, None)
        hearing = Hearing.of(client.ticket)
        if (audience := self._audiences.get(hearing)) is not None:
            audience.clients.discard(client)
            if not audience.clients:
                del self._audiences[hearing]

    def audience_of(self, client: Client) -> Audience | None:
        """Return the audience that a listener sits in; None after it has left."""
        return self._audiences.get(Hearing.of(client.ticket))

    def hear(self, events: Iterable[Heard], moment: float | None = None) -> None:
        """Take events; what was heard before is dropped, a gap or another past resets everybody."""
        now = monotonic() if moment is None else moment
        for event in events:
            if event.position <= self.position:
                known = self.buffer.at(event.position)
                if known is not None and known.id == event.id:
                    continue
                self.start_over(event.position - 1)
            elif event.position > self.position + 1:
                self.start_over(event.position - 1)
            self.buffer.add(event, now)
            is_urgent = self._is_first_of_its_cause(event, now)
            for audience in self._audiences.values():
                audience.take(event, is_urgent=is_urgent, moment=now)
        self.flush(now)

    def flush(self, moment: float | None = None) -> None:
        """Send what is due."""
        now = monotonic() if moment is None else moment
        for audience in self._audiences.values():
            audience.flush(self.position, now, self.line)

    def forget_old(self, moment: float | None = None) -> None:
        """Drop what nobody may ask for any more."""
        now = monotonic() if moment is None else moment
        self.buffer.forget_old(now)
        quiet = [cause for cause, at in self._causes.items() if at < now - CAUSE_QUIET_S]
        for cause in quiet:
            del self._causes[cause]

    def start_over(self, position: int, *, is_first: bool = False) -> None:
        """The past that we know is not the one there is: everybody fetches again."""
        if not is_first:
            log.warning("events go on behind %s, not behind %s: reset", position, self.position)
        self.buffer = Buffer(position)
        for audience in self._audiences.values():
            audience.reset()

    def beat(self) -> None:
        """Tell everybody that the line is alive, and how the house stands."""
        for client in self.clients.values():
            self._beat(client)

    def _beat(self, client: Client) -> None:
        if self.standing is not None:
            client.offer(frames.beat(self.position, self.standing))

    def _is_first_of_its_cause(self, event: Heard, now: float) -> bool:
        if (cause := event.cause) is None:
            return False
        before = self._causes.get(cause)
        self._causes[cause] = now
        return before is None or before < now - CAUSE_QUIET_S
