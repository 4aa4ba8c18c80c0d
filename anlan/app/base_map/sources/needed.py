"""Packages that only a build from a bureau's files needs; the house runs without them."""

from importlib import import_module
from typing import Any

from anlan.app.region.errors import RegionSourceError


def needed(package: str) -> Any:
    """Import a package of requirements/maps.txt, or say how to get it. Raises RegionSourceError."""
    try:
        return import_module(package)
    except ImportError as error:
        raise RegionSourceError(
            f"读这种文件需要 {package}：.venv/bin/uv pip install --require-hashes -r requirements/maps.txt"
            f" · {package} is needed to read this: install requirements/maps.txt"
        ) from error
