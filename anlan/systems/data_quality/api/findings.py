"""HTTP of data quality, under /data-quality."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from anlan.kernel.base.doors import Door
from anlan.systems.data_quality.models import Finding
from anlan.systems.data_quality.queries import findings as queries
from anlan.systems.data_quality.rules import ASK, VIEW
from anlan.systems.data_quality.schemas import (
    AskBody,
    AskedOut,
    DataFindingCountOut,
    DataFindingOut,
)
from anlan.systems.data_quality.services.asking import ask_owner

door = Door("data_quality")
router = door.router


@door.list("/findings", VIEW, queries.FINDINGS, DataFindingOut)
def findings(request: HttpRequest) -> QuerySet[Finding]:
    """What is wrong with the data that I reach: an owner, an age, an object to act on."""
    return queries.findings()


@door.read("/counts", VIEW, response=list[DataFindingCountOut])
def counts(request: HttpRequest) -> list[dict[str, Any]]:
    """How many of each kind, in the order of the desk."""
    return queries.counts()


@door.create("/findings/{finding_id}/ask", ASK, response=AskedOut)
def ask(request: HttpRequest, finding_id: str, body: AskBody) -> dict[str, Any]:
    """Ask whoever is to mend it, by a message: each asker once a day."""
    asked = ask_owner(finding_id=finding_id, reason=body.reason)
    return {"at": asked.at, "names": asked.names}
