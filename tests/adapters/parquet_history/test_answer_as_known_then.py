"""What was known at a moment is what was answered at that moment, whatever arrived since."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anlan.adapters.parquet_history.compact import Compactor
from anlan.adapters.parquet_history.store import ParquetHistory
from anlan.adapters.parquet_history.tiers import Job
from anlan.kernel.sensing.ports import Together
from tests.adapters.parquet_history.oracle import (
    NODE,
    T0,
    AskWriter,
    FakeCatalogue,
    Message,
    answered,
    bits,
    heard,
    record,
    steady,
    writer_on,
)

MINUTE, HOUR = 60_000, 3_600_000
LAGS_S = st.sampled_from([0, 2, 59, 60, 3600])
SAID = st.lists(
    st.tuples(
        st.integers(1, 3), LAGS_S, st.sampled_from([1.0, 2.0, 3.0]), st.sampled_from([192, 0])
    ),
    max_size=5,
)


def night(bodies: list[list[tuple[int, int, float, int]]]) -> list[Message]:
    """Return a message a minute, each with readings of so many seconds ago."""
    return [
        Message(
            place + 1,
            tuple((n, T0 + place * MINUTE - lag * 1000, v, q) for n, lag, v, q in body),
            arrived_ms=T0 + place * MINUTE,
        )
        for place, body in enumerate(bodies)
    ]


def by_place(got: Together) -> list[tuple[int, int, bytes, int, bool]]:
    columns = (got.times_ms, got.numbers, got.values, got.quality, got.corrected)
    return [
        (int(t), int(n), bits(float(v)), int(q), bool(c))
        for t, n, v, q, c in zip(*columns, strict=True)
    ]


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(bodies=st.lists(SAID, min_size=2, max_size=8), kept=st.sets(st.integers(0, 7)))
def test_each_minute_of_a_night_is_answered_as_it_was_then(
    bodies: list[list[tuple[int, int, float, int]]], kept: set[int]
) -> None:
    messages = night(bodies)
    span = (T0 - 2 * HOUR, T0 + HOUR)
    with TemporaryDirectory() as name:
        folder, catalogue = Path(name), FakeCatalogue()
        writer = writer_on(folder, catalogue)
        for place, message in enumerate(messages):
            record(writer, [message])
            if place in kept:
                writer.flush()
                writer.register()
        if catalogue.live():
            job = Job(tuple(sorted(catalogue.live(), key=lambda one: one.seq_first)))
            Compactor(node=NODE, folder=folder, catalogue=catalogue).compact(job)
        store = ParquetHistory(folder=folder, catalogue=catalogue, tail=AskWriter(writer))
        for place, message in enumerate(messages):
            then, at = heard(messages[: place + 1]), message.arrived_ms
            everything = []
            for number in (1, 2, 3):
                said = then.answer(number, *span)
                raw = store.raw(number, *span, limit=100, known_by_ms=at)
                assert answered(raw) == said
                everything += [(t, number, v, q, c) for t, v, q, c in said]
                counts = [
                    store.buckets(number, *span, points, known_by_ms=at).count.sum()
                    for points in (3, 100)
                ]
                assert counts == [sum(1 for _, _, q, _ in said if q != 0)] * 2
            got = store.together((3, 1, 2), *span, limit=100, known_by_ms=at)
            assert by_place(got) == sorted(everything)


def test_a_replay_page_by_page_is_the_replay_whole(tmp_path: Path) -> None:
    catalogue = FakeCatalogue()
    writer = writer_on(tmp_path, catalogue)
    messages = steady(6)
    record(writer, messages[:4])
    writer.flush()
    writer.register()
    record(writer, messages[4:])
    store = ParquetHistory(folder=tmp_path, catalogue=catalogue, tail=AskWriter(writer))
    whole = by_place(store.together((7, 8), T0, T0 + HOUR, limit=1000))
    assert [(t, n) for t, n, *_ in whole] == [(T0 + s * 1000, n) for s in range(60) for n in (7, 8)]
    for page in (1, 7, 119, 120):
        found: list[tuple[int, int, bytes, int, bool]] = []
        after, is_more = None, True
        while is_more:
            got = store.together((7, 8), T0, T0 + HOUR, limit=page, after=after)
            found += by_place(got)
            after, is_more = (found[-1][0], found[-1][1]), got.truncated
        assert found == whole
    assert len(store.together((), T0, T0 + HOUR, limit=9).times_ms) == 0
