"""State before + events = state after: from any snapshot, through drops, repeats and reorder."""

import json
import random

import msgspec
from hypothesis import example, given, settings
from hypothesis import strategies as st

from anlan.app.streaming import audience
from anlan.app.streaming.client import Client
from anlan.app.streaming.heard import Heard, heard_of
from anlan.app.streaming.hub import Hub
from anlan.kernel.base.clock import now
from anlan.kernel.base.envelope import Envelope
from anlan.kernel.base.permissions import Facts, Scope
from tests.app.streaming.screen import Screen, State, drain, ticket

OBJECTS = tuple(f"{index:026}" for index in range(4))
MINE, ELSEWHERE, ZONE = 640181, 640121, 7
PLACES = (Facts(div=MINE), Facts(div=ELSEWHERE), Facts(div=ELSEWHERE, zone=ZONE))
SCOPE = Scope(divs=((MINE, MINE + 9),), zones=(ZONE,))


class World:
    """The truth: every version of every object, and the events that tell of it."""

    def __init__(self) -> None:
        self.now: dict[str, tuple[int, int, Facts, bool]] = {}
        self.events: list[Heard] = []

    def change(self, object_id: str, value: int, place: Facts, *, gone: bool) -> None:
        """Write a new version, here or elsewhere, or the last one."""
        before = self.now.get(object_id)
        version = 1 if before is None else before[0] + 1
        self.now[object_id] = (version, value, place, gone)
        data = {"value": value} | ({"gone": True} if gone else {})
        event = Envelope(
            id=f"{len(self.events):026}",
            node="n640181",
            position=len(self.events) + 1,
            schema=1,
            type="subjects.subject.changed",
            occurred_at=now(),
            known_at=now(),
            correlation_id=object_id,
            causation_id=None,
            exercise_id=None,
            actor="user:x",
            object=object_id,
            version=version,
            div=place.div,
            zone=place.zone,
            site=None,
            data=msgspec.Raw(json.dumps(data).encode()),
        )
        self.events.append(heard_of(event, None if before is None else before[2]))

    def seen(self) -> State:
        """Return what a list shows: everything in the scope that is not gone."""
        return {
            key: (version, value)
            for key, (version, value, place, gone) in self.now.items()
            if SCOPE.sees(place) and not gone
        }


CHANGE = st.tuples(
    st.just("change"),
    st.sampled_from(OBJECTS),
    st.integers(0, 9),
    st.sampled_from(PLACES),
    st.integers(0, 7).map(lambda dice: dice == 0),
)
STEP = st.one_of(
    CHANGE,
    CHANGE,
    CHANGE,
    st.tuples(st.just("publish"), st.integers(1, 5), st.booleans()),
    st.tuples(st.just("pass"), st.sampled_from([0.3, 700.0, 700.0])),
    st.tuples(st.just("deliver"), st.integers(0, 2**32), st.booleans()),
    st.tuples(st.just("cut")),
    st.tuples(st.just("stall")),
    st.tuples(st.just("restart")),
    st.tuples(st.just("snapshot")),
)


class Play:
    """One world, one hub, one screen, and everything that can happen between them."""

    def __init__(self) -> None:
        self.world = World()
        self.moment = 1000.0
        self.hub = Hub()
        self.told = 0
        self.behind = 0
        self.screen = Screen(self.fetch)
        self.client: Client | None = None
        self.screen.open()
        self.connect()

    def fetch(self) -> tuple[int, State]:
        """Read the position, let others commit, then query: the order that the rule asks for."""
        position = max(0, len(self.world.events) - self.behind)
        return position, self.world.seen()

    def connect(self) -> None:
        """Come back with what we know."""
        self.client = Client(ticket=ticket(SCOPE))
        self.hub.attach(self.client, self.screen.position)

    def publish(self, count: int) -> None:
        """Let the hub hear the next events, some of them for the second time."""
        first = max(0, self.told - 2) if count % 2 else self.told
        self.told = min(len(self.world.events), self.told + count)
        self.hub.hear(self.world.events[first : self.told], self.moment)

    def deliver(self, seed: int, *, twice: bool) -> None:
        """Hand over all frames that wait, in any order, perhaps twice."""
        assert self.client is not None
        frames = drain(self.client) * (2 if twice else 1)
        random.Random(seed).shuffle(frames)  # noqa: S311
        for event, data, _ in frames:
            self.screen.take(event, data)

    def cut(self) -> None:
        """Lose the line with everything on it, and come back."""
        if self.client is not None:
            self.hub.detach(self.client)
        self.connect()

    def restart(self) -> None:
        """Start the live process anew: it knows only what is in the stream's last minutes."""
        floor = max(0, self.told - 3)
        self.hub = Hub(floor)
        self.hub.hear(self.world.events[floor : self.told], self.moment)
        self.connect()

    def settle(self) -> None:
        """Let everything that is under way arrive."""
        while self.told < len(self.world.events):
            self.publish(4)
        self.moment += 1.0
        self.hub.flush(self.moment)
        if self.client is None or self.client.ended is not None:
            self.cut()
        self.deliver(0, twice=False)

    def step(self, name: str, *what: object) -> None:
        """Do one step of a story."""
        match name, what:
            case "change", (str(key), int(value), Facts() as place, bool(gone)):
                self.world.change(key, value, place, gone=gone)
            case "publish", (int(count), _):
                self.publish(count)
            case "pass", (float(seconds),):
                self.moment += seconds
                self.hub.forget_old(self.moment)
                self.hub.flush(self.moment)
            case "deliver", (int(seed), bool(twice)):
                self.deliver(seed, twice=twice)
            case "cut", ():
                self.cut()
            case "stall", ():
                assert self.client is not None
                self.client.offer(b" " * (5 * 1024**2))
                self.cut()
            case "restart", ():
                self.restart()
            case "snapshot", ():
                self.behind = len(self.world.events) % 3
                self.screen.open()
                self.cut()


@settings(max_examples=400, deadline=None)
@example(
    story=[
        ("change", OBJECTS[0], 5, PLACES[0], False),
        ("publish", 1, False),
        ("pass", 700.0),
        ("cut",),
    ]
)
@example(  # the end of an object overtakes a reset, which overtakes its beginning
    story=[
        ("change", OBJECTS[1], 5, PLACES[0], False),
        ("publish", 1, False),
        ("pass", 700.0),
        ("cut",),
        ("change", OBJECTS[0], 5, PLACES[0], False),
        ("publish", 3, False),
        ("pass", 0.3),
        ("change", OBJECTS[0], 6, PLACES[1], False),
        ("publish", 3, False),
        ("pass", 0.3),
        ("deliver", 9, False),
    ]
)
@given(story=st.lists(STEP, min_size=12, max_size=80))
def test_state_before_and_events_make_the_state_after(story: list[tuple[object, ...]]) -> None:
    play = Play()
    for name, *what in story:
        play.step(str(name), *what)
    play.settle()
    assert play.screen.state == play.world.seen()


@settings(max_examples=60, deadline=None)
@given(story=st.lists(CHANGE, min_size=20, max_size=40))
def test_too_many_rows_make_groups_and_the_page_is_right_after_it_fetched(
    story: list[tuple[object, ...]],
) -> None:
    play = Play()
    allowed, audience.ROWS_A_FRAME = audience.ROWS_A_FRAME, 1
    try:
        for name, *what in story:
            play.step(str(name), *what)
        play.settle()
    finally:
        audience.ROWS_A_FRAME = allowed
    assert play.screen.state == play.world.seen()
