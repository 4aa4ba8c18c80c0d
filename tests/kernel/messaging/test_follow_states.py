"""The state machine of what leaves the house, over any course of tries, crashes and people's acts."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.kernel.base.clock import SHANGHAI
from anlan.kernel.messaging.rules import (
    PAUSES_S,
    RATE_WINDOW_MS,
    TRIES,
    WAITS_FOR_A_PERSON,
    Outcome,
    Quiet,
    State,
    after_try,
    room,
)

OUTCOMES = st.lists(st.sampled_from(Outcome), min_size=1, max_size=40)
#: Whether the message has reached its receiver, where the other side took it.
TOOK = {Outcome.SENT, Outcome.DELIVERED, Outcome.UNKNOWN}


def course(outcomes: list[Outcome], *, idempotent: bool) -> list[tuple[Outcome, State]]:
    """Return every try that is made by itself, until nothing goes on by itself."""
    failures, found = 0, []
    for outcome in outcomes:
        failures += outcome in {Outcome.NOT_SENT, Outcome.UNKNOWN}
        follows = after_try(outcome, failures=failures, idempotent=idempotent)
        found.append((outcome, follows.state))
        if follows.state != State.WAITING:
            break
    return found


@given(OUTCOMES)
def test_what_may_have_arrived_is_never_sent_again_by_itself(outcomes: list[Outcome]) -> None:
    made = course(outcomes, idempotent=False)
    # at most one try of them all may have reached somebody, and it is the last
    assert [outcome in TOOK for outcome, _ in made[:-1]] == [False] * (len(made) - 1)


@given(OUTCOMES, st.booleans())
def test_it_ends_after_so_many_tries_and_never_silently(
    outcomes: list[Outcome],
    idempotent: bool,  # noqa: FBT001 - hypothesis gives it by position
) -> None:
    made = course(outcomes, idempotent=idempotent)
    assert len(made) <= TRIES
    ended = made[-1][1]
    done = {State.SENT, State.DELIVERED}
    assert ended in done | WAITS_FOR_A_PERSON or len(made) == len(outcomes)
    # who is told of as reached was said to be by the other side
    if ended in done:
        assert made[-1][0] in {Outcome.SENT, Outcome.DELIVERED}


@given(st.integers(1, TRIES), st.booleans())
def test_it_waits_longer_each_time(failures: int, idempotent: bool) -> None:  # noqa: FBT001
    follows = after_try(Outcome.NOT_SENT, failures=failures, idempotent=idempotent)
    if failures == TRIES:
        assert follows.state == State.DEAD
    else:
        assert (follows.state, follows.pause_s) == (State.WAITING, PAUSES_S[failures - 1])


@given(st.lists(st.integers(0, 400_000), min_size=1, max_size=60).map(sorted), st.integers(1, 20))
def test_no_minute_has_more_tries_than_the_rate(asked_ms: list[int], rate: int) -> None:
    recent: list[int] = []
    made: list[int] = []
    for now in asked_ms:
        recent, free = room(recent, rate, now)
        taken = [now] * min(4, free)
        recent, made = [*recent, *taken], [*made, *taken]
    for start in made:
        assert sum(start <= one < start + RATE_WINDOW_MS for one in made) <= rate


@pytest.mark.parametrize(
    ("at", "until"),
    [
        ("2026-12-01T21:59", None),
        ("2026-12-01T22:00", "2026-12-02T07:00"),
        ("2026-12-02T03:00", "2026-12-02T07:00"),
        ("2026-12-02T07:00", None),
    ],
)
def test_quiet_hours_span_midnight(at: str, until: str | None) -> None:
    night = Quiet(time(22), time(7))
    found = night.until(datetime.fromisoformat(at).replace(tzinfo=SHANGHAI))
    assert found == (datetime.fromisoformat(until).replace(tzinfo=SHANGHAI) if until else None)


@given(st.times(), st.times(), st.integers(0, 366 * 86_400))
def test_quiet_hours_end_within_a_day_and_outside_of_themselves(
    start: time, end: time, at_s: int
) -> None:
    quiet = Quiet(start, end)
    moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=at_s)
    until = quiet.until(moment)
    if until is not None:
        assert timedelta() < until - moment <= timedelta(days=1)
        assert quiet.until(until) is None
