"""Reactions: each event once, in order, its position with what it wrote; five tries, then aside."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, connection
from psycopg.conninfo import conninfo_to_dict

from anlan.app import subscribers
from anlan.app.database_thread import DatabaseAwayError
from anlan.app.subscribers import Reaction, Subscriber
from anlan.kernel.base import journal, queries
from anlan.kernel.base.envelope import Envelope
from anlan.kernel.base.events import JOURNAL_VERIFIED, JournalVerified
from anlan.kernel.base.ids import new_ulid
from anlan.kernel.base.models import DeadLetter
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.sealing import GENESIS, SEAL_SQL
from anlan.kernel.base.services import dead_letters
from anlan.kernel.base.unit_of_work import current_work, unit_of_work
from tests.journal_rows import Row, write

Dsn = Callable[[str], str]
KIND = "alerts.alarm.raised"


class Slice:
    """A slice whose handler writes one journal row, and may be told to refuse."""

    def __init__(self) -> None:
        self.seen: list[int] = []
        self.refused: set[int] = set()

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
        if event.position in self.refused:
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
    own.refused = {1}
    tell(journal_dsn, Row(), Row())
    pauses = [reaction.step(), reaction.step()]
    assert pauses == [0.2, 1.0]
    assert (own.seen, reactions_of(journal_dsn)) == ([], [])
    own.refused.clear()
    reaction.step()
    assert own.seen == [1, 2]
    assert reactions_of(journal_dsn) == [1, 2]


def test_after_five_tries_the_event_is_put_aside_and_the_next_one_handled(
    reaction: Reaction, own: Slice, journal_dsn: Dsn
) -> None:
    own.refused = {1}
    tell(journal_dsn, Row(data={"value": 91}), Row())
    pauses = [reaction.step() for _ in range(5)]
    assert pauses[:4] == list(subscribers.PAUSES_S)
    assert own.seen == [2]
    with psycopg.connect(journal_dsn("anlan_worker")) as worker:
        [(name, place, event, error)] = worker.execute(
            "SELECT slice, position, event, error FROM base_deadletter"
        ).fetchall()
    assert (name, place, event["data"]) == ("plans", 1, {"value": 91})
    assert error.splitlines()[-1] == "ValueError"
    assert "Slice.on_raised" in error
    assert "not now" not in error
    assert position(journal_dsn) == 2


def test_8_1_4_11_b_a_dead_letter_keeps_nothing_of_the_row_that_was_refused(
    reaction: Reaction, journal_dsn: Dsn
) -> None:
    said: list[str] = []

    def write_badly(_event: Envelope) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO base_deadletter (id, slice) VALUES (%s, '张三 13800001234')",
                    [new_ulid()],
                )
        except IntegrityError as error:
            said.append(str(error))
            raise

    broken = Reaction(Subscriber("plans", {KIND: write_badly}))
    tell(journal_dsn, Row())
    for _ in range(5):
        broken.step()

    # PostgreSQL does quote it: without that this test would prove nothing
    assert "Failing row contains" in said[0]
    assert "13800001234" in said[0]
    with psycopg.connect(journal_dsn("anlan_worker")) as worker:
        [(whole, error)] = worker.execute(
            "SELECT letter::text, error FROM base_deadletter letter"
        ).fetchall()
    assert "13800001234" not in whole
    assert "张三" not in whole
    assert "psycopg.errors.NotNullViolation: SQLSTATE 23502" in error
    assert error.splitlines()[-1] == "django.db.utils.IntegrityError"
    assert "test_react_to_events.py" in error
    assert "write_badly" in error


def test_one_that_is_refused_among_many_takes_nobody_with_it(
    reaction: Reaction, own: Slice, journal_dsn: Dsn
) -> None:
    own.refused = {3}
    tell(journal_dsn, *(Row() for _ in range(6)))
    for _ in range(6):
        reaction.step()
    assert reactions_of(journal_dsn) == [1, 2, 4, 5, 6]
    assert open_letter()["position"] == 3


def test_events_handled_together_keep_their_own_thread_of_cause(
    reaction: Reaction, own: Slice, journal_dsn: Dsn
) -> None:
    rows = [Row() for _ in range(3)]
    tell(journal_dsn, *rows)
    reaction.step()
    threads = ask(journal_dsn, "SELECT correlation_id, causation_id FROM base_journal"
                  " WHERE type = 'base.journal.verified' ORDER BY id")  # fmt: skip
    assert threads == [(row.correlation_id, row.ulid) for row in rows]
    assert own.seen == [1, 2, 3]


def open_letter() -> dict[str, Any]:
    """Return the newest dead letter as the list shows it."""
    with unit_of_work(machine("test"), read_only=True):
        newest = DeadLetter.objects.order_by("-id").values_list("id", flat=True)[0]
        return queries.dead_letter(newest)


def ask_again() -> None:
    letter = open_letter()
    with unit_of_work(machine("test")):
        dead_letters.ask_again(letter_id=letter["id"], version=letter["version"])


def test_a_dead_letter_is_handled_again_when_somebody_wants_it_and_then_settled(
    reaction: Reaction, own: Slice, journal_dsn: Dsn
) -> None:
    drill = new_ulid()
    own.refused = {1}
    tell(journal_dsn, Row(exercise_id=drill), Row())
    for _ in range(5):
        reaction.step()
    ask_again()
    reaction.step()
    assert own.seen == [2]
    letter = open_letter()
    assert (letter["retry_at"], letter["settled_at"], letter["tries"]) == (None, None, 6)
    own.refused.clear()
    ask_again()
    reaction.step()
    assert own.seen == [2, 1]
    letter = open_letter()
    assert (letter["outcome"], letter["tries"]) == ("handled", 7)
    reaction.step()
    assert own.seen == [2, 1]
    kinds = [row[0] for row in ask(journal_dsn, "SELECT type FROM base_journal"
             " WHERE type LIKE 'base.dead_letter.%' ORDER BY id")]  # fmt: skip
    assert [kind.rpartition(".")[2] for kind in kinds] == [
        "set_aside",
        "retried",
        "refused",
        "retried",
        "handled",
    ]


def test_two_workers_handle_each_event_once(
    reaction: Reaction, own: Slice, journal_dsn: Dsn
) -> None:
    other = Reaction(reaction.subscriber)
    other.step()
    tell(journal_dsn, Row(), Row())
    reaction.step()
    other.step()
    assert own.seen == [1, 2]
    assert reactions_of(journal_dsn) == [1, 2]


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
