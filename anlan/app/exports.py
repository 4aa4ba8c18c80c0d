"""What leaves the platform as a file: the API's description, the registry, lists."""

import json
from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

from anlan.app.routes import api
from anlan.kernel.alerts import queries as alarms
from anlan.kernel.alerts.api import ALARMS
from anlan.kernel.base import registry
from anlan.kernel.base.errors import InvalidError
from anlan.kernel.base.listing import Ask, ListSpec
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.base.xlsx import sheet
from anlan.kernel.sensing import queries as sensing
from anlan.kernel.sensing.api import DATASTREAMS, LIMITS
from anlan.kernel.subjects import queries as subjects
from anlan.kernel.subjects.api import SUBJECTS

TABLES: dict[str, tuple[ListSpec, Callable[[], QuerySet[Any, Any]]]] = {
    "subjects": (SUBJECTS, subjects.subjects),
    "datastreams": (DATASTREAMS, sensing.datastreams),
    "limits": (LIMITS, sensing.limits),
    "alarms": (ALARMS, alarms.alarms),
}


def openapi_text() -> str:
    """Return the OpenAPI 3.1 document, the same text for the same routes."""
    return json.dumps(api.get_openapi_schema(), ensure_ascii=False, indent=1, default=str) + "\n"


def registry_text() -> str:
    """Return every registry entry, whoever may see it."""
    return json.dumps(registry.exported(), ensure_ascii=False, indent=1) + "\n"


def table_bytes(name: str, where: tuple[str, ...]) -> tuple[bytes, int]:
    """Return a list as xlsx and how many rows it has; filters as in the API."""
    if name not in TABLES:
        raise InvalidError(f"没有列表 {name}；可用：{'、'.join(TABLES)}", code="app.unknown_table")
    spec, rows_of = TABLES[name]
    with unit_of_work(machine("export"), read_only=True):
        rows = spec.all_rows(rows_of(), Ask(filters=where))
    return sheet(spec.fields, rows, "anlan export"), len(rows)
