"""How the operations of the desk are called."""

from collections.abc import Callable
from datetime import timedelta

from anlan.kernel.base.clock import now
from tests.app.authorisation.call import Call
from tests.app.authorisation.world import Rows


def lately() -> dict[str, str]:
    """Return a period up to now."""
    moment = now()
    start = moment - timedelta(days=1)
    return {"start": start.isoformat(), "end": moment.isoformat(), "as_of": moment.isoformat()}


CALLS: dict[str, Callable[[Rows], Call]] = {
    "GET /desk/figures": lambda _: Call(query={"kind": "week", "day": "2026-09-09"}),
    "GET /desk/alarms": lambda r: Call(sees=r.new_alarm, query=lately()),
    "GET /desk/silences": lambda _: Call(query=lately()),
    "GET /desk/bulletins": lambda r: Call(sees=r.bulletin),
    "POST /desk/bulletins": lambda _: Call(body={"kind": "week", "day": "2026-03-04"}),
    "GET /desk/bulletins/{bulletin_id}": lambda r: Call(r.bulletin),
    "GET /desk/bulletins/{bulletin_id}/differences": lambda r: Call(r.bulletin),
    "GET /desk/bulletins/{bulletin_id}/paper": lambda r: Call(r.bulletin, query={"format": "docx"}),
    "PATCH /desk/bulletins/{bulletin_id}": lambda r: Call(
        r.bulletin, {"title": "新", "text": "新"}
    ),
    "POST /desk/bulletins/{bulletin_id}/recount": lambda r: Call(r.bulletin),
    "POST /desk/bulletins/{bulletin_id}/approve": lambda r: Call(r.bulletin),
    "POST /desk/bulletins/{bulletin_id}/return": lambda r: Call(
        r.approved_bulletin, {"reason": "再核"}
    ),
    "POST /desk/bulletins/{bulletin_id}/issue": lambda r: Call(r.approved_bulletin),
    "POST /desk/bulletins/{bulletin_id}/withdraw": lambda r: Call(r.bulletin, {"reason": "有误"}),
    "GET /desk/plans": lambda r: Call(sees=r.plan),
    "POST /desk/plans": lambda r: Call(
        body={
            "name": "日常",
            "level": "county",
            "every_days": 7,
            "sites": [r.site],
            "starts_on": "2026-01-01",
        }
    ),
    "POST /desk/plans/{plan_id}/end": lambda r: Call(r.plan, {"reason": "换新计划"}),
    "GET /desk/rounds/today": lambda _: Call(),
    "GET /desk/rounds": lambda r: Call(sees=r.round),
    "POST /desk/rounds": lambda r: Call(body={"plan_id": r.plan, "site_id": r.site}),
    "GET /desk/rounds/{round_id}": lambda r: Call(r.round),
    # one's own only, and this one is somebody else's
    "POST /desk/rounds/{round_id}/finish": lambda r: Call(r.round, {"checks": []}),
}
