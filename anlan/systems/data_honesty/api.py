"""HTTP of data honesty, under /data-honesty: the desk's routes, and under /handed the firm's."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from anlan.kernel.base.doors import Door, expected_version
from anlan.kernel.base.queries import at_version
from anlan.kernel.base.unit_of_work import current_work
from anlan.systems.data_honesty import schemas
from anlan.systems.data_honesty.models import HonestyFinding, HonestyLook
from anlan.systems.data_honesty.queries import findings as queries
from anlan.systems.data_honesty.rules import ANSWER, JUDGE, LOOK, VIEW, acts_on, may_answer
from anlan.systems.data_honesty.services import judging, looks

door = Door("data_honesty")
router = door.router


@door.list("/findings", VIEW, queries.FINDINGS, schemas.HonestyFindingRow)
def honesty_findings(request: HttpRequest) -> QuerySet[HonestyFinding]:
    """What speaks against the honesty of data that I reach; what waits for the desk stands first."""
    return queries.findings()


@door.read("/findings/{finding_id}", VIEW, response=schemas.HonestyFindingOut)
def finding(request: HttpRequest, finding_id: str) -> dict[str, Any]:
    """One finding, with its figures and all that the engine was given."""
    return _whole(finding_id)


@door.read("/subjects/{subject_id}/findings", VIEW, response=list[schemas.HonestyFindingRow])
def findings_at(request: HttpRequest, subject_id: str) -> list[dict[str, Any]]:
    """What was found at a subject, or anywhere on the site: a hundred, those that wait first."""
    return [queries.listed(row) for row in queries.at_subject(subject_id)]


@door.change("/findings/{finding_id}/judge", JUDGE, response=schemas.HonestyFindingOut)
def judge(request: HttpRequest, finding_id: str, said: schemas.HonestyJudgeBody) -> dict[str, Any]:
    """Judge it true, or untrue, which closes it; needs If-Match."""
    row = _locked(finding_id, expected_version(request))
    judging.judge_finding(finding=row, is_true=said.is_true, reason=said.reason)
    return _whole(finding_id)


@door.change("/findings/{finding_id}/hand-over", JUDGE, response=schemas.HonestyFindingOut)
def hand_over(
    request: HttpRequest, finding_id: str, said: schemas.HonestyHandBody
) -> dict[str, Any]:
    """Hand it to the firm with what is asked and a date; needs If-Match."""
    row = _locked(finding_id, expected_version(request))
    judging.hand_over(finding=row, asked=said.asked, due_on=said.due_on)
    return _whole(finding_id)


@door.change("/findings/{finding_id}/close", JUDGE, response=schemas.HonestyFindingOut)
def close(request: HttpRequest, finding_id: str, said: schemas.HonestyCloseBody) -> dict[str, Any]:
    """Close it, once it was judged; needs If-Match."""
    row = _locked(finding_id, expected_version(request))
    judging.close_finding(finding=row, reason=said.reason)
    return _whole(finding_id)


@door.list("/looks", VIEW, queries.LOOKS, schemas.HonestyLookRow)
def honesty_looks(request: HttpRequest) -> QuerySet[HonestyLook]:
    """Which firm's day was looked at, and what came of it."""
    return queries.looks()


@door.create("/looks", LOOK, response=schemas.HonestyLookRow)
def ask_for_look(request: HttpRequest, said: schemas.HonestyLookBody) -> HonestyLook:
    """Have a firm's day looked at, once more where it was already; it is done within minutes."""
    row = looks.ask_for_look(site_id=said.site_id, day=said.day)
    return queries.looks().get(pk=row.pk)


@door.list("/handed", ANSWER, queries.HANDED, schemas.HonestyFindingRow)
def honesty_handed(request: HttpRequest) -> QuerySet[HonestyFinding]:
    """What was handed to my firm."""
    return queries.handed()


@door.read("/handed/{finding_id}", ANSWER, response=schemas.HonestyFindingOut)
def handed_one(request: HttpRequest, finding_id: str) -> dict[str, Any]:
    """One finding that was handed to my firm."""
    return _handed(finding_id)


@door.change("/handed/{finding_id}/answer", ANSWER, response=schemas.HonestyFindingOut)
def answer(
    request: HttpRequest, finding_id: str, said: schemas.HonestyAnswerBody
) -> dict[str, Any]:
    """Answer for the firm; needs If-Match."""
    queries.finding(queries.handed(), finding_id)
    row = _locked(finding_id, expected_version(request))
    judging.answer_finding(finding=row, answer=said.answer)
    return _handed(finding_id)


def _locked(finding_id: str, version: int) -> HonestyFinding:
    return at_version(
        HonestyFinding.objects, finding_id, version, code="data_honesty.finding_not_found"
    )


def _whole(finding_id: str) -> dict[str, Any]:
    row = queries.finding(queries.findings(), finding_id)
    may = acts_on(current_work().principal, row.state, row.verdict, row.facts)
    return queries.whole(row, may)


def _handed(finding_id: str) -> dict[str, Any]:
    row = queries.finding(queries.handed(), finding_id)
    is_own = may_answer(current_work().principal, row.state, row.facts)
    return queries.whole(row, ["answer"] if is_own else [])
