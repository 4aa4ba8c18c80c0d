"""The door's transaction: outside it no rows, and its settings never outlive it (finding 7)."""

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import psycopg
import pytest
from django.db import InternalError, ProgrammingError, connection, transaction

from anlan.kernel.base.errors import NotSignedInError
from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import Principal, Scope, machine
from anlan.kernel.base.unit_of_work import current_work, unit_of_work
from tests.journal_rows import NINGDONG, Row, write

Dsn = Callable[[str], str]
HERE = Principal(actor="user:here", name="本县", scope=Scope(divs=((NINGDONG, NINGDONG),)))
THERE = Principal(actor="user:there", name="邻县", scope=Scope(divs=((NINGDONG + 1,) * 2,)))
SETTINGS = ("divs", "zones", "sites", "incidents", "exercise", "actor", "ceiling", "audit")


@pytest.fixture
def rows(journal_dsn: Dsn) -> Iterator[tuple[Row, Row]]:
    """One row of each of two counties."""
    found = Row(), Row(div=NINGDONG + 1)
    with psycopg.connect(
        journal_dsn("anlan_engine"), options="-c anlan.actor=system:test"
    ) as engine:
        for row in found:
            write(engine, row)
    yield found
    connection.close()


def seen() -> set[str]:
    return set(Journal.objects.values_list("ulid", flat=True))


def settings_now() -> set[str]:
    """Return what the connection carries of us."""
    with connection.cursor() as cursor:
        names = ", ".join(f"current_setting('anlan.{name}', true)" for name in SETTINGS)
        cursor.execute(f"SELECT {names}")
        return set(cursor.fetchone())


def test_each_sees_his_own_and_outside_a_unit_of_work_nobody_sees_anything(
    rows: tuple[Row, Row],
) -> None:
    here, there = rows
    assert seen() == set()
    with unit_of_work(HERE, read_only=True):
        assert seen() == {here.ulid}
    with unit_of_work(THERE):
        assert seen() == {there.ulid}
    with unit_of_work(machine("test")):
        assert seen() == {here.ulid, there.ulid}
    assert seen() == set()


def fail_half_way(*, every_fifth: int = 0) -> None:
    if every_fifth % 5 == 0:
        raise LookupError("a request that fails half-way")


def insert() -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO base_subscriptionprogress VALUES ('x', 0)")


def write_and_fail() -> None:
    with unit_of_work(HERE):
        insert()
        fail_half_way()


def test_two_hundred_requests_over_one_connection_never_see_the_others_county(
    rows: tuple[Row, Row],
) -> None:
    here, there = rows
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        one_backend = cursor.fetchone()
    for number in range(200):
        who, own = (HERE, here) if number % 2 else (THERE, there)
        with suppress(LookupError), unit_of_work(who):
            assert seen() == {own.ulid}
            fail_half_way(every_fifth=number)
        assert seen() == set()
        assert settings_now() <= {"", None}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        assert cursor.fetchone() == one_backend


@pytest.mark.usefixtures("rows")
def test_reading_may_not_write() -> None:
    with unit_of_work(HERE, read_only=True):
        with pytest.raises(InternalError, match="read-only transaction"):
            insert()
        transaction.set_rollback(True)


@pytest.mark.usefixtures("journal_dsn")
def test_a_failure_undoes_everything() -> None:
    with pytest.raises(LookupError):
        write_and_fail()
    with unit_of_work(HERE), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM base_subscriptionprogress")
        assert cursor.fetchone() == (0,)


@pytest.mark.usefixtures("journal_dsn")
def test_one_unit_of_work_does_not_open_inside_another() -> None:
    with unit_of_work(HERE), pytest.raises(RuntimeError, match="durable"), unit_of_work(THERE):
        pass


@pytest.mark.usefixtures("journal_dsn")
def test_the_work_that_is_open_is_known_and_ends() -> None:
    with pytest.raises(NotSignedInError):
        current_work()
    with unit_of_work(HERE, correlation_id="c", causation_id="e") as work:
        assert current_work() is work
        assert (work.principal, work.correlation_id, work.causation_id) == (HERE, "c", "e")
    with pytest.raises(NotSignedInError):
        current_work()


@pytest.mark.usefixtures("journal_dsn")
def test_another_thread_has_no_part_in_it() -> None:
    found: list[Any] = []

    def ask() -> None:
        try:
            current_work()
        except NotSignedInError as error:
            found.append(error.code)

    with unit_of_work(HERE):
        thread = threading.Thread(target=ask)
        thread.start()
        thread.join()
    assert found == ["base.not_signed_in"]


@pytest.mark.usefixtures("journal_dsn")
def test_a_write_without_an_actor_is_refused_by_the_table_itself() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        with pytest.raises(ProgrammingError, match="without an actor"):
            cursor.execute("INSERT INTO base_journal SELECT * FROM base_journal")
        transaction.set_rollback(True)


@pytest.mark.usefixtures("rows")
def test_nobody_writes_into_another_county() -> None:
    statement = (
        "INSERT INTO base_journal (ulid, node, schema, type, occurred_at, known_at, correlation_id,"
        " actor, object, object_version, div, data) VALUES ('01J00000000000000000000000', 'n', 1,"
        " 'a.b.c', now(), now(), '', %s, '', 1, %s, '{}')"
    )
    with unit_of_work(HERE), connection.cursor() as cursor:
        with pytest.raises(ProgrammingError, match="row-level security"):
            cursor.execute(statement, ["user:somebody", NINGDONG + 1])
        transaction.set_rollback(True)
