"""Bit rot and lost files show when somebody looks; other files answer."""

from pathlib import Path

from anlan.adapters.parquet_history.store import ParquetHistory
from anlan.adapters.parquet_history.verify import Damage, verify_files
from tests.adapters.parquet_history.oracle import T0, FakeCatalogue, record, steady, writer_on


def test_a_flipped_byte_and_a_lost_file_are_found_and_the_others_answer(tmp_path: Path) -> None:
    catalogue = FakeCatalogue()
    writer = writer_on(tmp_path, catalogue)
    for message in steady(3):
        record(writer, [message])
        writer.flush()
    writer.register()
    assert verify_files(catalogue, tmp_path) == []
    first, second, _ = sorted(catalogue.rows)
    content = bytearray((tmp_path / first).read_bytes())
    for place in range(len(content)):
        content[place] ^= 1
        (tmp_path / first).write_bytes(content)
        assert verify_files(catalogue, tmp_path) == [Damage(first, "altered")]
        content[place] ^= 1
    (tmp_path / first).write_bytes(content)
    (tmp_path / second).unlink()
    (damage,) = verify_files(catalogue, tmp_path)
    assert str(damage) == f"{second}: missing"
    raw = ParquetHistory(folder=tmp_path, catalogue=catalogue).raw(7, T0, T0 + 10**6, limit=99)
    assert len(raw.times_ms) == 20
    assert raw.unreadable == (second,)
