"""From a station's frames through the collector and the real HTTP door into READINGS, all of them processes."""

import asyncio
from pathlib import Path

import pytest

from tests.app.collecting.test_survive_a_kill import address_of, collector, tell, write_config
from tests.app.gateway.house import House
from tests.plant import Plant

pytestmark = pytest.mark.slow


def values(house: House) -> list[float]:
    return [float(value) for batch in house.batches() for value in batch.values]


def test_a_stations_frames_reach_the_log_once_each(
    house: House, plant: Plant, tmp_path: Path
) -> None:
    folder = tmp_path / "collector"
    folder.mkdir()
    config = write_config(folder, house.health_url.removesuffix("/health"))
    (folder / "key").write_text(plant.gateway.hmac_key)
    config.write_text(config.read_text().replace('"SO2"', f'"{plant.streams[0].tag}"'))
    with collector(config) as process:
        address = asyncio.run(address_of(config, process))
        assert asyncio.run(tell(address, 0, 20)) == 20, (
            "the platform is not there, the station does not wait"
        )
        house.start()
        house.until(lambda: len(values(house)) >= 20, "what waited is there")
        assert asyncio.run(tell(address, 10, 30)) == 20, "ten come again"
        house.until(lambda: len(values(house)) >= 30, "what is new is there")
    assert values(house) == [float(at) for at in range(30)]
