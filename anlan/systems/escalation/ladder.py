"""The ladder as data: on which rung an alarm that nobody answers reaches whom, and how long after its deadline."""

import tomllib
from datetime import timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from anlan.kernel.base.config import ConfigurationError, config

SHIPPED = Path(__file__).with_name("ladder.toml")
_Seconds = Annotated[int, msgspec.Meta(ge=0, le=7 * 86_400)]


class Rung(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One rung: `owner` let his time pass `after_s` seconds ago, so `posts` of a side, `up` levels up, are told.

    It takes alarms of priority 1 to `priority_to`.
    """

    code: Annotated[str, msgspec.Meta(pattern="^[a-z_]{1,24}$")]
    title: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    title_en: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    owner: Literal["firm", "bureau"]
    after_s: _Seconds
    priority_to: Annotated[int, msgspec.Meta(ge=1, le=4)]
    side: Literal["firm", "bureau"]
    up: Annotated[int, msgspec.Meta(ge=0, le=3)] = 0
    posts: Annotated[list[str], msgspec.Meta(min_length=1)]

    @property
    def after(self) -> timedelta:
        """Return how long after the deadline it comes."""
        return timedelta(seconds=self.after_s)


class Ladder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All rungs, of each owner in the order in which they come; `confidence` marks where the times are from."""

    confidence: str
    rungs: Annotated[list[Rung], msgspec.Meta(min_length=1)]

    def __post_init__(self) -> None:
        """Refuse a rung named twice, or one that comes before the rung under it."""
        codes = [rung.code for rung in self.rungs]
        if len(set(codes)) < len(codes):
            raise ValueError("a rung stands twice")
        for owner in ("firm", "bureau"):
            of_owner = [rung.after_s for rung in self.rungs if rung.owner == owner]
            if any(later < sooner for sooner, later in pairwise(of_owner)):
                raise ValueError(f"the rungs of {owner} are not in the order of their times")


def read_ladder(file: Path) -> Ladder:
    """Read a ladder. Raises ConfigurationError that names the file and what is wrong in it."""
    try:
        return msgspec.convert(tomllib.loads(file.read_text(encoding="utf-8")), Ladder)
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"升级阶梯 {file} 读不通：{error} · the ladder {file} cannot be read: {error}"
        ) from error


@cache
def ladder() -> Ladder:
    """Return the installation's own ladder, else the shipped one."""
    own = config().path("escalation_file")
    return read_ladder(own if own.is_file() else SHIPPED)
