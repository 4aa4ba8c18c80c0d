"""HTTP of supervision (监管) under /people/supervisions: by matter, with its begin and its end."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from anlan.kernel.base.doors import Door, expected_version
from anlan.kernel.people.models import Organisation, SiteReach
from anlan.kernel.people.queries import directory
from anlan.kernel.people.queries import supervision as queries
from anlan.kernel.people.reach_schemas import (
    EndSupervisionBody,
    SiteOut,
    SupervisionBody,
    SupervisionOut,
    SupervisionRow,
)
from anlan.kernel.people.services.organisations import SUPERVISE
from anlan.kernel.people.services.supervision import end_supervision, supervise

door = Door("people")
router = door.router


@door.list("/supervisions", SUPERVISE, queries.SUPERVISIONS, SupervisionRow)
def supervision_list(request: HttpRequest) -> QuerySet[SiteReach]:
    """Who supervises which firm's site, in which matter, from when until when."""
    return queries.supervisions()


@door.list("/sites", SUPERVISE, queries.SITES, SiteOut)
def site_list(request: HttpRequest) -> QuerySet[SiteReach]:
    """Sites of firms, by the firm."""
    return queries.sites()


@door.create("/supervisions", SUPERVISE, response=SupervisionOut)
def begin(request: HttpRequest, body: SupervisionBody) -> dict[str, Any]:
    """Put a site under an organisation's supervision in one matter, from when until when."""
    organisation = directory.one(Organisation.objects, body.organisation_id)
    details = body.dict(exclude={"organisation_id"})
    return {"is_new": supervise(organisation=organisation, **details) is not None}


@door.change("/supervisions/{supervision_id}/end", SUPERVISE, response=SupervisionRow)
def end(request: HttpRequest, supervision_id: str, body: EndSupervisionBody) -> dict[str, Any]:
    """End a supervision, now or at a later moment."""
    reach = directory.at_version(SiteReach.objects, supervision_id, expected_version(request))
    end_supervision(reach=reach, reason=body.reason, at=body.valid_to)
    return directory.row(queries.SUPERVISIONS, queries.supervisions(), supervision_id)
