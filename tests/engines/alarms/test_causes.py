"""Alarms with one cause are one group: a gateway that is not heard, an instrument that fails."""

from itertools import pairwise
from typing import Any

import pytest

from anlan.engines.alarms import snapshot
from anlan.engines.alarms.causes import Turn
from anlan.engines.alarms.controls import LimitChange
from anlan.engines.alarms.judge import Judge, Judged
from anlan.engines.alarms.kernel import Kernel
from anlan.engines.alarms.proof import Told
from anlan.engines.alarms.records import SILENT
from tests.engines.alarms.plant import columns, frozen, limit, measuring_range, silence, told

SECOND = 1000


@pytest.fixture
def judge() -> Judge:
    return Judge(Kernel())


def hang(
    judge: Judge, numbers: range, gateway: str, device: str = "", silence_ms: int = 10_000
) -> None:
    """Let datastreams hang on a gateway and an instrument, with a time of silence."""
    for number in numbers:
        judge.control(silence(silence_ms, number=number, gateway=gateway, device=device), 0)


def say(judge: Judge, numbers: range, gateway: str, at_ms: int, value: float = 50.0) -> Judged:
    rows = [(number, at_ms, value, 192) for number in numbers]
    return judge.readings(columns(rows), at_ms, gateway=gateway)


def tick(judge: Judge, *at_s: int) -> list[Judged]:
    return [judge.tick(one * SECOND) for one in at_s]


def turns(judged: list[Judged]) -> list[Turn]:
    return [turn for one in judged for turn in one.turns]


def test_a_lost_gateway_is_one_cause_of_all_its_silence(judge: Judge) -> None:
    hang(judge, range(500), "G")
    say(judge, range(500), "G", 0)
    lost = tick(judge, 0, 5, 10)
    assert turns(lost) == [Turn("gateway:G", "raised", 10_000, 500)]
    assert set(lost[-1].causes) == set(range(500))
    assert set(lost[-1].causes.values()) == {"gateway:G"}


def test_it_ends_with_the_next_message_of_the_gateway(judge: Judge) -> None:
    hang(judge, range(3), "G")
    say(judge, range(3), "G", 0)
    tick(judge, 0, 10)
    back = say(judge, range(1), "G", 12_000)
    assert back.turns == [Turn("gateway:G", "returned", 12_000)]
    assert told(back) == [(12_000, "silent", "returned")]
    assert say(judge, range(1), "G", 13_000).turns == []


def test_sensors_that_fall_silent_while_their_gateway_speaks_have_no_common_cause(
    judge: Judge,
) -> None:
    hang(judge, range(4), "G")
    say(judge, range(4), "G", 0)
    judge.tick(0)
    say(judge, range(1), "G", 9000)
    [judged] = tick(judge, 10)
    assert [name for _, name, _ in told(judged)] == ["silent"] * 3
    assert (judged.turns, judged.causes) == ([], {})


def test_one_sensor_alone_is_no_group_and_later_ones_join_one_that_stands(judge: Judge) -> None:
    hang(judge, range(1), "G", silence_ms=5000)
    hang(judge, range(1, 3), "G", silence_ms=10_000)
    hang(judge, range(3, 4), "G", silence_ms=15_000)
    say(judge, range(4), "G", 0)
    first, both, last = tick(judge, 0, 5, 10, 15)[1:]
    assert (first.turns, first.causes) == ([], {})
    assert both.turns == [Turn("gateway:G", "raised", 10_000, 2)]
    assert last.turns == [Turn("gateway:G", "grew", 15_000, 1)]
    assert last.causes == {0: "gateway:G"}


def test_two_gateways_are_two_causes(judge: Judge) -> None:
    hang(judge, range(5), "G")
    hang(judge, range(5, 10), "F")
    say(judge, range(5), "G", 0)
    say(judge, range(5, 10), "F", 0)
    found = {turn.cause: turn.members for turn in turns(tick(judge, 0, 10))}
    assert found == {"gateway:F": 5, "gateway:G": 5}


def test_a_gateway_that_was_never_heard_is_lost_too(judge: Judge) -> None:
    hang(judge, range(2), "G")
    assert turns(tick(judge, 0, 10)) == [Turn("gateway:G", "raised", 10_000, 2)]


def test_where_nothing_is_known_of_gateways_nothing_is_grouped(judge: Judge) -> None:
    hang(judge, range(9), "")
    [_, judged] = tick(judge, 0, 10)
    assert len(judged.transitions) == 9
    assert (judged.turns, judged.causes) == ([], {})


def test_an_instrument_that_fails_is_one_cause_until_all_of_it_is_well(judge: Judge) -> None:
    for number in range(3):
        judge.control(measuring_range(number=number, gateway="G", device="D"), 0)
    assert say(judge, range(3), "G", 0, value=999.0).turns == [Turn("device:D", "raised", 0, 3)]
    assert say(judge, range(2), "G", 1000).turns == []
    assert say(judge, range(2, 3), "G", 2000).turns == [Turn("device:D", "returned", 2000)]


def test_a_lost_gateway_is_not_told_again_as_failing_instruments(judge: Judge) -> None:
    hang(judge, range(4), "G", "D")
    say(judge, range(4), "G", 0)
    assert [turn.cause for turn in turns(tick(judge, 0, 10))] == ["gateway:G"]


def test_limits_on_values_stay_alarms_of_their_own(judge: Judge) -> None:
    for number in range(20):
        judge.control(limit(number=number, gateway="G", device="D"), 0)
    judged = say(judge, range(20), "G", 0, value=99.0)
    assert len(judged.transitions) == 20
    assert (judged.turns, judged.causes) == ([], {})


def test_frozen_signals_of_an_instrument_are_a_group_and_go_on_as_one(judge: Judge) -> None:
    for number in range(2):
        judge.control(frozen(number=number, gateway="G", device="D"), 0)
    said = [say(judge, range(2), "G", at_s * SECOND) for at_s in (0, 5, 10)]
    assert turns(said) == [Turn("device:D", "raised", 10_000, 2)]


def test_a_snapshot_remembers_causes_and_who_was_heard(judge: Judge) -> None:
    hang(judge, range(4), "G", "D")
    say(judge, range(4), "G", 0)
    tick(judge, 0, 10)
    again, _ = snapshot.load(snapshot.dump(judge, {}), Kernel())
    again.control(silence(10_000, number=1000, gateway="F"), 11_000)
    assert say(again, range(4), "G", 12_000).turns == [Turn("gateway:G", "returned", 12_000)]


def test_a_cause_that_somebody_remembers_ends_like_any_other(judge: Judge) -> None:
    hang(judge, range(2), "G")
    remembered = Told(active={0: 1 << SILENT, 1: 1 << SILENT}, causes=frozenset({"gateway:G"}))
    judge.adopt(remembered)
    assert turns(tick(judge, 0, 10)) == []
    assert say(judge, range(1), "G", 11_000).turns == [Turn("gateway:G", "returned", 11_000)]


def test_every_member_stands_behind_a_group_that_has_been_raised(judge: Judge) -> None:
    """Over a long shuffle of gateways that come and go the groups alternate, and members count."""
    import random

    chance = random.Random(5)  # noqa: S311 - not a secret
    for gateway in range(5):
        hang(judge, range(gateway * 4, gateway * 4 + 4), f"G{gateway}", silence_ms=3000)
    kinds: dict[str, list[str]] = {}
    members: dict[str, int] = {}
    for second in range(400):
        said: list[Any] = [judge.tick(second * SECOND)]
        for gateway in range(5):
            if (second // 20 + gateway) % 3 and chance.random() < 0.7:
                numbers = range(gateway * 4, gateway * 4 + 4)
                said.append(say(judge, numbers, f"G{gateway}", second * SECOND + 500))
        for judged in said:
            for turn in judged.turns:
                kinds.setdefault(turn.cause, []).append(turn.kind)
                members[turn.cause] = members.get(turn.cause, 0) + turn.members
            for cause in judged.causes.values():
                members[cause] -= 1
    assert len(kinds) == 5
    assert set(members.values()) == {0}
    for told_kinds in kinds.values():
        ends = [kind for kind in told_kinds if kind != "grew"]
        assert ends[0] == "raised"
        assert all(one != other for one, other in pairwise(ends))


def test_a_change_without_a_gateway_leaves_what_is_known(judge: Judge) -> None:
    hang(judge, range(2), "G")
    judge.control(LimitChange(number=0, condition=0, version=1, value=1.0), 0)
    assert turns(tick(judge, 0, 10)) == [Turn("gateway:G", "raised", 10_000, 2)]
