"""Search over what one may see."""

from django.apps import AppConfig


class SearchConfig(AppConfig):
    """Django application `search`."""

    name = "anlan.kernel.search"
    label = "search"
    default_auto_field = "django.db.models.BigAutoField"
