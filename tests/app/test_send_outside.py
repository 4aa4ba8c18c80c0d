"""The real worker sends by a real channel: from the inbox to the peer; killed in flight, it is unknown, never twice."""

import signal
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from anlan.adapters.message_channels.demo import received
from anlan.adapters.message_channels.description import read_channels
from anlan.adapters.message_channels.make import made
from anlan.app.message_channels.check import try_channel
from anlan.app.message_channels.served import described, received_folder
from anlan.app.stack.throw_away import Databases
from anlan.kernel.base.clock import now
from anlan.kernel.base.config import Config
from anlan.kernel.base.errors import NotFoundError
from anlan.kernel.messaging.channels import Outgoing
from anlan.kernel.messaging.models import Dispatch
from anlan.kernel.messaging.rules import LEASE
from tests import factories
from tests.adapters.message_channels.peers import Peer, http_peer
from tests.app.worker_process import Worker, wait
from tests.cast import Cast, assemble
from tests.kernel.messaging.channel import with_phone

CHANNEL = """
[[channel]]
id = "sms"
title = "短信"
kind = "sms"
ceiling = "internal"
url = "ADDRESS/send"
body = { mobile = "{phone}", content = "{text}" }
answer = { field = "code", ok = ["0"] }
"""


@pytest.fixture
def peer() -> Iterator[Peer]:
    with http_peer() as found:
        found.body = {"code": 0}
        yield found


@pytest.fixture
def process(
    settings_of_run: Config,
    transactional_db: None,
    databases: Databases,
    tmp_path: Path,
    peer: Peer,
) -> Iterator[Worker]:
    """A worker with one channel, on a database that is made anew after the test."""
    del databases
    text = CHANNEL.replace("ADDRESS", peer.address)
    (tmp_path / "channels.toml").write_text(text, encoding="utf-8")
    found = Worker(settings_of_run, tmp_path)
    yield found
    if found.process is not None and found.process.poll() is None:
        found.process.kill()
        found.process.wait()


@pytest.fixture
def cast(process: Worker) -> Cast:
    del process
    made = assemble()
    with_phone(made.leader)
    return made


def state() -> str:
    row = Dispatch.objects.first()
    return row.state if row else ""


def lease_is_over() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('anlan.actor', 'system:test', false)")
        cursor.execute(
            "UPDATE messaging_dispatch SET claimed_at = %s WHERE state = 'sending'",
            [now() - LEASE - timedelta(seconds=1)],
        )


def test_what_is_said_is_sent_and_what_a_kill_cut_off_is_a_persons_to_decide(
    process: Worker, cast: Cast, peer: Peer
) -> None:
    process.start()
    factories.message(cast.leader, title="第一条")
    wait(lambda: state() == "sent")
    assert peer.json() == {
        "mobile": "13800000000",
        "content": "第一条：T101 液位高高限报警（测试）",
    }

    # the gateway has taken the whole of it and the worker dies before it hears so
    peer.manner = "silence"
    factories.message(cast.leader, title="第二条")
    wait(lambda: len(peer.asked) == 2)
    process.end(signal.SIGKILL)
    peer.silent.set()
    peer.manner = "answer"
    second = Dispatch.objects.exclude(state="sent").get()
    assert (second.state, second.tries) == ("sending", 1)

    lease_is_over()
    process.start()
    wait(lambda: Dispatch.objects.get(pk=second.pk).state == "unknown")
    factories.message(cast.leader, title="第三条")
    wait(lambda: Dispatch.objects.filter(state="sent").count() == 2)
    contents = [peer.json(number)["content"][:3] for number in range(len(peer.asked))]
    assert contents == ["第一条", "第二条", "第三条"]
    assert process.end(signal.SIGTERM) == 0


def test_a_channel_is_tried_by_the_command_and_who_was_tried_is_on_record(
    transactional_db: None, peer: Peer, tmp_path: Path
) -> None:
    cast = assemble()
    with_phone(cast.leader)
    (tmp_path / "channels.toml").write_text(CHANNEL.replace("ADDRESS", peer.address))
    (sms,) = made(read_channels(tmp_path / "channels.toml", tmp_path / "none"))

    sent = try_channel(sms, cast.leader.username)
    assert (sent.answer.outcome, sent.answer.words) == ("sent", "code=0")
    peer.body = {"code": "no credit"}
    assert try_channel(sms, cast.leader.username).answer.outcome == "unknown"
    assert try_channel(sms, cast.monitor.username).answer.reason == "no_address"
    with pytest.raises(NotFoundError):
        try_channel(sms, "nobody")

    assert "测试" in peer.json(0)["content"]
    found = Dispatch.objects.order_by("created_at").values_list("recipient", "state")
    leader, monitor = cast.leader.id, cast.monitor.id
    assert list(found) == [(leader, "sent"), (leader, "unknown"), (monitor, "refused")]


def test_a_demo_reaches_nobody_whatever_is_described(tmp_path: Path, peer: Peer) -> None:
    (tmp_path / "channels.toml").write_text(CHANNEL.replace("ADDRESS", peer.address))
    found = described(Config(home=tmp_path, demo=True))
    out = Outgoing(send_id="01K0", address="13800000001", name="李带班", title="液位", body="高")

    for one in found:
        assert one.send(out).outcome == "delivered"
        assert one.send(out).outcome == "delivered"

    assert peer.asked == []
    kept = received(received_folder(Config(home=tmp_path, demo=True)), 10)
    assert [one.look for one in kept] == ["wecom"]
    assert all("演示" in one.title and "演示" in one.text for one in kept)
