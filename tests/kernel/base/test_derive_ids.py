"""An id that is made of a cause is the same each time, whether made alone or with a hundred thousand."""

from hypothesis import given
from hypothesis import strategies as st

from anlan.kernel.base.ids import derived_ulid, derived_ulids, is_ulid, ms_of

MOMENTS = st.integers(0, 2**48 - 1)
CAUSES = st.lists(st.one_of(st.integers(), st.text(max_size=8)), max_size=3)


@given(st.lists(st.tuples(MOMENTS, st.one_of(st.integers(), st.text(max_size=5)))), CAUSES)
def test_many_are_what_each_is_alone(
    said: list[tuple[int, int | str]], cause: list[object]
) -> None:
    made = derived_ulids([ms for ms, _ in said], cause, [last for _, last in said])
    assert made == [derived_ulid(ms, *cause, last) for ms, last in said]
    assert all(is_ulid(one) for one in made)
    assert [ms_of(one) for one in made] == [ms for ms, _ in said]
