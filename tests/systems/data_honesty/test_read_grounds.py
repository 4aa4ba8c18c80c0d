"""Reasons, clauses and parameters: all that ships has its mark, and a bureau's file goes over it key by key."""

from pathlib import Path

import pytest

from anlan.systems.data_honesty.grounds import SHIPPED, engine, read_grounds
from anlan.systems.data_honesty.rules import KINDS


def test_every_kind_has_its_ground_in_both_languages_with_a_mark() -> None:
    shipped = read_grounds()
    assert shipped.kinds.keys() == KINDS.keys()
    for one in shipped.kinds.values():
        assert all((one.reason, one.reason_en, one.clause, one.clause_en))
        assert one.mark in {"V", "L", "J", "待核"}


def test_a_bureaus_own_file_goes_over_what_ships(tmp_path: Path) -> None:
    own = tmp_path / "data_honesty.toml"
    own.write_text(
        "[parameters]\nhour = { value = 4 }\n[kind.copied]\nclause = '地方规定'\nmark = 'V'\n",
        encoding="utf-8",
    )
    said = read_grounds(own)
    assert (said.hour, said.window_days) == (4, read_grounds().window_days)
    assert (said.kinds["copied"].clause, said.kinds["copied"].mark) == ("地方规定", "V")
    assert said.kinds["copied"].reason == read_grounds().kinds["copied"].reason
    assert read_grounds(tmp_path / "missing.toml") == read_grounds()


def test_what_does_not_exist_is_refused_by_name(tmp_path: Path) -> None:
    own = tmp_path / "data_honesty.toml"
    own.write_text("[kind.cheated]\nreason = 'x'\n", encoding="utf-8")
    with pytest.raises(ValueError, match="cheated"):
        read_grounds(own)


def test_the_engine_is_named_by_its_source() -> None:
    assert engine() == engine()
    assert len(engine()) == len("honesty-") + 12
    assert SHIPPED.exists()
