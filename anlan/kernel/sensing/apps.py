"""Gateways, datastreams, limits, readings."""

from django.apps import AppConfig


class SensingConfig(AppConfig):
    """Django application `sensing`."""

    name = "anlan.kernel.sensing"
    label = "sensing"
    default_auto_field = "django.db.models.BigAutoField"
