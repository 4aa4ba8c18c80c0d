"""The registry: ten fixed keys, each name given once, shown to whom its permission is held."""

from copy import deepcopy
from typing import Any, cast

import pytest

from anlan.kernel.base import registry
from anlan.kernel.base.registry import Entry, Key, LegendSign, MapLayer

KEYS = (
    "map_layers",
    "dossier_sections",
    "panels",
    "menu",
    "report_templates",
    "alarm_advice",
    "search",
    "exports",
    "settings",
    "round_checks",
)


@pytest.fixture(autouse=True)
def untouched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the registry of this process as it was."""
    monkeypatch.setattr(registry, "_entries", deepcopy(registry._entries))


def entry(name: str, permission: str = "a.b.view", **more: Any) -> Entry:
    return Entry(name=name, title_zh="某", title_en="Some", permission=permission, **more)


def layer(name: str, **more: Any) -> MapLayer:
    said: dict[str, Any] = {"time": "replay"} | more
    return MapLayer(
        name=name,
        title_zh="某",
        title_en="Some",
        permission="a.b.view",
        source="/api/v1/some",
        group="forces",
        **said,
    )


@pytest.mark.parametrize("key", KEYS)
def test_every_key_takes_an_entry_and_shows_it_to_whom_it_is_open(key: Key) -> None:
    made = layer if key == "map_layers" else entry
    registry.register(key, made("planted", component="systems/some/SomePage", order=-1))
    shown = registry.exported({"a.b.view"})
    assert tuple(shown) == KEYS
    assert [one["name"] for one in shown[key]] == ["planted"]
    assert shown[key][0]["component"] == "systems/some/SomePage"
    assert registry.exported(set())[key] == []


def test_there_are_these_keys_and_no_other() -> None:
    assert KEYS == registry.KEYS
    with pytest.raises(KeyError, match="colours"):
        registry.register(cast("Key", "colours"), entry("red"))


def test_a_name_is_given_once() -> None:
    registry.register("panels", entry("planted"))
    with pytest.raises(ValueError, match="planted"):
        registry.register("panels", entry("planted"))


def test_entries_stand_in_their_order() -> None:
    for name, order in (("last", 900), ("first", -2), ("second", -1)):
        registry.register("search", entry(name, order=order))
    assert [one.name for one in registry.entries("search")] == ["first", "second", "last"]


def test_a_layer_says_whence_it_comes_under_which_signs_and_how_it_goes_with_time() -> None:
    sign = LegendSign(shape="dot", title_zh="救援队", title_en="Team", colour="#ffffff")
    registry.register("map_layers", layer("teams", legend=(sign,), card="systems/some/TeamCard"))
    [shown] = registry.exported({"a.b.view"})["map_layers"]
    assert (shown["source"], shown["group"], shown["time"]) == ("/api/v1/some", "forces", "replay")
    assert (shown["card"], shown["is_visible"]) == ("systems/some/TeamCard", True)
    assert [one["title_zh"] for one in shown["legend"]] == ["救援队"]


def test_a_forecast_says_how_far_it_reaches_and_nothing_else_does() -> None:
    registry.register("map_layers", layer("rain", time="forecast", ahead_h=72))
    [shown] = registry.exported({"a.b.view"})["map_layers"]
    assert (shown["time"], shown["ahead_h"]) == ("forecast", 72)
    for wrong in ({"time": "forecast"}, {"ahead_h": 6}):
        with pytest.raises(ValueError, match="ahead"):
            registry.register("map_layers", layer("wrong", **wrong))


def test_none_has_a_forecast_yet() -> None:
    """The day that one has, its bar is looked at in a journey, and this test goes."""
    assert [one for one in registry.exported()["map_layers"] if one["time"] == "forecast"] == []


def test_what_is_no_layer_is_none_of_the_map() -> None:
    with pytest.raises(TypeError, match="planted"):
        registry.register("map_layers", entry("planted"))


def test_subjects_alarms_and_drawn_areas_ship_as_layers_and_every_layer_has_a_legend() -> None:
    shipped = {one["name"]: one for one in registry.exported()["map_layers"]}
    assert {"subjects", "alarms", "sketches"} <= set(shipped)
    assert [name for name, one in shipped.items() if not one["legend"] or not one["source"]] == []
