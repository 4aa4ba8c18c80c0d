"""The demo's receiver (演示接收端): every message is kept as its receiver would see it; none reaches anybody.

One file a message, named by its send id: a second try writes the same again. Every word carries 演示.
"""

import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal

from anlan.adapters.message_channels.stated import Stated
from anlan.adapters.message_channels.words import posted, sms, spoken
from anlan.kernel.base.clock import now, utc_text
from anlan.kernel.base.fields import Sensitivity
from anlan.kernel.messaging.channels import Answer, Carries, Outgoing, Way
from anlan.kernel.messaging.rules import Outcome

FOLDER: Final = "received"
DEMO: Final = "【演示】"
SIGNATURE: Final = "安澜演示"
#: The oldest go first.
KEPT: Final = 300
Look = Literal["sms", "voice", "mail", "wecom"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoChannel(Stated):
    """A channel whose other side is a folder."""

    look: Look
    folder: Path

    def send(self, outgoing: Outgoing) -> Answer:
        """Keep one message; it is delivered at once."""
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self.folder / f"{outgoing.send_id}.json"
        said = {
            "id": outgoing.send_id,
            "channel": self.name,
            "look": self.look,
            "name": outgoing.name,
            "address": outgoing.address,
            "title": f"{DEMO}{outgoing.title}",
            "text": self._text(outgoing),
            "at": utc_text(now()),
        }
        partial = file.with_suffix(f".{os.getpid()}.partial")
        partial.write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
        partial.replace(file)
        self._prune()
        return Answer(outcome=Outcome.DELIVERED, receipt=outgoing.send_id)

    def _text(self, outgoing: Outgoing) -> str:
        if self.look == "sms":
            return DEMO + sms(outgoing, SIGNATURE)
        if self.look == "voice":
            return DEMO + spoken(outgoing, SIGNATURE)
        return DEMO + (outgoing.body if self.look == "mail" else posted(outgoing))

    def _prune(self) -> None:
        files = sorted(self.folder.glob("*.json"))
        for file in files[:-KEPT]:
            file.unlink(missing_ok=True)


def demo_channels(folder: Path) -> tuple[DemoChannel, ...]:
    """Return the channels of a demo; drills leave by them too, for nobody real is reached."""
    return (
        _made(folder, "sms", "短信", "SMS", Way.SMS, Sensitivity.INTERNAL),
        _made(folder, "voice", "语音电话", "Voice call", Way.VOICE, Sensitivity.INTERNAL),
        _made(folder, "mail", "邮件", "Mail", Way.MAIL, Sensitivity.PERSONAL),
        # a commercial service: nothing of what a message says (P21)
        _made(folder, "wecom", "企业微信群", "WeCom group", Way.GROUP, Sensitivity.PUBLIC),
    )


def _made(
    folder: Path, look: Look, title: str, title_en: str, way: Way, ceiling: Sensitivity
) -> DemoChannel:
    return DemoChannel(
        name=look,
        title=f"{title}（演示）",
        title_en=f"{title_en} (demo)",
        way=way,
        idempotent=True,
        rate_per_minute=20 if way == Way.GROUP else 60,
        ceiling=ceiling,
        hints_above=True,
        urgent_only=way == Way.VOICE,
        carries=Carries.BOTH,
        look=look,
        folder=folder,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A message as its receiver sees it."""

    id: str
    channel: str
    look: Look
    name: str
    address: str
    title: str
    text: str
    at: datetime


def received(folder: Path, most: int) -> list[Received]:
    """Return what was received, the newest first."""
    found = []
    for file in sorted(folder.glob("*.json"), reverse=True)[:most]:
        try:
            said: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        except FileNotFoundError:  # the oldest went meanwhile
            continue
        found.append(Received(**said | {"at": datetime.fromisoformat(said["at"])}))
    return sorted(found, key=lambda one: (one.at, one.id), reverse=True)
