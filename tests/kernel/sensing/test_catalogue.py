"""The catalogue in PostgreSQL: who may write it, what a reader finds, how files are swapped."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import ProgrammingError

from anlan.kernel.base.clock import now
from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.sensing.catalogue import DjangoCatalogue
from anlan.kernel.sensing.models import Datastream
from anlan.kernel.sensing.ports import (
    DAY,
    ROLLUP,
    SEGMENT,
    CatalogueAwayError,
    CatalogueConflictError,
    FileEntry,
)
from tests.plant import build_plant

pytestmark = pytest.mark.django_db
EPOCH = "01K5000000000000000000000A"
EXERCISE = "01K5555555555555555555555X"


def entry(first: int, last: int, **other: object) -> FileEntry:
    made = FileEntry(
        epoch=EPOCH,
        shard=0,
        seq_first=first,
        seq_last=last,
        level=SEGMENT,
        number_lo=10,
        number_hi=20,
        t_lo_ms=1000,
        t_hi_ms=2000,
        rows=5,
        sha256="0" * 64,
        path=f"segments/{EPOCH}-{first}-{last}.parquet",
    )
    return replace(made, **other)  # type: ignore[arg-type]


@pytest.fixture
def catalogue(acting_as: Callable[[str], None]) -> DjangoCatalogue:
    acting_as("anlan_recorder")
    return DjangoCatalogue(lambda: unit_of_work(machine("recorder")))


def test_a_file_is_found_by_the_numbers_and_times_it_may_hold(catalogue: DjangoCatalogue) -> None:
    one = entry(1, 5)
    others = [
        entry(6, 6, exercise_id=EXERCISE, epoch=EXERCISE),
        entry(7, 7, level=ROLLUP),
    ]
    catalogue.register([one, *others])
    assert catalogue.find(10, 10, 1000, 1001) == [one]
    assert catalogue.find(20, 99, 2000, 9000) == [one]
    for low, high, start, end in (
        (0, 9, 0, 9000),
        (21, 99, 0, 9000),
        (0, 99, 0, 1000),
        (0, 99, 2001, 9000),
    ):
        assert catalogue.find(low, high, start, end) == []
    assert set(catalogue.live()) == {one, *others}


def test_a_path_that_has_a_row_keeps_it(catalogue: DjangoCatalogue) -> None:
    catalogue.register([entry(1, 5)])
    catalogue.register([entry(1, 5, rows=99), entry(6, 9)])
    assert sorted(one.rows for one in catalogue.live()) == [5, 5]
    assert catalogue.known() == {entry(1, 5).path, entry(6, 9).path}


def test_the_last_sequence_counts_the_dead_and_no_other_epoch(catalogue: DjangoCatalogue) -> None:
    catalogue.register([entry(1, 5), entry(6, 9), entry(1, 70, epoch=EXERCISE, path="x")])
    catalogue.swap([entry(6, 9).path], [])
    assert catalogue.last_sequence(EPOCH) == 9
    assert catalogue.last_sequence("01K600000000000000000000FF") == 0


def test_files_are_swapped_whole_or_not_at_all(catalogue: DjangoCatalogue) -> None:
    segments = [entry(1, 5), entry(6, 9)]
    day = entry(1, 9, level=DAY, path="days/20260801/x.parquet")
    catalogue.register(segments)
    with pytest.raises(CatalogueConflictError):
        catalogue.swap([segments[0].path, "never/was"], [day])
    assert set(catalogue.live()) == set(segments)
    catalogue.swap([one.path for one in segments], [day])
    assert catalogue.live() == [day]
    with pytest.raises(CatalogueConflictError):
        catalogue.swap([segments[0].path], [replace(day, path="again")])


def test_only_the_dead_are_forgotten(catalogue: DjangoCatalogue) -> None:
    catalogue.register([entry(1, 5), entry(6, 9)])
    catalogue.swap([entry(1, 5).path], [])
    assert catalogue.dead_before(now() - timedelta(minutes=1)) == []
    assert catalogue.dead_before(now() + timedelta(minutes=1)) == [entry(1, 5).path]
    catalogue.forget([entry(1, 5).path, entry(6, 9).path])
    assert catalogue.known() == {entry(6, 9).path}


def test_the_web_may_read_the_catalogue_and_not_write_it(
    catalogue: DjangoCatalogue, acting_as: Callable[[str], None]
) -> None:
    catalogue.register([entry(1, 5)])
    acting_as("anlan_app")
    web = DjangoCatalogue()
    assert web.live() == [entry(1, 5)]
    with pytest.raises(ProgrammingError, match="permission denied"), unit_of_work(machine("web")):
        web.register([entry(6, 9)])


def test_declared_steps_are_known_by_number(acting_as: Callable[[str], None]) -> None:
    plant = build_plant()
    with unit_of_work(machine("test")):
        Datastream.objects.filter(pk=plant.streams[0].pk).update(resolution=0.1)
        Datastream.objects.filter(pk=plant.streams[1].pk).update(resolution=None)
    acting_as("anlan_recorder")
    catalogue = DjangoCatalogue(lambda: unit_of_work(machine("recorder")))
    found = catalogue.resolutions()
    assert (found.numbers.tolist(), found.steps.tolist()) == ([plant.streams[0].number], [0.1])


def test_a_database_that_is_away_is_said_in_our_words(
    catalogue: DjangoCatalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import connection

    connection.close()
    monkeypatch.setitem(connection.settings_dict, "HOST", "/nowhere")
    with pytest.raises(CatalogueAwayError):
        catalogue.live()


def test_what_is_kept_no_longer_dies_with_a_row_of_the_journal(
    catalogue: DjangoCatalogue, acting_as: Callable[[str], None]
) -> None:
    old, young = entry(1, 2, sha256="a" * 64), entry(3, 4)
    catalogue.register([old, young])
    catalogue.expire("readings", 400, [old])
    with pytest.raises(CatalogueConflictError):
        catalogue.expire("readings", 400, [old])
    assert [one.path for one in catalogue.live()] == [young.path]
    acting_as("anlan_app")
    with unit_of_work(machine("test")):
        (row,) = Journal.objects.filter(type="sensing.history.expired")
    assert row.data["kind"] == "readings"
    assert (row.data["kept_days"], row.data["files"], row.data["rows"]) == (400, 1, 5)
    assert row.data["digests"] == ["a" * 64]
