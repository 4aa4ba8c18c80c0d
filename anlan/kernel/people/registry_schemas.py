"""JSON shapes of the registry: what systems add to menu, map, wall and dossier."""

from typing import Literal

from ninja import Schema


class MenuEntry(Schema):
    """One entry of the registry."""

    key: str
    title_zh: str
    title_en: str
    component: str | None
    path: str | None
    icon: str | None
    order: int


class PanelEntry(MenuEntry):
    """A panel of the wall."""

    area: Literal["side", "foot"]


class LegendSignOut(Schema):
    """One line of a layer's legend."""

    shape: Literal["dot", "hollow", "ring", "disc", "line", "dashes", "area", "level"]
    title_zh: str
    title_en: str
    colour: str
    priority: int | None


class MapLayerEntry(MenuEntry):
    """A layer of the map: where its data come from, under which signs, how it goes with the time bar."""

    source: str
    group: Literal["alarms", "subjects", "forces", "drawn", "ground"]
    time: Literal["still", "live", "replay", "forecast"]
    legend: list[LegendSignOut]
    card: str | None
    is_visible: bool
    ahead_h: int


class RegistryOut(Schema):
    """What the systems add to the core and this person may open."""

    menu: list[MenuEntry]
    map_layers: list[MapLayerEntry]
    dossier_sections: list[MenuEntry]
    panels: list[PanelEntry]
    report_templates: list[MenuEntry]
    alarm_advice: list[MenuEntry]
    search: list[MenuEntry]
    exports: list[MenuEntry]
    settings: list[MenuEntry]
    round_checks: list[MenuEntry]
