"""By strace: a file of history is on the disk, and its name too, before the catalogue names it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from anlan.app.stack.care import Care
from anlan.kernel.base.clock import now_ms
from anlan.kernel.base.config import Config
from anlan.kernel.sensing.catalogue import DjangoCatalogue
from tests.app.recorder.house import RecorderHouse
from tests.system_calls import calls, place, synced, synced_file, traced

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
FLUSHES = 3


@pytest.fixture
def house(settings_of_run: Config, tmp_path: Path) -> Iterator[RecorderHouse]:
    own = replace(settings_of_run, history_dir=tmp_path / "history", segment_seconds=0.5)
    with Care() as care:
        made = RecorderHouse(own, tmp_path, care)
        yield made
        made.stop()


def test_the_catalogue_names_what_is_on_the_disk(house: RecorderHouse, tmp_path: Path) -> None:
    process = house.start()
    file, catalogue = tmp_path / "calls", DjangoCatalogue()
    start = now_ms() - 60_000
    with traced([process.pid], file):
        for turn in range(FLUSHES):
            house.publish([(7, start + turn * 100 + n, float(n), 192) for n in range(100)])
            house.until(
                lambda wanted=turn + 1: len(catalogue.live()) >= wanted,  # type: ignore[misc]
                "the file is registered",
            )
    lines = calls(file)
    folder = str(house.config.path("history_dir").resolve() / "segments").encode()
    paths = [entry.path for entry in catalogue.live()]
    assert len(paths) >= FLUSHES
    for path in paths:
        name = Path(path).name.encode()
        on_disk = synced(lines, folder + b"/" + name + b".unfinished", b"PAR1")
        named = place(lines, b"link", name + b".unfinished", after=on_disk)
        durable = synced_file(lines, folder, after=named)
        told = place(lines, b"sendto(", b'INSERT INTO "sensing_historyfile"', path.encode())
        assert on_disk < named < durable < told
