"""Organisations, users, posts, roles, duty."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Django application `people`."""

    name = "anlan.kernel.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell the doors who is behind a request."""
        from anlan.kernel.base.doors import Identity
        from anlan.kernel.people.queries.sessions import identity

        Identity.of = staticmethod(identity)
