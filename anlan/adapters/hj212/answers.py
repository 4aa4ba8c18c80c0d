"""What a platform answers to a station (HJ 212-2017 6.6): whoever asked is told under his own QN."""

from enum import IntEnum

from anlan.adapters.hj212.frames import frame
from anlan.adapters.hj212.segment import Segment

#: An answer comes from the system itself (91 系统交互), wants none, and is of the version of 2017.
_SYSTEM, _FLAG = "91", 4
_REQUEST, _NOTICE, _DATA = 9011, 9013, 9014


class Returned(IntEnum):
    """QnRtn: what becomes of a request."""

    READY = 1
    REFUSED = 2
    WRONG_PASSWORD = 3
    WRONG_STATION = 4
    WRONG_SYSTEM = 5
    WRONG_FLAG = 6
    WRONG_REQUEST = 7
    WRONG_COMMAND = 8
    WRONG_CRC = 9
    UNKNOWN = 100


def data_answer(to: Segment) -> bytes:
    """Return the frame that says: this upload is kept; the station forgets it then."""
    return _answer(to, _DATA)


def notice_answer(to: Segment) -> bytes:
    """Return the frame that says: this notice was heard."""
    return _answer(to, _NOTICE)


def request_answer(to: Segment, returned: Returned) -> bytes:
    """Return the frame that says whether a request is taken."""
    return _answer(to, _REQUEST, f"QnRtn={int(returned)}")


def _answer(to: Segment, command: int, said: str = "") -> bytes:
    text = (
        f"QN={to.request};ST={_SYSTEM};CN={command};PW={to.password};MN={to.station};"
        f"Flag={_FLAG};CP=&&{said}&&"
    )
    return frame(text.encode())
