"""What our processes inherit: the caller's environment without settings of another installation."""

import os
from collections.abc import Mapping

#: says where recorded data lie, and is the caller's to say
_NO_SETTINGS = frozenset({"ANLAN_SHARED"})
#: without compiled modules of the last start, six processes cost seconds more
_NOT_OURS = ("PYTHONDONTWRITEBYTECODE", "DJANGO_SETTINGS_MODULE")


def inherited(given: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a child: the caller's, less settings (`ANLAN_*`), with what is given.

    A setting goes before the file of settings, so one left over would lead a process elsewhere.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if (not name.startswith("ANLAN_") or name in _NO_SETTINGS) and name not in _NOT_OURS
    }
    return kept | dict(given)
