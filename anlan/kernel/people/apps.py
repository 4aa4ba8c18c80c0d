"""Organisations, users, posts, roles, duty."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Django application `people`."""

    name = "anlan.kernel.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"
