"""Reads of datastreams, limits, gateways, quarantine; the engine's and gateway's directories."""

from typing import Any

from django.db import connection
from django.db.models import F, Q, QuerySet

from anlan.kernel.base.clock import now
from anlan.kernel.base.errors import NotFoundError
from anlan.kernel.sensing.models import (
    Datastream,
    Gateway,
    Limit,
    QuarantinedMessage,
    Suppression,
)

MOST_ON_A_CARD = 500
_BELOW = """
    WITH RECURSIVE below AS (
        SELECT id FROM subjects_subject WHERE id = %s
        UNION SELECT s.id FROM subjects_subject s JOIN below b ON s.parent_id = b.id)
    SELECT id FROM below
"""


def datastreams() -> QuerySet[Datastream]:
    """Return the datastreams that the scope reaches, with the names that a list shows."""
    return Datastream.objects.annotate(
        subject_name=F("subject__name"),
        property=F("observed_property__code"),
        property_title=F("observed_property__title"),
        gateway_name=F("gateway__name"),
    )


def datastream(datastream_id: str) -> Datastream:
    """Return one datastream, or say that there is none to be seen."""
    row = datastreams().filter(pk=datastream_id).first()
    if row is None:
        raise NotFoundError("没有这个测点，或不在您的范围内", id=datastream_id)
    return row


def of_subject(subject_id: str) -> list[Datastream]:
    """Return the datastreams of a subject and of every subject below it, by number."""
    with connection.cursor() as cursor:
        cursor.execute(_BELOW, [subject_id])
        ids = [row[0] for row in cursor.fetchall()]
    rows = datastreams().filter(subject_id__in=ids, retired_at=None)
    return list(rows.order_by("number")[:MOST_ON_A_CARD])


def limits() -> QuerySet[Limit]:
    """Return limits, in force and superseded, with their datastream's names."""
    return Limit.objects.annotate(datastream_name=F("datastream__name"), tag=F("datastream__tag"))


def current_limits(datastream_ids: list[str]) -> dict[str, list[dict[str, Any]]]:
    """Return the limits filed and not superseded of some datastreams, by datastream."""
    found: dict[str, list[dict[str, Any]]] = {one: [] for one in datastream_ids}
    columns = ("id", "datastream_id", "condition", "value", "unit", "deadband", "priority")
    rows = Limit.objects.filter(datastream_id__in=datastream_ids, superseded_at=None)
    for row in rows.order_by("condition").values(*columns):
        found[row["datastream_id"]].append(row)
    return found


def suppressions() -> QuerySet[Suppression]:
    """Return suppressions by design, over and running."""
    return Suppression.objects.annotate(
        datastream_name=F("datastream__name"), tag=F("datastream__tag")
    )


def running_suppressions() -> QuerySet[Suppression]:
    """Return suppressions that have begun or will, and have not ended."""
    return suppressions().filter(Q(ended_at=None) & Q(ends_at__gt=now()))


def gateways() -> QuerySet[Gateway]:
    """Return gateways with the firm they stand at; never their secrets."""
    return Gateway.objects.annotate(organisation_name=F("organisation__name")).defer(
        "token", "hmac_key"
    )


def quarantine() -> QuerySet[QuarantinedMessage]:
    """Return what the doors could not read, unsettled and settled."""
    return QuarantinedMessage.objects.annotate(gateway_name=F("gateway__name"))
