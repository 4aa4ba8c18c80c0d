"""Where an engine takes up its work: the position in PostgreSQL decides, snapshots only help (7.2).

Restart: newest snapshot not above the progress, silently to the progress, then aloud. Without a
snapshot: the configuration that stood in the log before its first message, from PostgreSQL.
"""

import logging
from collections.abc import Callable
from typing import Protocol

from anlan.app.judging import Judging, Session
from anlan.app.log_message import LogSpan
from anlan.app.snapshots import Snapshots
from anlan.engines.alarms import controls
from anlan.engines.alarms.judge import Judge, Stepper
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

    def told(self) -> Told:
        """Return the conditions that are active."""


def resume(
    memory: Memory, snapshots: Snapshots, span: LogSpan, new: Callable[[], Stepper]
) -> Session:
    """Return the session that goes on where the last commit ended. Raises LogWentBackError."""
    done = memory.progress()
    committed = done[1] if done is not None and done[0] == span.epoch else 0
    if committed > span.last:
        raise LogWentBackError(
            f"READINGS ends at {span.last}, but {committed} was judged: it was restored from a "
            "copy. Give the stream a new epoch (anlan doctor). 读数日志比已判定的位置短"
        )
    found = None if done is None else snapshots.newest(*done, new())
    same_life = done is not None and done[0] == span.epoch
    judge, seq = found or (Judge(new()), span.first - 1)
    if not same_life:
        seq = span.first - 1
    if found is None or not same_life:
        for change in memory.configuration(span.epoch, seq + 1):
            judge.control(change, 0)
    is_whole = done is None or (found is not None and same_life and seq + 1 >= span.first)
    if not is_whole:
        log.warning("the past of %s is not whole from message %s on", span.epoch, seq + 1)
    seq = max(seq, min(committed, span.first - 1))  # what the log has let go cannot be heard again
    log.info("from message %s, silent up to %s", seq + 1, committed)
    judging = Judging(span.epoch, judge, seq)
    session = Session(snapshots.group, judging, committed, None if is_whole else memory.told())
    if done is not None and not same_life:
        _begin_new_life(session, snapshots)
    return session


def _begin_new_life(session: Session, snapshots: Snapshots) -> None:
    """Take the old judge over into the new life of the log, so that no crash can lose it again."""
    session.come_to_the_end_of_silence()
    name, content = snapshots.dump(session.judging)
    try:
        snapshots.write(name, content)
    except OSError as error:
        log.warning("snapshot %s was not written: %s", name, error)
