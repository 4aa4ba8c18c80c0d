"""The base slice: identity, time, errors, journal, scope, registry."""

from django.apps import AppConfig


class BaseConfig(AppConfig):
    """Django application `base`."""

    name = "anlan.kernel.base"
    label = "base"
    default_auto_field = "django.db.models.BigAutoField"
