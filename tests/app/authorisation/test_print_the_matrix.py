"""The printed matrix is what is decided and what the routes declare, and a refusal is told from a blank.

That `docs/authorisation.md` is this text, tests/architecture holds with the other generated pages.
"""

from tests.app.authorisation import page, table


def test_every_operation_stands_there_once_with_its_permission() -> None:
    rows = [one for one in page.text().splitlines() if one.startswith("| `")]
    told = {row.split("`")[1]: row.split("|")[2].strip() for row in rows}
    assert len(rows) == len(told)
    assert told == {name: page.permissions()[table.called(name)] for name in table.read().lines}
    assert "" not in told.values()


def test_every_column_and_every_word_has_its_sign() -> None:
    assert list(page.SHORT) == table.written()["columns"]
    assert set(page.SIGNS) == table.CELLS
    assert len(set(page.SIGNS.values())) == len(table.CELLS)
