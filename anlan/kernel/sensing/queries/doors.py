"""Reads of gateways and how they fare, of their devices, and of the quarantine."""

from datetime import datetime
from typing import Any

from django.db.models import (
    BigIntegerField,
    BooleanField,
    Case,
    CharField,
    Count,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce, Concat, Length

from anlan.kernel.base.clock import from_ms
from anlan.kernel.base.errors import NotFoundError
from anlan.kernel.people.queries.holdings import name_behind
from anlan.kernel.sensing.models import Datastream, Device, Gateway, QuarantinedMessage
from anlan.kernel.sensing.rules import key_fingerprint
from anlan.kernel.subjects.models import Subject

#: Figures of `Gateway.health` that a list shows: name -> where it stands.
FIGURES = {
    "last_seq": "health__last_seq",
    "gaps": "health__gaps",
    "missing": "health__missing_count",
    "skew_ms": "health__skew_ms",
    "kept": "health__messages__kept",
    "repeats": "health__messages__repeat",
    "alterations": "health__messages__altered",
    "unsigned": "health__messages__signature_bad",
    "unreadable": "health__messages__unreadable",
    "late_announced": "health__readings__late_announced",
    "late_unannounced": "health__readings__late_unannounced",
    "out_of_order": "health__readings__out_of_order",
    "clock": "health__readings__clock",
    "refused_rows": "health__refused_count",
    "quarantine_dropped": "health__quarantine_dropped",
}
#: Whose absence is not nought.
_UNKNOWN = frozenset({"last_seq", "skew_ms"})
#: So much of a payload is shown; the rest is downloaded.
SHOWN_BYTES = 64 * 1024


def _site(name: str) -> Coalesce:
    rows = Subject.objects.filter(pk=OuterRef("site")).values(name)[:1]
    return Coalesce(Subquery(rows), Value(""), output_field=CharField())


_SITE_NAME = _site("name")


def _figure(name: str, path: str) -> Any:
    number = Cast(KT(path), BigIntegerField())
    return number if name in _UNKNOWN else Coalesce(number, 0, output_field=BigIntegerField())


def gateways() -> QuerySet[Gateway]:
    """Return gateways with the firm they stand at and how they fare; never their secrets."""
    waiting = QuarantinedMessage.objects.filter(gateway=OuterRef("pk"), settled_at=None)
    counted = waiting.order_by().values("gateway").annotate(n=Count("pk")).values("n")
    streams = Datastream.objects.filter(gateway=OuterRef("pk"), retired_at=None)
    registered = streams.order_by().values("gateway").annotate(n=Count("pk")).values("n")
    figures = {name: _figure(name, path) for name, path in FIGURES.items()}
    return Gateway.objects.annotate(
        organisation_name=F("organisation__name"),
        organisation_name_en=F("organisation__name_en"),
        site_name=_SITE_NAME,
        quarantined=Coalesce(Subquery(counted, output_field=IntegerField()), 0),
        datastreams_count=Coalesce(Subquery(registered, output_field=IntegerField()), 0),
        has_next_key=ExpressionWrapper(~Q(next_hmac_key=""), output_field=BooleanField()),
        search=Concat(
            "firm_code", Value("/"), "code", Value(" "), "name", Value(" "), "organisation__name",
            Value(" "), "name_en", Value(" "), "organisation__name_en",
            output_field=CharField(),
        ),
        **figures,
    )  # fmt: skip


def gateway_facts(gateway_id: str) -> dict[str, Any]:
    """Return what the list does not show of a gateway: gaps, spans, refusals by code, keys, tags."""
    row = Gateway.objects.filter(pk=gateway_id).first()
    if row is None:
        raise NotFoundError("没有这个网关，或不在您的范围内", id=gateway_id)
    health = row.health or {}
    used = health.get("keys_used", {})
    return {
        "since": _moment(health.get("since_ms")),
        "missing_spans": [
            {"first": first, "last": last} for first, last in health.get("missing", [])
        ],
        "messages": health.get("messages", {}),
        "readings": health.get("readings", {}),
        "refused_by_code": health.get("refused_rows", {}),
        "backfills": [_backfill(one) for one in health.get("backfills", [])],
        "unknown_tags": [
            {
                "tag": tag,
                "rows": told["rows"],
                "first_at": from_ms(told["first_ms"]),
                "last_at": from_ms(told["last_ms"]),
            }
            for tag, told in sorted(health.get("unknown_tags", {}).items())
        ],
        "key": _key(row.hmac_key, used),
        "next_key": _key(row.next_hmac_key, used),
    }


def _backfill(one: dict[str, int]) -> dict[str, Any]:
    return {
        "from_at": from_ms(one["from_ms"]),
        "to_at": from_ms(one["to_ms"]),
        "first_at": from_ms(one["first_ms"]),
        "last_at": from_ms(one["last_ms"]),
        "readings": one["readings"],
    }


def _key(key: str, used: dict[str, int]) -> dict[str, Any] | None:
    if not key:
        return None
    try:
        fingerprint = key_fingerprint(bytes.fromhex(key))
    except ValueError:
        return {"fingerprint": "", "last_used_at": None}  # the directory says that it is no key
    return {"fingerprint": fingerprint, "last_used_at": _moment(used.get(fingerprint))}


def _moment(ms: int | None) -> datetime | None:
    return from_ms(ms) if ms else None


def devices() -> QuerySet[Device]:
    """Return instruments with the gateway and the subject that they stand at."""
    behind = Datastream.objects.filter(device=OuterRef("pk"), retired_at=None)
    counted = behind.order_by().values("device").annotate(n=Count("pk")).values("n")
    named = Device.objects.annotate(
        gateway_name=F("gateway__name"),
        gateway_name_en=F("gateway__name_en"),
        subject_name=F("subject__name"),
        subject_name_en=F("subject__name_en"),
        site_name=_SITE_NAME,
        site_name_en=_site("name_en"),
        datastreams_count=Coalesce(Subquery(counted, output_field=IntegerField()), 0),
    )
    words = (
        "site_name", "site_name_en", "subject__name", "subject__name_en", "name", "name_en",
        "model", "serial",
    )  # fmt: skip
    texts = [part for one in words for part in (Value(" "), one)]
    return named.annotate(search=Concat(Value(""), *texts, output_field=CharField()))


def quarantine() -> QuerySet[QuarantinedMessage]:
    """Return what the doors could not take, waiting and settled, without what it says."""
    state = Case(
        When(settled_at__isnull=False, then=F("settled_how")),
        When(resend_at__isnull=False, then=Value("resending")),
        default=Value("open"),
        output_field=CharField(),
    )
    return QuarantinedMessage.objects.annotate(
        gateway_name=F("gateway__name"),
        gateway_name_en=F("gateway__name_en"),
        organisation_name=F("gateway__organisation__name"),
        organisation_name_en=F("gateway__organisation__name_en"),
        state=state,
        size_bytes=Length("payload"),
        is_mended=ExpressionWrapper(Q(mended__isnull=False), output_field=BooleanField()),
        resend_by_name=name_behind("resend_by"),
        settled_by_name=name_behind("settled_by"),
    )


def quarantined_payload(message_id: str) -> dict[str, Any]:
    """Return what a message says, as text where it is text and as hexadecimal, and what was mended."""
    found = QuarantinedMessage.objects.filter(pk=message_id).values("payload", "mended").first()
    if found is None:
        raise NotFoundError("没有这条隔离报文，或不在您的范围内", id=message_id)
    payload, mended = bytes(found["payload"]), found["mended"]
    return {
        "payload": _shown(payload),
        "mended": None if mended is None else _shown(bytes(mended)),
    }


def _shown(payload: bytes) -> dict[str, Any]:
    is_whole = len(payload) <= SHOWN_BYTES
    part = payload[:SHOWN_BYTES]
    try:
        text = part.decode() if is_whole else part.decode(errors="ignore")
    except UnicodeDecodeError:
        text = None
    return {"text": text, "hex": part.hex(), "size_bytes": len(payload), "is_whole": is_whole}
