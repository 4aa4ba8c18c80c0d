"""What may go, by class: whole files, and no day of readings before its rollup stands."""

from dataclasses import replace

from anlan.adapters.parquet_history.retention import Expired, Keep, class_of, expired
from anlan.adapters.parquet_history.tiers import DAY_MS, OFFSET_MS
from anlan.kernel.sensing.ports import DAY, ROLLUP, SEGMENT, FileEntry
from tests.adapters.parquet_history.oracle import EPOCH, EXERCISE, LATER_EPOCH

NOW = 21_000 * DAY_MS - OFFSET_MS


def file(level: str, days_ago: int, *, until: int | None = None, **other: object) -> FileEntry:
    """A file of whole days of the bureau, from so many days ago to so many."""
    low = NOW - days_ago * DAY_MS
    high = NOW - (days_ago if until is None else until) * DAY_MS + DAY_MS - 1
    made = FileEntry(
        epoch=EPOCH, shard=0, seq_first=1, seq_last=2, level=level, number_lo=1, number_hi=9,
        t_lo_ms=low, t_hi_ms=high, rows=10, sha256="0" * 64, path=f"{level}-{days_ago}-{until}",
    )  # fmt: skip
    return replace(made, **other)  # type: ignore[arg-type]


def gone(found: list[Expired]) -> dict[str, list[str]]:
    return {one.kind: [entry.path for entry in one.files] for one in found}


def test_for_ever_is_the_default() -> None:
    assert expired([file(DAY, 9_000), file(ROLLUP, 9_000)], Keep(), NOW) == []


def test_readings_go_with_their_whole_file_and_rollups_stay() -> None:
    live = [
        *(file(DAY, ago) for ago in (41, 40, 39)),
        file(SEGMENT, 60, until=10),
        file(ROLLUP, 60, until=30),
    ]
    found = expired(live, Keep(readings=40), NOW)
    assert gone(found) == {"readings": ["day-41-None"]}
    assert found[0].days == 40


def test_a_day_without_a_rollup_waits_for_it() -> None:
    alone, other = file(DAY, 50), file(DAY, 51, epoch=LATER_EPOCH)
    live = [alone, other, file(ROLLUP, 51, until=50)]
    assert gone(expired(live, Keep(readings=40), NOW)) == {"readings": [alone.path]}
    assert expired([alone], Keep(readings=40), NOW) == []
    # where rollups go as early there is nothing to wait for
    assert gone(expired([alone], Keep(readings=40, rollups=40), NOW)) == {"readings": [alone.path]}
    assert expired([alone], Keep(readings=40, rollups=400), NOW) == []


def test_each_class_has_its_own_time() -> None:
    drill = file(DAY, 35, exercise_id=EXERCISE)
    month = file(ROLLUP, 500, until=470)
    live = [drill, month, file(DAY, 480)]
    assert [class_of(entry) for entry in live] == ["exercises", "rollups", "readings"]
    assert gone(expired(live, Keep(rollups=400, exercises=31), NOW)) == {
        "rollups": [month.path],
        "exercises": [drill.path],
    }
