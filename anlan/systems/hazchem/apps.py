"""Hazardous chemicals: the register of chemicals, major-hazard installations and their calculation sheets."""

from django.apps import AppConfig


class HazchemConfig(AppConfig):
    """Django application `hazchem`."""

    name = "anlan.systems.hazchem"
    label = "hazchem"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have the stock followed."""
        from anlan.kernel.base import deadlines
        from anlan.systems.hazchem.services.live import follow_stock

        deadlines.register(deadlines.Sweep(name="live stock", act=follow_stock, is_long=True))
