"""A request may name the thread that its act belongs to: a new one or the actor's own, nobody else's."""

import pytest
from django.test import Client

from anlan.kernel.base import journal
from anlan.kernel.base.events import JOURNAL_VERIFIED, JournalVerified
from anlan.kernel.base.ids import is_ulid, new_ulid
from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.people.models import AdministratorKind
from tests import factories
from tests.cast import DIV_NEXT_DOOR, Cast, assemble, csrf, signed_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast() -> Cast:
    return assemble()


@pytest.fixture
def one(cast: Cast) -> Client:
    return signed_in(cast.system_administrator)


@pytest.fixture
def other(cast: Cast) -> Client:
    del cast
    return signed_in(factories.user("other", "另一系统", AdministratorKind.SYSTEM))


def act(client: Client, username: str, thread: str) -> str:
    """Open an account under a thread of cause; return the thread in which the journal has it."""
    answer = client.post(
        "/api/v1/people/users",
        {"username": username, "name": "新人"},
        content_type="application/json",
        headers=csrf(client) | {"X-Correlation-Id": thread},
    )
    assert answer.status_code == 200, answer.content.decode()
    with unit_of_work(machine("test")):
        row = Journal.objects.get(type="people.user.created", object=answer.json()["id"])
        return str(row.correlation_id)


def actors_in(thread: str) -> set[str]:
    with unit_of_work(machine("test")):
        return set(Journal.objects.filter(correlation_id=thread).values_list("actor", flat=True))


def by_machine(thread: str, cause: str | None) -> None:
    """Have a machine write a row, in a drill next door, that nobody of the cast sees."""
    state = JournalVerified(first_position=1, last_position=1, head="", findings=0)
    place = journal.Place(div=DIV_NEXT_DOOR)
    about = journal.Subject(id=new_ulid(), version=1, place=place, exercise_id=new_ulid())
    with unit_of_work(machine("test"), correlation_id=thread, causation_id=cause):
        journal.record(JOURNAL_VERIFIED, state, about)


def test_a_new_thread_and_ones_own_are_gone_on_with(cast: Cast, one: Client) -> None:
    thread = new_ulid()
    assert act(one, "first", thread) == thread
    assert act(one, "second", thread) == thread
    assert actors_in(thread) == {f"user:{cast.system_administrator.id}"}


def test_an_act_in_somebody_elses_thread_stands_in_a_new_one(
    cast: Cast, one: Client, other: Client
) -> None:
    thread = act(one, "first", new_ulid())
    made = act(other, "second", thread)
    assert made != thread
    assert is_ulid(made)
    assert actors_in(thread) == {f"user:{cast.system_administrator.id}"}


def test_what_a_machine_did_because_of_an_act_takes_its_thread_from_nobody(
    one: Client, other: Client
) -> None:
    thread = act(one, "first", new_ulid())
    by_machine(thread, cause=new_ulid())
    assert act(one, "second", thread) == thread
    assert act(other, "third", thread) != thread


def test_what_is_out_of_sight_is_somebody_elses_too(one: Client) -> None:
    thread = new_ulid()
    by_machine(thread, cause=None)
    assert act(one, "first", thread) != thread
    assert actors_in(thread) == {"system:test"}


@pytest.mark.parametrize("named", ["", "x", "01arz3ndektsv4rrffq69g5fav", "' OR 1=1"])
def test_what_is_no_thread_is_passed_over(one: Client, named: str) -> None:
    made = act(one, "first", named)
    assert made != named
    assert is_ulid(made)
