"""A bureau with the stand-in's services described, and its secret."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from anlan.adapters.map_services import keeper as keeping
from anlan.app.map_services import served
from anlan.kernel.base.config import Config
from tests.app.base_map.conftest import region
from tests.map_stand_in import SECRET, StandIn

__all__ = ["region"]
Write = Callable[..., None]


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    """Start a server that wants a key."""
    started = StandIn(secret=SECRET).start()
    yield started
    started.stop()


def described(stand_in: StandIn) -> str:
    """Return what the bureau writes: a ground, a vector layer, features and one behind a header."""
    services: dict[str, dict[str, Any]] = {
        "img": {"kind": "wmts", "url": f"{stand_in.address}/wmts", "layer": "img", "matrix_set": "c", "role": "ground",
                "shown": True, "map_approval": "GS（2026）1234号", "query_secrets": {"tk": "province"}},
        "roads": {"kind": "mvt", "url": f"{stand_in.address}/mvt/{{z}}/{{x}}/{{y}}", "layer": "roads", "crs": "EPSG:3857",
                  "query_secrets": {"tk": "province"}},
        "places": {"kind": "wfs", "url": f"{stand_in.address}/wfs", "layer": "places", "query_secrets": {"tk": "province"}},
        "names": {"kind": "wms", "url": f"{stand_in.address}/wms", "layer": "names", "header_secrets": {"Authorization": "province"}},
    }  # fmt: skip
    return "".join(
        f'[[service]]\nid = "{name}"\ntitle = "{name}"\nsource = "某省自然资源厅"\n'
        + "".join(f"{key} = {_toml(value)}\n" for key, value in said.items())
        for name, said in services.items()
    )


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(one)}" for key, one in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)


@pytest.fixture
def settings(tmp_path: Path) -> Config:
    """Return settings whose folders are this test's."""
    home = tmp_path / "home"
    (home / "region").mkdir(parents=True)
    return replace(Config(home=home), node="n640181")


@pytest.fixture
def write(settings: Config, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Return how the bureau writes its description and its secret."""
    monkeypatch.setattr(served, "config", lambda: settings)
    monkeypatch.setattr(keeping, "MOMENT_S", 10.0)

    def to(text: str, secret: str = SECRET) -> None:
        (settings.path("region_dir") / "services.toml").write_text(text, encoding="utf-8")
        file = settings.path("map_secrets_file")
        file.write_text(f'province = "{secret}"\n', encoding="utf-8")
        file.chmod(0o600)

    return to
