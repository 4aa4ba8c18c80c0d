"""Which shards an engine owns, and what of the log it hears for them."""

import pytest

from anlan.app.shard_group import groups_of
from anlan.kernel.base.config import ConfigurationError

NODE = "n640181"


def names(text: str) -> list[str]:
    return [group.name for group in groups_of(text)]


def test_everything_is_one_engine_of_real_life_and_one_of_exercises() -> None:
    assert names("0-64") == ["main", "exercise"]
    assert names("0-63") == ["main"]
    assert names("64") == ["exercise"]


def test_a_part_is_named_after_its_shards_however_it_is_written() -> None:
    assert names("0-31,64") == ["0-31", "exercise"]
    assert names(" 7, 3-4,5") == ["3-5,7"] == names("3-5,7")


@pytest.mark.parametrize(
    "text", ["", "a", "1-", "-3", "0-65", "5-3", "7-3-1", "1,3,5,7,9,11,13,15"]
)
def test_what_is_not_a_list_of_shards_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match="engine_shards"):
        groups_of(text)


def test_every_engine_hears_its_shards_and_the_time_of_shard_0() -> None:
    [part] = groups_of("3,5")
    assert part.subjects(NODE) == [f"{NODE}.rd.3.>", f"{NODE}.rd.5.>", f"{NODE}.rd.0.t"]
    [first] = groups_of("0-1")
    assert first.subjects(NODE) == [f"{NODE}.rd.0.>", f"{NODE}.rd.1.>"]


def test_the_engine_of_exercises_hears_every_limit_and_no_real_reading() -> None:
    [drills] = groups_of("64")
    assert set(drills.subjects(NODE)) == {
        f"{NODE}.rd.64.m",
        f"{NODE}.rd.64.h",
        f"{NODE}.rd.64.t",
        f"{NODE}.rd.*.c",
        f"{NODE}.rd.0.t",
    }
