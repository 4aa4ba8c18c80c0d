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
]
KEYS: tuple[Key, ...] = get_args(Key)


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


_entries: dict[Key, dict[str, Entry]] = {key: {} for key in KEYS}


def register(key: Key, entry: Entry) -> None:
    """Add an entry at start-up; a key or a name that is wrong stops the process."""
    if key not in _entries:
        raise KeyError(f"registry has no key {key!r}; it has {', '.join(KEYS)}")
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
