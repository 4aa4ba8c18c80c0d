"""SMS, calls, webhooks and robots against a real HTTP peer: what is certain after each of its manners."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from anlan.adapters.message_channels import robots, webhook
from anlan.adapters.message_channels.description import read_channels
from anlan.adapters.message_channels.gateway import Gateway
from anlan.adapters.message_channels.http import Line
from anlan.adapters.message_channels.make import made
from anlan.kernel.messaging.channels import Answer, Channel, Outgoing
from anlan.kernel.messaging.rules import Outcome
from tests.adapters.message_channels.peers import Peer, http_peer, nobodys_port

OUT = Outgoing(
    send_id="01K00000000000000000000000",
    address="13800000001",
    name="李带班",
    title='红色报警 "V201"',
    body="液位 {phone} 91.2 %",
)
SMS = """
[[channel]]
id = "sms"
title = "短信"
kind = "sms"
url = "ADDRESS/send?account={secret:account}"
headers = { Authorization = "Bearer {secret:token}" }
body = { mobile = "{phone}", content = "{text}", no = "{id}" }
signature = "灵武应急"
answer = { field = "data.0.code", ok = ["0"], refused = ["1001"], not_sent = ["1002"], receipt = "data.0.id" }
"""
ROBOT = """
[[channel]]
id = "robot"
title = "群"
kind = "KIND"
url = "ADDRESS/hook?access_token={secret:token}"
SECRET
"""
HOOK = """
[[channel]]
id = "hook"
title = "值班系统"
kind = "webhook"
url = "ADDRESS/in"
secret = "token"
"""


@pytest.fixture
def peer() -> Iterator[Peer]:
    with http_peer() as found:
        yield found


def channel(tmp_path: Path, text: str) -> Any:
    file, secrets = tmp_path / "channels.toml", tmp_path / "secrets.toml"
    file.write_text(text, encoding="utf-8")
    secrets.write_text('token = "s3cret"\naccount = "county"\n', encoding="utf-8")
    secrets.chmod(0o600)
    (found,) = made(read_channels(file, secrets))
    return found


@pytest.fixture
def sms(tmp_path: Path, peer: Peer) -> Gateway:
    found: Gateway = channel(tmp_path, SMS.replace("ADDRESS", peer.address))
    return found


def outcome(found: Channel) -> tuple[str, str]:
    said = found.send(OUT)
    assert "s3cret" not in repr(said) + repr(found)
    assert OUT.address not in said.words
    return said.outcome, said.reason


def test_a_gateway_is_asked_as_it_is_described(sms: Gateway, peer: Peer) -> None:
    peer.body = {"data": [{"code": 0, "id": 77}]}

    said = sms.send(OUT)

    assert said == Answer(outcome=Outcome.SENT, words="data.0.code=0", receipt="77")
    (path, headers, _), asked = peer.asked[0], peer.json()
    assert (path, headers["Authorization"]) == ("/send?account=county", "Bearer s3cret")
    # what a message says is a value, never a place of the template
    assert asked == {
        "mobile": "13800000001",
        "content": '【灵武应急】红色报警 "V201"：液位 {phone} 91.2 %',
        "no": OUT.send_id,
    }


def test_what_a_message_says_chooses_no_other_receiver(tmp_path: Path, peer: Peer) -> None:
    text = SMS.replace("ADDRESS/send?", "ADDRESS/send?text={text}&phone={phone}&")
    found = channel(tmp_path, text.replace("ADDRESS", peer.address))
    said = replace(OUT, title="甲&phone=13900000000#", body="一\n二")
    found.send(said)
    asked = peer.query()
    assert asked["phone"] == OUT.address
    assert "&phone=13900000000#" in asked["text"]


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, {"data": [{"code": "1001"}]}, ("refused", "bad_address")),
        (200, {"data": [{"code": "1002"}]}, ("not_sent", "not_accepted")),
        (200, {"data": [{"code": "9999"}]}, ("unknown", "bad_answer")),
        (200, {"data": []}, ("unknown", "bad_answer")),
        (200, b"<html>", ("unknown", "bad_answer")),
        (200, b"x" * 70_000, ("unknown", "bad_answer")),
        (302, {}, ("unknown", "not_accepted")),
        (409, {}, ("unknown", "not_accepted")),
        (400, {}, ("refused", "not_accepted")),
        (401, {}, ("not_sent", "locked_out")),
        (404, {}, ("not_sent", "not_accepted")),
        (429, {}, ("not_sent", "too_many")),
        (503, {}, ("unknown", "not_accepted")),
        (500, {}, ("unknown", "not_accepted")),
        (502, {}, ("unknown", "not_accepted")),
    ],
)
def test_each_answer_says_what_is_certain(
    sms: Gateway, peer: Peer, status: int, body: Any, expected: tuple[str, str]
) -> None:
    peer.status, peer.body = status, body
    assert outcome(sms) == expected
    assert len(peer.asked) == 1


def test_a_line_that_is_cut_after_the_body_is_nobodys_guess(sms: Gateway, peer: Peer) -> None:
    peer.manner = "cut"
    assert outcome(sms) == ("unknown", "cut_off")
    assert peer.json()["mobile"] == OUT.address


def test_so_is_silence(sms: Gateway, peer: Peer) -> None:
    peer.manner = "silence"
    assert outcome(replace(sms, line=Line(sms.line.host, answer_s=0.3))) == ("unknown", "no_answer")


def test_where_nobody_listens_nothing_was_sent(tmp_path: Path) -> None:
    found = channel(tmp_path, SMS.replace("ADDRESS", f"http://127.0.0.1:{nobodys_port()}"))
    assert outcome(found) == ("not_sent", "cannot_connect")


def test_only_the_described_host_is_asked(sms: Gateway, peer: Peer) -> None:
    assert outcome(replace(sms, line=Line("sms.example.cn"))) == ("not_sent", "cannot_connect")
    assert peer.asked == []


def test_a_call_is_spoken_and_a_form_is_a_form(tmp_path: Path, peer: Peer) -> None:
    text = SMS.replace('kind = "sms"', 'kind = "voice"\nform = true').replace(
        "ADDRESS", peer.address
    )
    peer.body = {"data": [{"code": "0"}]}

    assert outcome(channel(tmp_path, text))[0] == "sent"

    assert peer.asked[0][1]["Content-Type"] == "application/x-www-form-urlencoded"
    assert "mobile=13800000001" in peer.asked[0][2].decode()


def robot(tmp_path: Path, peer: Peer, kind: str, secret: str = "") -> Any:
    text = ROBOT.replace("KIND", kind).replace("SECRET", secret)
    return channel(tmp_path, text.replace("ADDRESS", peer.address))


@pytest.mark.parametrize("kind", ["wecom", "dingtalk"])
def test_wecom_and_dingtalk_get_text(tmp_path: Path, peer: Peer, kind: str) -> None:
    peer.body = {"errcode": 0, "errmsg": "ok"}

    assert outcome(robot(tmp_path, peer, kind))[0] == "sent"

    assert peer.json() == {"msgtype": "text", "text": {"content": f"{OUT.title}\n{OUT.body}"}}
    assert peer.query() == {"access_token": "s3cret"}


def test_wecom_is_cut_at_its_bytes(tmp_path: Path, peer: Peer) -> None:
    peer.body = {"errcode": 0}
    robot(tmp_path, peer, "wecom").send(replace(OUT, body="液" * 900))
    assert 2040 <= len(peer.json()["text"]["content"].encode()) <= 2048


def test_dingtalk_is_signed(tmp_path: Path, peer: Peer) -> None:
    peer.body = {"errcode": 0}
    robot(tmp_path, peer, "dingtalk", 'secret = "token"').send(OUT)
    said = peer.query()
    assert said["sign"] == robots.dingtalk_signature(int(said["timestamp"]), "s3cret")


def test_feishu_is_signed(tmp_path: Path, peer: Peer) -> None:
    peer.body = {"code": 0, "msg": "success"}
    assert outcome(robot(tmp_path, peer, "feishu", 'secret = "token"'))[0] == "sent"
    said = peer.json()
    assert said["sign"] == robots.feishu_signature(int(said["timestamp"]), "s3cret")
    assert said["content"] == {"text": f"{OUT.title}\n{OUT.body}"}


def test_signatures_are_those_of_openssl() -> None:
    # printf '1599360473000\nSECkey' | openssl dgst -sha256 -hmac SECkey -binary | base64
    assert robots.dingtalk_signature(1599360473000, "SECkey") == DINGTALK
    # openssl dgst -sha256 -mac HMAC -macopt hexkey:<the text in hex> -binary </dev/null | base64
    assert robots.feishu_signature(1599360473, "key") == FEISHU


DINGTALK = "xyLyrKhL3V1nSQoJduoTBgm73SR2lV1DrX8frCVD4WQ="
FEISHU = "Dj3J6+l2ORqf/uSfLExhM/QcvBgAfrEeQaFEb4fzUc4="


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        ("wecom", {"errcode": 45009, "errmsg": "limit"}, ("not_sent", "too_many")),
        ("wecom", {"errcode": 93000, "errmsg": "bad key"}, ("not_sent", "locked_out")),
        ("wecom", {"errcode": 40058}, ("refused", "not_accepted")),
        ("dingtalk", {"errcode": 310000, "errmsg": "sign not match"}, ("not_sent", "locked_out")),
        ("dingtalk", {"errcode": 130101}, ("not_sent", "too_many")),
        ("feishu", {"code": 19021, "msg": "sign match fail"}, ("not_sent", "locked_out")),
        ("feishu", {"code": 11232}, ("not_sent", "too_many")),
        ("feishu", {"code": 9499, "msg": "Bad Request"}, ("refused", "not_accepted")),
        ("feishu", {"errcode": 0}, ("unknown", "bad_answer")),
    ],
)
def test_robots_say_no_in_a_200(
    tmp_path: Path, peer: Peer, kind: str, body: Any, expected: tuple[str, str]
) -> None:
    peer.body = body
    assert outcome(robot(tmp_path, peer, kind)) == expected


def test_a_webhook_is_signed_over_its_bytes(tmp_path: Path, peer: Peer) -> None:
    assert outcome(channel(tmp_path, HOOK.replace("ADDRESS", peer.address)))[0] == "sent"

    _, headers, content = peer.asked[0]
    moment = int(headers["Anlan-Timestamp"])
    assert headers["Anlan-Signature"] == webhook.signature(moment, content, "s3cret")
    assert headers["Idempotency-Key"] == OUT.send_id
    assert json.loads(content) == {"id": OUT.send_id, "title": OUT.title, "body": OUT.body}
