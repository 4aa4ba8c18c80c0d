"""What a bureau says of the channels by which messages leave: `channels.toml`, and the secrets that open them.

Credentials stand in a file of their own (`channel_secrets_file`, for its owner only) and are named here:
`{secret:name}` in an address, a header or a body.
"""

import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import parse_qsl, urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator

from anlan.adapters.message_channels.gateway import PLACE
from anlan.kernel.base.addresses import is_loopback
from anlan.kernel.base.config import ConfigurationError
from anlan.kernel.base.described import read_secrets, read_toml
from anlan.kernel.base.wrong_words import in_chinese

Kind = Literal["smtp", "webhook", "wecom", "dingtalk", "feishu", "sms", "voice"]
ROBOTS = frozenset({"wecom", "dingtalk", "feishu"})
GATEWAYS = frozenset({"sms", "voice"})
CEILINGS = {"public": 0, "internal": 1, "personal": 2, "work_secret": 3}
#: Parameters by which services are opened; their values have no place in an address.
_CREDENTIALS = {"key", "token", "access_token", "secret", "password", "pwd", "sign"}
_SECRET = re.compile(r"\{secret:([a-z0-9_]+)\}")
Word = Annotated[str, Field(max_length=200)]
Text = Annotated[str, Field(max_length=2000)]


class Answers(BaseModel):
    """How a gateway's answer is read: a field of its JSON (`data.0.code`), and what its values mean."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    field: Annotated[str, Field(min_length=1, max_length=100)]
    ok: Annotated[list[Word], Field(min_length=1)]
    refused: list[Word] = []
    not_sent: list[Word] = []
    receipt: Word = ""


class Description(BaseModel):
    """One channel."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
    title: Annotated[str, Field(min_length=1, max_length=40)]
    title_en: Annotated[str, Field(max_length=60)] = ""
    kind: Kind
    #: Up to which label it carries what a message says; a commercial service: 公开 (P21).
    ceiling: Literal["public", "internal", "personal", "work_secret"] = "public"
    #: Whether of what is above it a word without content goes out, else nothing.
    above_ceiling: Literal["hint", "nothing"] = "hint"
    carries: Literal["actual", "exercise", "both"] = "actual"
    rate_per_minute: Annotated[int, Field(ge=1, le=6000)] = 20
    urgent_only: bool = False
    #: Whether the other side takes a second try under the same number for the same.
    idempotent: bool = False
    #: Of a group: the names of the organisations whose messages it gets.
    organisations: list[Word] = []
    url: Annotated[str, Field(max_length=1000)] = ""
    method: Literal["POST", "PUT", "GET"] = "POST"
    headers: dict[str, Text] = {}
    body: dict[str, Any] = {}
    form: bool = False
    #: What stands in 【】 in front of an SMS, or is said first in a call.
    signature: Annotated[str, Field(max_length=20)] = ""
    answer: Answers | None = None
    #: The name of the secret that signs (webhook, DingTalk, Feishu), or is the password (mail).
    secret: Annotated[str, Field(pattern=r"^[a-z0-9_]*$", max_length=40)] = ""
    host: Annotated[str, Field(max_length=200)] = ""
    port: Annotated[int, Field(ge=1, le=65535)] = 465
    tls: Literal["implicit", "starttls", "none"] = "implicit"
    username: Word = ""
    sender: Word = ""
    sender_name: Word = ""

    @property
    def netloc(self) -> str:
        """Return the one host, with its port, that this channel speaks to."""
        return urlsplit(self.url).netloc.lower()

    @property
    def secrets_named(self) -> set[str]:
        """Return the names of every secret that it needs."""
        found = set(_SECRET.findall(f"{self.url}{self.headers}{self.body}"))
        return found | ({self.secret} if self.secret else set())

    @model_validator(mode="after")
    def _hold_together(self) -> Self:
        wrong = _mail(self) if self.kind == "smtp" else _address(self) or _kind(self)
        if wrong:
            raise ValueError(wrong)
        return self


def _mail(one: Description) -> str | None:
    rules = [
        (bool(one.host), "smtp 要写 host"),
        ("@" in one.sender, "smtp 要写 sender（发件邮箱）"),
        (one.tls != "none" or is_loopback(one.host), 'tls = "none" 只能用于本机'),
        (bool(one.username) is bool(one.secret), "username 和 secret 要么都写，要么都不写"),
    ]
    return next((words for is_right, words in rules if not is_right), None)


def _address(one: Description) -> str | None:
    parts = urlsplit(one.url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return "url 应为 http:// 或 https:// 开头的完整地址"
    if "{" in parts.netloc:
        return "url 的主机不能是占位符"
    if parts.username or parts.password:
        return "url 里不能写用户名和口令：放进密钥文件，用 {secret:名称} 引用"
    bare = [name for name, value in parse_qsl(parts.query) if not _SECRET.search(value)]
    if found := sorted({name.lower() for name in bare} & _CREDENTIALS):
        return f"url 里不能写凭据（{'、'.join(found)}）：放进密钥文件，用 {{secret:名称}} 引用"
    if parts.scheme == "http" and one.secrets_named and not is_loopback(parts.hostname):
        return "凭据不能经明文 http 发出"
    return None


def _kind(one: Description) -> str | None:
    text = f"{one.url}{one.headers}{one.body}"
    strange = set(re.findall(r"\{([a-z_:0-9]+)\}", text)) - set(PLACE.findall(text))
    if strange:
        return f"不认识的占位符：{'、'.join(sorted(strange))}"
    if one.kind in GATEWAYS:
        rules = [
            (one.answer is not None, f"{one.kind} 要写 answer：怎样看出对方接受了"),
            ("{phone}" in text, f"{one.kind} 要在 url 或 body 里写 {{phone}}"),
            ("{text}" in text, f"{one.kind} 要在 url 或 body 里写 {{text}}"),
        ]
    elif one.kind in ROBOTS:
        rules = [
            (
                bool(_SECRET.search(one.url)),
                f"{one.kind} 的 url 要用 {{secret:名称}} 写机器人的密钥",
            )
        ]
    else:
        rules = [(bool(one.secret), "webhook 要写 secret：签名用的密钥")]
    return next((words for is_right, words in rules if not is_right), None)


class Described(BaseModel):
    """Every channel that is described, and the secrets that open them; these are never printed."""

    model_config = ConfigDict(frozen=True)

    channels: tuple[Description, ...] = ()
    secrets: dict[str, SecretStr] = {}

    def address_of(self, one: Description) -> SecretStr:
        """Return where a channel leads, with what opens it."""
        named = {name: self.secrets[name].get_secret_value() for name in one.secrets_named}
        return SecretStr(_SECRET.sub(lambda found: named[found.group(1)], one.url))


def read_channels(file: Path, secrets_file: Path) -> Described:
    """Read what is described; no file is no channel.

    Raises ConfigurationError with a line for each thing that is wrong.
    """
    if not file.exists():
        return Described()
    raw, lines = read_toml(file)
    wrong = [f"{file.name}：不认识 {name}" for name in sorted(set(raw) - {"channel"})]
    heads = [n for n, text in enumerate(lines, 1) if re.match(r"\s*\[\[\s*channel\s*\]\]", text)]
    secrets = read_secrets(secrets_file)
    found: list[Description] = []
    rows = raw.get("channel", [])
    if not isinstance(rows, list):
        wrong.append(f"{file.name}：channel 要写成 [[channel]]")
        rows = []
    for number, one in enumerate(rows):
        where = f"{file.name} 第 {heads[number] if number < len(heads) else '?'} 行起"
        called = str(one.get("id", "没有 id")) if isinstance(one, dict) else "不是表"
        try:
            made = Description.model_validate(one)
        except ValidationError as error:
            wrong += [f"{where}（{called}）{words}" for words in in_chinese(error)]
            continue
        missing = [f"密钥文件里没有 {name}" for name in sorted(made.secrets_named - set(secrets))]
        missing += ["id 重复"] if any(made.id == other.id for other in found) else []
        missing += ["in_app 是收件箱的名称"] if made.id == "in_app" else []
        wrong += [f"{where}（{called}）{words}" for words in missing]
        found.append(made)
    if wrong:
        raise ConfigurationError("\n".join(wrong))
    return Described(channels=tuple(found), secrets=secrets)
