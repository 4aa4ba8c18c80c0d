"""What is wrong with the platform's own data, and whose it is to mend."""

from django.apps import AppConfig

from anlan.kernel.base.registry import Entry, register
from anlan.systems.data_quality.rules import MERGE, VIEW


class DataQualityConfig(AppConfig):
    """Django application `data_quality`."""

    name = "anlan.systems.data_quality"
    label = "data_quality"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Hang the steward's desk and the firms entered twice into the menu."""
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
        register(
            "menu",
            Entry(
                name="doubled_firms",
                title_zh="重复单位",
                title_en="Doubled firms",
                permission=MERGE,
                component="systems/data_quality/DoubledFirmsPage",
                path="/doubled-firms",
                icon="CopyDocument",
                order=48,
            ),
        )
