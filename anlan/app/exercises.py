"""Readings of exercises, judged apart from real ones: one small judge for each exercise (7.11).

An exercise knows the real limits and no real reading. It holds only the datastreams that it has
spoken of; its time is the ticks of its own shard. Nothing here reaches a real judge.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from anlan.app.judging import UNREADABLE, change_of, transitions_of
from anlan.app.log_message import LogMessage
from anlan.engines.alarms import controls, snapshot
from anlan.engines.alarms.judge import Judge, Judged, Stepper
from anlan.engines.alarms.proof import Told
from anlan.engines.alarms.records import NEVER, Readings, Records
from anlan.kernel.alerts.rules import Deafness, Transition
from anlan.kernel.base.bus import CONTROL, EXERCISE_SHARD, HTTP, MQTT, TICK
from anlan.kernel.sensing import batch, control

log = logging.getLogger("anlan.engine")

#: An exercise that has not spoken for so long is over; its alarms stay as they are.
FORGOTTEN_AFTER_MS = 24 * 3_600_000
MOST_SCENES = 32


@dataclass(slots=True)
class Scene:
    """One exercise: a judge of the datastreams `numbers`, in the order in which they spoke.

    `heard_ms` is when it spoke last, NEVER until the first tick of one that was recalled.
    """

    judge: Judge
    heard_ms: int
    numbers: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))
    _places: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))

    def readings(self, said: batch.Batch, asked: Records) -> Judged:
        """Judge a message; `asked` are the real limits by number, taken over for whoever is new."""
        self.heard_ms = max(self.heard_ms, said.arrived_ms)
        self.admit(said.numbers, asked)
        columns = Readings(self.places(said.numbers), said.times_ms, said.values, said.quality)
        return self._named(self.judge.readings(columns, said.arrived_ms))

    def tick(self, at_ms: int) -> Judged:
        """Judge what time alone decides."""
        return self._named(self.judge.tick(at_ms))

    def control(self, change: controls.Change, at_ms: int) -> Judged:
        """Bring a change into force where its datastream takes part."""
        [place] = self.places(np.array([change.number]))
        if place < 0:
            return Judged()
        mine = replace(change, number=int(place))
        if isinstance(mine, controls.LimitChange):  # nobody loses a gateway in a drill
            mine = replace(mine, gateway="", device="")
        return self._named(self.judge.control(mine, at_ms))

    def admit(self, numbers: NDArray[Any], asked: Records) -> None:
        """Let datastreams take part that are asked something and were not heard before."""
        known = numbers[(numbers >= 0) & (numbers < len(asked))]
        fresh = np.unique(known[self.places(known) < 0])
        rules: Any = asked[fresh]
        fresh, rules = fresh[rules["registered"] != 0], rules[rules["registered"] != 0]
        if not len(fresh):
            return
        room = len(asked) - len(self._places)
        self._places = np.concatenate([self._places, np.full(room, -1, np.int32)])
        self._places[fresh] = np.arange(len(fresh)) + len(self.numbers)
        self.numbers = np.concatenate([self.numbers, fresh.astype(np.int32)])
        self.judge.book.append(rules)

    @classmethod
    def recalled(cls, judge: Judge, heard_ms: int, numbers: NDArray[np.int32]) -> "Scene":
        """Return a scene as it was."""
        scene = cls(judge, heard_ms, numbers)
        scene._places = np.full(int(numbers.max(initial=-1)) + 1, -1, np.int32)
        scene._places[numbers] = np.arange(len(numbers))
        return scene

    def places(self, numbers: NDArray[Any]) -> NDArray[np.int32]:
        """Return where datastreams stand in this judge, -1 for who takes no part."""
        inside = (numbers >= 0) & (numbers < len(self._places))
        found = np.full(len(numbers), -1, np.int32)
        found[inside] = self._places[numbers[inside]]
        return found

    def _named(self, judged: Judged) -> Judged:
        rows: Any = judged.transitions
        rows["number"] = self.numbers[rows["number"]]
        return judged


class _Page(msgspec.Struct):
    """A scene as bytes."""

    exercise_id: str
    heard_ms: int
    numbers: bytes
    judge: bytes


class _Book(msgspec.Struct):
    """Everything as bytes; the real limits are a judge that has heard nothing."""

    epoch: str
    seq: int
    tick_ms: int
    asked: bytes
    pages: list[_Page]


@dataclass(slots=True)
class ExerciseJudging:
    """All exercises at one place of one life of the log."""

    epoch: str
    asked: Judge
    seq: int
    scenes: dict[str, Scene] = field(default_factory=dict)
    tick_ms: int = NEVER
    refused: int = 0
    deafness: Deafness | None = None

    def take(self, message: LogMessage) -> list[Transition]:
        """Judge one message; what cannot be read is counted and skipped, in a replay again."""
        if message.seq <= self.seq:
            return []
        self.seq = message.seq
        try:
            if message.kind in {MQTT, HTTP}:
                return self._readings(message)
            if message.kind == TICK:
                return self._tick(message)
            return self._control(message) if message.kind == CONTROL else []
        except UNREADABLE as error:
            log.warning("message %s of %s was skipped: %s", message.seq, self.epoch, error)
            self.refused += 1
            return []

    def _readings(self, message: LogMessage) -> list[Transition]:
        if message.shard != EXERCISE_SHARD:
            return []
        said = batch.decode(message.payload)
        if said.exercise_id is None:
            return []
        if said.exercise_id not in self.scenes and len(self.scenes) >= MOST_SCENES:
            raise batch.BatchError(f"more than {MOST_SCENES} exercises at once")
        scene = self._scene(said.exercise_id, said.arrived_ms)
        judged = scene.readings(said, self.asked.config)
        return _transitions(self, message, said.exercise_id, judged, said.arrived_ms)

    def _tick(self, message: LogMessage) -> list[Transition]:
        """Let time pass in every exercise; real time only tells which of them are over."""
        at_ms = control.decode_tick(message.payload)
        if message.shard != EXERCISE_SHARD:
            self.tick_ms = at_ms
            for name, scene in list(self.scenes.items()):
                if scene.heard_ms == NEVER:
                    scene.heard_ms = at_ms
                elif at_ms - scene.heard_ms > FORGOTTEN_AFTER_MS:
                    del self.scenes[name]
            return []
        found: list[Transition] = []
        for name, scene in self.scenes.items():
            found += _transitions(self, message, name, scene.tick(at_ms), at_ms)
        return found

    def _control(self, message: LogMessage) -> list[Transition]:
        """Bring a limit into force everywhere; suppression in real life hides nothing of a drill."""
        change = change_of(control.decode_control(message.payload))
        if isinstance(change, controls.Suppression):
            return []
        self.asked.control(change, message.stored_ms)
        found: list[Transition] = []
        for name, scene in self.scenes.items():
            judged = scene.control(change, message.stored_ms)
            found += _transitions(self, message, name, judged, message.stored_ms)
        return found

    def _scene(self, exercise_id: str, at_ms: int) -> Scene:
        if exercise_id not in self.scenes:
            self.scenes[exercise_id] = Scene(Judge(self.asked.stepper), at_ms)
        return self.scenes[exercise_id]

    def configure(self, changes: Iterable[controls.Change]) -> None:
        """Take over what stood in the log before the first message that will be heard."""
        for change in changes:
            if not isinstance(change, controls.Suppression):
                self.asked.control(change, 0)

    def adopt(self, told: Mapping[str | None, Told]) -> None:
        """Believe the database's memory of the active alarms of each exercise."""
        for exercise_id, of_it in told.items():
            if exercise_id is None:
                continue
            scene = self._scene(exercise_id, NEVER)
            scene.admit(np.array(sorted(of_it.active), np.int32), self.asked.config)
            active = {
                int(place): of_it.active[int(number)]
                for place, number in enumerate(scene.numbers)
                if int(number) in of_it.active
            }
            scene.judge.adopt(Told(active=active))

    def dump(self) -> bytes:
        """Return everything as bytes."""
        pages = [
            _Page(name, one.heard_ms, one.numbers.tobytes(), snapshot.dump(one.judge, {}))
            for name, one in self.scenes.items()
        ]
        asked = snapshot.dump(self.asked, {})
        return msgspec.msgpack.encode(_Book(self.epoch, self.seq, self.tick_ms, asked, pages))

    @classmethod
    def load(cls, data: bytes, stepper: Stepper) -> "ExerciseJudging":
        """Read what `dump` wrote. Raises SnapshotError."""
        try:
            book = msgspec.msgpack.decode(data, type=_Book)
        except msgspec.MsgspecError as error:
            raise snapshot.SnapshotError(f"not a snapshot of exercises: {error}") from error
        asked, _ = snapshot.load(book.asked, stepper)
        made = cls(book.epoch, asked, book.seq, tick_ms=book.tick_ms)
        for page in book.pages:
            judge, _ = snapshot.load(page.judge, stepper)
            numbers = np.frombuffer(page.numbers, np.int32)
            made.scenes[page.exercise_id] = Scene.recalled(judge, page.heard_ms, numbers)
        return made


def _transitions(
    judging: ExerciseJudging, message: LogMessage, exercise_id: str, judged: Judged, known_ms: int
) -> list[Transition]:
    cause = (judging.epoch, exercise_id, message.shard, message.seq)
    return transitions_of(judged, known_ms, cause, exercise_id)
