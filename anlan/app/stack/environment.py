"""What our processes inherit: the caller's environment without settings of another installation."""

import os
from collections.abc import Mapping

#: without compiled modules of the last start, six processes cost seconds more
_NOT_OURS = ("PYTHONDONTWRITEBYTECODE", "DJANGO_SETTINGS_MODULE")


def inherited(given: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a child: the caller's, less `ANLAN_*`, with what is given.

    `ANLAN_*` goes before the file of settings, so one left over would lead a process elsewhere.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("ANLAN_") and name not in _NOT_OURS
    }
    return kept | dict(given)
