"""How a person wants to be told, and tests to himself: the only writer of `Wishes`."""

from collections.abc import Sequence
from datetime import time, timedelta

from anlan.kernel.base import journal
from anlan.kernel.base.clock import now
from anlan.kernel.base.errors import ConflictError, InvalidError
from anlan.kernel.base.unit_of_work import current_work
from anlan.kernel.messaging import channels, events
from anlan.kernel.messaging.channels import Way
from anlan.kernel.messaging.models import Dispatch, Wishes
from anlan.kernel.messaging.services.dispatches import ADDRESSES, plan_test
from anlan.kernel.people.queries.addresses import kinds_known
from anlan.kernel.people.queries.holdings import PERSON

#: One test a minute: a page that asks again and again must not fill somebody's phone.
TEST_PAUSE = timedelta(minutes=1)


def keep_wishes(
    *, without: Sequence[str], quiet_from: time | None, quiet_to: time | None
) -> Wishes:
    """Keep how whoever acts wants to be told; the last word stands.

    Raises InvalidError for a channel that there is not, and for quiet hours with one end.
    """
    if (quiet_from is None) != (quiet_to is None):
        raise InvalidError("免打扰要写起止两个时间", code="messaging.quiet_half")
    known = {one.name for one in channels.outside()}
    if strange := sorted(set(without) - known):
        raise InvalidError("没有这个渠道", code="messaging.no_such_channel", channel=strange[0])
    user_id = acting()
    row = Wishes.objects.select_for_update().filter(user_id=user_id).first()
    is_new = row is None
    row = row or Wishes(user_id=user_id, created_at=now(), version=0)
    row.without, row.quiet_from, row.quiet_to = sorted(set(without)), quiet_from, quiet_to
    row.version, row.updated_at = row.version + 1, now()
    row.save(force_insert=is_new)
    state = events.WishesState(id=row.id, recipients=[current_work().principal.actor])
    about = journal.Subject(id=row.id, version=row.version, place=journal.Place())
    journal.record(events.WISHES_KEPT, state, about)
    return row


def try_own_channels() -> list[Dispatch]:
    """Send whoever acts a test by each of his channels. Raises ConflictError within a minute of the last."""
    user_id = acting()
    mine = Dispatch.objects.filter(recipient=user_id, message=None)
    if mine.filter(created_at__gt=now() - TEST_PAUSE).exists():
        raise ConflictError("一分钟内已发过测试", code="messaging.test_too_soon")
    known = kinds_known([user_id]).get(user_id, set())
    said = Wishes.objects.filter(user_id=user_id).first()
    reached = [
        one
        for one in channels.outside()
        if one.way != Way.GROUP
        and ADDRESSES[one.way] in known
        and (said is None or one.name not in said.without)
    ]
    if not reached:
        raise InvalidError("没有能到达您的渠道", code="messaging.no_way_to_you")
    return [plan_test(user_id=user_id, channel=one) for one in reached]


def acting() -> str:
    """Return the id of the person who acts. Raises InvalidError for a process."""
    actor = current_work().principal.actor
    if not actor.startswith(PERSON):
        raise InvalidError("只有本人可以设置", code="messaging.not_a_person")
    return actor.removeprefix(PERSON)
