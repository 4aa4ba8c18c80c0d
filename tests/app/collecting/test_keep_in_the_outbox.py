"""What was kept survives, in order, with numbers that never stand for two messages."""

from pathlib import Path

import pytest

from anlan.adapters.mqtt.decode import to_batch
from anlan.app.collecting.message import composed
from anlan.app.collecting.outbox import SAMPLES_MAX, Outbox, OutboxFullError
from anlan.app.collecting.outbox_tables import VERSION, looked_at, opened
from anlan.app.collecting.pull_progress import floor_of, mark_of
from anlan.kernel.base.clock import now_ms
from anlan.kernel.sensing.sample import Sample

MEGABYTE = 1024**2


def outbox_in(folder: Path, limit_bytes: int = 64 * MEGABYTE) -> Outbox:
    return Outbox(
        folder / "outbox.sqlite",
        lambda seq, some, held: composed("G1", seq, some, held),
        limit_bytes,
    )


def samples(count: int, tag: str = "T", at_ms: int = 0) -> list[Sample]:
    return [Sample(tag, (at_ms or now_ms()) + one, float(one)) for one in range(count)]


def test_what_was_kept_is_there_after_the_file_was_opened_again(tmp_path: Path) -> None:
    first = outbox_in(tmp_path)
    some = samples(3)
    assert first.keep("s", some, ["a"])
    made = first.following()
    assert made is not None
    first.close()
    again = outbox_in(tmp_path)
    assert again.following() == made, "a message keeps its number and its bytes"
    batch = to_batch(made.body)
    assert (batch.gateway, batch.seq, batch.values.tolist()) == ("G1", made.seq, [0.0, 1.0, 2.0])
    assert batch.times_ms.tolist() == [one.at_ms for one in some]
    again.close()


def test_numbers_grow_by_one_and_begin_beyond_what_was_sent_before(tmp_path: Path) -> None:
    box, before = outbox_in(tmp_path), now_ms()
    box.keep("s", samples(1))
    first = box.following()
    assert first is not None
    assert before - 1000 < first.seq <= now_ms()
    box.keep("s", samples(1))
    second = box.following(done=first.seq)
    assert second is not None
    assert second.seq == first.seq + 1
    assert box.following(done=second.seq) is None


def test_the_oldest_goes_first_and_entries_that_wait_travel_together(tmp_path: Path) -> None:
    box = outbox_in(tmp_path)
    for at in range(1, 6):
        box.keep("s", [Sample("T", at, float(at))])
    one = box.following()
    assert one is not None
    assert to_batch(one.body).times_ms.tolist() == [1, 2, 3, 4, 5]
    assert one.first_ms == 1


def test_no_message_is_larger_than_a_door_takes(tmp_path: Path) -> None:
    box = outbox_in(tmp_path)
    box.keep("s", samples(SAMPLES_MAX + 1, tag="A" * 64))
    one = box.following()
    assert one is not None
    assert (one.readings, len(one.body) < MEGABYTE) == (SAMPLES_MAX, True)
    rest = box.following(done=one.seq)
    assert rest is not None
    assert rest.readings == 1


def test_the_same_message_is_kept_once(tmp_path: Path) -> None:
    box = outbox_in(tmp_path)
    assert box.keep("s", samples(1), ["m 1"])
    assert box.knows("s", "m 1")
    assert not box.knows("other", "m 1")
    assert not box.keep("s", samples(1), ["m 1"])
    one = box.following()
    assert one is not None
    assert one.readings == 1


def announced(box: Outbox) -> list[tuple[list[float], bool]]:
    """Return the values of each message that is sent, and whether it is announced as a backfill."""
    found, done = [], None
    while (one := box.following(done)) is not None:
        done, batch = one.seq, to_batch(one.body)
        span = (int(batch.times_ms.min()), int(batch.times_ms.max()))
        assert batch.backfill_ms in {None, span}
        found.append((batch.values.tolist(), batch.backfill_ms is not None))
    return found


def test_what_was_held_back_here_is_announced_in_messages_of_its_own(tmp_path: Path) -> None:
    box, hour_ago = outbox_in(tmp_path), now_ms() - 3_600_000
    late = Sample("LATE", hour_ago - 600_000, 7.0)
    for some in (samples(2, at_ms=hour_ago), [*samples(1, at_ms=hour_ago), late], [late]):
        box.keep("s", some)
    box.db.execute("UPDATE entry SET kept_ms = ?", (hour_ago + 1_000,))
    box.keep("s", samples(1))
    assert announced(box) == [([0, 1], True), ([7], False), ([0], True), ([7, 0], False)]


def test_what_was_late_when_it_came_is_not_announced(tmp_path: Path) -> None:
    box = outbox_in(tmp_path)
    box.keep("s", samples(2, at_ms=now_ms() - 3_600_000))
    assert announced(box) == [([0, 1], False)]


def test_an_entry_that_does_not_say_when_it_was_kept_was_kept_when_it_was_measured(
    tmp_path: Path,
) -> None:
    box = outbox_in(tmp_path)
    for at_ms in (now_ms() - 3_600_000, now_ms()):
        box.keep("s", samples(1, at_ms=at_ms))
    box.db.execute("UPDATE entry SET kept_ms = 0")
    assert announced(box) == [([0], True), ([0], False)]


def test_at_the_limit_new_data_are_refused_and_old_ones_stay(tmp_path: Path) -> None:
    box = outbox_in(tmp_path, limit_bytes=MEGABYTE)
    kept = 0

    def fill() -> None:
        nonlocal kept
        for _ in range(1_000):
            box.keep("s", samples(100, tag="A" * 60))
            kept += 100

    with pytest.raises(OutboxFullError, match="1 MB are used up"):
        fill()
    assert kept > 1_000
    found, done = 0, None
    while (one := box.following(done)) is not None:
        found, done = found + one.readings, one.seq
    assert found == kept
    assert box.keep("s", samples(1)), "there is room again"


def test_a_refused_message_is_set_aside_and_the_next_one_follows(tmp_path: Path) -> None:
    box = outbox_in(tmp_path)
    box.keep("s", samples(1))
    one = box.following()
    assert one is not None
    box.keep("s", samples(2))
    box.bury(one, 422, "sensing.unreadable")
    two = box.following()
    assert two is not None
    assert (two.seq, two.readings) == (one.seq + 1, 2)
    [row] = looked_at(box.file).execute("SELECT seq, status, reason, body FROM dead").fetchall()
    assert row == (one.seq, 422, "sensing.unreadable", one.body)


def test_parts_are_kept_until_they_are_whole_or_given_up(tmp_path: Path) -> None:
    box = outbox_in(tmp_path)
    assert box.keep_part("s", "m", 2, b"two") == [b"two"]
    assert box.keep_part("s", "m", 2, b"two") == [b"two"]
    assert box.keep_part("s", "m", 1, b"one") == [b"one", b"two"]
    assert box.keep("s", samples(1), ["whole"], "m")
    assert box.keep_part("s", "m", 1, b"one") == [b"one"]
    assert box.forget() == [], "it is not old enough"
    box.db.execute("UPDATE part SET at_ms = 0")
    assert box.forget() == [("s", "m")]
    assert box.db.execute("SELECT reason, raw FROM broken").fetchall() == [("incomplete", b"one")]


def test_the_quarantine_keeps_the_newest_and_cuts_what_is_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("anlan.app.collecting.outbox.BROKEN_ROWS", 3)
    box = outbox_in(tmp_path)
    for at in range(5):
        box.set_aside("s", "peer", "crc", b"x" * (5_000 + at))
    rows = box.db.execute("SELECT size, length(raw) FROM broken ORDER BY id").fetchall()
    assert rows == [(5_002, 4_096), (5_003, 4_096), (5_004, 4_096)]


def test_a_file_of_a_newer_collector_is_refused(tmp_path: Path) -> None:
    db = opened(tmp_path / "outbox.sqlite")
    db.execute(f"PRAGMA user_version = {VERSION + 1}")
    db.close()
    with pytest.raises(Exception, match="newer collector"):
        outbox_in(tmp_path)


def test_a_file_of_an_older_collector_is_taken_on(tmp_path: Path) -> None:
    db = opened(tmp_path / "outbox.sqlite")
    db.executescript(
        "ALTER TABLE progress DROP COLUMN floor;"
        "ALTER TABLE entry DROP COLUMN kept_ms;"
        "INSERT INTO progress VALUES ('above', 'n7'); PRAGMA user_version = 2"
    )
    db.close()
    for _ in range(2):
        box = outbox_in(tmp_path)
        assert (mark_of(box.db, "above"), floor_of(box.db, "above")) == (7, None)
        box.close()


def test_the_file_is_durable_and_nobody_elses(tmp_path: Path) -> None:
    box = outbox_in(tmp_path)
    assert box.db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert box.db.execute("PRAGMA synchronous").fetchone() == (2,)
    box.keep("s", samples(1))
    files = list(tmp_path.iterdir())
    assert {file.suffix for file in files} == {".sqlite", ".sqlite-wal", ".sqlite-shm"}
    assert [file.name for file in files if file.stat().st_mode & 0o077] == []
