"""What a station's flag makes of a value's quality (docs/protocol/observations.md: 192, 64, 0)."""

from typing import Final

from anlan.adapters.hj212.values import UNKNOWN
from anlan.kernel.sensing.batch import BAD, GOOD, UNCERTAIN

#: By the meanings of `values.FLAGS`. Maintenance, calibration and a value entered by hand are judged
#: all the same: it is the bureau's register of permits that silences an alarm, not a letter that the
#: sender chooses. Beyond the instrument's range the true value is worse than what is said;
#: a letter that the standard does not know silences nothing either.
QUALITY: Final = {
    "": GOOD,
    "normal": GOOD,
    "by_hand": UNCERTAIN,
    "maintenance": UNCERTAIN,
    "calibration": UNCERTAIN,
    "over_range": UNCERTAIN,
    UNKNOWN: UNCERTAIN,
    "stopped": BAD,
    "fault": BAD,
    "line_lost": BAD,
}
