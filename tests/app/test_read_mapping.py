"""A mapping file says which column is which tag; what is wrong is said with its place."""

from pathlib import Path

import pytest

from anlan.app.replay_mapping import Mapping, ReplayError, Row, read_mapping, read_rows

HEAD = 'gateway = "F1.G1"\n'
TAG = '[[tag]]\ncolumn = "a"\ntag = "T1"\n'


def mapping(folder: Path, text: str) -> Mapping:
    file = folder / "map.toml"
    file.write_text(text, encoding="utf-8")
    return read_mapping(file)


def read(folder: Path, text: str, mapping_text: str) -> list[Row]:
    file = folder / "series.txt"
    file.write_text(text, encoding="utf-8")
    return list(read_rows(file, mapping(folder, mapping_text)))


def test_a_column_is_scaled_and_shifted_and_gaps_are_left_out(tmp_path: Path) -> None:
    two = '[[tag]]\ncolumn = "b"\ntag = "T2"\nscale = 10\nshift = 0.5\n'
    clock = '[time]\ncolumn = "t"\nkind = "s"\n'
    rows = read(tmp_path, "t,a,b\n1,2,3\n2,,nan\n3,4,\n", HEAD + clock + TAG + two)
    assert rows == [
        Row(1_000, ((0, 2.0), (1, 30.5))),
        Row(2_000, ()),
        Row(3_000, ((0, 4.0),)),
    ]


def test_a_series_without_head_and_clock_is_read_by_place(tmp_path: Path) -> None:
    text = HEAD + 'delimiter = " "\nheader = false\n[time]\nstep_s = 180\n' + TAG
    rows = read(tmp_path, "  1.5   7\n\n  2.5   8\n", text.replace('"a"', '"2"'))
    assert [row.values for row in rows] == [((0, 7.0),), ((0, 8.0),)]
    assert rows[0].at_ms == 0


@pytest.mark.parametrize(
    ("cell", "offset", "wanted"),
    [
        ("2026-08-01T10:00:00.123+08:00", None, 1_785_549_600_123),
        ("2026-08-01 02:00:00", "+00:00", 1_785_549_600_000),
        ("2026-08-01 10:00:00", "+08:00", 1_785_549_600_000),
    ],
)
def test_texts_are_times_with_their_offset(
    tmp_path: Path, cell: str, offset: str | None, wanted: int
) -> None:
    clock = '[time]\ncolumn = "t"\n' + (f'offset = "{offset}"\n' if offset else "")
    [row] = read(tmp_path, f"t,a\n{cell},1\n", HEAD + clock + TAG)
    assert row.at_ms == wanted


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (HEAD + TAG, "time"),
        (HEAD + "[time]\n" + TAG, "a column or a step_s"),
        (HEAD + '[time]\nstep_s = 1\ncolumn = "t"\n' + TAG, "a column or a step_s"),
        (HEAD + "[time]\nstep_s = 0\n" + TAG, "step_s"),
        (HEAD + "[time]\nstep_s = 1\nstpe = 2\n" + TAG, "stpe"),
        (HEAD + "[time]\nstep_s = 1\n", "tag"),
        ('gateway = "G1"\n[time]\nstep_s = 1\n' + TAG, "gateway"),
        ("gateway =", "map.toml"),
    ],
)
def test_a_mapping_that_cannot_be_used_says_why(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ReplayError, match=words):
        mapping(tmp_path, text)


@pytest.mark.parametrize(
    ("series", "words"),
    [
        ("t,b\n1,2\n", "no column 'a'; there are t, b"),
        ("t,a\n2026-08-01 10:00:00,2\n", "row 1: .* has no offset"),
        ("t,a\n2026-08-01T10:00:00Z,1\n2026-08-01T10:00:00Z,x\n", "row 2: .*'x'"),
        ("t,a\n2026-08-01T10:00:00Z\n", "row 1"),
    ],
)
def test_a_series_that_cannot_be_read_says_where(tmp_path: Path, series: str, words: str) -> None:
    with pytest.raises(ReplayError, match=words):
        read(tmp_path, series, HEAD + '[time]\ncolumn = "t"\n' + TAG)
