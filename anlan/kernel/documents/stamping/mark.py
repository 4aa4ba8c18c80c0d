"""The words of a stamp, and the font that they are written in."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

FONT_FILE = Path(__file__).with_name("noto-sans-sc.ttf")
FONT = "NotoSansSC"
#: 〓, what a printer of Chinese sets for a character that he has not got.
_MISSING = "〓"


class UnstampableError(Exception):
    """This file cannot carry a stamp, and why, in one word: encrypted, signed, too_large, moving."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Label, name, unit and minute, in the words of whoever takes the copy."""

    label: str
    name: str
    unit: str
    minute: str

    @property
    def who(self) -> str:
        """Name, unit and minute: what is drawn across."""
        return printable(" ".join(one for one in (self.name, self.unit, self.minute) if one))

    @property
    def line(self) -> str:
        """Everything: what stands at the edge."""
        return f"{printable(self.label)}　{self.who}"


@cache
def face() -> TTFont:
    """Register the font, once a process, and return it."""
    found = TTFont(FONT, str(FONT_FILE))
    pdfmetrics.registerFont(found)
    return found


def printable(text: str) -> str:
    """Return a text of which the font has every character."""
    known = face().face.charToGlyph
    return "".join(one if ord(one) in known else _MISSING for one in text)


def width_of(text: str, size: float) -> float:
    """Return how wide a text is at a size, in the unit of the size."""
    face()
    return float(pdfmetrics.stringWidth(text, FONT, size))
