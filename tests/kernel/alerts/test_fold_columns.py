"""What waits folded comes back as it was, and a crowd of one cause is short."""

import json

from hypothesis import given
from hypothesis import strategies as st

from anlan.kernel.alerts.folding import Columns, fold, unfold

COLUMNS = st.one_of(
    st.lists(st.booleans(), max_size=30),
    st.lists(st.one_of(st.none(), st.integers(0, 3)), max_size=30),
    st.lists(st.one_of(st.none(), st.text(max_size=1)), max_size=30),
)


@given(st.dictionaries(st.text(max_size=3), COLUMNS))
def test_it_comes_back_as_it_was(columns: Columns) -> None:
    back = unfold(json.loads(json.dumps(fold(columns))))
    assert json.dumps(back, sort_keys=True) == json.dumps(columns, sort_keys=True)


def test_a_thousand_of_one_cause_are_their_ids() -> None:
    ids: list[str] = [f"{n:026d}" for n in range(1_000)]
    columns: Columns = {
        "alarm": ids,
        "cause": ["gateway:" + "x" * 26] * 1_000,
        "late": [False] * 1_000,
    }
    assert len(json.dumps(fold(columns))) < len(json.dumps(ids)) + 200
