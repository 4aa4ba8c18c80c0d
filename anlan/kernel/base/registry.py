"""The registry with fixed keys: how a system adds to the core without being imported by it."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

Key = Literal[
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
]
KEYS: tuple[Key, ...] = get_args(Key)
#: Under which heading a layer stands in the tree, from what calls to what lies below.
LayerGroup = Literal["alarms", "subjects", "forces", "drawn", "ground"]
#: How a layer goes with the time bar: it never changes, it is of now only, it is drawn as of any moment that was,
#: or as of moments to come too (`forecast`).
LayerTime = Literal["still", "live", "replay", "forecast"]
SignShape = Literal["dot", "hollow", "ring", "disc", "line", "dashes", "area", "level"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One contribution. `component` is `systems/<name>/<Component>` or `kernel/<slice>/<…>`.

    The web build fails on a component that does not exist (`web/registry.json` is exported).
    """

    name: str
    title_zh: str
    title_en: str
    permission: str
    component: str | None = None
    path: str | None = None
    icon: str | None = None
    order: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel(Entry):
    """A panel of the wall: in the column on its right side, or along its foot."""

    area: Literal["side", "foot"] = "side"


@dataclass(frozen=True, slots=True, kw_only=True)
class LegendSign:
    """One line of a legend: a sign as the map draws it, and what it means; a `level` says its priority."""

    shape: SignShape
    title_zh: str
    title_en: str
    colour: str = ""
    priority: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MapLayer(Entry):
    """A layer of the map: what is drawn (`component`), from where, under which signs, who sees it.

    `source` is the address that its data come from, `card` the component that shows what was clicked,
    `ahead_h` how many hours a forecast reaches.
    """

    source: str
    group: LayerGroup
    time: LayerTime
    legend: tuple[LegendSign, ...] = ()
    card: str | None = None
    is_visible: bool = True
    ahead_h: int = 0


_entries: dict[Key, dict[str, Entry]] = {key: {} for key in KEYS}


def register(key: Key, entry: Entry) -> None:
    """Add an entry at start-up; a key or a name that is wrong stops the process."""
    if key not in _entries:
        raise KeyError(f"registry has no key {key!r}; it has {', '.join(KEYS)}")
    if key == "map_layers" and not isinstance(entry, MapLayer):
        raise TypeError(f"map layer {entry.name!r} is registered as a MapLayer")
    if isinstance(entry, MapLayer) and (entry.time == "forecast") != (entry.ahead_h > 0):
        raise ValueError(f"map layer {entry.name!r}: a forecast, and nothing else, reaches ahead")
    if entry.name in _entries[key]:
        raise ValueError(f"registry[{key}] already has {entry.name!r}")
    _entries[key][entry.name] = entry


def entries(key: Key, permissions: Iterable[str] | None = None) -> list[Entry]:
    """Return the entries of a key that these permissions open (all without permissions given)."""
    held = None if permissions is None else frozenset(permissions)
    found = (e for e in _entries[key].values() if held is None or e.permission in held)
    return sorted(found, key=lambda entry: (entry.order, entry.name))


def exported(permissions: Iterable[str] | None = None) -> dict[str, list[dict[str, Any]]]:
    """Return the whole registry as plain values, for the web application."""
    return {key: [asdict(entry) for entry in entries(key, permissions)] for key in KEYS}
