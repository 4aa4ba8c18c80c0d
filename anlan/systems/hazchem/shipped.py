"""The named chemicals of GB 18218-2018 as they ship: table 1 with classes and properties, each figure with its source."""

import tomllib
from pathlib import Path
from typing import Any

from anlan.systems.hazchem.services.chemicals import ChemicalDetails, load_chemicals
from anlan.systems.hazchem.working import standard

FILE = Path(__file__).with_name("chemicals.toml")
REASON = "GB 18218-2018 表1"
#: Classes as they ship are general knowledge, to be confirmed.
_MARK = "G"


def shipped_chemicals() -> list[tuple[str, ChemicalDetails]]:
    """Return every shipped chemical under its code, `GB18218-001` for row 1."""
    raw: dict[str, Any] = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return [(f"GB18218-{row['number']:03d}", _details(row)) for row in raw["chemical"]]


def load_shipped() -> int:
    """Bring them into the register, inside the open unit of work; return how many are new or changed."""
    return load_chemicals(shipped_chemicals(), REASON)


def _details(row: dict[str, Any]) -> ChemicalDetails:
    named = standard().named[row["number"]]
    cas = named.cas[0] if named.cas else ""
    # the row is said where the number alone does not lead to it
    is_told = len(standard().forms_of(cas)) == 1
    figures = {key: value for key, value in row.items() if key != "number"}
    mark = _MARK if row.get("classes") else ""
    return ChemicalDetails(
        name=named.name,
        name_en=named.name_en,
        cas=cas,
        form=None if is_told else named.number,
        classes_mark=mark,
        **figures,
    )
