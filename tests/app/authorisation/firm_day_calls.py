"""How the operations of the firm's day are called."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from anlan.kernel.base.clock import now
from tests.app.authorisation.call import Call
from tests.app.authorisation.world import Rows
from tests.permits import PROMISE


def _permit() -> dict[str, Any]:
    start = now()
    return {
        "kind": "lifting",
        "level": "third",
        "spot": "泵房外",
        "content": "吊装泵体",
        "planned_start": start.isoformat(),
        "planned_end": (start + timedelta(hours=4)).isoformat(),
    }


def _test() -> dict[str, Any]:
    return {"at": now().isoformat(), "by": "分析员", "oxygen_pct": 20.9}


CALLS: dict[str, Callable[[Rows], Call]] = {
    "GET /firm-day/sites": lambda r: Call(sees=r.site, query={"limit": "500"}),
    "GET /firm-day/rates": lambda _: Call(),
    "GET /firm-day/sites/{site_id}/today": lambda r: Call(r.site),
    "GET /firm-day/commitments": lambda r: Call(sees=r.commitment),
    "GET /firm-day/commitments/{commitment_id}": lambda r: Call(r.commitment),
    "POST /firm-day/commitments": lambda r: Call(body=PROMISE | {"site_id": r.site}),
    "POST /firm-day/commitments/{commitment_id}/versions": lambda r: Call(
        r.commitment, PROMISE | {"reason": "更正"}
    ),
    "POST /firm-day/commitments/{commitment_id}/withdraw": lambda r: Call(
        r.commitment, {"reason": "填错"}
    ),
    "GET /firm-day/standard": lambda _: Call(),
    "GET /firm-day/permits": lambda r: Call(sees=r.draft_permit),
    "GET /firm-day/permits/points.geojson": lambda r: Call(sees=r.running_permit),
    "GET /firm-day/subjects/{subject_id}/permits": lambda r: Call(r.subject, sees=r.running_permit),
    "GET /firm-day/permits/{permit_id}": lambda r: Call(r.draft_permit),
    "POST /firm-day/permits": lambda r: Call(body=_permit() | {"subject_id": r.subject}),
    "PUT /firm-day/permits/{permit_id}": lambda r: Call(r.draft_permit, _permit()),
    "POST /firm-day/permits/{permit_id}/gas-tests": lambda r: Call(r.draft_permit, _test()),
    "POST /firm-day/permits/{permit_id}/issue": lambda r: Call(r.draft_permit, {}),
    "POST /firm-day/permits/{permit_id}/start": lambda r: Call(r.issued_permit, {}),
    "POST /firm-day/permits/{permit_id}/finish": lambda r: Call(r.running_permit, {}),
    "POST /firm-day/permits/{permit_id}/cancel": lambda r: Call(
        r.draft_permit, {"reason": "不做了"}
    ),
    "POST /firm-day/permits/{permit_id}/take-back": lambda r: Call(
        r.issued_permit, {"reason": "点错"}
    ),
}
