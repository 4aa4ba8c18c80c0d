"""A plant with days of history, and the people around it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cast import Cast
    from tests.plant import Plant
    from tests.systems.data_honesty.written import Recorder

# The imports stand inside: this file is read before Django has its settings.


@pytest.fixture
def plant(db: None) -> "Plant":
    from tests.plant import build_plant

    return build_plant(streams=3)


@pytest.fixture
def cast(plant: "Plant") -> "Cast":
    from tests.cast import assemble

    return assemble(site=plant.site.id)


@pytest.fixture
def recorder(
    tmp_path: Path, plant: "Plant", acting_as: Callable[[str], None]
) -> "Iterator[Recorder]":
    from anlan.kernel.sensing import ports
    from tests.systems.data_honesty.written import Recorder

    before = ports._installed.make
    yield Recorder(tmp_path, plant, acting_as)
    ports._installed.make, ports._installed.store = before, None
