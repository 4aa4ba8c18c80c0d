"""What is wrong with the platform's own data, and whose it is to mend."""

from django.apps import AppConfig

from anlan.kernel.base.registry import Entry, register
from anlan.systems.data_quality.rules import VIEW


class DataQualityConfig(AppConfig):
    """Django application `data_quality`."""

    name = "anlan.systems.data_quality"
    label = "data_quality"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Hang the steward's desk into the menu."""
        register(
            "menu",
            Entry(
                name="data_quality",
                title_zh="数据质量",
                title_en="Data quality",
                permission=VIEW,
                component="systems/data_quality/StewardDeskPage",
                path="/data-quality",
                icon="Finished",
                order=47,
            ),
        )
