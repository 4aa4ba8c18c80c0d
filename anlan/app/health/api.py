"""HTTP of health: the whole house for who looks after it; a bare sign of life for nginx."""

from dataclasses import asdict
from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Router, Schema, Status

from anlan.app.health.look import Examination
from anlan.app.health.rules import overall
from anlan.kernel.base.clock import now
from anlan.kernel.base.config import config
from anlan.kernel.base.doors import Needs

VIEW = "health.view"
StatusText = Literal["ok", "warning", "late", "down"]

router = Router(tags=["health"])
_examination = Examination()


class CheckOut(Schema):
    """One thing looked at; figures carry their unit in their name."""

    name: str
    kind: Literal["process", "store", "flow"]
    title: str
    title_en: str
    status: StatusText
    detail: str
    detail_en: str
    figures: dict[str, float | int | str | None]


class HealthOut(Schema):
    """How the house is, as a whole and part by part."""

    status: StatusText
    at: datetime
    checks: list[CheckOut]


# not a Door: the look opens its own transaction, and PostgreSQL may be what is missing
@router.get("", auth=Needs(VIEW), response=HealthOut, openapi_extra={"x-permission": VIEW})
def health(request: HttpRequest) -> dict[str, Any]:
    """How every process, store and flow is; at most a few seconds old."""
    checks = _examination.checks(config())
    return {
        "status": overall(checks),
        "at": now(),
        "checks": [asdict(check) for check in checks],
    }


@router.get("/live", auth=None, response={204: None}, openapi_extra={"x-permission": "anybody"})
def is_alive(request: HttpRequest) -> Status[None]:
    """Say that this process answers, and nothing else."""
    return Status(204, None)
