"""Every event type of the product, known to this process: each slice's `events.py` is imported."""

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType

import anlan.kernel
import anlan.systems


def load_event_types() -> None:
    """Import them, so that what an older version wrote can be read as this one knows it (7.12)."""
    for name in _event_modules():
        importlib.import_module(name)


def _event_modules() -> Iterator[str]:
    """Name every slice's events, as far as it has some."""
    for layer in (anlan.kernel, anlan.systems):
        for slice_name in _children(layer):
            package = f"{layer.__name__}.{slice_name}"
            if "events" in _children(importlib.import_module(package)):
                yield f"{package}.events"


def _children(package: ModuleType) -> list[str]:
    return [module.name for module in pkgutil.iter_modules(package.__path__)]
