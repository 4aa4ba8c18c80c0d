"""Dead letters wait for the system administrator, who sees to whom and why and never what; both acts are on record."""

from io import BytesIO

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from anlan.kernel.base.models import Journal
from anlan.kernel.base.xlsx import MEDIA_TYPE
from anlan.kernel.messaging.channels import Answer, Outside
from anlan.kernel.messaging.models import Dispatch
from anlan.kernel.messaging.rules import Outcome
from anlan.kernel.messaging.services import dispatches
from tests import factories
from tests.cast import Cast, assemble, csrf, signed_in
from tests.kernel.messaging.channel import Recorder, dead_dispatch, planned, with_phone

pytestmark = pytest.mark.django_db
URL = "/api/v1/messaging"


@pytest.fixture
def cast() -> Cast:
    made = assemble()
    with_phone(made.leader)
    return made


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    made = Recorder()
    monkeypatch.setattr(Outside, "of", staticmethod(lambda: (made,)))
    return made


@pytest.fixture
def admin(cast: Cast) -> Client:
    return signed_in(cast.system_administrator)


def decide(
    client: Client, row: Dispatch, act: str, reason: str = "已电话核实", version: int = 0
) -> int:
    headers = {**csrf(client), "If-Match": f'"{version or row.version}"'}
    answer = client.post(
        f"{URL}/dispatches/{row.id}/{act}", {"reason": reason}, content_type="application/json", headers=headers,
    )  # fmt: skip
    return answer.status_code


@pytest.mark.parametrize("state", ["unknown", "refused", "dead"])
def test_a_dead_letter_is_sent_again_with_a_reason(
    cast: Cast, admin: Client, recorder: Recorder, state: str
) -> None:
    row = dead_dispatch(cast.leader, "recorder", state)

    assert decide(admin, row, "again", reason="  ") == 422
    assert decide(admin, row, "again", version=7) == 412
    assert decide(admin, row, "again") == 200

    row.refresh_from_db()
    assert (row.state, row.failures, row.settled_reason) == ("waiting", 0, "已电话核实")
    with factories.working():
        (claimed,) = dispatches.claim_dispatches(channel=recorder)
        dispatches.note_answer(
            dispatch_id=row.id,
            tries=claimed.tries,
            answer=Answer(outcome=Outcome.SENT),
            channel=recorder,
        )
    said = Journal.objects.filter(object=row.id).order_by("id").values_list("type", "actor")
    assert list(said) == [
        ("messaging.dispatch.sent_again", f"user:{cast.system_administrator.id}"),
        ("messaging.dispatch.sent", "system:factory"),
    ]


def test_a_dead_letter_is_given_up_and_then_stays_so(
    cast: Cast, admin: Client, recorder: Recorder
) -> None:
    row = dead_dispatch(cast.leader, "recorder")
    assert decide(admin, row, "give-up") == 200
    row.refresh_from_db()
    assert row.state == "given_up"
    assert decide(admin, row, "again") == 409
    assert decide(admin, row, "give-up") == 409


@pytest.mark.parametrize("state", ["waiting", "sending", "sent", "delivered", "withdrawn"])
def test_what_needs_nobody_is_decided_by_nobody(
    cast: Cast, admin: Client, recorder: Recorder, state: str
) -> None:
    row = dead_dispatch(cast.leader, "recorder", state)
    assert decide(admin, row, "again") == 409


def test_by_a_channel_that_is_gone_nothing_is_sent_again(cast: Cast, admin: Client) -> None:
    assert decide(admin, dead_dispatch(cast.leader), "again") == 409
    assert decide(admin, dead_dispatch(cast.leader), "give-up") == 200


def test_the_administrator_sees_to_whom_and_never_what(
    cast: Cast, admin: Client, recorder: Recorder
) -> None:
    planned([factories.message(cast.leader, title="V201 液位").message.id])

    body = admin.get(f"{URL}/dispatches")
    (row,) = body.json()["items"]
    assert (row["recipient_name"], row["channel"], row["state"]) == (
        "李带班",
        "recorder",
        "waiting",
    )
    assert "V201" not in body.content.decode()
    assert "1380000" not in body.content.decode()
    assert signed_in(cast.leader).get(f"{URL}/dispatches").status_code == 403


def test_the_list_is_filtered_and_leaves_as_a_workbook(
    cast: Cast, admin: Client, recorder: Recorder
) -> None:
    dead_dispatch(cast.leader, "recorder", "unknown")
    dead_dispatch(cast.duty_officer, "recorder", "sent")
    asked = {
        "filter": ["state.in:unknown,refused,dead", "recipient_name.like:李"],
        "sort": "-sent_at",
    }
    assert admin.get(f"{URL}/dispatches", asked).json()["count"] == 1

    content = admin.get(f"{URL}/dispatches", asked, headers={"Accept": MEDIA_TYPE}).content
    head, row = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()
    said = dict(zip(head, row, strict=True))
    assert (said["接收人"], said["状态"], said["测试"]) == ("李带班", "结果不明", "是")


def test_the_administrator_sees_since_when_a_channel_fails(
    cast: Cast, admin: Client, recorder: Recorder
) -> None:
    planned([factories.message(cast.leader).message.id])
    with factories.working():
        (row,) = dispatches.claim_dispatches(channel=recorder)
        failed = Answer(outcome=Outcome.NOT_SENT, reason="locked_out", words="HTTP 401")
        dispatches.note_answer(dispatch_id=row.id, tries=row.tries, answer=failed, channel=recorder)

    (said,) = admin.get(f"{URL}/channels").json()["items"]
    assert (said["reason"], said["words"], said["waiting"], said["dead"]) == (
        "locked_out",
        "HTTP 401",
        1,
        0,
    )
    assert said["failing_since"] is not None
    assert said["last_sent_at"] is None
