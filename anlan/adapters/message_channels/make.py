"""Channels made of their descriptions."""

from pathlib import Path
from typing import Any

from anlan.adapters.message_channels.description import CEILINGS, ROBOTS, Described, Description
from anlan.adapters.message_channels.gateway import Gateway, Reading
from anlan.adapters.message_channels.http import Line
from anlan.adapters.message_channels.mail import Mail
from anlan.adapters.message_channels.robots import RATES, Robot
from anlan.adapters.message_channels.webhook import Webhook
from anlan.kernel.base.fields import Sensitivity
from anlan.kernel.messaging.channels import Carries, Channel, Way

_WAYS = {"smtp": Way.MAIL, "sms": Way.SMS, "voice": Way.VOICE}


def made(described: Described, authority: Path | None = None) -> tuple[Channel, ...]:
    """Return every described channel; `authority` holds certificates that only the house trusts."""
    return tuple(_made(one, described, authority) for one in described.channels)


def _made(one: Description, described: Described, authority: Path | None) -> Channel:
    stated = _stated(one)
    line = Line(one.netloc, authority)
    key = described.secrets[one.secret] if one.secret else None
    if one.kind == "smtp":
        return Mail(
            **stated,
            host=one.host,
            port=one.port,
            tls=one.tls,
            sender=one.sender,
            sender_name=one.sender_name or one.title,
            username=one.username,
            password=key,
            authority=authority,
        )
    if one.kind in {"wecom", "dingtalk", "feishu"}:
        url = described.address_of(one)
        return Robot(**stated, service=one.kind, url=url, line=line, signing_key=key)
    if one.kind == "webhook":
        secret = described.secrets[one.secret]
        return Webhook(**stated, url=described.address_of(one), line=line, key=secret)
    if one.answer is None:
        raise ValueError("a gateway without an answer is refused by its description")
    return Gateway(
        **stated,
        url=one.url,
        method=one.method,
        headers=one.headers,
        body=one.body,
        is_form=one.form,
        signature=one.signature,
        reading=Reading(
            field=one.answer.field,
            ok=tuple(one.answer.ok),
            refused=tuple(one.answer.refused),
            not_sent=tuple(one.answer.not_sent),
            receipt=one.answer.receipt,
        ),
        secrets={name: described.secrets[name] for name in one.secrets_named},
        line=line,
    )


def _stated(one: Description) -> dict[str, Any]:
    rate = one.rate_per_minute
    if one.kind in ROBOTS:
        rate = min(rate, RATES[one.kind])
    return {
        "name": one.id,
        "title": one.title,
        "title_en": one.title_en or one.title,
        "way": _WAYS.get(one.kind, Way.GROUP),
        "idempotent": one.idempotent and one.kind not in ROBOTS,
        "rate_per_minute": rate,
        "ceiling": Sensitivity(CEILINGS[one.ceiling]),
        "hints_above": one.above_ceiling == "hint",
        "urgent_only": one.urgent_only,
        "carries": Carries(one.carries),
        "organisations": tuple(one.organisations),
    }
