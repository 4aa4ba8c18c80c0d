"""How a screen is told what to show: `app` says by which way (`install`); nothing of it is kept."""

from collections.abc import Callable
from typing import Any

#: Tells the streams of one session (its digest) what their screen shows.
Teller = Callable[[str, dict[str, Any]], None]

_teller: list[Teller] = []


def install(teller: Teller) -> None:
    """Say how screens are told; the last one counts."""
    _teller[:] = [teller]


def tell(session: str, shown: dict[str, Any]) -> None:
    """Tell a screen; in a process without a way to it nothing happens, and the next word is soon there."""
    for teller in _teller:
        teller(session, shown)
