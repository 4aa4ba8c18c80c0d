"""How the operations of data honesty are called."""

from collections.abc import Callable
from datetime import timedelta

from anlan.kernel.base.clock import now
from tests.app.authorisation.call import Call
from tests.app.authorisation.world import Rows

YESTERDAY, IN_A_MONTH = ((now() + timedelta(days=n)).date().isoformat() for n in (-2, 30))
CALLS: dict[str, Callable[[Rows], Call]] = {
    "GET /data-honesty/findings": lambda r: Call(sees=r.finding, query={"limit": "500"}),
    "GET /data-honesty/findings/{finding_id}": lambda r: Call(r.finding),
    "GET /data-honesty/subjects/{subject_id}/findings": lambda r: Call(r.subject, sees=r.finding),
    "POST /data-honesty/findings/{finding_id}/judge": lambda r: Call(
        r.finding, {"is_true": True, "reason": "逐点相同"}
    ),
    "POST /data-honesty/findings/{finding_id}/hand-over": lambda r: Call(
        r.finding, {"asked": "说明来源", "due_on": IN_A_MONTH}
    ),
    "POST /data-honesty/findings/{finding_id}/close": lambda r: Call(
        r.judged_finding, {"reason": "移交执法"}
    ),
    "GET /data-honesty/looks": lambda r: Call(sees=r.look),
    "POST /data-honesty/looks": lambda r: Call(body={"site_id": r.site, "day": YESTERDAY}),
    "GET /data-honesty/handed": lambda r: Call(sees=r.handed_finding),
    "GET /data-honesty/handed/{finding_id}": lambda r: Call(r.handed_finding),
    "POST /data-honesty/handed/{finding_id}/answer": lambda r: Call(
        r.handed_finding, {"answer": "时钟回拨"}
    ),
}
