"""The journal over the API: the auditor's list and verification, everybody's own thread."""

from typing import Any

import pytest

from anlan.kernel.base import journal
from anlan.kernel.base.events import JOURNAL_VERIFIED, EventType, JournalVerified
from anlan.kernel.base.ids import new_ulid
from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.documents.events import UPLOADED, DocumentState
from anlan.kernel.messaging.events import MESSAGE_SENT, MessageState
from anlan.kernel.sensing.events import (
    GATEWAY_REGISTERED,
    PROPERTY_DEFINED,
    GatewayState,
    PropertyState,
)
from tests.cast import (
    DIV_IN_TOWN,
    DIV_IN_ZONE,
    DIV_NEXT_DOOR,
    ZONE,
    Cast,
    assemble,
    csrf,
    signed_in,
)

pytestmark = pytest.mark.django_db(transaction=True)


def leave(
    event: EventType, state: Any, about: journal.Subject, *, correlation_id: str | None = None
) -> str:
    """Leave a journal row as some process would; return its ULID."""
    with unit_of_work(machine("test"), correlation_id=correlation_id):
        return str(journal.record(event, state, about, change={"phone": [None, "1"]}).ulid)


def leave_row(
    div: int, *, correlation_id: str, object_id: str, version: int = 1, drill: str | None = None
) -> str:
    """Leave a journal row of some document; return its ULID."""
    about = journal.Subject(
        id=object_id, version=version, place=journal.Place(div=div), exercise_id=drill
    )
    return leave(UPLOADED, paper(object_id, 1), about, correlation_id=correlation_id)


def paper(object_id: str, sensitivity: int) -> DocumentState:
    """Return the state of a document under a label."""
    return DocumentState(
        id=object_id,
        media_type="application/pdf",
        size_bytes=9,
        sha256="0" * 64,
        sensitivity=sensitivity,
        owner="user:x",
        about="",
        withdrawn_at=None,
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
    assert found["title"] == "上传文件"
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


def of_the_zone(cast: Cast, thread: str) -> dict[str, str]:
    """Leave one row of each kind at the zone's site, all of one cause; return their ULIDs by a word."""
    place = journal.Place(div=DIV_IN_ZONE, zone=ZONE, site=cast.site)

    def about() -> journal.Subject:
        return journal.Subject(id=new_ulid(), version=1, place=place)

    gateway = GatewayState(
        id=new_ulid(),
        version=1,
        firm_code="f",
        code="G1",
        name="网关",
        name_en="",
        shard=0,
        is_active=True,
        organisation_id=cast.firm.id,
        has_next_key=False,
        div=DIV_IN_ZONE,
        zone=ZONE,
        site=cast.site,
    )
    message = MessageState(
        id=new_ulid(),
        sender="user:x",
        recipients=[f"user:{cast.control_room.id}"],
        channels=["in_app"],
        about_kind="",
        about_id=None,
        sensitivity=1,
        withdrawn_at=None,
    )
    prop = PropertyState(
        id=new_ulid(), version=1, code="level", title="液位", title_en="Level", unit="%"
    )
    checked = JournalVerified(first_position=1, last_position=1, head="", findings=0)
    left: dict[str, tuple[EventType, Any]] = {
        "internal": (UPLOADED, paper(new_ulid(), 1)),
        "personal": (UPLOADED, paper(new_ulid(), 2)),
        "secret": (UPLOADED, paper(new_ulid(), 3)),
        "property": (PROPERTY_DEFINED, prop),
        "gateway": (GATEWAY_REGISTERED, gateway),
        "message": (MESSAGE_SENT, message),
        "verified": (JOURNAL_VERIFIED, checked),
    }
    return {
        word: leave(event, state, about(), correlation_id=thread)
        for word, (event, state) in left.items()
    }


@pytest.mark.parametrize(
    ("who", "told"),
    [
        ("control_room", {"internal", "property"}),
        ("monitor", {"internal", "personal", "property", "gateway"}),
        ("duty_officer", {"internal", "personal", "secret", "property", "gateway"}),
        ("neighbour", set()),
        ("town_control_room", set()),
    ],
)
def test_8_1_4_2_g_a_story_tells_nobody_more_than_the_lists_do(
    cast: Cast, who: str, told: set[str]
) -> None:
    thread = new_ulid()
    left = of_the_zone(cast, thread)
    client = signed_in(cast.people[who])
    items = client.get(f"/api/v1/audit/thread/{thread}").json()["items"]
    assert {item["id"] for item in items} == {left[word] for word in told}
    with unit_of_work(machine("test"), read_only=True):
        rows = Journal.objects.filter(ulid__in=left.values())
        objects = dict(rows.values_list("ulid", "object"))
    for word, ulid in left.items():
        items = client.get(f"/api/v1/audit/history/{objects[ulid]}").json()["items"]
        assert [item["id"] for item in items] == ([ulid] if word in told else []), word


def test_8_1_4_2_g_the_auditor_has_the_whole_list_and_nobodys_story(cast: Cast) -> None:
    thread = new_ulid()
    left = of_the_zone(cast, thread)
    auditor = signed_in(cast.audit_administrator)
    assert auditor.get(f"/api/v1/audit/thread/{thread}").status_code == 403
    listed = auditor.get("/api/v1/audit/journal", {"filter": f"correlation_id.eq:{thread}"}).json()
    assert {item["id"] for item in listed["items"]} == set(left.values())


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
