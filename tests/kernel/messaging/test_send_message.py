"""A message reaches those it is for, up to their ceiling, over channels chosen before it is built."""

from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from anlan.kernel.base.errors import ConflictError, InvalidError, NotFoundError, NotPermittedError
from anlan.kernel.base.models import Journal
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.base.xlsx import MEDIA_TYPE
from anlan.kernel.messaging import queries, services
from anlan.kernel.messaging.models import Message
from anlan.kernel.people.queries.places import home_of
from tests import factories
from tests.cast import assemble, csrf, principal, signed_in

pytestmark = pytest.mark.django_db
URL = "/api/v1/messaging"


@pytest.mark.parametrize("words", ["红色报警", "RED alarm"])
def test_a_message_is_found_by_its_title_in_either_language(words: str) -> None:
    cast = assemble()
    with unit_of_work(principal(cast.leader)):
        for zh, en in (("红色报警：V201 液位", "Red alarm: V201 level"), ("交接班", "Handover")):
            services.send_message(
                title=zh, title_en=en, body="测试", recipients=[cast.duty_officer.id],
                place=home_of(principal(cast.leader)),
            )  # fmt: skip

    asked = {"filter": f"search.like:{words}"}
    found = signed_in(cast.duty_officer).get(f"{URL}/messages", asked).json()["items"]

    assert [one["title"] for one in found] == ["红色报警：V201 液位"]


def test_each_recipient_gets_one_delivery_and_finds_it_in_his_inbox() -> None:
    cast = assemble()

    sent = factories.message(cast.duty_officer, cast.leader, cast.leader)

    assert len(sent.deliveries) == 2
    body = signed_in(cast.leader).get(f"{URL}/messages").json()
    assert [item["title"] for item in body["items"]] == ["请核查"]
    assert body["items"][0]["read_at"] is None
    assert body["items"][0]["sender_name"] == "系统"
    assert signed_in(cast.monitor).get(f"{URL}/messages").json()["count"] == 0


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh-CN", {"标题": "请核查", "发送人": "系统", "敏感级别": "内部", "阅读时间": ""}),
        ("en", {"Title": "Please check", "Sender": "System", "Sensitivity": "Internal"}),
    ],
)
def test_the_inbox_is_taken_out_as_a_workbook_of_ones_own_messages(
    language: str, said: dict[str, str]
) -> None:
    cast = assemble()
    sent = factories.message(cast.duty_officer)
    Message.objects.filter(pk=sent.message.pk).update(title_en="Please check")
    headers = {"Accept": MEDIA_TYPE, "Accept-Language": language}

    def rows(client: Client) -> list[list[Any]]:
        content = BytesIO(client.get(f"{URL}/messages", headers=headers).content)
        return CalamineWorkbook.from_filelike(content).get_sheet_by_index(0).to_python()

    head, row = rows(signed_in(cast.duty_officer))
    assert said.items() <= dict(zip(head, row, strict=True)).items()
    assert rows(signed_in(cast.leader)) == [head]


def test_a_person_may_send_to_others_and_does_not_see_their_inbox() -> None:
    cast = assemble()

    factories.message(cast.duty_officer, sender=cast.leader)

    with unit_of_work(principal(cast.leader)):
        assert queries.inbox(principal(cast.leader)).count() == 0
    with unit_of_work(principal(cast.duty_officer)):
        found = queries.inbox(principal(cast.duty_officer)).get()
        assert found.message.sender == f"user:{cast.leader.id}"


def test_a_recipient_reads_what_hangs_outside_his_territory() -> None:
    cast = assemble()
    sent = factories.message(cast.neighbour, sender=cast.duty_officer)

    with unit_of_work(principal(cast.neighbour)):
        assert Message.objects.get(pk=sent.message.pk).body.startswith("T101")
    with unit_of_work(principal(cast.control_room)):
        assert not Message.objects.filter(pk=sent.message.pk).exists()


def test_somebody_below_its_sensitivity_gets_nothing_and_is_named() -> None:
    cast = assemble()

    sent = factories.message(cast.leader, cast.control_room, sensitivity=3)

    assert sent.below_ceiling == [cast.control_room.id]
    with unit_of_work(principal(cast.control_room)):
        assert not Message.objects.exists()


def test_a_message_that_nobody_may_read_is_not_sent() -> None:
    cast = assemble()

    with pytest.raises(InvalidError) as refusal:
        factories.message(cast.control_room, sensitivity=3)

    assert refusal.value.code == "messaging.no_recipient"
    assert not Message.objects.exists()


def test_reading_counts_once_and_lowers_what_is_unread() -> None:
    cast = assemble()
    sent = factories.message(cast.leader)
    client = signed_in(cast.leader)
    assert client.get(f"{URL}/unread").json() == {"unread": 1}

    first = client.post(f"{URL}/messages/{sent.message.id}/read", headers=csrf(client))
    again = client.post(f"{URL}/messages/{sent.message.id}/read", headers=csrf(client))

    assert first.status_code == 200
    assert first.json() == again.json()
    assert client.get(f"{URL}/unread").json() == {"unread": 0}
    assert Journal.objects.filter(type="messaging.delivery.read").count() == 1


def test_nobody_marks_anothers_message_as_read() -> None:
    cast = assemble()
    sent = factories.message(cast.leader)

    with unit_of_work(principal(cast.duty_officer)), pytest.raises(NotFoundError):
        services.mark_read(message_id=sent.message.id)


def test_a_withdrawn_message_shows_its_text_to_nobody() -> None:
    cast = assemble()
    sent = factories.message(cast.duty_officer, sender=cast.leader)

    with unit_of_work(principal(cast.leader)):
        services.withdraw_message(message_id=sent.message.id, version=1)

    client = signed_in(cast.duty_officer)
    (item,) = client.get(f"{URL}/messages").json()["items"]
    assert (item["body"], item["title"], item["sender_name"]) == ("", "请核查", "李带班")
    assert item["withdrawn_at"] is not None
    assert client.get(f"{URL}/unread").json() == {"unread": 0}


def test_only_the_sender_withdraws_and_only_once() -> None:
    cast = assemble()
    sent = factories.message(cast.duty_officer, sender=cast.leader)

    colleague = factories.officer(cast.bureau, "shift_chief")
    with unit_of_work(principal(colleague)), pytest.raises(NotPermittedError):
        services.withdraw_message(message_id=sent.message.id, version=1)
    with unit_of_work(principal(cast.leader)):
        services.withdraw_message(message_id=sent.message.id, version=1)
        with pytest.raises(ConflictError):
            services.withdraw_message(message_id=sent.message.id, version=2)


def test_the_journal_tells_who_got_it_and_not_what_it_says() -> None:
    cast = assemble()
    sent = factories.message(cast.leader)

    row = Journal.objects.get(type="messaging.message.sent", object=sent.message.id)

    assert row.data["recipients"] == [cast.leader.id]
    assert "T101" not in str((row.data, row.change))
