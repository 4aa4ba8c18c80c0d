"""Divisions, functional zones, settlements."""

from django.apps import AppConfig

from anlan.kernel.base.registry import Entry, LegendSign, MapLayer, register

VIEW = "places.place.view"
#: From what lies lowest on the map.
_LAYERS = (
    MapLayer(
        name="divisions",
        title_zh="行政区划",
        title_en="Divisions",
        permission=VIEW,
        component="kernel/places/DivisionsLayer",
        order=10,
        source="/api/v1/places/divisions.geojson",
        group="ground",
        time="still",
        legend=(
            LegendSign(
                shape="line", title_zh="县级界", title_en="County boundary", colour="#8fa19d"
            ),
            LegendSign(
                shape="dashes", title_zh="乡级界", title_en="Township boundary", colour="#5f7570"
            ),
        ),
    ),
    MapLayer(
        name="zones",
        title_zh="功能区",
        title_en="Functional zones",
        permission=VIEW,
        component="kernel/places/ZonesLayer",
        order=20,
        source="/api/v1/places/areas.geojson",
        group="ground",
        time="still",
        legend=(
            LegendSign(
                shape="area",
                title_zh="功能区、化工园区",
                title_en="Functional zone or park",
                colour="#4fc7ba",
            ),
        ),
    ),
    MapLayer(
        name="settlements",
        title_zh="居民点",
        title_en="Settlements",
        permission=VIEW,
        component="kernel/places/SettlementsLayer",
        order=30,
        source="/api/v1/places/settlements.geojson",
        group="ground",
        time="still",
        legend=(
            LegendSign(
                shape="disc",
                title_zh="居民点，面积随人口",
                title_en="Settlement, its area by population",
                colour="#c9d6d3",
            ),
        ),
    ),
)


class PlacesConfig(AppConfig):
    """Django application `places`."""

    name = "anlan.kernel.places"
    label = "places"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Hang the slice's layers into the map, its page into the menu, its settlements into searches."""
        from anlan.kernel.places import nearby, within

        for layer in _LAYERS:
            register("map_layers", layer)
        within.offer(
            within.Source(name="settlements", permission=VIEW, rows=nearby.settlements_near)
        )
        register(
            "menu",
            Entry(
                name="divisions",
                title_zh="区划与功能区",
                title_en="Divisions and zones",
                permission="people.organisation.edit",
                component="kernel/places/DivisionsPage",
                path="/divisions",
                icon="MapLocation",
                order=36,
            ),
        )
