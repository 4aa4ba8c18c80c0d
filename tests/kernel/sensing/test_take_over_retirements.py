"""What was said of retirements before they had rows is taken over: long known, or said once more."""

from datetime import timedelta
from importlib import import_module
from types import SimpleNamespace

from anlan.kernel.base.clock import now
from anlan.kernel.sensing.models import Retirement

MIGRATION = import_module("anlan.kernel.sensing.migrations.0014_retirements")


def turned(*, days: int, retired: bool) -> Retirement:
    """Return the row that a datastream's last turn becomes, which was so many days ago."""
    moment = now() - timedelta(days=days)
    row = SimpleNamespace(
        pk="01K3Z00000000000000000000D",
        retired_at=moment if retired else None,
        reinstated_at=moment - timedelta(days=1) if retired else moment,
        reinstated_version=5,
        control_version=8,
        div=640181,
        zone=None,
        site=None,
    )
    made: Retirement = MIGRATION.turn_of(Retirement, row)
    return made


def test_what_may_not_have_reached_the_log_is_said_again() -> None:
    out, back = turned(days=2, retired=True), turned(days=29, retired=False)
    assert (out.is_retired, out.control_version, out.log_seq, out.log_epoch) == (
        True,
        8,
        None,
        None,
    )
    # under the version that it was said by: heard twice it alters nothing
    assert (back.is_retired, back.control_version, back.log_seq) == (False, 5, None)


def test_what_is_long_known_is_in_force_from_the_start() -> None:
    out = turned(days=31, retired=True)
    assert (out.log_epoch, out.log_seq) == (MIGRATION.BEFORE_ALL, 0)
    assert out.log_at == out.created_at
