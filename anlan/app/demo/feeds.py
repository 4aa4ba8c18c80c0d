"""The demo's feeds: one box a firm, each sending its plant's play through the real MQTT door.

Times are now; a sequence grows over restarts; a line that goes away is tried again and what was
measured meanwhile is sent afterwards. `anlan demo-fault` lays a fault over what is being played.
"""

import logging
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from anlan.app.demo.control import FaultRequest, take_requests
from anlan.app.demo.credentials import read_credentials
from anlan.app.demo.door import Door, SequenceFile, encode, encode_nan, encode_past
from anlan.app.demo.past import PastDay, past_of
from anlan.app.demo.plants import read_plants
from anlan.app.demo.prepare import demo_folder, series_folder
from anlan.app.demo.schedule import Episode, Playback, playback_of
from anlan.app.demo.series import read_all
from anlan.app.demo.troubles import Troubles, troubles_of
from anlan.app.mqtt_way import way_in
from anlan.app.readiness import ready
from anlan.kernel.base.clock import now, now_ms
from anlan.kernel.base.config import Config, config

logger = logging.getLogger(__name__)

SEQUENCES = "sequences.json"


class NothingToFeedError(RuntimeError):
    """There are no credentials or no series; the sentence says what to run."""


@dataclass(slots=True)
class Feed:
    """One plant's play and its gateway."""

    play: Playback
    door: Door
    troubles: Troubles = field(default_factory=Troubles)
    last_row: int = -1
    #: the second of the play up to which everything has been said
    last_second: float = -1.0
    #: what falls due before this second is not sent: the gateway is lost
    lost_until: float = 0.0

    @property
    def firm(self) -> str:
        """Return the plant's code, which is the first word of its topic."""
        return self.play.plant.code

    def is_due(self, second: float) -> bool:
        """Tell whether a new row of the play has begun since the last message, and the line stands."""
        return second >= self.lost_until and int(second / self.play.row_s) > self.last_row

    def obey(self, request: FaultRequest, second: float) -> None:
        """Fall silent for a while, or play a fault from now on."""
        if request.lost_s is not None:
            self.lost_until = second + request.lost_s
        elif request.run in self.play.series:
            self.play.inject(Episode(at_s=second, run=request.run, from_row=request.from_row))

    def lost_messages(self, second: float) -> int:
        """Return how many messages before the one that is due were lost in the box."""
        return self.troubles.lost_messages(self.last_second, second)

    def past(self) -> list[PastDay]:
        """Return what the box kept while it was not connected."""
        return [day for one in self.troubles.copied for day in past_of(one, now())]

    def send_past(self, day: PastDay, seq: int) -> None:
        """Send a day that has passed, announced as a backfill."""
        self.door.send(encode_past(self.door.credentials, seq, now_ms(), day))

    def send(self, second: float, seq: int) -> None:
        """Send all tags of the row that is on, with whatever is wrong with the box."""
        self.last_row = int(second / self.play.row_s)
        names = (name for name, _ in self.play.plant.mapping.tags())
        values = dict(zip(names, self.play.values_at(second), strict=True))
        since, self.last_second = self.last_second, second
        tags, told = self.troubles.said(values, since, second)
        write = encode_nan if self.troubles.has_nan(since, second) else encode
        at_ms = now_ms() - self.troubles.behind_ms
        self.door.send(write(self.door.credentials, seq, at_ms, tags, told))


@dataclass(slots=True)
class Feeds:
    """All feeds, on one clock that starts with the process."""

    feeds: list[Feed]
    folder: Path
    sequences: SequenceFile
    started: float = field(default_factory=time.monotonic)

    @property
    def second(self) -> float:
        """Return how long the play has been on."""
        return time.monotonic() - self.started

    def catch_up(self) -> None:
        """Send what boxes kept before they were first connected; once in the life of a demo."""
        for feed in self.feeds:
            if self.sequences.has_sent(feed.firm):
                continue
            for day in feed.past():
                feed.send_past(day, self.sequences.take([feed.firm])[feed.firm])

    def step(self) -> int:
        """Take requested faults, send what is due, return how many messages that were."""
        second = self.second
        for feed in self.feeds:
            feed.door.flush()
        for request in take_requests(self.folder):
            for feed in self.feeds:
                if feed.firm == request.firm:
                    feed.obey(request, second)
        due = [feed for feed in self.feeds if feed.is_due(second)]
        for feed in due:
            for _ in range(feed.lost_messages(second)):
                self.sequences.take([feed.firm])
        numbers = self.sequences.take(feed.firm for feed in due)
        for feed in due:
            feed.send(second, numbers[feed.firm])
        return len(due)

    def close(self) -> None:
        """Close every door."""
        for feed in self.feeds:
            feed.door.close()


def open_feeds(settings: Config) -> Feeds:
    """Connect a box for every plant that has both a registered gateway and a series."""
    folder = demo_folder(settings)
    known = read_credentials(folder)
    series = read_all(series_folder(settings))
    feeds = [
        Feed(play, Door(box, way_in(settings, box.user, box.token)), troubles_of(plant.code))
        for plant in read_plants()
        if (box := known.get(plant.code)) is not None
        and (play := playback_of(plant, series)) is not None
    ]
    if not feeds:
        raise NothingToFeedError("演示数据未装载：先运行 anlan demo（load_all、prepare_series）")
    for feed in feeds:
        feed.door.open()
    return Feeds(feeds, folder, SequenceFile(folder / SEQUENCES))


def run(stop: Event | None = None) -> None:
    """Feed until told to stop (SIGTERM, SIGINT)."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    ending = stop or _stop_by_signal()
    feeds = open_feeds(config())
    logger.info("%d gateways", len(feeds.feeds))
    try:
        feeds.catch_up()
        announced = False
        while not ending.is_set():
            feeds.step()
            if not announced and any(feed.door.is_open for feed in feeds.feeds):
                ready()
                announced = True
            ending.wait(1.0 - feeds.second % 1.0)
    finally:
        feeds.close()


def _stop_by_signal() -> Event:
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop
