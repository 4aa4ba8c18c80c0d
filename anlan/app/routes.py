"""Mounts the slices' routes; the order is the kernel's."""

from anlan.app.api import api
from anlan.kernel.people.api import directory, sessions
from anlan.kernel.places import api as places

api.add_router("", sessions.router)
api.add_router("/places", places.router)
api.add_router("/people", directory.router)

__all__ = ["api"]
