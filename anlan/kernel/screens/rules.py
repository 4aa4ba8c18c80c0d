"""What a screen code is, how long it is good, how long a screen is led. No database."""

from datetime import timedelta
from enum import StrEnum
from secrets import choice

#: Twenty signs that no two people read differently from across a room: no O and 0, I and 1, S and 5, U and V.
ALPHABET = "ACEFHJKMNPRTUWXY3479"
CODE_LENGTH = 6
CODE_LIFETIME = timedelta(minutes=5)
#: A screen that nobody comes to asks for a new code each five minutes; more often is somebody who hammers.
MOST_CODES = 20
CODES_WITHIN = timedelta(hours=1)
#: Of 64 million codes: five wrong ones in a quarter of an hour find nothing.
MOST_WRONG = 5
WRONG_WITHIN = timedelta(minutes=15)
#: As long as a session at most: who leads tomorrow types a code tomorrow.
LED_FOR = timedelta(hours=12)
#: Screens that follow one desk.
MOST_SCREENS = 8


class Ending(StrEnum):
    """How a screen came to be led no more."""

    SCREEN = "screen"
    DRIVER = "driver"
    OVER = "over"
    SIGNED_OUT = "signed_out"


def new_code() -> str:
    """Return a code that nobody can guess."""
    return "".join(choice(ALPHABET) for _ in range(CODE_LENGTH))


def as_typed(text: str) -> str:
    """Return what somebody typed as a code is written: capitals without gaps."""
    return "".join(text.split()).replace("-", "").upper()
