"""Screens that follow a desk."""

from django.apps import AppConfig


class ScreensConfig(AppConfig):
    """Django application `screens`."""

    name = "anlan.kernel.screens"
    label = "screens"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have ended what has lasted long enough, or one side of which has signed out."""
        from anlan.kernel.base import deadlines
        from anlan.kernel.screens.services import end_over

        deadlines.register(deadlines.Sweep(name="screens", act=end_over))
