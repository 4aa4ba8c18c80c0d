"""What people draw on the map."""

from django.apps import AppConfig

from anlan.kernel.base.registry import LegendSign, MapLayer, register

#: As the map draws them: no level's colour, and not the accent of the zones.
COLOUR = "#d9c8ff"


class SketchesConfig(AppConfig):
    """Django application `sketches`."""

    name = "anlan.kernel.sketches"
    label = "sketches"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Hang the drawn areas into the map."""
        register(
            "map_layers",
            MapLayer(
                name="sketches",
                title_zh="标绘",
                title_en="Drawn areas",
                permission="sketches.sketch.view",
                component="kernel/sketches/SketchesLayer",
                order=60,
                source="/api/v1/sketches/shapes.geojson",
                group="drawn",
                time="live",
                legend=(
                    LegendSign(
                        shape="area", title_zh="面、圆", title_en="Area, circle", colour=COLOUR
                    ),
                    LegendSign(shape="line", title_zh="线", title_en="Line", colour=COLOUR),
                    LegendSign(shape="dot", title_zh="点", title_en="Point", colour=COLOUR),
                ),
            ),
        )
