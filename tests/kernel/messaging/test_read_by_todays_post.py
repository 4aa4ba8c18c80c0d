"""A message is read up to the ceiling of the posts one holds today, not of those one held when it came."""

import pytest
from django.test import Client

from anlan.kernel.base.errors import NotFoundError
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.messaging import queries
from anlan.kernel.messaging.models import Message
from anlan.kernel.people.models import PostHolding, User
from anlan.kernel.people.services import posts
from tests import factories
from tests.cast import Cast, assemble, csrf, principal, signed_in

pytestmark = pytest.mark.django_db
URL = "/api/v1/messaging"


@pytest.fixture
def cast() -> Cast:
    return assemble()


def moved(user: User, cast: Cast, role: str) -> Client:
    """Move somebody to another post, which ends his sessions, and sign him in again."""
    held = PostHolding.objects.get(user=user, held_to=None)
    with factories.working():
        posts.end_holding(holding=held)
    factories.holding(User.objects.get(pk=user.pk), factories.post(cast.bureau, role))
    return signed_in(user)


def titles(client: Client) -> set[str]:
    return {one["title"] for one in client.get(f"{URL}/messages").json()["items"]}


def unread(client: Client) -> int:
    count: int = client.get(f"{URL}/unread").json()["unread"]
    return count


def test_8_1_4_2_g_what_came_in_a_higher_post_is_not_read_after_a_change(cast: Cast) -> None:
    officer = cast.duty_officer
    secret = factories.message(officer, title="工作秘密", sensitivity=3).message
    factories.message(officer, title="通知", sensitivity=1)
    before = signed_in(officer)
    assert titles(before) == {"工作秘密", "通知"}
    assert unread(before) == 2

    after = moved(officer, cast, "assistant_duty_officer")
    assert titles(after) == {"通知"}
    assert unread(after) == 1
    answer = after.post(f"{URL}/messages/{secret.id}/read", headers=csrf(after))
    assert (answer.status_code, answer.json()["code"]) == (404, "messaging.not_found")

    # what he may read again he finds again, and unread
    back = moved(officer, cast, "duty_officer")
    assert titles(back) == {"工作秘密", "通知"}
    assert unread(back) == 2


def test_8_1_4_2_g_row_security_holds_it_back_as_well(cast: Cast) -> None:
    officer = cast.duty_officer
    with_secret = [factories.message(officer, sensitivity=one).message.id for one in (2, 3)]
    moved(officer, cast, "assistant_duty_officer")
    with unit_of_work(principal(officer), read_only=True):
        seen = set(Message.objects.values_list("id", flat=True))
    assert seen == {with_secret[0]}


def test_the_inbox_asks_by_itself_whatever_row_security_lets_through(cast: Cast) -> None:
    officer = cast.duty_officer
    secret = factories.message(officer, sensitivity=3).message
    moved(officer, cast, "assistant_duty_officer")
    reader = principal(officer)
    with factories.working():
        assert Message.objects.filter(pk=secret.id).exists()
        assert not queries.inbox(reader).exists()
        with pytest.raises(NotFoundError):
            queries.delivery(reader, secret.id)
