"""Declared steps are found by number, as a dictionary would find them."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from anlan.kernel.sensing.resolutions import Resolutions

NUMBERS = st.integers(0, 60)


@given(
    steps=st.dictionaries(NUMBERS, st.sampled_from([0.001, 0.1, 0.5, 1.0])), asked=st.lists(NUMBERS)
)
def test_each_number_has_its_step_or_none(steps: dict[int, float], asked: list[int]) -> None:
    found = Resolutions.of(steps).steps_of(np.array(asked, np.int32))
    assert found.tolist() == [steps.get(number, 0.0) for number in asked]
    assert len(Resolutions.of(steps)) == len(steps)
