"""What history must say, from the text of the rule: a dict of identities. And fakes for its ports."""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from anlan.adapters.parquet_history.disk import LocalDisk
from anlan.adapters.parquet_history.memory import MemoryCatalogue
from anlan.adapters.parquet_history.tail import Tail, decode_tail, encode_tail
from anlan.adapters.parquet_history.writer import HistoryWriter
from anlan.kernel.sensing.batch import Batch, columns_of
from anlan.kernel.sensing.ports import (
    CatalogueAwayError,
    FileEntry,
    Raw,
)

NODE = "n640181"
EPOCH = "01K5000000000000000000000A"
LATER_EPOCH = "01K6000000000000000000000A"
EXERCISE = "01K5555555555555555555555X"
T0 = 1_785_500_000_000

#: number, time, value, quality
Row = tuple[int, int, float, int]


@dataclass(frozen=True)
class Message:
    sequence: int
    rows: tuple[Row, ...]
    exercise_id: str | None = None
    arrived_ms: int = T0

    def batch(self) -> Batch:
        columns = columns_of(list(self.rows))
        return Batch(
            gateway="01K5000000000000000000000G",
            seq=self.sequence,
            arrived_ms=self.arrived_ms,
            exercise_id=self.exercise_id,
            **columns,
        )


def bits(value: float) -> bytes:
    return struct.pack("<d", value)


class Oracle:
    """Each identity with the different things said of it, in the order they were first said."""

    def __init__(self) -> None:
        self.said: dict[tuple[int, int], list[tuple[bytes, int]]] = {}

    def hear(self, message: Message) -> None:
        for number, time, value, quality in message.rows:
            known = self.said.setdefault((number, time), [])
            if (bits(value), quality) not in known:
                known.append((bits(value), quality))

    def answer(self, number: int, from_ms: int, to_ms: int) -> list[tuple[int, bytes, int, bool]]:
        return [
            (time, *said[-1], len(said) > 1)
            for (n, time), said in sorted(self.said.items())
            if n == number and from_ms <= time < to_ms
        ]


def heard(messages: Iterable[Message], exercise_id: str | None = None) -> Oracle:
    oracle = Oracle()
    for message in messages:
        if message.exercise_id == exercise_id:
            oracle.hear(message)
    return oracle


def answered(raw: Raw) -> list[tuple[int, bytes, int, bool]]:
    columns = (raw.times_ms, raw.values, raw.quality, raw.corrected)
    return [(int(t), bits(float(v)), int(q), bool(c)) for t, v, q, c in zip(*columns, strict=True)]


class FakeCatalogue(MemoryCatalogue):
    """The catalogue in memory, with a switch for the day that PostgreSQL is away."""

    def __init__(self, entries: Iterable[FileEntry] = (), *, away: bool = False) -> None:
        super().__init__(tuple(entries))
        self.away = away

    @property
    def rows(self) -> dict[str, FileEntry]:
        return self._state[0]

    def _asked(self) -> None:
        if self.away:
            raise CatalogueAwayError("away")

    def last_sequence(self, epoch: str) -> int:
        self._asked()
        return super().last_sequence(epoch)

    def live(self) -> list[FileEntry]:
        self._asked()
        return super().live()

    def known(self) -> frozenset[str]:
        self._asked()
        return super().known()

    def register(self, entries: Sequence[FileEntry]) -> None:
        self._asked()
        super().register(entries)

    def swap(self, dead: Sequence[str], born: Sequence[FileEntry]) -> None:
        self._asked()
        super().swap(dead, born)


@dataclass
class AskWriter:
    """The tail of a writer in this process, through its wire format."""

    writer: HistoryWriter | None

    def ask(self, numbers: Sequence[int], from_ms: int, to_ms: int) -> Tail | None:
        if self.writer is None:
            return None
        return decode_tail(encode_tail(self.writer.tail(numbers, from_ms, to_ms)))


class PowerCutError(BaseException):
    """The process ends here; nothing of ours may catch it."""


@dataclass
class FailingDisk(LocalDisk):
    """A disk that fails at one of its steps: before it, after it, or half way through a write."""

    steps: int = -1
    mode: str = "before"
    failure: type[BaseException] = PowerCutError
    log: list[str] = field(default_factory=list)

    def _fails(self, name: str) -> bool:
        self.log.append(name)
        self.steps -= 1
        if self.steps == -1 and self.mode == "before":
            raise self.failure(name)
        return self.steps == -1

    def write(self, path: Path, content: bytes) -> None:
        if self._fails("write"):
            super().write(path, content if self.mode == "after" else content[: len(content) // 2])
            raise self.failure("write")
        super().write(path, content)

    def link(self, source: Path, target: Path) -> None:
        fails = self._fails("link")
        super().link(source, target)
        if fails:
            raise self.failure("link")

    def sync_folder(self, folder: Path) -> None:
        fails = self._fails("sync")
        super().sync_folder(folder)
        if fails:
            raise self.failure("sync")

    def unlink(self, path: Path) -> None:
        fails = self._fails("unlink")
        super().unlink(path)
        if fails:
            raise self.failure("unlink")


def writer_on(
    folder: Path,
    catalogue: FakeCatalogue,
    *,
    epoch: str = EPOCH,
    disk: LocalDisk | None = None,
) -> HistoryWriter:
    writer = HistoryWriter(node=NODE, epoch=epoch, folder=folder, catalogue=catalogue, disk=disk)
    writer.start()
    return writer


def record(writer: HistoryWriter, messages: Iterable[Message]) -> None:
    for message in messages:
        writer.add(message.sequence, 0, message.batch())


def steady(count: int, *, first: int = 1, per_message: int = 10) -> list[Message]:
    """Return messages of one reading a second of two datastreams, value = seconds."""
    return [
        Message(
            sequence=first + index,
            rows=tuple(
                (number, T0 + second * 1000, float(second) + number / 10, 192)
                for second in range(index * per_message, (index + 1) * per_message)
                for number in (7, 8)
            ),
            arrived_ms=T0 + (index + 1) * per_message * 1000,
        )
        for index in range(count)
    ]
