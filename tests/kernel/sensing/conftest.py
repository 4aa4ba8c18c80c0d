"""Who keeps the data of a small plant, and the cast around him."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from django.test import Client

    from tests.cast import Cast
    from tests.plant import Plant

# The imports stand inside: this file is read before Django has its settings.


@pytest.fixture
def plant() -> "Plant":
    from tests.plant import build_plant

    return build_plant(streams=1)


@pytest.fixture
def cast(plant: "Plant") -> "Cast":
    from tests.cast import assemble

    return assemble(site=plant.site.id)


@pytest.fixture
def keeper(cast: "Cast", acting_as: Callable[[str], None]) -> "Client":
    """The data keeper of the bureau in charge, whose rows the database itself narrows."""
    from tests import factories
    from tests.cast import signed_in

    client = signed_in(factories.officer(cast.zone_bureau, "data_keeper", "钱数据", "keeper"))
    acting_as("anlan_app")
    return client
