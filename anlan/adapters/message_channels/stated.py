"""What every channel states of itself, taken from its description."""

from dataclasses import dataclass

from anlan.kernel.base.fields import Sensitivity
from anlan.kernel.messaging.channels import Carries, Way


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """The part of `messaging.channels.Channel` that is no act."""

    name: str
    title: str
    title_en: str
    way: Way
    rate_per_minute: int
    ceiling: Sensitivity
    hints_above: bool
    urgent_only: bool = False
    carries: Carries = Carries.ACTUAL
    organisations: tuple[str, ...] = ()
    idempotent: bool = False
