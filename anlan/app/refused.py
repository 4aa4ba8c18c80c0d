"""A refused act of somebody signed in leaves its row, in a transaction of its own (8.1.4.3 a)."""

import logging

from django.db import DatabaseError
from django.http import HttpRequest

from anlan.kernel.base.addresses import client_address
from anlan.kernel.base.doors import ASKED, ASKER, JSON
from anlan.kernel.base.errors import DomainError, NotFoundError, NotPermittedError
from anlan.kernel.base.events import ActRefused
from anlan.kernel.base.ids import is_ulid
from anlan.kernel.base.permissions import Principal
from anlan.kernel.base.services.refusals import record_refusal
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.base.xlsx import MEDIA_TYPE

log = logging.getLogger("anlan.serve")

#: Of what is out of reach nobody is told whether it exists, and neither is the journal.
NOT_THERE = "not_there_or_out_of_reach"
EXPORT = "EXPORT"
_LONGEST = 200


def keep(request: HttpRequest, error: DomainError) -> None:
    """Write a refusal into the journal; a database that cannot take it changes no answer.

    Refused by permission: every act and every read. Not there, or out of reach: every act, and every
    read that names one object.
    """
    asker = request.META.get(ASKER)
    if not isinstance(asker, Principal) or not _is_weighty(request, error):
        return
    try:
        with unit_of_work(asker):
            record_refusal(_said(request, error))
    except DatabaseError:
        log.exception("a refusal could not be written down: %s %s", request.method, request.path)


def _is_weighty(request: HttpRequest, error: DomainError) -> bool:
    if isinstance(error, NotPermittedError):
        return True
    return isinstance(error, NotFoundError) and (request.method != "GET" or bool(_object(request)))


def _said(request: HttpRequest, error: DomainError) -> ActRefused:
    is_permission = isinstance(error, NotPermittedError)
    match = request.resolver_match
    return ActRefused(
        method=EXPORT if _is_export(request) else request.method or "",
        route=f"/{match.route}".replace("<", "{").replace(">", "}") if match else "",
        permission=str(error.facts.get("permission") or request.META.get(ASKED, "")),
        object_id=_object(request),
        reason=str(error.facts.get("reason") or error.code) if is_permission else NOT_THERE,
        # what is not there is answered with what was typed: that is not kept
        why=error.title[:_LONGEST] if is_permission else "",
        why_en=error.title_en[:_LONGEST] if is_permission else "",
        address=client_address(request),
        times=1,
        since="",
    )


def _is_export(request: HttpRequest) -> bool:
    wanted = request.get_preferred_type([JSON, MEDIA_TYPE])
    return request.method == "GET" and wanted == MEDIA_TYPE


def _object(request: HttpRequest) -> str:
    """Return what the address names; identifiers only, never what somebody typed into it."""
    match = request.resolver_match
    named = match.kwargs.values() if match else ()
    return next((one for one in named if isinstance(one, str) and is_ulid(one)), "")
