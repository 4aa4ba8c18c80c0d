"""The journal over the API: the auditor's list and verification, everybody's own thread."""

from typing import Any

import pytest

from anlan.kernel.base import journal
from anlan.kernel.base.events import JOURNAL_VERIFIED, JournalVerified
from anlan.kernel.base.ids import new_ulid
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from tests.cast import DIV_IN_TOWN, DIV_NEXT_DOOR, Cast, assemble, csrf, signed_in

pytestmark = pytest.mark.django_db(transaction=True)


def leave_row(
    div: int, *, correlation_id: str, object_id: str, version: int = 1, drill: str | None = None
) -> str:
    """Leave a journal row of some object; return its ULID."""
    state = JournalVerified(first_position=1, last_position=1, head="", findings=0)
    about = journal.Subject(
        id=object_id, version=version, place=journal.Place(div=div), exercise_id=drill
    )
    with unit_of_work(machine("test"), correlation_id=correlation_id):
        return str(
            journal.record(JOURNAL_VERIFIED, state, about, change={"phone": [None, "1"]}).ulid
        )


@pytest.fixture
def cast() -> Cast:
    return assemble()


def test_the_auditor_reads_the_whole_journal_and_verifies_it(cast: Cast) -> None:
    thread, thing = new_ulid(), new_ulid()
    row = leave_row(DIV_NEXT_DOOR, correlation_id=thread, object_id=thing, drill=new_ulid())
    auditor = signed_in(cast.audit_administrator)
    page: dict[str, Any] = auditor.get(
        "/api/v1/audit/journal", {"filter": f"correlation_id.eq:{thread}"}
    ).json()
    [found] = page["items"]
    assert (found["id"], found["object"], found["position"]) == (row, thing, None)
    assert found["title"] == "日志封存链已校验"
    assert "change" not in found
    said = auditor.post(
        "/api/v1/audit/verify", {}, content_type="application/json", headers=csrf(auditor)
    ).json()
    assert (said["intact"], said["rows"], said["next_after"]) == (True, 0, None)
    verified = auditor.get("/api/v1/audit/journal", {"sort": "-number", "limit": "1"}).json()
    assert verified["items"][0]["type"] == "base.journal.verified"
    assert verified["items"][0]["actor"] == f"user:{cast.audit_administrator.id}"
    assert auditor.get("/api/v1/audit/seals").json()["items"] == []


@pytest.mark.parametrize("who", ["duty_officer", "leader", "system_administrator", "control_room"])
def test_8_1_4_3_c_nobody_but_the_auditor_reads_or_verifies_the_whole_journal(
    cast: Cast, who: str
) -> None:
    client = signed_in(cast.people[who])
    for path in ("journal", "seals"):
        assert client.get(f"/api/v1/audit/{path}").status_code == 403
    refused = client.post(
        "/api/v1/audit/verify", {}, content_type="application/json", headers=csrf(client)
    )
    assert refused.status_code == 403


def test_a_thread_and_a_history_show_what_the_scope_reaches(cast: Cast) -> None:
    thread, thing = new_ulid(), new_ulid()
    here = leave_row(DIV_IN_TOWN, correlation_id=thread, object_id=thing)
    there = leave_row(DIV_NEXT_DOOR, correlation_id=thread, object_id=thing, version=2)
    leave_row(DIV_IN_TOWN, correlation_id=thread, object_id=thing, version=3, drill=new_ulid())
    for who, expected in (("duty_officer", [here]), ("neighbour", [there]), ("monitor", [])):
        client = signed_in(cast.people[who])
        for path in (f"thread/{thread}", f"history/{thing}"):
            items = client.get(f"/api/v1/audit/{path}").json()["items"]
            assert [item["id"] for item in items] == expected


def test_a_journal_is_exported_as_a_spreadsheet(cast: Cast) -> None:
    from python_calamine import CalamineWorkbook

    auditor = signed_in(cast.audit_administrator)
    answer = auditor.get(
        "/api/v1/audit/journal",
        headers={"Accept": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    )
    from io import BytesIO

    rows = CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert rows[0][:2] == ["序号", "标识"]
    assert len(rows) > 5
