"""Work permits and promises for tests, each through its own service: lifting, which needs no analysis and may be done at night."""

from datetime import timedelta
from typing import Any

from anlan.kernel.base.clock import now
from anlan.kernel.subjects.models import Subject
from anlan.systems.firm_day.models import SafetyCommitment, WorkPermit
from anlan.systems.firm_day.services import commitments
from anlan.systems.firm_day.services import permits as services
from tests.factories import working

MODELS = (WorkPermit, SafetyCommitment)
#: A promise of nothing out of the ordinary.
PROMISE: dict[str, Any] = {
    "units_total": 3,
    "units_running": 2,
    "units_stopped": 1,
    "units_under_repair": 0,
    "works": {},
    "tanks_safe": True,
    "risk": "low",
    "steps": [
        {"step": "shift", "by": "班长", "said": "参数正常"},
        {"step": "workshop", "by": "车间主任", "said": "联锁投用"},
        {"step": "firm", "by": "安全总监", "said": "可控"},
    ],
    "text": "今日各项作业安全可控",
    "signed_by": "厂长",
}


def drafted(at: Subject, **details: Any) -> WorkPermit:
    """Draft a permit from now on for four hours."""
    start = now()
    said: dict[str, Any] = {
        "kind": "lifting",
        "level": "third",
        "spot": "泵房",
        "content": "吊装",
        "guardian": "监护",
        "approver": "审批",
        "planned_start": start,
        "planned_end": start + timedelta(hours=4),
    }
    with working():
        return services.draft_permit(
            subject_id=at.id, details=services.PermitDetails(**said | details)
        )


def issued(at: Subject, **details: Any) -> WorkPermit:
    """Issue one."""
    permit = drafted(at, **details)
    with working():
        return services.issue_permit(permit=permit)


def under_way(at: Subject, **details: Any) -> WorkPermit:
    """Begin the work of one."""
    permit = issued(at, **details)
    with working():
        return services.start_work(permit=permit)


def one_of_each(at: Subject) -> dict[str, str]:
    """Return the ids of a draft, an issued permit and one whose work is under way."""
    return {
        "draft_permit": drafted(at).id,
        "issued_permit": issued(at).id,
        "running_permit": under_way(at).id,
    }


def promised_ahead(site: Subject) -> SafetyCommitment:
    """Return a promise of tomorrow: today's is still to be made."""
    row = promised(site)
    with working():
        row.day += timedelta(days=1)
        row.save(update_fields=["day"])
    return row


def promised(site: Subject, **details: Any) -> SafetyCommitment:
    """Make today's promise of a site."""
    with working():
        return commitments.promise(
            site_id=site.id, details=commitments.PromiseDetails(**PROMISE | details)
        )
