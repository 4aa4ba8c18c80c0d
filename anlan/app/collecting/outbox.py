"""The outbox: what was heard and not yet taken by the door, on disk, in order, with its numbers.

Nothing is acknowledged to a station before `keep` has returned; nothing leaves before the door has
said that it is on disk there. A number is given to a message in the transaction that writes its
bytes, so no number ever stands for two messages, whatever ends the process.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import msgspec

from anlan.app.collecting.message import parted
from anlan.app.collecting.outbox_tables import opened
from anlan.kernel.base.clock import now_ms
from anlan.kernel.sensing.sample import Sample

#: Readings in one message, and in one entry: half a megabyte at the most, of the megabyte that a door takes.
SAMPLES_MAX = 5_000
#: How long a broken frame's source may be remembered, each; and how much of one piece.
BROKEN_ROWS, BROKEN_BYTES = 5_000, 4_096
#: A station sends again for hours or days; what it had acknowledged longer ago it has forgotten.
HEARD_MS = 8 * 86_400_000
#: The other parts of a message follow within seconds.
PARTS_MS = 3_600_000
#: A part that comes so long after the others is of another message under the same name.
FOLLOW_MS = 60_000
#: The door's word for a known number with other bytes.
USED_BEFORE = 409
_decode = msgspec.msgpack.Decoder(list[tuple[str, int, float, int]]).decode
#: Number, samples and whether they were held back here to the bytes of a message, without signature.
Compose = Callable[[int, Sequence[Sample], bool], bytes]


class OutboxFullError(RuntimeError):
    """There is no room: nothing new is taken, and nothing old is dropped for it."""


class Outgoing(NamedTuple):
    """A message with its number; `first_ms` is the time of its oldest reading."""

    seq: int
    readings: int
    first_ms: int
    body: bytes


@dataclass(slots=True)
class Outbox:
    """One file, one writer. All methods are short and blocking; each is one transaction."""

    file: Path
    compose: Compose
    limit_bytes: int
    db: sqlite3.Connection = field(init=False)
    _page_bytes: int = field(init=False)

    def __post_init__(self) -> None:
        """Open the file; a new one begins to count at the clock, beyond whatever was sent before."""
        self.db = opened(self.file)
        [self._page_bytes] = self.db.execute("PRAGMA page_size").fetchone()
        with self.transaction():
            self.db.execute("INSERT OR IGNORE INTO counter VALUES ('seq', ?)", (now_ms(),))

    def close(self) -> None:
        """Close the file; what is committed stays."""
        self.db.close()

    @property
    def used_bytes(self) -> int:
        """Return how much of the file is in use."""
        [pages] = self.db.execute("PRAGMA page_count").fetchone()
        [free] = self.db.execute("PRAGMA freelist_count").fetchone()
        return int(pages - free) * self._page_bytes

    def knows(self, source: str, name: str) -> bool:
        """Tell whether a message of this name was kept before."""
        asked = "SELECT 1 FROM heard WHERE source = ? AND name = ?"
        return self.db.execute(asked, (source, name)).fetchone() is not None

    def keep(
        self, source: str, samples: Sequence[Sample], names: Sequence[str] = (), whole: str = ""
    ) -> bool:
        """Keep samples, in their order; False when the message was kept before, by the first of its names.

        `whole` names the parts that they were put together from: these are let go. Raises OutboxFullError.
        """
        with self.transaction(grows=True):
            if whole:
                self.db.execute("DELETE FROM part WHERE source = ? AND name = ?", (source, whole))
            are_new = [self._is_new(source, name) for name in names]
            if are_new and not are_new[0]:
                return False
            self.add(source, samples)
        return True

    def add(self, source: str, samples: Sequence[Sample]) -> None:
        """Put samples behind what waits, inside a transaction."""
        for start in range(0, len(samples), SAMPLES_MAX):
            some = samples[start : start + SAMPLES_MAX]
            self.db.execute(
                "INSERT INTO entry (source, count, body, kept_ms) VALUES (?, ?, ?, ?)",
                (source, len(some), msgspec.msgpack.encode(some), now_ms()),
            )

    def keep_part(self, source: str, name: str, number: int, body: bytes) -> list[bytes]:
        """Keep one part of a message; return all that are there, in order. Raises OutboxFullError.

        A part with other bytes than the one of its number, or long after the others, begins another message under
        the same name (stations that do not move their QN on): the old parts are set aside, never mixed with it.
        """
        with self.transaction(grows=True):
            now = now_ms()
            others = (
                "SELECT max(at_ms) < ? OR max(number = ? AND body <> ?) FROM part"
                " WHERE source = ? AND name = ?"
            )
            said = (now - FOLLOW_MS, number, body, source, name)
            [are_of_another] = self.db.execute(others, said).fetchone()
            if are_of_another:
                self._given_up(source, name)
            row = (source, name, number, now, body)
            self.db.execute("INSERT OR REPLACE INTO part VALUES (?, ?, ?, ?, ?)", row)
            asked = "SELECT body FROM part WHERE source = ? AND name = ? ORDER BY number"
            return [part for (part,) in self.db.execute(asked, (source, name))]

    def give_up(self, source: str, name: str) -> None:
        """Set the parts of a message aside that will never be whole."""
        with self.transaction():
            self._given_up(source, name)

    def following(self, done: int | None = None) -> Outgoing | None:
        """Let go what the door has, and return the oldest of the rest, None when all is sent."""
        with self.transaction():
            if done is not None:
                self.db.execute("DELETE FROM message WHERE seq = ?", (done,))
            asked = "SELECT seq, count, first_ms, body FROM message ORDER BY seq LIMIT 1"
            if (row := self.db.execute(asked).fetchone()) is not None:
                return Outgoing(*row)
            return self._formed()

    def bury(self, message: Outgoing, status: int, reason: str) -> None:
        """Set a message aside that the door refused: for a person, with what the door said.

        A number that was used before (409) means that this file was laid back from a backup: so that
        not every message up to the old number meets the same, numbers go on from the clock.
        """
        with self.transaction():
            self.db.execute(
                "INSERT INTO dead (seq, count, status, reason, at_ms, body) VALUES (?, ?, ?, ?, ?, ?)",
                (message.seq, message.readings, status, reason, now_ms(), message.body),
            )
            self.db.execute("DELETE FROM message WHERE seq = ?", (message.seq,))
            if status == USED_BEFORE:
                beyond = "UPDATE counter SET value = max(value, ?) WHERE name = 'seq'"
                self.db.execute(beyond, (now_ms(),))

    def set_aside(self, source: str, peer: str, reason: str, raw: bytes) -> None:
        """Remember what could not be read; of each source the newest 5,000. Raises OutboxFullError."""
        with self.transaction(grows=True):
            self.add_broken(source, peer, [(reason, raw)])

    def add_broken(self, source: str, peer: str, pieces: Sequence[tuple[str, bytes]]) -> None:
        """Remember what could not be read, each with its reason, inside a transaction."""
        self.db.executemany(
            "INSERT INTO broken (source, peer, reason, at_ms, size, raw) VALUES (?, ?, ?, ?, ?, ?)",
            [(source, peer, why, now_ms(), len(raw), raw[:BROKEN_BYTES]) for why, raw in pieces],
        )
        self.db.execute(
            "DELETE FROM broken WHERE source = ? AND id <= (SELECT id FROM broken"
            " WHERE source = ? ORDER BY id DESC LIMIT 1 OFFSET ?)",
            (source, source, BROKEN_ROWS),
        )

    def write_states(self, states: dict[str, bytes]) -> None:
        """Write how the sources and the sender fare; those of sources that are no more go."""
        with self.transaction():
            self.db.execute("DELETE FROM state")
            rows = [(name, now_ms(), body) for name, body in states.items()]
            self.db.executemany("INSERT INTO state VALUES (?, ?, ?)", rows)

    def forget(self) -> list[tuple[str, str]]:
        """Let go what was remembered long enough; return source and name of messages that never became whole."""
        now = now_ms()
        with self.transaction():
            self.db.execute("DELETE FROM heard WHERE at_ms < ?", (now - HEARD_MS,))
            asked = "SELECT source, name FROM part GROUP BY source, name HAVING max(at_ms) < ?"
            lost = self.db.execute(asked, (now - PARTS_MS,)).fetchall()
            for source, name in lost:
                self._given_up(source, name)
        return lost

    def _given_up(self, source: str, name: str) -> None:
        self.db.execute(
            "INSERT INTO broken (source, peer, reason, at_ms, size, raw) SELECT source, name,"
            " 'incomplete', at_ms, length(body), body FROM part WHERE source = ? AND name = ?",
            (source, name),
        )
        self.db.execute("DELETE FROM part WHERE source = ? AND name = ?", (source, name))

    def _is_new(self, source: str, name: str) -> bool:
        row = (source, name, now_ms())
        added = self.db.execute("INSERT OR IGNORE INTO heard VALUES (?, ?, ?)", row)
        return added.rowcount == 1

    def _formed(self) -> Outgoing | None:
        """Make one message of the oldest entries, all held back here or none, and give it its number."""
        samples: list[Sample] = []
        last, is_held, now = 0, False, now_ms()
        for number, kept_ms, body in self.db.execute(
            "SELECT id, kept_ms, body FROM entry ORDER BY id"
        ):
            others, held = parted([Sample(*one) for one in _decode(body)], kept_ms, now)
            some = others or held
            if samples and (
                len(samples) + len(some) > SAMPLES_MAX
                or is_held == bool(others)
                or (others and held)
            ):
                break
            samples, is_held = samples + some, not others
            if others and held:  # what was late when it came goes first, the rest next time
                self.db.execute(
                    "UPDATE entry SET count = ?, body = ? WHERE id = ?",
                    (len(held), msgspec.msgpack.encode(held), number),
                )
                break
            last = number
        if not samples:
            return None
        [seq] = self.db.execute("SELECT value FROM counter WHERE name = 'seq'").fetchone()
        first_ms = min(sample.at_ms for sample in samples)
        made = Outgoing(seq, len(samples), first_ms, self.compose(seq, samples, is_held))
        self.db.execute("INSERT INTO message VALUES (?, ?, ?, ?)", made)
        self.db.execute("UPDATE counter SET value = ? WHERE name = 'seq'", (seq + 1,))
        self.db.execute("DELETE FROM entry WHERE id <= ?", (last,))
        return made

    @contextmanager
    def transaction(self, *, grows: bool = False, share: float = 1.0) -> Iterator[None]:
        """Commit on return, undo on an error. Raises OutboxFullError where its share leaves no room to grow."""
        if grows and self.used_bytes >= (limit := self.limit_bytes * share):
            raise OutboxFullError(f"{self.file}: {limit / 1024**2:.3g} MB are used up")
        try:
            self.db.execute("BEGIN IMMEDIATE")
            yield
            self.db.execute("COMMIT")
        except BaseException as error:
            if self.db.in_transaction:
                self.db.execute("ROLLBACK")
            if isinstance(error, sqlite3.OperationalError) and "full" in str(error):
                raise OutboxFullError(f"{self.file}: {error}") from error
            raise
