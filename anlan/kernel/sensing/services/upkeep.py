"""Give gateways, instruments and datastreams another name; take them out of use and up again (7.18)."""

from datetime import datetime
from typing import Any, TypeVar

from anlan.kernel.base import journal
from anlan.kernel.base.clock import now
from anlan.kernel.base.errors import ConflictError, InvalidError, NotFoundError, StaleVersionError
from anlan.kernel.base.events import EventType
from anlan.kernel.base.unit_of_work import refuse_unless
from anlan.kernel.sensing import events
from anlan.kernel.sensing.models import Datastream, Device, Gateway, Retirement
from anlan.kernel.sensing.services.equipment import (
    EDIT,
    KEEPERS,
    record_datastream,
    record_device,
    record_gateway,
    refuse_out_of_use,
    refuse_taken_name,
)

Row = TypeVar("Row", Gateway, Device, Datastream)
_NAMES = {Gateway: "网关", Device: "设备", Datastream: "测点"}


def change_gateway(*, gateway_id: str, version: int | None = None, **wanted: Any) -> Gateway:
    """Change `name`, `name_en` or `is_active` of a gateway; `version` is the one that was looked at.

    The doors take nothing from a stopped one: what it sends is refused as from a stranger, and set aside
    where it stands. Its datastreams stay in use, so that their limits on silence go on asking for it.
    """
    row = _locked(Gateway, gateway_id, version)
    if change := _bring_to(row, wanted):
        event = _event(
            change, events.GATEWAY_CHANGED, events.GATEWAY_STOPPED, events.GATEWAY_STARTED
        )
        record_gateway(event, row, change)
    return row


def change_device(*, device_id: str, version: int | None = None, **wanted: Any) -> Device:
    """Change `name`, `name_en`, `model`, `serial` or `is_active` of an instrument.

    One that a datastream in use hangs on is not taken out of use: the datastream is retired first.
    """
    row = _locked(Device, device_id, version)
    if wanted.get("name", row.name) != row.name:
        refuse_taken_name(row.gateway, wanted["name"])
    if row.is_active and not wanted.get("is_active", True):
        in_use = Datastream.objects.filter(device=row, retired_at=None).count()
        if in_use:
            raise ConflictError(
                f"设备上还有 {in_use} 个在用测点，请先停用测点",
                code="sensing.device_in_use",
                datastreams=in_use,
            )
    if change := _bring_to(row, wanted):
        event = _event(change, events.DEVICE_CHANGED, events.DEVICE_STOPPED, events.DEVICE_STARTED)
        record_device(event, row, change)
    return row


def change_datastream(
    *, datastream_id: str, version: int | None = None, **wanted: Any
) -> Datastream:
    """Change `name` or `name_en` of a datastream; what its readings mean never changes (7.18)."""
    row = _locked(Datastream, datastream_id, version)
    if change := _bring_to(row, wanted):
        record_datastream(events.DATASTREAM_CHANGED, row, change)
    return row


def retire_datastream(*, datastream_id: str, version: int | None = None) -> Datastream:
    """Judge it no more; its number and its history stay its own for ever.

    `version` is the one that a person has looked at.
    """
    row = _locked(Datastream, datastream_id, version)
    if row.retired_at is not None:
        raise ConflictError("测点已注销", code="sensing.already_retired")
    change = _turn(row, retired_at=now())
    record_datastream(events.DATASTREAM_RETIRED, row, change)
    return row


def reinstate_datastream(*, datastream_id: str, version: int | None = None) -> Datastream:
    """Take a retired datastream up again under its number: the limits that stood on it judge it again.

    Refused where another has its tag by now, or its gateway or instrument is out of use.
    """
    row = _locked(Datastream, datastream_id, version)
    if row.retired_at is None:
        raise ConflictError("测点在用，没有注销", code="sensing.not_retired")
    refuse_out_of_use(row.gateway, row.device)
    if Datastream.objects.filter(gateway=row.gateway, tag=row.tag, retired_at=None).exists():
        raise ConflictError(
            f"位号 {row.tag} 已登记在另一测点，须先停用它", code="sensing.tag_taken", tag=row.tag
        )
    change = _turn(row, retired_at=None)
    record_datastream(events.DATASTREAM_REINSTATED, row, change)
    return row


def _turn(row: Datastream, *, retired_at: datetime | None) -> dict[str, list[Any]]:
    """Take a datastream out of service or back into it, and file what the engine must hear of it."""
    row.control_version += 1
    change = _bring_to(row, {"retired_at": retired_at}, "control_version")
    Retirement.objects.create(
        datastream=row,
        is_retired=retired_at is not None,
        control_version=row.control_version,
        div=row.div,
        zone=row.zone,
        site=row.site,
        created_at=row.updated_at,
        updated_at=row.updated_at,
    )
    return change


def _locked(kind: type[Row], key: str, version: int | None) -> Row:
    """Lock a row that the person may keep, if nobody has changed it since he looked at it."""
    row: Row | None = kind.objects.select_for_update(of=("self",)).filter(pk=key).first()
    if row is None:
        raise NotFoundError(f"没有这个{_NAMES[kind]}，或不在您的范围内", id=key)
    refuse_unless(EDIT, row.facts, *KEEPERS)
    if version is not None and row.version != version:
        raise StaleVersionError(f"{_NAMES[kind]}已被他人修改，请刷新后再改", version=row.version)
    return row


def _bring_to(row: Row, wanted: dict[str, Any], *also: str) -> dict[str, list[Any]]:
    """Write what differs, and the columns in `also` with it; return {column: [old, new]}."""
    if not wanted.get("name", "-").strip():
        raise InvalidError("名称不能为空", code="sensing.name_missing", field="name")
    before = {key: getattr(row, key) for key in wanted}
    change: dict[str, list[Any]] = journal.changed(before, wanted)
    if not change:
        return change
    for key in change:
        setattr(row, key, wanted[key])
    row.version += 1
    row.updated_at = now()
    row.save(update_fields=[*change, *also, "version", "updated_at"])
    return {key: [_plain(old), _plain(new)] for key, (old, new) in change.items()}


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _event(
    change: dict[str, Any], changed: EventType, stopped: EventType, started: EventType
) -> EventType:
    if "is_active" not in change:
        return changed
    return started if change["is_active"][1] else stopped
