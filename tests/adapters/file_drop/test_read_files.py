"""CSV files as readings, row by row; which files are whole; where they go."""

from pathlib import Path
from typing import Any

import pytest

from anlan.adapters.file_drop.folder import DONE, Folder
from anlan.adapters.file_drop.rows import FileError, Outcome, parsed
from anlan.adapters.file_drop.settings import Dropped
from anlan.kernel.sensing.sample import Sample

AT_MS = 1_785_549_600_000  # 2026-08-01 10:00:00 +08:00


def settings(**said: Any) -> Dropped:
    return Dropped(
        name="f",
        folder="in",
        **({"tag": {"液位": "T101.LI", "P": "T101.PI"}, "tag_column": "tag"} | said),
    )


def test_a_long_file_is_read_row_by_row() -> None:
    text = (
        "time,tag,value,quality\r\n"
        "2026-08-01 10:00:00,液位,1.5,\r\n"
        "2026-08-01T02:00:01Z,P,2.5,64\r\n"
        "1785549602000,P,x,\r\n"
        "never,P,1,\r\n"
        "2026-08-01 10:00:00,Q,1,\r\n"
        "2026-08-01 10:00:00,P,nan,\r\n"
        "2026-08-01 10:00:00,P,1,7\r\n"
        "2026/8/1 10:00,P,3,0\r\n"
    )
    found = parsed(text.encode("gb18030"), settings(encoding="gb18030"))
    assert found.samples == [
        Sample("T101.LI", AT_MS, 1.5, 192),
        Sample("T101.PI", AT_MS + 1_000, 2.5, 64),
        Sample("T101.PI", AT_MS, 3.0, 0),
    ]
    assert found.outcomes == [
        Outcome(2, "kept", "液位"),
        Outcome(3, "kept", "P"),
        Outcome(4, "value_bad", "P"),
        Outcome(5, "time_bad", "P"),
        Outcome(6, "tag_unknown", "Q"),
        Outcome(7, "value_bad", "P"),
        Outcome(8, "quality_bad", "P"),
        Outcome(9, "kept", "P"),
    ]
    assert found.refused == 5


def test_a_wide_file_has_a_column_for_each_tag_and_empty_cells_say_nothing() -> None:
    text = "\ufefftime;P;液位;note\n2026-08-01 10:00:00;1;2;a\n2026-08-01 10:00:01;;3;b\n"
    found = parsed(text.encode(), settings(layout="wide", delimiter=";"))
    assert found.samples == [
        Sample("T101.PI", AT_MS, 1.0),
        Sample("T101.LI", AT_MS, 2.0),
        Sample("T101.LI", AT_MS + 1_000, 3.0),
    ]


@pytest.mark.parametrize(
    "said", ["20260801100000", "202608011000", "1785549600000", "2026-08-01T02:00Z"]
)
def test_compact_times_are_the_moment_that_they_name(said: str) -> None:
    found = parsed(f"time,tag,value\n{said},P,1\n".encode(), settings())
    assert [one.at_ms for one in found.samples] == [AT_MS]


def test_digits_that_are_no_time_are_refused() -> None:
    found = parsed(b"time,tag,value\n2026113012,P,1\n17855496000000,P,1\n", settings())
    assert [one.word for one in found.outcomes] == ["time_bad", "time_bad"]


def test_a_time_without_an_offset_is_of_the_files_zone() -> None:
    text = b"time,tag,value\n2026-08-01 02:00:00,P,1\n"
    assert parsed(text, settings(utc_offset="+00:00")).samples[0].at_ms == AT_MS


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "without the columns time, tag, value"),
        (b"time,tag\n", "without the columns value"),
        (b"\xff\xff\xff\n", "not utf-8"),
        (b'time,tag,value\n1,"' + b"x" * 140_000 + b'",1\n', "field larger"),
    ],
)
def test_a_file_that_is_no_table_is_refused_as_a_whole(content: bytes, why: str) -> None:
    with pytest.raises(FileError, match=why):
        parsed(content, settings())
    with pytest.raises(FileError, match="no column is a tag"):
        parsed(b"time,x\n", settings(layout="wide"))


def test_a_file_is_whole_when_it_rests(tmp_path: Path) -> None:
    folder = Folder(tmp_path, ".csv", settle_s=5.0)
    file = tmp_path / "a.CSV"
    file.write_text("1")
    for name in (".hidden.csv", "b.csv.part", "c.tmp", "d.txt"):
        (tmp_path / name).write_text("1")
    (tmp_path / "e.csv").mkdir()
    assert folder.whole(100.0) == []
    assert folder.whole(104.9) == []
    file.write_text("12")
    assert folder.whole(105.0) == [], "it has grown"
    assert folder.whole(110.0) == [file]


def test_a_file_is_put_away_with_its_report_and_never_over_another(tmp_path: Path) -> None:
    folder = Folder(tmp_path, ".csv", settle_s=5.0)
    for _ in range(2):
        (tmp_path / "a.csv").write_text("x")
        folder.put_away(tmp_path / "a.csv", DONE, [Outcome(2, "kept", "液位")])
    names = sorted(file.name for file in (tmp_path / DONE).iterdir())
    assert names == ["a-2.csv", "a-2.csv.report.csv", "a.csv", "a.csv.report.csv"]
    report = (tmp_path / DONE / "a.csv.report.csv").read_text(encoding="utf-8-sig")
    assert report.splitlines() == ["line,word,about", "2,kept,液位"]
