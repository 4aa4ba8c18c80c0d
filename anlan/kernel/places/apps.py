"""Divisions, functional zones, settlements."""

from django.apps import AppConfig


class PlacesConfig(AppConfig):
    """Django application `places`."""

    name = "anlan.kernel.places"
    label = "places"
    default_auto_field = "django.db.models.BigAutoField"
