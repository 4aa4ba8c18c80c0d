"""What leaves the platform as a file: the API's description, the registry, lists."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from anlan.app import acting
from anlan.app.gateway_openapi import with_gateway
from anlan.app.routes import api
from anlan.kernel.alerts import queries as alarms
from anlan.kernel.alerts.api import ALARMS
from anlan.kernel.base import registry
from anlan.kernel.base.api.audit import LIST as JOURNAL
from anlan.kernel.base.english import Language
from anlan.kernel.base.errors import InvalidError
from anlan.kernel.base.listing import Ask, ListSpec
from anlan.kernel.base.queries import journal_list
from anlan.kernel.base.services.exports import Export, export_list
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.sensing import queries as sensing
from anlan.kernel.sensing.api import DATASTREAMS, LIMITS, SUPPRESSIONS
from anlan.kernel.sensing.api.gateways import GATEWAYS
from anlan.kernel.sensing.queries import doors
from anlan.kernel.subjects import queries as subjects
from anlan.kernel.subjects.api import SUBJECTS


@dataclass(frozen=True, slots=True)
class Table:
    """A list that a command can write: its columns, its rows, and who may read them."""

    spec: ListSpec
    rows: Callable[[], QuerySet[Any, Any]]
    permission: str


TABLES = {
    "subjects": Table(SUBJECTS, subjects.subjects, "subjects.subject.view"),
    "gateways": Table(GATEWAYS, doors.gateways, "sensing.gateway.view"),
    "datastreams": Table(DATASTREAMS, sensing.datastreams, "sensing.datastream.view"),
    "limits": Table(LIMITS, sensing.limits, "sensing.datastream.view"),
    "suppressions": Table(SUPPRESSIONS, sensing.suppressions, "sensing.datastream.view"),
    "alarms": Table(ALARMS, alarms.alarms, "alerts.alarm.view"),
    "journal": Table(JOURNAL, journal_list, "audit.journal.read"),
}


def openapi_text() -> str:
    """Return the OpenAPI 3.1 document of all processes that answer HTTP, the same text for the same routes."""
    document = with_gateway(dict(api.get_openapi_schema()))
    return json.dumps(document, ensure_ascii=False, indent=1, default=str) + "\n"


def registry_text() -> str:
    """Return every registry entry, whoever may see it."""
    return json.dumps(registry.exported(), ensure_ascii=False, indent=1) + "\n"


def export_table(name: str, ask: Ask, username: str, language: Language = Language.ZH) -> Export:
    """Write a list as a person reads it; filters as in the API. The journal keeps who and how many."""
    if name not in TABLES:
        raise InvalidError(f"没有列表 {name}；可用：{'、'.join(TABLES)}", code="app.unknown_table")
    table = TABLES[name]
    reader = acting.person(username, table.permission).within(table.permission)
    with unit_of_work(reader):
        door = acting.door()
        return export_list(name, table.spec, table.rows(), ask, door=door, language=language)
