"""What maps are drawn from."""

from django.apps import AppConfig


class MapsConfig(AppConfig):
    """Django application `maps`."""

    name = "anlan.kernel.maps"
    label = "maps"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have grids that are out of date counted anew, beside the deadlines."""
        from anlan.kernel.base import deadlines
        from anlan.kernel.maps.services import rebuild_due

        deadlines.register(deadlines.Sweep(name="map grids", act=rebuild_due, is_long=True))
