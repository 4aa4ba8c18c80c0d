"""The kinds of subject and the observed properties that ship with the product."""

import tomllib
from pathlib import Path

from anlan.kernel.sensing.models import ObservedProperty
from anlan.kernel.sensing.services import equipment
from anlan.kernel.subjects.models import SubjectKind
from anlan.kernel.subjects.services.kinds import define_kind

HERE = Path(__file__).parent
KINDS, PROPERTIES = HERE / "kinds.toml", HERE / "properties.toml"


def load_kinds() -> int:
    """Define both, inside the open unit of work; return how many rows are new or have changed."""
    before = _versions()
    for row in tomllib.loads(KINDS.read_text(encoding="utf-8"))["kind"]:
        properties = row.pop("properties")
        schema = {"type": "object", "additionalProperties": False, "properties": properties}
        define_kind(schema=schema, **row)
    for row in tomllib.loads(PROPERTIES.read_text(encoding="utf-8"))["property"]:
        equipment.define_property(**row)
    return len(_versions() - before)


def _versions() -> set[tuple[str, int]]:
    kinds = set(SubjectKind.objects.values_list("id", "version"))
    return kinds | set(ObservedProperty.objects.values_list("id", "version"))
