"""An id that is made of a cause is the same each time, whether made alone or with a hundred thousand."""

from hypothesis import example, given
from hypothesis import strategies as st
from ulid import ULID

from anlan.kernel.base.ids import derived_ulid, derived_ulids, is_ulid, ms_of

MOMENTS = st.integers(0, 2**48 - 1)
CAUSES = st.lists(st.one_of(st.integers(), st.text(max_size=8)), max_size=3)
#: The 80 bits of a ULID that are not its moment.
ROUND = 1 << 80
#: Its last 64 bits are more than half full: great indices carry.
HALF_FULL = ["carries", 2]


@given(st.lists(st.tuples(MOMENTS, st.integers(0, 2**63 - 1))), CAUSES)
@example([(0, 2**63 - 1), (2**48 - 1, 0)], HALF_FULL)
def test_each_is_the_first_of_its_cause_and_its_index(
    said: list[tuple[int, int]], cause: list[object]
) -> None:
    made = derived_ulids([ms for ms, _ in said], cause, [index for _, index in said])
    assert all(is_ulid(one) for one in made)
    assert [ms_of(one) for one in made] == [ms for ms, _ in said]
    first = int(ULID.from_str(derived_ulid(0, *cause)))
    assert [int(ULID.from_str(one)) % ROUND for one in made] == [
        (first + index) % ROUND for _, index in said
    ]


def test_what_one_message_brings_is_a_hundred_thousand_things() -> None:
    count = 100_000
    made = derived_ulids([1_764_500_000_000] * count, ("epoch", 3, 5), range(count))
    assert len(set(made)) == count
    assert made == sorted(made)
