"""The demo's special work and promises, of `firm_days.toml`: of the day of the load. Safe to repeat."""

import tomllib
from datetime import timedelta
from typing import Any

from anlan.app.demo.mapping import HERE
from anlan.kernel.base.clock import now
from anlan.kernel.subjects import services as subjects
from anlan.kernel.subjects.models import Subject
from anlan.systems.firm_day.queries.permits import permits
from anlan.systems.firm_day.queries.promises import commitments
from anlan.systems.firm_day.rules import local_day, standard
from anlan.systems.firm_day.services import commitments as promising
from anlan.systems.firm_day.services import permits as working

FILE = HERE / "firm_days.toml"
_WORDS = ("spot", "content", "isolation", "guardian", "approver", "contractor", "level")
_STEPS = (("shift", "班长（演示）"), ("workshop", "车间主任（演示）"), ("firm", "安全总监（演示）"))
_TEXT = (
    "今天我公司已进行安全风险研判，各项安全风险防控措施已落实到位，我承诺所有生产装置处于安全运行状态，"
    "罐区、仓库等重大危险源安全风险得到有效管控。"
)


def load_firm_days() -> None:
    """File what is missing, inside the open unit of work; a firm that is not there is left out."""
    said = tomllib.loads(FILE.read_text(encoding="utf-8"))
    for row in said["permit"]:
        site = _site(row["firm"])
        if site is not None and not permits().filter(site=site.id, spot=row["spot"]).exists():
            _work(site, row)
    for row in said["promise"]:
        site = _site(row["firm"])
        day = local_day(now())
        if site is not None and not commitments().filter(site=site.id, day=day).exists():
            _promise(site, row)


def _site(code: str) -> Subject | None:
    return Subject.objects.filter(kind__code=subjects.SITE_KIND, code=code).first()


def _work(site: Subject, row: dict[str, Any]) -> None:
    moment = now()
    permit = working.draft_permit(
        subject_id=site.id,
        details=working.PermitDetails(
            kind=row["kind"],
            planned_start=moment + timedelta(hours=row["begins_h"]),
            planned_end=moment + timedelta(hours=row["ends_h"]),
            at_night=True,  # whoever loads at night has permits that may be worked by
            is_invented=True,
            **{name: row[name] for name in _WORDS if name in row},
        ),
    )
    if standard().kind(row["kind"]).needs_gas:
        test = working.GasTest(
            at=moment, by="分析员（演示）", oxygen_pct=20.9, flammable_lel_pct=0.0, toxic_ppm=0.0
        )
        permit = working.note_gas_test(permit=permit, test=test)
    permit = working.issue_permit(permit=permit)
    if row["state"] == "under_way":
        working.start_work(permit=permit)


def _promise(site: Subject, row: dict[str, Any]) -> None:
    total, running, stopped, under_repair = row["units"]
    promising.promise(
        site_id=site.id,
        details=promising.PromiseDetails(
            units_total=total,
            units_running=running,
            units_stopped=stopped,
            units_under_repair=under_repair,
            works=row["works"],
            tanks_safe=True,
            risk=row["risk"],
            steps=[{"step": step, "by": by, "said": "正常"} for step, by in _STEPS],
            text=_TEXT,
            signed_by=row["signed_by"],
        ),
        is_invented=True,
    )
