"""Mail against a real SMTP server: taken, refused at each step, cut off before and after the text."""

import ssl
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword
from pydantic import SecretStr

from anlan.adapters.message_channels.mail import Mail
from anlan.app.stack.certificates import Authority
from anlan.kernel.base.fields import Sensitivity
from anlan.kernel.messaging.channels import Outgoing, Way
from tests.adapters.message_channels.peers import nobodys_port

OUT = Outgoing(
    send_id="01K00000000000000000000000",
    address="li@example.cn",
    name="李带班",
    title="红色报警：V201 液位",
    body="液位 91.2 %。\n.\n请立即核查。",
)


def _abort(server: SMTP) -> None:
    transport: Any = server.transport
    transport.abort()


class Box:
    """A mailbox that answers as it is told; `cut` is the command at which it hangs up."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []
        self.rcpt, self.data, self.cut = "250 OK", "250 OK", ""

    async def handle_RCPT(self, server: SMTP, *given: Any) -> str:  # noqa: N802
        _session, envelope, address, _options = given
        if self.cut == "rcpt":
            _abort(server)
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server: SMTP, _session: Any, envelope: Envelope) -> str:  # noqa: N802
        self.envelopes.append(envelope)
        if self.cut == "data":
            _abort(server)
        return self.data


@pytest.fixture
def box() -> Box:
    return Box()


def mail(port: int, **given: Any) -> Mail:
    stated: dict[str, Any] = {
        "name": "mail", "title": "邮件", "title_en": "Mail", "way": Way.MAIL, "rate_per_minute": 20,
        "ceiling": Sensitivity.INTERNAL, "hints_above": True, "host": "127.0.0.1", "port": port,
        "tls": "none", "sender": "duty@example.cn", "sender_name": "灵武应急", "patience_s": 5.0,
    }  # fmt: skip
    return Mail(**stated | given)


@pytest.fixture
def plain(box: Box) -> Iterator[Mail]:
    server = Controller(box, hostname="127.0.0.1", port=nobodys_port())
    server.start()
    yield mail(server.port)
    server.stop()


def test_a_mail_arrives_whole(plain: Mail, box: Box) -> None:
    assert plain.send(OUT).outcome == "sent"

    (envelope,) = box.envelopes
    assert (envelope.mail_from, envelope.rcpt_tos) == ("duty@example.cn", ["li@example.cn"])
    assert isinstance(envelope.content, bytes)
    said = message_from_bytes(envelope.content, policy=policy.default)
    assert said["Subject"] == "红色报警：V201 液位"
    assert said["To"] == "李带班 <li@example.cn>"
    assert said["Message-ID"] == "<01K00000000000000000000000@example.cn>"
    assert said.get_content().rstrip("\n") == OUT.body


@pytest.mark.parametrize(
    ("step", "answer", "expected"),
    [
        ("rcpt", "550 5.1.1 li@example.cn unknown", ("refused", "bad_address")),
        ("rcpt", "450 4.2.1 later", ("not_sent", "not_accepted")),
        ("data", "552 too big", ("refused", "bad_address")),
        ("data", "451 later", ("not_sent", "not_accepted")),
    ],
)
def test_each_refusal_says_what_is_certain(
    plain: Mail, box: Box, step: str, answer: str, expected: tuple[str, str]
) -> None:
    setattr(box, step, answer)
    said = plain.send(OUT)
    assert (said.outcome, said.reason) == expected
    assert OUT.address not in said.words


def test_cut_off_before_the_text_nothing_was_sent(plain: Mail, box: Box) -> None:
    box.cut = "rcpt"
    said = plain.send(OUT)
    assert (said.outcome, said.reason, box.envelopes) == ("not_sent", "cut_off", [])


def test_cut_off_after_the_text_nobody_knows(plain: Mail, box: Box) -> None:
    box.cut = "data"
    said = plain.send(OUT)
    assert (said.outcome, said.reason, len(box.envelopes)) == ("unknown", "cut_off", 1)


def test_where_nobody_listens_nothing_was_sent() -> None:
    said = mail(nobodys_port()).send(OUT)
    assert (said.outcome, said.reason) == ("not_sent", "cannot_connect")


@pytest.fixture
def locked(box: Box, tmp_path: Path) -> Iterator[Mail]:
    """A server that asks for TLS and a password."""
    authority = Authority(tmp_path / "tls")
    authority.make()
    pair = authority.server(["127.0.0.1"])
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pair.certificate, pair.key)

    def who(_server: Any, _session: Any, _envelope: Any, _kind: str, said: Any) -> AuthResult:
        is_right = isinstance(said, LoginPassword) and said.password == b"s3cret"
        return AuthResult(success=is_right, handled=False)

    server = Controller(
        box, hostname="127.0.0.1", port=nobodys_port(), tls_context=context,
        require_starttls=True, auth_required=True, authenticator=who,
    )  # fmt: skip
    server.start()
    yield mail(
        server.port, tls="starttls", username="duty", password=SecretStr("s3cret"),
        authority=authority.folder / "ca.pem",
    )  # fmt: skip
    server.stop()


def test_over_tls_with_a_password(locked: Mail, box: Box) -> None:
    assert locked.send(OUT).outcome == "sent"
    assert len(box.envelopes) == 1
    assert "s3cret" not in repr(locked)


def test_a_wrong_password_is_said_and_is_no_receivers_matter(locked: Mail, box: Box) -> None:
    said = replace(locked, password=SecretStr("wrong")).send(OUT)
    assert (said.outcome, said.reason, box.envelopes) == ("not_sent", "locked_out", [])


def test_a_server_that_we_do_not_trust_gets_nothing(locked: Mail, box: Box) -> None:
    said = replace(locked, authority=None).send(OUT)
    assert (said.outcome, said.reason, box.envelopes) == ("not_sent", "cannot_connect", [])
