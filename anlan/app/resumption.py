"""Where an engine takes up its work: the position in PostgreSQL decides, snapshots only help (7.2).

Restart: newest snapshot not above the progress, silently to the progress, then aloud. Without a
snapshot: the configuration that stood in the log before its first message, from PostgreSQL.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from anlan.app.log_message import LogSpan
from anlan.app.session import Judgement, Session
from anlan.app.snapshots import Snapshots
from anlan.engines.alarms import controls
from anlan.engines.alarms.proof import Told

log = logging.getLogger("anlan.engine")


class LogWentBackError(RuntimeError):
    """The log ends before what was judged of it: it was restored without a new life."""


class Memory(Protocol):
    """What PostgreSQL remembers for the engine."""

    def progress(self) -> tuple[str, int] | None:
        """Return (epoch, seq) of the last commit."""

    def configuration(self, epoch: str, before: int) -> list[controls.Change]:
        """Return the changes that stand in the log before a message, the newest of each kind."""

    def told(self) -> Mapping[str | None, Told]:
        """Return the conditions that are active, by exercise."""


class Startable(Judgement, Protocol):
    """A judgement that can be begun before its first message."""

    def configure(self, changes: Iterable[controls.Change]) -> None:
        """Take over what stood in the log before the first message that will be heard."""


@dataclass(frozen=True, slots=True)
class Form:
    """How one kind of judging is begun: before any message (epoch, seq), or from a snapshot."""

    fresh: Callable[[str, int], Startable]
    load: Callable[[bytes], Startable]


def resume(memory: Memory, snapshots: Snapshots, span: LogSpan, form: Form) -> Session:
    """Return the session that goes on where the last commit ended. Raises LogWentBackError."""
    done = memory.progress()
    same_life = done is not None and done[0] == span.epoch
    committed = done[1] if done is not None and same_life else 0
    if committed > span.last:
        raise LogWentBackError(
            f"READINGS ends at {span.last}, but {committed} was judged: it was restored from a "
            "copy. Give the stream a new epoch (anlan doctor). 读数日志比已判定的位置短"
        )
    found = None if done is None else snapshots.newest(*done, form.load)
    judging = found or form.fresh(span.epoch, span.first - 1)
    if not same_life:
        judging.epoch, judging.seq = span.epoch, span.first - 1
    if found is None or not same_life or judging.seq + 1 < span.first:
        # a snapshot older than the log reaches back has not heard what was asked for in between
        judging.configure(memory.configuration(span.epoch, max(judging.seq + 1, span.first)))
    is_whole = done is None or (found is not None and same_life and judging.seq + 1 >= span.first)
    if not is_whole:
        log.warning("the past of %s is not whole from message %s on", span.epoch, judging.seq + 1)
    # what the log has let go cannot be heard again
    judging.seq = max(judging.seq, min(committed, span.first - 1))
    log.info("from message %s, silent up to %s", judging.seq + 1, committed)
    session = Session(snapshots.group, judging, committed, None if is_whole else memory.told())
    if not session.is_silent:
        session.come_to_the_end_of_silence()
    if done is not None and not same_life:
        _keep_for_new_life(session, snapshots)
    return session


def _keep_for_new_life(session: Session, snapshots: Snapshots) -> None:
    """Take the old judge over into the new life of the log, so that no crash can lose it again."""
    name, content = snapshots.dump(session.judging)
    try:
        snapshots.write(name, content)
    except OSError as error:
        log.warning("snapshot %s was not written: %s", name, error)
