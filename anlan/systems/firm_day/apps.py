"""The firm's day: special work by permit, and the daily safety commitment."""

from django.apps import AppConfig

from anlan.kernel.base.registry import Entry, LegendSign, MapLayer, register
from anlan.systems.firm_day import promises
from anlan.systems.firm_day.rules import VIEW


class FirmDayConfig(AppConfig):
    """Django application `firm_day`."""

    name = "anlan.systems.firm_day"
    label = "firm_day"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have who has not promised be asked; hang pages, the dossier's section and the layer into the core."""
        from anlan.kernel.base import deadlines
        from anlan.systems.firm_day.services.notices import chase_missing

        deadlines.register(deadlines.Sweep(name="safety promises", act=chase_missing))
        register(
            "menu",
            Entry(
                name="firm_day",
                title_zh="企业今日",
                title_en="The firm's day",
                permission=promises.SUBMIT,
                component="systems/firm_day/FirmDayPage",
                path="/firm-day",
                icon="Calendar",
                order=31,
            ),
        )
        register(
            "menu",
            Entry(
                name="commitments",
                title_zh="安全承诺",
                title_en="Safety promises",
                permission=promises.VIEW,
                component="systems/firm_day/CommitmentsPage",
                path="/commitments",
                icon="Stamp",
                order=35,
            ),
        )
        register(
            "menu",
            Entry(
                name="special_work",
                title_zh="特殊作业",
                title_en="Special work",
                permission=VIEW,
                component="systems/firm_day/SpecialWorkPage",
                path="/special-work",
                icon="Tools",
                order=34,
            ),
        )
        register(
            "dossier_sections",
            Entry(
                name="special_work",
                title_zh="特殊作业",
                title_en="Special work",
                permission=VIEW,
                component="systems/firm_day/SpecialWorkSection",
                order=9,
            ),
        )
        register(
            "map_layers",
            MapLayer(
                name="special_work",
                title_zh="特殊作业",
                title_en="Special work",
                permission=VIEW,
                component="systems/firm_day/SpecialWorkLayer",
                order=46,
                source="/api/v1/firm-day/permits/points.geojson",
                group="subjects",
                time="live",
                card="kernel/subjects/SubjectCard",
                legend=(
                    LegendSign(
                        shape="disc",
                        title_zh="特殊作业进行中",
                        title_en="Special work under way",
                        colour="#c58af9",
                    ),
                    LegendSign(
                        shape="ring", title_zh="超时未完工", title_en="Overrun", colour="#ffffff"
                    ),
                ),
            ),
        )
