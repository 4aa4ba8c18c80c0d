"""JSON shapes of gateways' health and of the quarantine."""

from datetime import datetime
from typing import Any, Literal

from ninja import Schema
from pydantic import Field

from anlan.kernel.base.body import Body
from anlan.kernel.base.doors import principal
from anlan.kernel.base.permissions import Facts, Reach, decide
from anlan.kernel.sensing.refusal_words import words_of

#: Who keeps what stands at a site: its firm, and the bureau in charge of it.
KEEPERS = (Reach.OWN_FIRM, Reach.IN_CHARGE)


def _may(row: dict[str, Any], context: dict[str, Any], permission: str, *reaches: Reach) -> bool:
    """Tell whether the asking person may use a permission on a row that hangs here."""
    facts = Facts(div=row["div"], zone=row["zone"], site=row["site"])
    asking = principal(context["request"])
    return any(decide(asking, permission, facts, reach).allowed for reach in reaches)


class Where(Schema):
    """Where a row hangs: the scope columns."""

    div: int
    zone: int | None
    site: str | None


class GatewayRow(Where):
    """One gateway and how its messages fare; the counts are those since `since`.

    `missing`: numbers that never came. `late`: readings more than 5 minutes old at arrival,
    announced by a backfill or not. `clock`: times more than 10 s ahead, replaced by arrival.
    """

    id: str
    version: int
    firm_code: str
    code: str
    name: str
    name_en: str
    organisation_name: str
    organisation_name_en: str
    site_name: str
    shard: int
    is_active: bool
    has_next_key: bool
    last_seen_at: datetime | None
    datastreams_count: int
    last_seq: int | None
    gaps: int
    missing: int
    skew_ms: int | None
    kept: int
    repeats: int
    alterations: int
    unsigned: int
    unreadable: int
    late_announced: int
    late_unannounced: int
    out_of_order: int
    clock: int
    refused_rows: int
    quarantined: int
    quarantine_dropped: int
    may: list[Literal["roll_key", "change"]]

    @staticmethod
    def resolve_may(row: dict[str, Any], context: dict[str, Any]) -> list[str]:
        """The firm keeps its own gateway and its key, so does the bureau in charge of it."""
        acts = {"roll_key": "sensing.gateway.edit", "change": "sensing.datastream.edit"}
        return [act for act, needed in acts.items() if _may(row, context, needed, *KEEPERS)]


class Span(Schema):
    """Numbers of messages from first to last, both among them."""

    first: int
    last: int


class Backfill(Schema):
    """A span of old data that a gateway announced, and how much of it has come."""

    from_at: datetime
    to_at: datetime
    first_at: datetime
    last_at: datetime
    readings: int


class UnknownTag(Schema):
    """A tag that a gateway sends and nobody has registered."""

    tag: str
    rows: int
    first_at: datetime
    last_at: datetime


class KeyOut(Schema):
    """Which key, by 16 digits of its SHA-256, and when a message was last signed with it."""

    fingerprint: str
    last_used_at: datetime | None


class GatewayOut(GatewayRow):
    """One gateway with its gaps, spans, refusals by code, unknown tags and keys."""

    since: datetime | None
    missing_spans: list[Span]
    messages: dict[str, int]
    readings: dict[str, int]
    refused_by_code: dict[str, int]
    backfills: list[Backfill]
    unknown_tags: list[UnknownTag]
    key: KeyOut | None
    next_key: KeyOut | None


class KeyIssued(Schema):
    """The new key, in hexadecimal: shown here and never again."""

    gateway: GatewayOut
    hmac_key: str


class FinishKeyIn(Body):
    """`even_if_unused`: although no message signed with the new key has come."""

    even_if_unused: bool = False


class DeviceRow(Where):
    """One instrument behind a gateway."""

    id: str
    version: int
    gateway_id: str
    gateway_name: str
    gateway_name_en: str
    subject_id: str
    subject_name: str
    subject_name_en: str
    site_name: str
    site_name_en: str
    name: str
    name_en: str
    model: str
    serial: str
    is_active: bool
    datastreams_count: int
    may: list[Literal["change"]]

    @staticmethod
    def resolve_may(row: dict[str, Any], context: dict[str, Any]) -> list[str]:
        """Its firm and the bureau in charge of it keep an instrument."""
        return ["change"] if _may(row, context, "sensing.datastream.edit", *KEEPERS) else []


class PropertyRow(Schema):
    """What can be measured, and its unit."""

    id: str
    version: int
    code: str
    title: str
    title_en: str
    unit: str


class QuarantineRow(Where):
    """One message that a door could not take, or not whole; `result_*`: of the last sending again."""

    id: str
    version: int
    state: Literal["open", "resending", "resent", "discarded"]
    door: str
    topic: str
    code: str
    reason: str
    explanation: str
    explanation_en: str
    gateway_id: str | None
    gateway_name: str | None
    gateway_name_en: str | None
    organisation_name: str | None
    organisation_name_en: str | None
    size_bytes: int
    unknown_tags: list[str]
    received_at: datetime
    is_mended: bool
    resend_at: datetime | None
    resend_by_name: str
    resend_reason: str
    result_code: str
    result_reason: str
    result_explanation: str
    result_explanation_en: str
    settled_at: datetime | None
    settled_by_name: str
    settled_reason: str
    exercise_id: str | None
    may: list[Literal["resend", "discard", "adopt"]]

    @staticmethod
    def resolve_explanation(row: dict[str, Any]) -> str:
        """Say in Chinese what the door said in a line for machines."""
        return words_of(row["code"], row["reason"]).zh

    @staticmethod
    def resolve_explanation_en(row: dict[str, Any]) -> str:
        """Say it in English."""
        return words_of(row["code"], row["reason"]).en

    @staticmethod
    def resolve_result_explanation(row: dict[str, Any]) -> str:
        """Say in Chinese what the door said to the last sending."""
        return words_of("", row["result_reason"]).zh

    @staticmethod
    def resolve_result_explanation_en(row: dict[str, Any]) -> str:
        """Say it in English."""
        return words_of("", row["result_reason"]).en

    @staticmethod
    def resolve_may(row: dict[str, Any], context: dict[str, Any]) -> list[str]:
        """The bureau in charge decides, while the message waits for somebody."""
        edit = _may(row, context, "sensing.quarantine.edit", Reach.IN_CHARGE)
        if row["state"] != "open" or not edit:
            return []
        keep = _may(row, context, "sensing.datastream.edit", Reach.IN_CHARGE)
        return ["resend", "discard", *(["adopt"] if keep and row["unknown_tags"] else [])]


class Shown(Schema):
    """Bytes as text, null where they are none, and as hexadecimal; the first 64 KiB of them."""

    text: str | None
    hex: str
    size_bytes: int
    is_whole: bool


class RefusedRow(Schema):
    """A row of a message that did not go on."""

    row: int
    code: str
    tag: str | None


class QuarantineOut(QuarantineRow):
    """One message with what it says."""

    refused: list[RefusedRow]
    payload: Shown
    mended: Shown | None
    log_epoch: str | None
    log_sequence: int | None


class ResendIn(Body):
    """What to send in place of what came, without signature; neither: as it came."""

    reason: str = Field(min_length=1, max_length=200)
    text: str | None = Field(default=None, max_length=1024 * 1024)
    hex: str | None = Field(
        default=None, max_length=2 * 1024 * 1024, pattern=r"^([0-9a-fA-F]{2})*$"
    )


class AdoptIn(Body):
    """A tag to be registered at a device of the gateway; unit and resolution as for a datastream."""

    tag: str = Field(min_length=1, max_length=64)
    device_id: str
    property_code: str = Field(max_length=48)
    name: str = Field(min_length=1, max_length=120)
    unit: str = Field(default="", max_length=24)
    resolution: float | None = Field(default=None, gt=0)
    time_resolution_ms: int = Field(default=1, ge=1, le=86_400_000)


class AdoptOut(Schema):
    """The datastream made, and how many messages are sent again for it."""

    datastream_id: str
    number: int
    resending: int
    message: QuarantineOut
