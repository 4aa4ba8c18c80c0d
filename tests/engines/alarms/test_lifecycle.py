"""The ISA-18.2 state follows from what the instrument says and what the firm answered."""

import pytest

from anlan.engines.alarms.lifecycle import IsaState, isa_state


@pytest.mark.parametrize(
    ("instrument", "firm", "state"),
    [
        ("active", "new", IsaState.UNACKNOWLEDGED),
        ("active", "confirmed", IsaState.ACKNOWLEDGED),
        ("active", "closed", IsaState.ACKNOWLEDGED),
        ("returned", "new", IsaState.RETURNED_UNACKNOWLEDGED),
        ("returned", "confirmed", IsaState.NORMAL),
        ("returned", "closed", IsaState.NORMAL),
    ],
)
def test_the_answer_and_the_instrument_make_the_state(
    instrument: str, firm: str, state: str
) -> None:
    assert isa_state(instrument, firm) == state


def test_the_strongest_flag_rules() -> None:
    assert isa_state("active", "new", shelved=True) == "shelved"
    assert isa_state("active", "new", shelved=True, suppressed=True) == "suppressed_by_design"
    flags = {"shelved": True, "suppressed": True, "out_of_service": True}
    assert isa_state("active", "new", **flags) == "out_of_service"


@pytest.mark.parametrize(("instrument", "firm"), [("cleared", "new"), ("active", "acknowledged")])
def test_a_state_nobody_thought_of_is_refused(instrument: str, firm: str) -> None:
    with pytest.raises(KeyError):
        isa_state(instrument, firm, out_of_service=True)
