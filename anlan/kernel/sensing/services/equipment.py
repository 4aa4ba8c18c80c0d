"""Register gateways, devices and datastreams; `upkeep` changes them and takes them out of use (7.18)."""

import secrets
from typing import Any

from django.db import connection

from anlan.kernel.base import journal
from anlan.kernel.base.clock import now
from anlan.kernel.base.errors import ConflictError, InvalidError, NotFoundError
from anlan.kernel.base.events import EventType
from anlan.kernel.base.permissions import Reach
from anlan.kernel.base.unit_of_work import refuse_unless
from anlan.kernel.sensing import events
from anlan.kernel.sensing.models import Datastream, Device, Gateway, ObservedProperty
from anlan.kernel.subjects.models import Subject

EDIT = "sensing.datastream.edit"
#: Who may put up and retire what measures at a site.
KEEPERS = (Reach.OWN_FIRM, Reach.IN_CHARGE)
#: Characters of a topic level that MQTT and NATS both carry unchanged.
TOPIC_WORD = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")


def define_property(*, code: str, title: str, title_en: str, unit: str) -> ObservedProperty:
    """Define what can be measured; an existing code is returned as it is."""
    moment = now()
    row, is_new = ObservedProperty.objects.get_or_create(
        code=code,
        defaults={
            "title": title,
            "title_en": title_en,
            "unit": unit,
            "created_at": moment,
            "updated_at": moment,
        },
    )
    if is_new:
        said = {"code": code, "title": title, "title_en": title_en, "unit": unit}
        state = events.PropertyState(id=row.id, version=row.version, **said)
        about = journal.Subject(id=row.id, version=row.version, place=journal.Place())
        journal.record(events.PROPERTY_DEFINED, state, about)
    return row


def register_gateway(  # noqa: PLR0913 - one argument a column
    *,
    organisation_id: str,
    site_id: str,
    firm_code: str,
    code: str,
    name: str,
    name_en: str = "",
    shard: int = 0,
) -> Gateway:
    """Register a gateway at a site; its MQTT token and HMAC key are made here, 256 bits each."""
    for word in (firm_code, code):
        if not word or not set(word) <= TOPIC_WORD:
            raise InvalidError(
                f"{word!r} 不能作主题的一级：只用字母、数字、- 和 _", code="sensing.bad_topic"
            )
    if Gateway.objects.filter(firm_code=firm_code, code=code).exists():
        raise ConflictError(f"网关 {firm_code}/{code} 已登记", code="sensing.gateway_exists")
    site = _in_charge_of(site_id)
    moment = now()
    row = Gateway(
        organisation_id=organisation_id,
        firm_code=firm_code,
        code=code,
        name=name,
        name_en=name_en,
        shard=shard,
        token=secrets.token_urlsafe(32),
        hmac_key=secrets.token_hex(32),
        div=site.div,
        zone=site.zone,
        site=site.site,
        created_at=moment,
        updated_at=moment,
    )
    row.save(force_insert=True)
    record_gateway(events.GATEWAY_REGISTERED, row)
    return row


def register_gateway_at(*, site_id: str, code: str, name: str, name_en: str = "") -> Gateway:
    """Register a gateway of a site's own firm; the site's code is the first word of its topic."""
    site = _in_charge_of(site_id)
    if site.organisation_id is None:
        raise InvalidError("这个对象没有所属单位", code="sensing.unknown_subject")
    return register_gateway(
        organisation_id=site.organisation_id,
        site_id=site.id,
        firm_code=site.code,
        code=code,
        name=name,
        name_en=name_en,
    )


def gateway(gateway_id: str) -> Gateway:
    """Return a gateway that something is put up behind."""
    found = Gateway.objects.filter(pk=gateway_id).first()
    if found is None:
        raise NotFoundError("没有这个网关，或不在您的范围内", id=gateway_id)
    return found


def device_behind(gateway_id: str | None, device_id: str) -> Device:
    """Return an instrument of a gateway that something is measured with."""
    found = Device.objects.filter(pk=device_id, gateway_id=gateway_id).first()
    if found is None:
        raise InvalidError("该网关下没有这台设备", code="sensing.unknown_device", field="device_id")
    return found


def observed_property(code: str) -> ObservedProperty:
    """Return what is measured, by its code."""
    found = ObservedProperty.objects.filter(code=code).first()
    if found is None:
        raise InvalidError(
            f"没有监测指标 {code}", code="sensing.unknown_property", field="property_code"
        )
    return found


def register_device(*, gateway: Gateway, subject_id: str, name: str, **details: Any) -> Device:
    """Register an instrument (感知设备) at a subject, behind a gateway."""
    subject = _in_charge_of(subject_id)
    _refuse_lent(gateway)
    refuse_taken_name(gateway, name)
    moment = now()
    row = Device(
        gateway=gateway,
        subject=subject,
        name=name,
        div=subject.div,
        zone=subject.zone,
        site=subject.site,
        created_at=moment,
        updated_at=moment,
        **details,
    )
    row.save(force_insert=True)
    record_device(events.DEVICE_REGISTERED, row)
    return row


def register_datastream(
    *,
    gateway: Gateway,
    subject_id: str,
    observed_property: ObservedProperty,
    tag: str,
    name: str,
    unit: str = "",
    **details: Any,
) -> Datastream:
    """Register a point of measurement with the next number of this node.

    `details` may hold `resolution` in the unit: values are rounded to it at the door (2b).
    """
    resolution = details.get("resolution")
    if resolution is not None and not resolution > 0:
        raise InvalidError("分辨力须大于零", code="sensing.bad_resolution")
    if Datastream.objects.filter(gateway=gateway, tag=tag, retired_at=None).exists():
        raise ConflictError(f"位号 {tag} 已登记", code="sensing.tag_exists", tag=tag)
    subject = _in_charge_of(subject_id)
    _refuse_lent(gateway)
    refuse_out_of_use(gateway, details.get("device"))
    moment = now()
    row = Datastream(
        number=_next_number(),
        gateway=gateway,
        subject=subject,
        observed_property=observed_property,
        tag=tag,
        name=name,
        unit=unit or observed_property.unit,
        shard=gateway.shard,
        div=subject.div,
        zone=subject.zone,
        site=subject.site,
        created_at=moment,
        updated_at=moment,
        **details,
    )
    row.save(force_insert=True)
    record_datastream(events.DATASTREAM_REGISTERED, row)
    return row


def _in_charge_of(subject_id: str) -> Subject:
    """Return the subject that something is put up at, if its firm or the bureau in charge does it."""
    row = Subject.objects.filter(pk=subject_id).first()
    if row is None:
        raise InvalidError("没有这个监测对象，或不在您的范围内", code="sensing.unknown_subject")
    refuse_unless(EDIT, row.facts, *KEEPERS)
    return row


def _refuse_lent(gateway: Gateway) -> None:
    """Refuse whoever only sees a gateway: what he hung behind it would bring him its readings for ever."""
    refuse_unless(EDIT, gateway.facts, *KEEPERS)


def refuse_out_of_use(gateway: Gateway, device: Device | None) -> None:
    """Refuse a point of measurement that nothing in use would bring the readings of."""
    if not gateway.is_active:
        raise ConflictError(
            f"网关 {gateway.code} 已停用，请先恢复使用", code="sensing.gateway_stopped"
        )
    if device is not None and not device.is_active:
        raise ConflictError(
            f"设备 {device.name} 已停用，请先恢复使用", code="sensing.device_stopped"
        )


def refuse_taken_name(gateway: Gateway, name: str) -> None:
    """Refuse a second instrument of one name behind a gateway: the register knows it by its name."""
    if Device.objects.filter(gateway=gateway, name=name).exists():
        raise ConflictError(f"该网关后已有设备 {name}", code="sensing.device_exists", field="name")


def _next_number() -> int:
    """Take the next datastream number; a number once given is never given again."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('sensing_datastream_number')")
        return int(cursor.fetchone()[0])


def record_gateway(
    event: EventType, row: Gateway, change: dict[str, list[Any]] | None = None
) -> None:
    """Write the journal row of a gateway; none of its secrets is in it."""
    state = events.GatewayState(
        id=row.id,
        version=row.version,
        firm_code=row.firm_code,
        code=row.code,
        name=row.name,
        name_en=row.name_en,
        shard=row.shard,
        is_active=row.is_active,
        organisation_id=row.organisation_id,
        has_next_key=bool(row.next_hmac_key),
        div=row.div,
        zone=row.zone,
        site=row.site,
    )
    about = journal.Subject(id=row.id, version=row.version, place=journal.Place.of(row))
    journal.record(event, state, about, change=change)


def record_device(
    event: EventType, row: Device, change: dict[str, list[Any]] | None = None
) -> None:
    """Write the journal row of an instrument."""
    state = events.DeviceState(
        id=row.id,
        version=row.version,
        gateway_id=row.gateway_id,
        subject_id=row.subject_id,
        name=row.name,
        name_en=row.name_en,
        model=row.model,
        serial=row.serial,
        is_active=row.is_active,
        div=row.div,
        zone=row.zone,
        site=row.site,
    )
    about = journal.Subject(id=row.id, version=row.version, place=journal.Place.of(row))
    journal.record(event, state, about, change=change)


def record_datastream(
    event: EventType, row: Datastream, change: dict[str, list[Any]] | None = None
) -> None:
    """Write the journal row of a datastream."""
    state = events.DatastreamState(
        id=row.id,
        version=row.version,
        number=row.number,
        gateway_id=row.gateway_id,
        subject_id=row.subject_id,
        device_id=row.device_id,
        tag=row.tag,
        name=row.name,
        name_en=row.name_en,
        unit=row.unit,
        observed_property=row.observed_property.code,
        resolution=row.resolution,
        time_resolution_ms=row.time_resolution_ms,
        shard=row.shard,
        retired_at=row.retired_at,
        div=row.div,
        zone=row.zone,
        site=row.site,
    )
    about = journal.Subject(id=row.id, version=row.version, place=journal.Place.of(row))
    journal.record(event, state, about, change=change)
