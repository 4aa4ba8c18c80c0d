"""Reactions: each event once, in order, its position with what it wrote; five tries, then aside."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from anlan.app import subscribers
from anlan.app.database_thread import DatabaseAwayError
from anlan.app.subscribers import Reaction, Subscriber
from anlan.kernel.base import journal
from anlan.kernel.base.envelope import Envelope
from anlan.kernel.base.events import JOURNAL_VERIFIED, JournalVerified
from anlan.kernel.base.ids import new_ulid
from anlan.kernel.base.sealing import GENESIS, SEAL_SQL
from anlan.kernel.base.unit_of_work import current_work
from tests.journal_rows import Row, write

Dsn = Callable[[str], str]
KIND = "alerts.alarm.raised"


class Slice:
    """A slice whose handler writes one journal row, and may be told to refuse."""

    def __init__(self) -> None:
        self.seen: list[int] = []
        self.refusals = 0

    def on_raised(self, event: Envelope) -> None:
        """React: leave a row that is caused by the event."""
        state = JournalVerified(first_position=event.position, last_position=0, head="", findings=0)
        journal.record(
            JOURNAL_VERIFIED,
            state,
            journal.Subject(id=new_ulid(), version=1, place=journal.Place()),
        )
        work = current_work()
        assert work.correlation_id == event.correlation_id
        assert work.causation_id == event.id
        assert work.principal.exercise_id == event.exercise_id
        if self.refusals:
            self.refusals -= 1
            raise ValueError("not now")
        self.seen.append(event.position)


@pytest.fixture
def own() -> Slice:
    return Slice()


@pytest.fixture
def reaction(journal_dsn: Dsn, own: Slice) -> Reaction:
    """A reaction that has looked once and so begins with what comes now."""
    del journal_dsn
    made = Reaction(Subscriber("plans", {KIND: own.on_raised}))
    made.step()
    return made


def tell(dsn: Dsn, *rows: Row) -> None:
    """Write rows and seal them."""
    with psycopg.connect(dsn("anlan_engine"), options="-c anlan.actor=system:test") as connection:
        for row in rows:
            write(connection, row)
    with psycopg.connect(dsn("anlan_relay"), autocommit=True) as relay:
        relay.execute(SEAL_SQL, {"limit": 1000, "genesis": GENESIS})


def ask(dsn: Dsn, statement: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(dsn("anlan_relay")) as relay:
        return relay.execute(statement).fetchall()


def reactions_of(dsn: Dsn) -> list[int]:
    """Return the positions that committed handlers have left rows for."""
    rows = ask(dsn, "SELECT (data->>'first_position')::int FROM base_journal"
                    " WHERE type = 'base.journal.verified' ORDER BY id")  # fmt: skip
    return [row[0] for row in rows]


def position(dsn: Dsn) -> int:
    with psycopg.connect(dsn("anlan_worker")) as worker:
        row = worker.execute("SELECT position FROM base_subscriptionprogress").fetchone()
    assert row is not None
    return int(row[0])


def test_each_event_of_the_slice_is_handled_once_in_order(
    reaction: Reaction, own: Slice, journal_dsn: Dsn
) -> None:
    tell(journal_dsn, Row(), Row(type="places.division.loaded"), Row(exercise_id=new_ulid()))
    reaction.step()
    reaction.step()
    assert own.seen == [1, 3]
    assert reactions_of(journal_dsn) == [1, 3]
    assert position(journal_dsn) == 3


def test_a_new_start_goes_on_behind_what_is_committed(
    reaction: Reaction, own: Slice, journal_dsn: Dsn
) -> None:
    tell(journal_dsn, Row(), Row())
    reaction.step()
    tell(journal_dsn, Row())
    after_restart = Reaction(reaction.subscriber)
    after_restart.step()
    assert [one for one in own.seen if one <= 3] == [1, 2]
    assert len(own.seen) == 3


def test_a_slice_that_is_new_begins_with_what_comes(journal_dsn: Dsn, own: Slice) -> None:
    tell(journal_dsn, Row(), Row())
    late = Reaction(Subscriber("plans", {KIND: own.on_raised}))
    late.step()
    assert own.seen == []
    assert position(journal_dsn) == 2


def test_a_refusal_leaves_nothing_and_is_tried_again(
    reaction: Reaction, own: Slice, journal_dsn: Dsn
) -> None:
    own.refusals = 2
    tell(journal_dsn, Row(), Row())
    pauses = [reaction.step(), reaction.step()]
    assert pauses == [0.2, 1.0]
    assert (own.seen, reactions_of(journal_dsn)) == ([], [])
    reaction.step()
    assert own.seen == [1, 2]
    assert reactions_of(journal_dsn) == [1, 2]


def test_after_five_tries_the_event_is_put_aside_and_the_next_one_handled(
    reaction: Reaction, own: Slice, journal_dsn: Dsn
) -> None:
    own.refusals = 5
    tell(journal_dsn, Row(data={"value": 91}), Row())
    pauses = [reaction.step() for _ in range(5)]
    assert pauses[:4] == list(subscribers.PAUSES_S)
    assert own.seen == [2]
    with psycopg.connect(journal_dsn("anlan_worker")) as worker:
        [(name, place, event, error)] = worker.execute(
            "SELECT slice, position, event, error FROM base_deadletter"
        ).fetchall()
    assert (name, place, event["data"]) == ("plans", 1, {"value": 91})
    assert "not now" in error
    assert position(journal_dsn) == 2


async def test_with_the_database_away_no_try_is_counted(
    reaction: Reaction, own: Slice, journal_dsn: Dsn
) -> None:
    tell(journal_dsn, Row())
    name = conninfo_to_dict(journal_dsn("anlan_admin"))["dbname"]
    outside = psycopg.connect(journal_dsn("anlan_admin"), dbname="postgres", autocommit=True)
    with outside as admin:
        admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        try:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = %s AND pid <> pg_backend_pid()",
                [name],
            )
            with pytest.raises(DatabaseAwayError):
                await reaction.database.call(reaction.step)
        finally:
            admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
    await reaction.database.call(reaction.step)
    assert own.seen == [1]
    assert reaction._failed == (0, 0)
    await reaction.database.close()


def test_subscribing_to_an_event_that_does_not_exist_stops_the_start() -> None:
    class Module:
        HANDLERS = {"alerts.alarm.exploded": print}

    with pytest.raises(ValueError, match="exploded"):
        subscribers._checked("plans", Module)
    assert all(isinstance(one, Subscriber) for one in subscribers.subscribers())
