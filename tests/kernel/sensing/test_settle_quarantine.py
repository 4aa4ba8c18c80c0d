"""Over HTTP: a data steward looks into the quarantine, mends, adopts, discards; each act is a journal row."""

from typing import Any

import pytest
from django.test import Client

from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.sensing.models import Datastream, Device, QuarantinedMessage
from anlan.kernel.sensing.services import equipment
from anlan.kernel.sensing.services.quarantine import Answer, note_answer, waiting_messages
from anlan.kernel.sensing.services.receipts import Unread, quarantine
from tests import factories
from tests.cast import Cast, csrf, signed_in
from tests.plant import Plant

pytestmark = pytest.mark.django_db
QUARANTINE = "/api/v1/sensing/quarantine"
SYSTEM = machine("test")
BROKEN = b'{"v":1,"gw":"G1","seq":7,"rows":[{"tag":"T101.LI0"'
EPOCH = "01K3Z00000000000000000000E"


def put_aside(
    plant: Plant, payload: bytes = BROKEN, *, code: str = "unreadable", tags: tuple[str, ...] = ()
) -> str:
    """Let the door put a message aside; return its id."""
    gateway = plant.gateway
    message = Unread(
        door="mqtt",
        topic="a1/demo/G1/obs",
        code=code,
        reason="not JSON",
        payload=payload,
        received_ms=1_785_549_600_123,
        gateway_id=gateway.id,
        div=gateway.div,
        zone=gateway.zone,
        site=gateway.site,
        refused=tuple((row, "tag_unknown", tag) for row, tag in enumerate(tags)),
        unknown_tags=tags,
    )
    with unit_of_work(SYSTEM):
        before = set(QuarantinedMessage.objects.values_list("id", flat=True))
        quarantine([message])
        [made] = set(QuarantinedMessage.objects.values_list("id", flat=True)) - before
    return made


def send(client: Client, path: str, version: int | None, body: Any) -> Any:
    tag = {} if version is None else {"If-Match": f'"{version}"'}
    return client.post(
        f"{QUARANTINE}/{path}", body, content_type="application/json", headers=csrf(client) | tag
    )


def answer(code: str = "", **parts: Any) -> None:
    """Let the door answer for the only message that waits for it."""
    with unit_of_work(machine("gateway")):
        [row] = waiting_messages()
        note_answer(Answer(message_id=row.id, version=row.version, code=code, **parts))


def journal_of(message_id: str) -> list[tuple[str, str]]:
    with unit_of_work(SYSTEM, read_only=True):
        rows = Journal.objects.filter(object=message_id).order_by("id")
        return list(rows.values_list("type", "actor"))


def test_a_message_is_seen_as_text_and_as_hexadecimal(plant: Plant, keeper: Client) -> None:
    readable, binary = put_aside(plant), put_aside(plant, b"\x85\xff\x00")
    [second, first] = keeper.get(QUARANTINE, {"filter": "state.eq:open"}).json()["items"]
    assert {first["id"], second["id"]} == {readable, binary}
    assert (first["may"], first["state"], first["size_bytes"]) == (
        ["resend", "discard"],
        "open",
        len(BROKEN),
    )
    shown = keeper.get(f"{QUARANTINE}/{readable}").json()["payload"]
    assert (shown["text"], bytes.fromhex(shown["hex"])) == (BROKEN.decode(), BROKEN)
    shown = keeper.get(f"{QUARANTINE}/{binary}").json()["payload"]
    assert (shown["text"], shown["hex"], shown["is_whole"]) == (None, "85ff00", True)


def test_what_is_mended_is_taken_by_the_door_and_what_came_stays(
    plant: Plant, keeper: Client
) -> None:
    message = put_aside(plant)
    asked = send(keeper, f"{message}/resend", 1, {"reason": "补全括号", "text": "{}"})
    assert asked.status_code == 202, asked.content
    assert (asked.json()["state"], asked.json()["may"]) == ("resending", [])
    with unit_of_work(machine("gateway"), read_only=True):
        [waiting] = waiting_messages()
    assert bytes(waiting.mended or b"") == b"{}"
    answer("unreadable", reason="the envelope")
    refused = keeper.get(f"{QUARANTINE}/{message}").json()
    assert (refused["state"], refused["result_code"]) == ("open", "unreadable")
    again = {"reason": "改正", "hex": "7b7d"}
    assert send(keeper, f"{message}/resend", refused["version"], again).status_code == 202
    answer(log_epoch=EPOCH, log_sequence=9)
    settled = keeper.get(f"{QUARANTINE}/{message}").json()
    assert (settled["state"], settled["settled_by_name"]) == ("resent", "钱数据")
    assert (settled["log_sequence"], settled["settled_reason"]) == (9, "改正")
    assert (settled["payload"]["text"], settled["mended"]["text"]) == (BROKEN.decode(), "{}")
    kinds = [kind.rpartition(".")[2] for kind, _actor in journal_of(message)]
    assert kinds == ["resent", "answered", "resent", "answered"]
    actors = [actor.partition(":")[0] for _kind, actor in journal_of(message)]
    assert actors == ["user", "system", "user", "system"]


def test_what_is_taken_in_part_waits_for_the_rest(plant: Plant, keeper: Client) -> None:
    message = put_aside(plant, code="rows_refused", tags=("A", "B"))
    send(keeper, f"{message}/resend", 1, {"reason": "再试"})
    rest = {"refused": ((1, "tag_unknown", "B"),), "unknown_tags": ("B",)}
    answer("rows_refused", reason="tag_unknown: 1", log_epoch=EPOCH, log_sequence=9, **rest)
    row = keeper.get(f"{QUARANTINE}/{message}").json()
    assert (row["state"], row["unknown_tags"], row["log_sequence"]) == ("open", ["B"], 9)
    assert row["refused"] == [{"row": 1, "code": "tag_unknown", "tag": "B"}]


def test_what_is_discarded_says_who_and_why_and_can_be_read_for_ever(
    plant: Plant, keeper: Client
) -> None:
    message = put_aside(plant)
    gone = send(keeper, f"{message}/discard", 1, {"reason": "调试报文"})
    assert gone.status_code == 200, gone.content
    assert (gone.json()["state"], gone.json()["settled_reason"]) == ("discarded", "调试报文")
    assert gone.json()["payload"]["text"] == BROKEN.decode()
    again = send(keeper, f"{message}/resend", 2, {"reason": "后悔"})
    assert (again.status_code, again.json()["code"]) == (409, "sensing.quarantine_settled")
    assert [kind for kind, _actor in journal_of(message)] == ["sensing.quarantine.discarded"]


def test_an_unknown_tag_is_adopted_and_all_that_wait_for_it_are_sent_again(
    plant: Plant, keeper: Client
) -> None:
    device = device_of(plant)
    first = put_aside(plant, code="rows_refused", tags=("T101.PI", "X"))
    second = put_aside(plant, code="rows_refused", tags=("T101.PI",))
    other = put_aside(plant, code="rows_refused", tags=("X",))
    assert keeper.get(f"{QUARANTINE}/{first}").json()["may"] == ["resend", "discard", "adopt"]
    [shown] = keeper.get(
        "/api/v1/sensing/devices", {"filter": f"gateway_id.eq:{plant.gateway.id}"}
    ).json()["items"]
    said = {
        "tag": "T101.PI",
        "device_id": shown["id"],
        "property_code": "level",
        "name": "压力",
        "unit": "kPa",
        "resolution": 0.1,
    }
    wrong = send(keeper, f"{first}/adopt", 1, said | {"tag": "T999"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "sensing.tag_not_in_message")
    done = send(keeper, f"{first}/adopt", 1, said)
    assert done.status_code == 202, done.content
    assert done.json()["resending"] == 2
    with unit_of_work(SYSTEM, read_only=True):
        stream = Datastream.objects.get(pk=done.json()["datastream_id"])
        assert {row.id for row in waiting_messages()} == {first, second}
    assert (stream.tag, stream.unit, stream.resolution) == ("T101.PI", "kPa", 0.1)
    assert (stream.device_id, stream.subject_id) == (device.id, plant.tank.id)
    assert keeper.get(f"{QUARANTINE}/{other}").json()["state"] == "open"


def device_of(plant: Plant) -> Device:
    with unit_of_work(SYSTEM):
        return equipment.register_device(
            gateway=plant.gateway, subject_id=plant.tank.id, name="压力变送器"
        )


def test_only_the_bureau_in_charge_settles_and_a_stranger_sees_nothing(
    plant: Plant, cast: Cast, keeper: Client
) -> None:
    message = put_aside(plant)
    county = signed_in(factories.officer(cast.bureau, "data_keeper", "县数据", "county_keeper"))
    assert county.get(f"{QUARANTINE}/{message}").json()["may"] == []
    refused = send(county, f"{message}/discard", 1, {"reason": "?"})
    assert (refused.status_code, refused.json()["code"]) == (403, "base.not_permitted")
    officer = signed_in(cast.duty_officer)
    assert officer.get(f"{QUARANTINE}/{message}").status_code == 200
    assert send(officer, f"{message}/discard", 1, {"reason": "?"}).status_code == 403
    neighbour = signed_in(cast.neighbour)
    assert neighbour.get(f"{QUARANTINE}/{message}").status_code == 404
    assert neighbour.get(QUARANTINE).json()["items"] == []
    assert send(keeper, f"{message}/discard", None, {"reason": "?"}).status_code == 428
    assert send(keeper, f"{message}/discard", 7, {"reason": "?"}).status_code == 412
    assert send(keeper, f"{message}/discard", 1, {"reason": " "}).status_code == 422
    two = send(keeper, f"{message}/resend", 1, {"reason": "?", "text": "a", "hex": "61"})
    assert (two.status_code, two.json()["code"]) == (422, "sensing.two_bodies")


def test_an_answer_that_comes_too_late_changes_nothing(plant: Plant, keeper: Client) -> None:
    message = put_aside(plant)
    send(keeper, f"{message}/resend", 1, {"reason": "再试"})
    with unit_of_work(machine("gateway")):
        note_answer(Answer(message_id=message, version=1, code="unreadable"))
        [row] = waiting_messages()
    assert (row.version, row.result_code) == (2, "")
