"""Hazardous chemicals: the register of chemicals, major-hazard installations and their calculation sheets."""

from django.apps import AppConfig

from anlan.kernel.base.registry import Entry, LegendSign, MapLayer, register

_VIEW = "hazchem.installation.view"


class HazchemConfig(AppConfig):
    """Django application `hazchem`."""

    name = "anlan.systems.hazchem"
    label = "hazchem"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have the stock followed; hang pages, the dossier's section and the layer into the core."""
        from anlan.kernel.base import deadlines
        from anlan.systems.hazchem.services.live import follow_stock

        deadlines.register(deadlines.Sweep(name="live stock", act=follow_stock, is_long=True))
        register(
            "menu",
            Entry(
                name="installations",
                title_zh="重大危险源",
                title_en="Major hazards",
                permission=_VIEW,
                component="systems/hazchem/InstallationsPage",
                path="/installations",
                icon="WarnTriangleFilled",
                order=32,
            ),
        )
        register(
            "menu",
            Entry(
                name="chemicals",
                title_zh="危险化学品",
                title_en="Chemicals",
                permission="hazchem.chemical.view",
                component="systems/hazchem/ChemicalsPage",
                path="/chemicals",
                icon="Collection",
                order=33,
            ),
        )
        register(
            "dossier_sections",
            Entry(
                name="installations",
                title_zh="重大危险源",
                title_en="Major hazards",
                permission=_VIEW,
                component="systems/hazchem/InstallationsSection",
                order=8,
            ),
        )
        register(
            "map_layers",
            MapLayer(
                name="installations",
                title_zh="重大危险源",
                title_en="Major hazards",
                permission=_VIEW,
                component="systems/hazchem/InstallationsLayer",
                order=45,
                source="/api/v1/hazchem/installations/points.geojson",
                group="subjects",
                time="live",
                card="kernel/subjects/SubjectCard",
                legend=(
                    LegendSign(
                        shape="disc",
                        title_zh="单元，数字为级别，越大越重",
                        title_en="Unit; the figure is its grade",
                        colour="#4fc7ba",
                    ),
                    LegendSign(
                        shape="ring", title_zh="超量储存", title_en="Over-stock", colour="#ffffff"
                    ),
                ),
            ),
        )
