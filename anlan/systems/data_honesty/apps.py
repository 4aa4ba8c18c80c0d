"""Whether data are honest: looked at every night, judged by people."""

from django.apps import AppConfig

from anlan.kernel.base.registry import Entry, register
from anlan.systems.data_honesty.rules import ANSWER, VIEW


class DataHonestyConfig(AppConfig):
    """Django application `data_honesty`."""

    name = "anlan.systems.data_honesty"
    label = "data_honesty"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have every night looked at; hang the pages and the dossier's section into the core."""
        from anlan.kernel.base import deadlines
        from anlan.systems.data_honesty.services.looks import follow_looks

        deadlines.register(deadlines.Sweep(name="data honesty", act=follow_looks, is_long=True))
        register(
            "menu",
            Entry(
                name="data_honesty",
                title_zh="数据真实性",
                title_en="Honesty of data",
                permission=VIEW,
                component="systems/data_honesty/FindingsPage",
                path="/data-honesty",
                icon="View",
                order=46,
            ),
        )
        register(
            "menu",
            Entry(
                name="data_honesty_handed",
                title_zh="数据真实性交办",
                title_en="Data to be explained",
                permission=ANSWER,
                component="systems/data_honesty/HandedPage",
                path="/data-honesty-handed",
                icon="View",
                order=46,
            ),
        )
        register(
            "dossier_sections",
            Entry(
                name="data_honesty",
                title_zh="数据真实性",
                title_en="Honesty of data",
                permission=VIEW,
                component="systems/data_honesty/FindingsSection",
                order=34,
            ),
        )
