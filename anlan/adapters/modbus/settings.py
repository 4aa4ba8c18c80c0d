"""What a poller is told: the device, its period, its registers."""

from typing import Annotated

from msgspec import Meta, Struct

from anlan.adapters.modbus.registers import Register

Seconds = Annotated[float, Meta(gt=0, le=86_400)]


class Polled(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """One device: where it is, how often it is asked, its registers. `gap`: words read along unused."""

    name: Annotated[str, Meta(min_length=1, max_length=40)]
    host: str
    port: Annotated[int, Meta(ge=1, le=65_535)] = 502
    period_s: Seconds = 5.0
    timeout_s: Seconds = 3.0
    gap: Annotated[int, Meta(ge=0, le=100)] = 8
    register: Annotated[list[Register], Meta(min_length=1)]
