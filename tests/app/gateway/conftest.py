"""Fixtures: a house with NATS, a plant in the database, its box at the firm."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from anlan.app.stack.throw_away import Databases
    from tests.app.gateway.house import Box, House
    from tests.plant import Plant

# The imports stand inside: this file is read before Django has its settings.


@pytest.fixture
def house(tmp_path: Path, databases: "Databases", transactional_db: None) -> Iterator["House"]:
    from tests.app.gateway.house import house_in
    from tests.conftest import DATABASE

    with house_in(tmp_path, databases.url(DATABASE)) as made:
        yield made


@pytest.fixture
def plant(house: "House") -> "Plant":
    from tests.plant import build_plant

    return build_plant(code="F1")


@pytest.fixture
def box(house: "House", plant: "Plant") -> Iterator["Box"]:
    from tests.app.gateway.house import Box

    made = Box(plant, house.server.mqtt_port)
    yield made
    made.close()
