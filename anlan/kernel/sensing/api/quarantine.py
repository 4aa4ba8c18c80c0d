"""HTTP of the quarantine: look, mend and send again, adopt a tag, discard."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Status

from anlan.kernel.base.doors import Door, expected_version
from anlan.kernel.base.errors import InvalidError
from anlan.kernel.base.listing import Field, ListSpec
from anlan.kernel.sensing.models import QuarantinedMessage
from anlan.kernel.sensing.queries import doors as queries
from anlan.kernel.sensing.refusal_words import CODE_WORDS
from anlan.kernel.sensing.schemas import ReasonIn
from anlan.kernel.sensing.schemas import doors as schemas
from anlan.kernel.sensing.services import quarantine

VIEW = "sensing.quarantine.view"
EDIT = "sensing.quarantine.edit"
door = Door("sensing")
router = door.router

_KINDS = {
    "version": "int", "div": "int", "zone": "int", "size_bytes": "int", "received_at": "time",
    "resend_at": "time", "settled_at": "time", "is_mended": "bool",
}  # fmt: skip
_TITLES = {
    "state": "状态", "door": "入口", "topic": "主题", "code": "原因", "reason": "入口的原话",
    "unknown_tags": "未登记的位号",
    "gateway_name": "网关", "organisation_name": "企业", "size_bytes": "大小（字节）",
    "received_at": "收到时间", "resend_at": "重送时间", "resend_by_name": "重送人",
    "resend_reason": "重送说明", "result_code": "重送结果", "result_reason": "结果说明",
    "settled_at": "处理时间", "settled_by_name": "处理人", "settled_reason": "处理说明",
}  # fmt: skip
_STATES = {"open": "待处理", "resending": "重送中", "resent": "已重送入库", "discarded": "已丢弃"}
_WORDS = {"state": _STATES, "code": CODE_WORDS, "result_code": CODE_WORDS}
QUARANTINE = ListSpec(
    fields={
        name: Field(
            path=name,
            kind=_KINDS.get(name, "text"),
            sortable=name in {"received_at", "size_bytes", "code", "topic"},
            title=_TITLES.get(name, ""),
            words=_WORDS.get(name, {}),
        )
        for name in schemas.QuarantineRow.model_fields
        if name != "may" and "explanation" not in name
    },
    sort="-received_at",
)


@door.list("/quarantine", VIEW, QUARANTINE, schemas.QuarantineRow)
def list_quarantine(request: HttpRequest) -> QuerySet[QuarantinedMessage]:
    """List what the doors could not take; `filter=state.eq:open` for what waits."""
    return queries.quarantine()


@door.read("/quarantine/{message_id}", VIEW, response=schemas.QuarantineOut)
def get_quarantined(request: HttpRequest, message_id: str) -> dict[str, Any]:
    """Return one message with what it says, as text and as hexadecimal."""
    return _one(message_id)


@door.change("/quarantine/{message_id}/resend", EDIT, response={202: schemas.QuarantineOut})
def resend(request: HttpRequest, message_id: str, said: schemas.ResendIn) -> Status[Any]:
    """Send again through the real door, as it came or mended; needs If-Match.

    The answer of the door follows within seconds in `state` and `result_*`.
    """
    if said.text is not None and said.hex is not None:
        raise InvalidError("text 与 hex 只能给一个", code="sensing.two_bodies", field="hex")
    mended = said.text.encode() if said.text is not None else None
    if said.hex is not None:
        mended = bytes.fromhex(said.hex)
    quarantine.resend_message(
        message_id=message_id,
        version=expected_version(request),
        reason=said.reason,
        mended=mended,
    )
    return Status(202, _one(message_id))


@door.change("/quarantine/{message_id}/discard", EDIT, response=schemas.QuarantineOut)
def discard(request: HttpRequest, message_id: str, said: ReasonIn) -> dict[str, Any]:
    """Let a message go, with a reason; it stays readable. Needs If-Match."""
    quarantine.discard_message(
        message_id=message_id, version=expected_version(request), reason=said.reason
    )
    return _one(message_id)


@door.change("/quarantine/{message_id}/adopt", EDIT, response={202: schemas.AdoptOut})
def adopt(request: HttpRequest, message_id: str, said: schemas.AdoptIn) -> Status[Any]:
    """Register an unknown tag at a device and send again all that wait for it; needs If-Match."""
    stream, resending = quarantine.adopt_tag(
        message_id=message_id, version=expected_version(request), **said.dict()
    )
    answer = {"datastream_id": stream.id, "number": stream.number, "resending": resending}
    return Status(202, answer | {"message": _one(message_id)})


def _one(message_id: str) -> dict[str, Any]:
    payload = queries.quarantined_payload(message_id)
    columns = {field.path for field in QUARANTINE.fields.values()}
    extra = ("refused", "log_epoch", "log_sequence")
    row = queries.quarantine().filter(pk=message_id).values(*columns, *extra)[0]
    refused = [{"row": at, "code": code, "tag": tag} for at, code, tag in row["refused"]]
    return (
        QUARANTINE.renamed(row)
        | {name: row[name] for name in extra}
        | payload
        | {"refused": refused}
    )
