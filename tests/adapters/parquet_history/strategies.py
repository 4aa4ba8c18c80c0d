"""Streams that do everything the rule of identity speaks of, with few numbers so that they meet."""

from hypothesis import strategies as st

from tests.adapters.parquet_history.oracle import EXERCISE, T0, Message

VALUES = st.sampled_from([0.0, -0.0, 1.5, 2.5, 0.1, float("inf"), float("nan")])
DAY_MS = 86_400_000
TIMES = st.sampled_from([T0, T0 + 1, T0 + 1000, T0 + DAY_MS, T0 - 40 * DAY_MS])
ROWS = st.lists(
    st.tuples(st.integers(1, 3), TIMES, VALUES, st.sampled_from([192, 64, 0])), max_size=4
)


@st.composite
def streams(draw: st.DrawFn, *, most: int = 12, exercises: bool = True) -> list[Message]:
    """Draw messages with sequences that grow, not always by one (ticks lie between)."""
    bodies = draw(st.lists(ROWS, min_size=1, max_size=most))
    sequence, messages = 0, []
    for rows in bodies:
        sequence += draw(st.integers(1, 3))
        exercise = EXERCISE if exercises and draw(st.integers(0, 4)) == 0 else None
        messages.append(Message(sequence, tuple(rows), exercise))
    return messages
