"""The works of the monitoring desk: figures of a period, bulletins, online rounds."""

from django.apps import AppConfig

from anlan.kernel.base.registry import Entry, register
from anlan.systems.desk.rules import FIGURES


class DeskConfig(AppConfig):
    """Django application `desk`."""

    name = "anlan.systems.desk"
    label = "desk"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Hang the desk's pages into the menu."""
        register(
            "menu",
            Entry(
                name="desk_figures",
                title_zh="运行统计",
                title_en="Statistics",
                permission=FIGURES,
                component="systems/desk/FiguresPage",
                path="/statistics",
                icon="DataAnalysis",
                order=26,
            ),
        )
        register(
            "menu",
            Entry(
                name="bulletins",
                title_zh="监测通报",
                title_en="Bulletins",
                permission="desk.bulletin.view",
                component="systems/desk/BulletinsPage",
                path="/bulletins",
                icon="Document",
                order=27,
            ),
        )
        register(
            "menu",
            Entry(
                name="rounds",
                title_zh="在线巡查",
                title_en="Online rounds",
                permission="desk.round.view",
                component="systems/desk/RoundsTodayPage",
                path="/rounds",
                icon="View",
                order=25,
            ),
        )
