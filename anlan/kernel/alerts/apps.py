"""Alarms, by three owners."""

from django.apps import AppConfig


class AlertsConfig(AppConfig):
    """Django application `alerts`."""

    name = "anlan.kernel.alerts"
    label = "alerts"
    default_auto_field = "django.db.models.BigAutoField"
