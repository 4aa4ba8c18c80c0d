"""The quick form runs, finds what it put in, and accuses nobody."""

from anlan.app.bench import honest
from anlan.engines.honesty.month import Kind


def test_the_quick_form_finds_cheats_and_accuses_nobody() -> None:
    rows = {row.name: row for row in honest.run(quick=True).rows}
    assert {f"honest.found.{kind}" for kind in Kind} < rows.keys()
    found = [rows[f"honest.found.{kind}"].value for kind in Kind]
    assert sum(found) / len(found) >= 0.75
    assert rows["honest.accused"].value == 0
    assert rows["honest.cpu"].value > 0
