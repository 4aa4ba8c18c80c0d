"""A clock of its own for one process: Debian's libfaketime, loaded before it."""

from pathlib import Path

from tests.left_out import leave_out

_LIBRARY = "faketime/libfaketimeMT.so.1"


def wrong_clock(offset: str) -> dict[str, str]:
    """Return the environment in which a process lives `offset` (`+3600s`) beside us; may skip.

    Its wall clock is wrong; what counts seconds (monotonic) is not.
    """
    found = sorted(Path("/usr/lib").glob(f"*/{_LIBRARY}"))
    if not found:
        leave_out("libfaketime is not installed (Debian: faketime)", brought=True)
    return {"LD_PRELOAD": str(found[0]), "FAKETIME": offset, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
