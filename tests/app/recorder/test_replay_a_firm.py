"""Over HTTP: a firm's sensors between two moments, as known then, to those who reach them."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from anlan.adapters.parquet_history.store import ParquetHistory
from anlan.adapters.parquet_history.writer import HistoryWriter
from anlan.kernel.base.clock import from_ms, now_ms
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.sensing import ports
from anlan.kernel.sensing.batch import Batch, columns_of
from anlan.kernel.sensing.catalogue import DjangoCatalogue
from anlan.kernel.sensing.services import upkeep
from tests.cast import Cast, assemble, signed_in
from tests.plant import Plant, build_plant

pytestmark = pytest.mark.django_db
START = now_ms() // 60_000 * 60_000 - 3_600_000
MINUTE = 60_000


@pytest.fixture
def plant() -> Plant:
    made = build_plant(streams=3)
    with unit_of_work(machine("test")):
        upkeep.retire_datastream(datastream_id=made.streams[2].id)
    return made


@pytest.fixture
def cast(plant: Plant) -> Cast:
    return assemble(site=plant.site.id)


@pytest.fixture
def history(tmp_path: Path, plant: Plant, acting_as: Callable[[str], None]) -> Iterator[None]:
    """Three datastreams, ten minutes; the fifth is corrected and the sixth comes an hour late."""
    acting_as("anlan_recorder")
    writer = HistoryWriter(
        node="n640181",
        epoch="01K5000000000000000000000A",
        folder=tmp_path,
        catalogue=DjangoCatalogue(lambda: unit_of_work(machine("recorder"))),
    )
    writer.start()

    def hear(sequence: int, arrived_ms: int, *rows: tuple[int, int, float, int]) -> None:
        batch = Batch(
            gateway=plant.gateway.id,
            seq=sequence,
            arrived_ms=arrived_ms,
            exercise_id=None,
            **columns_of(list(rows)),
        )
        writer.add(sequence, 0, batch)

    for minute in range(10):
        at = START + minute * MINUTE
        numbers = [stream.number for stream in plant.streams]
        rows = [(number, at, float(minute), 192) for number in numbers if minute != 6]
        hear(minute + 1, at, *rows)
    late = START + 66 * MINUTE
    first = plant.streams[0].number
    hear(11, late, (first, START + 5 * MINUTE, 50.0, 192), (first, START + 6 * MINUTE, 6.0, 192))
    writer.flush()
    writer.register()
    acting_as("anlan_owner")
    before = ports._installed.make
    ports.install(lambda: ParquetHistory(folder=tmp_path, catalogue=DjangoCatalogue()))
    yield
    ports._installed.make, ports._installed.store = before, None


@pytest.fixture
def monitor(cast: Cast, history: None, acting_as: Callable[[str], None]) -> Client:
    client = signed_in(cast.monitor)
    acting_as("anlan_app")
    return client


def replay(client: Client, subject_id: str, **asked: str | int) -> Any:
    span: dict[str, str | int] = {"start": moment(START), "end": moment(START + 10 * MINUTE)}
    return client.get(f"/api/v1/sensing/subjects/{subject_id}/observations", span | asked)


def moment(ms: int) -> str:
    return from_ms(ms).isoformat()


def of_stream(answer: dict[str, Any], stream_id: str) -> list[float]:
    ids = [one["id"] for one in answer["datastreams"]]
    wanted = ids.index(stream_id)
    return [v for i, v in zip(answer["i"], answer["v"], strict=True) if i == wanted]


def test_a_firm_is_replayed_as_it_is_known_now_and_as_it_was_known_then(
    monitor: Client, plant: Plant
) -> None:
    now = replay(monitor, plant.site.id).json()
    then = replay(monitor, plant.site.id, as_of=moment(START + 30 * MINUTE)).json()
    first = plant.streams[0].id
    assert of_stream(now, first) == [0, 1, 2, 3, 4, 50, 6, 7, 8, 9]
    assert of_stream(then, first) == [0, 1, 2, 3, 4, 5, 7, 8, 9]
    assert then["as_of"] == START + 30 * MINUTE
    assert [now["corrected"].count(True), then["corrected"].count(True)] == [1, 0]
    assert max(now["lag_s"]) == 61 * 60
    assert now["t"] == sorted(now["t"])
    assert (now["next"], now["files_missing"]) == (None, 0)
    # retired since, and it was measured then
    assert of_stream(now, plant.streams[2].id) == of_stream(now, plant.streams[1].id)


def test_a_replay_goes_on_where_the_last_page_ended(monitor: Client, plant: Plant) -> None:
    whole = replay(monitor, plant.site.id).json()
    found: list[int] = []
    asked: dict[str, str | int] = {"limit": 7}
    while True:
        page = replay(monitor, plant.site.id, **asked).json()
        found += page["t"]
        if page["next"] is None:
            break
        asked["after"] = page["next"]
    assert found == whole["t"]


def test_a_curve_is_drawn_as_it_was_known_then(monitor: Client, plant: Plant) -> None:
    path = f"/api/v1/sensing/datastreams/{plant.streams[0].id}/observations"
    asked = {
        "start": moment(START),
        "end": moment(START + 10 * MINUTE),
        "as_of": moment(START + 30 * MINUTE),
    }
    raw = monitor.get(path, asked).json()
    assert raw["v"] == [0, 1, 2, 3, 4, 5, 7, 8, 9]
    buckets = monitor.get(path, asked | {"points": 2}).json()
    assert (buckets["count"], buckets["width_ms"]) == ([5, 4], 5 * MINUTE)
    assert [buckets["first"], buckets["last"]] == [[0, 5], [4, 9]]


def test_whoever_does_not_reach_a_firm_sees_no_replay_of_it(
    cast: Cast, plant: Plant, history: None, acting_as: Callable[[str], None]
) -> None:
    neighbour = signed_in(cast.neighbour)
    administrator = signed_in(cast.system_administrator)
    acting_as("anlan_app")
    assert replay(neighbour, plant.site.id).status_code == 404
    assert replay(administrator, plant.site.id).status_code == 403
    assert replay(Client(), plant.site.id).status_code == 401


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"end": "2020-01-01T00:00:00Z"}, "sensing.bad_span"),
        ({"start": "2020-01-01T00:00:00Z"}, "sensing.bad_span"),
        ({"as_of": "2020-01-01T00:00:00"}, "sensing.bad_time"),
        ({"after": "x-1"}, "sensing.bad_place"),
        ({"after": "12"}, "sensing.bad_place"),
        ({"limit": 0}, "sensing.bad_limit"),
        ({"limit": 100_001}, "sensing.bad_limit"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_in_words(
    monitor: Client, plant: Plant, asked: dict[str, str | int], code: str
) -> None:
    answer = replay(monitor, plant.site.id, **asked)
    assert (answer.status_code, answer.json()["code"]) == (422, code), answer.content
