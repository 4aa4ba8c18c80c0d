"""A fault is asked for by a file, taken once, and refused where it cannot be played."""

from pathlib import Path

import pytest

from anlan.app.demo.control import FaultRequest, faults, request_fault, take_requests
from anlan.kernel.base.errors import InvalidError


def test_a_request_is_taken_once_and_in_order(tmp_path: Path) -> None:
    first, second = FaultRequest(firm="F01"), FaultRequest(firm="F09", run="idv-06", from_row=3)
    request_fault(tmp_path, first)
    request_fault(tmp_path, second)
    assert take_requests(tmp_path) == [first, second]
    assert take_requests(tmp_path) == []


def test_nothing_asked_is_nothing_taken(tmp_path: Path) -> None:
    assert take_requests(tmp_path) == []


@pytest.mark.parametrize(
    "request_of", [FaultRequest(firm="F99"), FaultRequest(firm="W01"), FaultRequest(firm="F12")]
)
def test_a_firm_that_does_not_play_simulations_is_refused(
    tmp_path: Path, request_of: FaultRequest
) -> None:
    with pytest.raises(InvalidError, match="F01"):
        request_fault(tmp_path, request_of)
    assert take_requests(tmp_path) == []


def test_any_gateway_can_be_lost(tmp_path: Path) -> None:
    asked = FaultRequest(firm="W01", lost_s=400.0)
    request_fault(tmp_path, asked)
    assert take_requests(tmp_path) == [asked]


def test_an_unknown_run_is_refused_with_those_that_there_are(tmp_path: Path) -> None:
    with pytest.raises(InvalidError, match="overfill"):
        request_fault(tmp_path, FaultRequest(firm="F01", run="normal-1"))
    assert "normal-1" not in faults()
