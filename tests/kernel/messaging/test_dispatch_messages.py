"""What leaves the house: planned by drill, sensitivity and wishes, tried, held back, counted, never twice."""

from dataclasses import replace
from datetime import timedelta

import pytest

from anlan.kernel.base.clock import SHANGHAI, now
from anlan.kernel.base.fields import Sensitivity
from anlan.kernel.base.ids import new_ulid
from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.messaging import services
from anlan.kernel.messaging.channels import Answer, Outgoing, Outside, Way
from anlan.kernel.messaging.composing import HINT, compose
from anlan.kernel.messaging.models import ChannelRecord, Dispatch, Wishes
from anlan.kernel.messaging.rules import LEASE, TOO_OLD, TRIES, Outcome
from anlan.kernel.messaging.services import dispatches, wishes
from anlan.kernel.people.queries.places import home_of
from tests import factories
from tests.cast import Cast, assemble, principal
from tests.kernel.messaging.channel import Recorder, answer, planned, with_phone

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    made = assemble()
    with_phone(made.leader, made.duty_officer)
    return made


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    made = Recorder()
    monkeypatch.setattr(Outside, "of", staticmethod(lambda: (made,)))
    return made


def send_due(channel: Recorder) -> list[Dispatch]:
    """Do what the worker does once: claim, compose, send, note."""
    with factories.working():
        claimed = dispatches.claim_dispatches(channel=channel)
    for row in claimed:
        with unit_of_work(replace(machine("dispatching"), exercise_id=row.exercise_id)):
            given = compose(row, channel)
        with factories.working():
            if given is None:
                dispatches.withdraw_dispatch(dispatch_id=row.id)
                continue
            said = channel.send(given) if isinstance(given, Outgoing) else given
            dispatches.note_answer(
                dispatch_id=row.id, tries=row.tries, answer=said, channel=channel
            )
    return claimed


def make_due() -> None:
    Dispatch.objects.filter(state="waiting").update(due_at=now())


def test_a_message_leaves_to_whoever_has_an_address(cast: Cast, recorder: Recorder) -> None:
    sent = factories.message(cast.leader, cast.monitor)
    (row,) = planned([sent.message.id])

    send_due(recorder)

    (taken,) = recorder.taken
    assert (taken.address, taken.name, taken.title) == ("13800000000", "李带班", "请核查")
    assert taken.send_id == row.id
    row.refresh_from_db()
    assert (row.state, row.tries, row.sent_at is not None) == ("sent", 1, True)
    assert Journal.objects.filter(type="messaging.dispatch.sent", object=row.id).count() == 1
    assert "13800000000" not in str(Journal.objects.get(object=row.id).data)


def test_planned_again_nothing_is_sent_twice(cast: Cast, recorder: Recorder) -> None:
    sent = factories.message(cast.leader)
    planned([sent.message.id])
    send_due(recorder)

    planned([sent.message.id])
    send_due(recorder)

    assert len(recorder.taken) == 1


def test_a_drills_message_never_reaches_a_channel_of_the_real_world(
    cast: Cast, recorder: Recorder
) -> None:
    drill = replace(principal(cast.duty_officer), exercise_id=new_ulid())
    with unit_of_work(drill):
        sent = services.send_message(
            title="演练", body="演练", recipients=[cast.leader.id], place=home_of(drill)
        )

    assert planned([sent.message.id], drill.exercise_id) == []
    assert not Dispatch.objects.exists()


def test_a_channel_for_drills_says_that_it_is_one(cast: Cast, recorder: Recorder) -> None:
    recorder.carries = recorder.carries.BOTH
    drill = replace(principal(cast.duty_officer), exercise_id=new_ulid())
    with unit_of_work(drill):
        sent = services.send_message(
            title="转移", body="请转移", recipients=[cast.leader.id], place=home_of(drill)
        )
    planned([sent.message.id], drill.exercise_id)

    send_due(recorder)

    assert recorder.taken[0].title == "【演练】转移"


def test_8_1_4_2_g_a_channel_gets_nothing_above_its_ceiling(cast: Cast, recorder: Recorder) -> None:
    sent = factories.message(cast.leader, sensitivity=2)

    assert planned([sent.message.id]) == []


def test_8_1_4_2_g_above_its_ceiling_only_a_word_without_content_leaves(
    cast: Cast, recorder: Recorder
) -> None:
    recorder.ceiling, recorder.hints_above = Sensitivity.PUBLIC, True
    planned([factories.message(cast.leader, title="V201 液位", sensitivity=2).message.id])

    send_due(recorder)

    assert (recorder.taken[0].title, recorder.taken[0].body) == HINT


def test_what_is_taken_back_before_it_left_does_not_leave(cast: Cast, recorder: Recorder) -> None:
    sent = factories.message(cast.leader, sender=cast.duty_officer)
    planned([sent.message.id])
    with unit_of_work(principal(cast.duty_officer)):
        services.withdraw_message(message_id=sent.message.id, version=1)

    send_due(recorder)

    assert (recorder.taken, Dispatch.objects.get().state) == ([], "withdrawn")


def test_what_certainly_did_not_leave_is_tried_again_until_it_is_dead(
    cast: Cast, recorder: Recorder
) -> None:
    recorder.answers = [answer(Outcome.NOT_SENT, "cannot_connect")] * TRIES
    planned([factories.message(cast.leader).message.id])

    for _ in range(TRIES + 2):
        send_due(recorder)
        assert send_due(recorder) == [], "its pause was not waited for"
        make_due()

    row = Dispatch.objects.get()
    assert (row.state, row.tries, row.reason) == ("dead", TRIES, "cannot_connect")
    assert ChannelRecord.objects.get().failing_since is not None


@pytest.mark.parametrize(("idempotent", "state"), [(False, "unknown"), (True, "waiting")])
def test_what_nobody_knows_is_tried_again_only_where_nobody_is_reached_twice(
    cast: Cast, recorder: Recorder, state: str, *, idempotent: bool
) -> None:
    recorder.idempotent = idempotent
    recorder.answers = [answer(Outcome.UNKNOWN, "cut_off")]
    planned([factories.message(cast.leader).message.id])

    send_due(recorder)

    assert Dispatch.objects.get().state == state
    make_due()
    assert bool(send_due(recorder)) is idempotent


@pytest.mark.parametrize(("idempotent", "state"), [(False, "unknown"), (True, "waiting")])
def test_what_was_in_flight_at_a_crash_is_unknown(
    cast: Cast, recorder: Recorder, state: str, *, idempotent: bool
) -> None:
    recorder.idempotent = idempotent
    planned([factories.message(cast.leader).message.id])
    with factories.working():
        dispatches.claim_dispatches(channel=recorder)
        assert dispatches.lapse_dispatches(10) == 0
        Dispatch.objects.update(claimed_at=now() - LEASE - timedelta(seconds=1))
        assert dispatches.lapse_dispatches(10) == 1

    row = Dispatch.objects.get()
    assert (row.state, row.reason) == (state, "in_flight")


def test_an_answer_that_comes_after_the_lease_still_counts(cast: Cast, recorder: Recorder) -> None:
    planned([factories.message(cast.leader).message.id])
    with factories.working():
        (row,) = dispatches.claim_dispatches(channel=recorder)
        Dispatch.objects.update(claimed_at=now() - LEASE - timedelta(seconds=1))
        dispatches.lapse_dispatches(10)

        def note(said: Answer, tries: int) -> Dispatch:
            return dispatches.note_answer(
                dispatch_id=row.id, tries=tries, answer=said, channel=recorder
            )

        assert note(answer(Outcome.NOT_SENT), row.tries).state == "unknown"
        assert note(answer(Outcome.SENT), row.tries + 1).state == "unknown"
        assert note(answer(Outcome.SENT), row.tries).state == "sent"


def test_quiet_hours_hold_back_what_is_not_urgent(cast: Cast, recorder: Recorder) -> None:
    local = now().astimezone(SHANGHAI)
    start, end = (local - timedelta(hours=1)).time(), (local + timedelta(hours=1)).time()
    with unit_of_work(principal(cast.leader)):
        wishes.keep_wishes(without=[], quiet_from=start, quiet_to=end)
        calm = services.send_message(
            title="周报",
            body="周报",
            recipients=[cast.leader.id],
            place=home_of(principal(cast.leader)),
        )
        urgent = services.send_message(
            title="红色报警", body="液位", recipients=[cast.leader.id], urgent=True,
            place=home_of(principal(cast.leader)),
        )  # fmt: skip
    planned([calm.message.id, urgent.message.id])

    send_due(recorder)

    assert [one.title for one in recorder.taken] == ["红色报警"]
    waits = Dispatch.objects.get(state="waiting")
    assert timedelta(minutes=50) < waits.due_at - now() <= timedelta(hours=1)


def test_a_person_does_not_get_what_he_does_not_want(cast: Cast, recorder: Recorder) -> None:
    with unit_of_work(principal(cast.leader)):
        wishes.keep_wishes(without=["recorder"], quiet_from=None, quiet_to=None)

    assert planned([factories.message(cast.leader).message.id]) == []


def test_nobody_reads_anothers_wishes(cast: Cast, recorder: Recorder) -> None:
    with unit_of_work(principal(cast.leader)):
        wishes.keep_wishes(without=[], quiet_from=None, quiet_to=None)
    with unit_of_work(principal(cast.duty_officer)):
        assert not Wishes.objects.exists()


def test_a_voice_calls_for_what_is_urgent_only(cast: Cast, recorder: Recorder) -> None:
    recorder.urgent_only = True

    assert planned([factories.message(cast.leader).message.id]) == []


def test_a_group_hears_once_of_what_many_are_told(cast: Cast, recorder: Recorder) -> None:
    recorder.way = Way.GROUP
    sent = factories.message(cast.leader, cast.duty_officer, cast.monitor)
    planned([sent.message.id])
    send_due(recorder)
    assert [one.address for one in recorder.taken] == [""]

    recorder.organisations = ("宁东化工（演示）",)
    assert planned([factories.message(cast.leader).message.id]) == []
    assert len(planned([factories.message(cast.control_room).message.id])) == 1


def test_a_channel_keeps_its_rate(cast: Cast, recorder: Recorder) -> None:
    recorder.rate_per_minute = 5
    for _ in range(8):
        planned([factories.message(cast.leader).message.id])

    while send_due(recorder):
        pass

    assert len(recorder.taken) == 5
    assert Dispatch.objects.filter(state="waiting").count() == 3


def test_of_a_channel_that_fails_one_at_a_time_is_tried(cast: Cast, recorder: Recorder) -> None:
    recorder.answers = [answer(Outcome.NOT_SENT)] * 4
    for _ in range(6):
        planned([factories.message(cast.leader).message.id])
    assert len(send_due(recorder)) == 4
    assert len(send_due(recorder)) == 1
    # it works again
    assert ChannelRecord.objects.get().failing_since is None
    assert len(send_due(recorder)) == 1


def test_what_is_too_old_misleads_nobody(cast: Cast, recorder: Recorder) -> None:
    planned([factories.message(cast.leader).message.id])
    Dispatch.objects.update(created_at=now() - TOO_OLD - timedelta(minutes=1))

    send_due(recorder)

    row = Dispatch.objects.get()
    assert (row.state, row.reason, recorder.taken) == ("dead", "too_old", [])


def test_an_address_that_went_meanwhile_is_said(cast: Cast, recorder: Recorder) -> None:
    from anlan.kernel.people.services import contacts

    planned([factories.message(cast.leader).message.id])
    with factories.working():
        contacts.set_phone(user=cast.leader, phone="")

    send_due(recorder)

    row = Dispatch.objects.get()
    assert (row.state, row.reason) == ("refused", "no_address")
