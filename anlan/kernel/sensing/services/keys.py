"""Change a gateway's HMAC key without a gap (practice P13): both are valid until the box has changed.

`issue_key` shows the new key once; from then on the doors believe either. `finish_key` makes the old
one worthless, `withdraw_key` the new one.
"""

import secrets

from anlan.kernel.base.clock import now
from anlan.kernel.base.errors import ConflictError, NotFoundError, StaleVersionError
from anlan.kernel.base.events import EventType
from anlan.kernel.base.permissions import Reach
from anlan.kernel.base.unit_of_work import refuse_unless
from anlan.kernel.sensing import events
from anlan.kernel.sensing.models import Gateway
from anlan.kernel.sensing.rules import key_fingerprint
from anlan.kernel.sensing.services.equipment import record_gateway

EDIT = "sensing.gateway.edit"
KEY_BYTES = 32


def issue_key(*, gateway_id: str, version: int) -> tuple[Gateway, str]:
    """Make the next key beside the present one; return the gateway and the key in hexadecimal.

    The key is in no journal row and no other answer: whoever loses it withdraws it and asks anew.
    """
    row = _gateway(gateway_id, version)
    if row.next_hmac_key:
        raise ConflictError(
            "已有一把新密钥在启用中，请先完成或撤回", code="sensing.key_rolling", gateway=row.code
        )
    row.next_hmac_key = secrets.token_hex(KEY_BYTES)
    _save(row, events.GATEWAY_KEY_ISSUED)
    return row, row.next_hmac_key


def finish_key(*, gateway_id: str, version: int, even_if_unused: bool = False) -> Gateway:
    """Put the next key in the place of the present one, which nobody believes any more.

    Refused while no message signed with the new key has come, unless it is meant: the box would be
    shut out.
    """
    row = _rolling(gateway_id, version)
    used = (row.health or {}).get("keys_used", {})
    if not even_if_unused and key_fingerprint(bytes.fromhex(row.next_hmac_key)) not in used:
        raise ConflictError(
            "网关还没有用新密钥发来过报文；现在作废旧密钥会把它关在门外",
            code="sensing.key_unused",
            gateway=row.code,
        )
    row.hmac_key, row.next_hmac_key = row.next_hmac_key, ""
    _save(row, events.GATEWAY_KEY_ROLLED)
    return row


def withdraw_key(*, gateway_id: str, version: int) -> Gateway:
    """Forget the next key; the present one stays."""
    row = _rolling(gateway_id, version)
    row.next_hmac_key = ""
    _save(row, events.GATEWAY_KEY_WITHDRAWN)
    return row


def _gateway(gateway_id: str, version: int) -> Gateway:
    row = Gateway.objects.select_for_update().filter(pk=gateway_id).first()
    if row is None:
        raise NotFoundError("没有这个网关，或不在您的范围内", id=gateway_id)
    refuse_unless(EDIT, row.facts, Reach.OWN_FIRM, Reach.IN_CHARGE)
    if row.version != version:
        raise StaleVersionError("网关已被他人修改，请刷新后再改", version=row.version)
    return row


def _rolling(gateway_id: str, version: int) -> Gateway:
    row = _gateway(gateway_id, version)
    if not row.next_hmac_key:
        raise ConflictError("没有启用中的新密钥", code="sensing.no_next_key", gateway=row.code)
    return row


def _save(row: Gateway, event: EventType) -> None:
    row.version += 1
    row.updated_at = now()
    row.save(update_fields=["hmac_key", "next_hmac_key", "version", "updated_at"])
    record_gateway(event, row)
