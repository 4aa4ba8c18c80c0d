"""Mail by SMTP (RFC 5321), step by step: until the text is handed over it is certain that nothing was sent."""

import smtplib
import ssl
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Literal

from pydantic import SecretStr

from anlan.adapters.message_channels.stated import Stated
from anlan.kernel.base.clock import SHANGHAI, now
from anlan.kernel.base.personal import without_numbers
from anlan.kernel.messaging.channels import Answer, Outgoing
from anlan.kernel.messaging.rules import Outcome

PATIENCE_S = 10.0
_OK, _GO_ON, _FOR_GOOD = 250, 354, 500
Tls = Literal["starttls", "implicit", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail(Stated):
    """A mail server that takes our mail."""

    host: str
    port: int
    tls: Tls
    sender: str
    sender_name: str
    username: str = ""
    password: SecretStr | None = None
    authority: Path | None = None
    patience_s: float = PATIENCE_S

    def send(self, outgoing: Outgoing) -> Answer:
        """Send one mail to one person."""
        try:
            server = self._opened()
        except smtplib.SMTPAuthenticationError as error:
            return Answer(
                outcome=Outcome.NOT_SENT, reason="locked_out", words=f"SMTP {error.smtp_code}"
            )
        except (smtplib.SMTPException, OSError):
            return Answer(outcome=Outcome.NOT_SENT, reason="cannot_connect")
        with _closing(server):
            return self._handed_over(server, outgoing)

    def _handed_over(self, server: smtplib.SMTP, outgoing: Outgoing) -> Answer:
        try:
            for code, said in (
                server.mail(self.sender),
                server.rcpt(outgoing.address),
            ):
                if code != _OK:
                    return _refused(code, said, outgoing)
            code, said = server.docmd("data")
            if code != _GO_ON:
                return _refused(code, said, outgoing)
        except (smtplib.SMTPException, OSError, UnicodeError):
            return Answer(outcome=Outcome.NOT_SENT, reason="cut_off")
        try:
            # RFC 5321, 4.5.2: a full stop alone ends the text, one at the head of a line is doubled
            text = self.written(outgoing).as_bytes().replace(b"\n.", b"\n..")
            server.send(text.replace(b"\n", b"\r\n") + b"\r\n.\r\n")
            code, said = server.getreply()
        except TimeoutError:
            return Answer(outcome=Outcome.UNKNOWN, reason="no_answer")
        except (smtplib.SMTPException, OSError):
            return Answer(outcome=Outcome.UNKNOWN, reason="cut_off")
        return Answer(outcome=Outcome.SENT) if code == _OK else _refused(code, said, outgoing)

    def written(self, outgoing: Outgoing) -> EmailMessage:
        """Return the mail; every try has the same Message-ID, by which a double is known."""
        mail = EmailMessage()
        mail["From"] = Address(self.sender_name, addr_spec=self.sender)
        mail["To"] = Address(outgoing.name, addr_spec=outgoing.address)
        mail["Subject"] = " ".join(outgoing.title.split())
        mail["Date"] = format_datetime(now().astimezone(SHANGHAI))
        mail["Message-ID"] = f"<{outgoing.send_id}@{self.sender.rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(outgoing.body, cte="base64")
        return mail

    def _opened(self) -> smtplib.SMTP:
        trusted = ssl.create_default_context()
        if self.authority is not None and self.authority.exists():
            trusted.load_verify_locations(self.authority)
        if self.tls == "implicit":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, timeout=self.patience_s, context=trusted
            )
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=self.patience_s)
        try:
            server.ehlo_or_helo_if_needed()
            if self.tls == "starttls":
                server.starttls(context=trusted)
            if self.password is not None:
                server.login(self.username, self.password.get_secret_value())
        except BaseException:
            server.close()
            raise
        return server


class _closing:  # noqa: N801 - used as contextlib.closing is
    """Part from a server politely; whether it hears that changes nothing."""

    def __init__(self, server: smtplib.SMTP) -> None:
        self._server = server

    def __enter__(self) -> smtplib.SMTP:
        return self._server

    def __exit__(self, *_: object) -> None:
        try:
            self._server.quit()
        except (smtplib.SMTPException, OSError):
            self._server.close()


def _refused(code: int, said: bytes, outgoing: Outgoing) -> Answer:
    """Return what a refusal means: 5yz for good, all else for now (RFC 5321, 4.2.1)."""
    plain = said.decode(errors="replace").replace(outgoing.address, "…")
    words = without_numbers(f"SMTP {code} {plain}")[:200]
    if code >= _FOR_GOOD:
        return Answer(outcome=Outcome.REFUSED, reason="bad_address", words=words)
    return Answer(outcome=Outcome.NOT_SENT, reason="not_accepted", words=words)
