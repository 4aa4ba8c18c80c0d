"""Divisions, functional zones, settlements."""

from django.apps import AppConfig

from anlan.kernel.base.registry import Entry, register

#: name, Chinese, English, component, order: from what lies lowest on the map.
_LAYERS = (
    ("divisions", "行政区划", "Divisions", "kernel/places/DivisionsLayer", 10),
    ("zones", "功能区", "Functional zones", "kernel/places/ZonesLayer", 20),
    ("settlements", "居民点", "Settlements", "kernel/places/SettlementsLayer", 30),
)


class PlacesConfig(AppConfig):
    """Django application `places`."""

    name = "anlan.kernel.places"
    label = "places"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Hang the slice's layers into the map, and its page into the menu."""
        for name, title_zh, title_en, component, order in _LAYERS:
            entry = Entry(
                name=name,
                title_zh=title_zh,
                title_en=title_en,
                permission="places.place.view",
                component=component,
                order=order,
            )
            register("map_layers", entry)
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
