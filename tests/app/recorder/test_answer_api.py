"""What the API makes of history: raw and bucketed curves, newest values, over the real store."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from ninja.renderers import JSONRenderer

from anlan.adapters.parquet_history.store import ParquetHistory
from anlan.adapters.parquet_history.writer import HistoryWriter
from anlan.kernel.base.clock import from_ms, now_ms
from anlan.kernel.base.errors import UnavailableError
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.sensing import history, ports, queries, schemas
from anlan.kernel.sensing.batch import Batch, columns_of
from anlan.kernel.sensing.catalogue import DjangoCatalogue
from anlan.kernel.sensing.models import Datastream
from tests.plant import build_plant

pytestmark = pytest.mark.django_db
WEB = machine("test")


@pytest.fixture
def installed(tmp_path: Path) -> Iterator[Path]:
    before = ports._installed.make
    ports.install(lambda: ParquetHistory(folder=tmp_path, catalogue=DjangoCatalogue()))
    yield tmp_path
    ports._installed.make, ports._installed.store = before, None


@pytest.fixture
def stream(installed: Path, acting_as: Callable[[str], None]) -> Datastream:
    """Return a datastream with twenty readings, a second apart, and a gap after the tenth."""
    plant = build_plant()
    made = plant.streams[0]
    acting_as("anlan_recorder")
    writer = HistoryWriter(
        node="n640181",
        epoch="01K5000000000000000000000A",
        folder=installed,
        catalogue=DjangoCatalogue(lambda: unit_of_work(machine("recorder"))),
    )
    writer.start()
    times = [START + 1000 * (place if place < 10 else place + 60) for place in range(20)]
    rows = [(made.number, time, float(place), 192) for place, time in enumerate(times)]
    batch = Batch(
        gateway=plant.gateway.id,
        seq=1,
        arrived_ms=START,
        exercise_id=None,
        **columns_of(rows),
    )
    writer.add(1, 0, batch)
    writer.flush()
    writer.register()
    acting_as("anlan_app")
    with unit_of_work(WEB, read_only=True):
        return queries.datastream(made.id)


START = now_ms() // 1000 * 1000 - 600_000


def curve(stream: Datastream, points: int) -> dict[str, object]:
    span = (from_ms(START).isoformat(), from_ms(START + 90_000).isoformat())
    with unit_of_work(WEB, read_only=True):
        found = schemas.ObservationsOut(**history.observations(stream, *span, points))
    sent = JSONRenderer().render(None, found.dict(), response_status=200)  # type: ignore[arg-type]

    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is not JSON")

    answer: dict[str, object] = json.loads(sent, parse_constant=refuse)
    return answer


def test_few_readings_are_shown_one_by_one(stream: Datastream) -> None:
    answer = curve(stream, 500)
    assert answer["mode"] == "raw"
    assert answer["v"] == [float(place) for place in range(20)]
    assert answer["tail_missing"] is False


def test_many_readings_are_shown_in_buckets_and_a_gap_has_no_value(stream: Datastream) -> None:
    answer = curve(stream, 9)
    assert answer["mode"] == "buckets"
    assert answer["count"] == [10, 0, 0, 0, 0, 0, 0, 10, 0]
    assert answer["min"] == [0.0, *[None] * 6, 10.0, None]
    assert answer["max"] == [9.0, *[None] * 6, 19.0, None]


def test_the_newest_reading_stands_beside_the_limits(stream: Datastream) -> None:
    with unit_of_work(WEB, read_only=True):
        [item] = history.with_last([stream])["items"]
    assert (item["last"].t, item["last"].v, item["last"].q) == (START + 79_000, 19.0, 192)
    assert schemas.LastReading.model_validate(item["last"], from_attributes=True).v == 19.0


def test_a_process_without_a_store_says_so() -> None:
    before = ports._installed.make
    ports._installed.make = ports._installed.store = None
    with pytest.raises(UnavailableError):
        ports.observation_store()
    ports._installed.make = before
