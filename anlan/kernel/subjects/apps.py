"""Monitored subjects of every kind."""

from django.apps import AppConfig


class SubjectsConfig(AppConfig):
    """Django application `subjects`."""

    name = "anlan.kernel.subjects"
    label = "subjects"
    default_auto_field = "django.db.models.BigAutoField"
