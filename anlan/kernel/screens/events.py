"""What happens to screens: who leads which, from when to when. What they show is no event."""

from dataclasses import dataclass

from anlan.kernel.base.events import EventType


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenState:
    """A screen and who leads it; told to the two and to nobody else.

    `ending` says how it ended (`rules.Ending`); empty while it lasts.
    """

    id: str
    version: int
    name: str
    owner: str
    driver: str
    is_led: bool
    led_until: str | None
    ending: str
    recipients: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeRefusedState:
    """That somebody typed a code that is none."""

    actor: str
    wrong: int
    recipients: list[str]


LED = EventType("screens.screen.led", ScreenState, "连接大屏")
LET_GO = EventType("screens.screen.let_go", ScreenState, "断开大屏")
CODE_REFUSED = EventType("screens.screen.code_refused", CodeRefusedState, "屏幕码不对")
