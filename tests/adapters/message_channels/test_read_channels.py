"""What is described of channels: what is wrong is said with its line, and no credential stands there."""

from pathlib import Path

import pytest

from anlan.adapters.message_channels.description import read_channels
from anlan.adapters.message_channels.make import made
from anlan.kernel.base.config import ConfigurationError
from anlan.kernel.messaging.channels import Carries, Way

WHOLE = """
[[channel]]
id = "mail"
title = "邮件"
kind = "smtp"
host = "mail.example.cn"
sender = "duty@example.cn"
username = "duty"
secret = "mail_password"
ceiling = "internal"

[[channel]]
id = "group"
title = "企业微信群"
kind = "wecom"
url = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={secret:wecom_key}"
rate_per_minute = 500
idempotent = true
organisations = ["灵武市应急管理局"]
"""
SECRETS = 'mail_password = "pw-of-mail"\nwecom_key = "key-of-wecom"\n'


def write(tmp_path: Path, text: str) -> tuple[Path, Path]:
    file, secrets = tmp_path / "channels.toml", tmp_path / "secrets.toml"
    file.write_text(text, encoding="utf-8")
    secrets.write_text(SECRETS, encoding="utf-8")
    secrets.chmod(0o600)
    return file, secrets


def test_no_file_is_no_channel(tmp_path: Path) -> None:
    assert made(read_channels(tmp_path / "channels.toml", tmp_path / "none")) == ()


def test_each_states_what_it_is(tmp_path: Path) -> None:
    described = read_channels(*write(tmp_path, WHOLE))
    mail, group = made(described)

    assert (mail.way, mail.ceiling, mail.carries, mail.hints_above) == (
        Way.MAIL,
        1,
        Carries.ACTUAL,
        True,
    )
    # a robot has its service's rate at most, and no service of these knows a repeat
    assert (group.way, group.ceiling, group.rate_per_minute, group.idempotent) == (
        Way.GROUP,
        0,
        20,
        False,
    )
    assert group.organisations == ("灵武市应急管理局",)
    assert "pw-of-mail" not in repr(described) + repr(mail)
    assert "key-of-wecom" not in repr(described) + repr(group)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('kind = "wecom"', 'kind = "wechat"', "kind：只能是"),
        ("{secret:wecom_key}", "abc", "url 里不能写凭据（key）"),
        ("https://qyapi", "http://qyapi", "凭据不能经明文 http 发出"),
        ("https://qyapi", "https://me:word@qyapi", "不能写用户名和口令"),
        ("{secret:wecom_key}", "{secret:none}", "密钥文件里没有 none"),
        ('secret = "mail_password"', 'tls = "none"', 'tls = "none" 只能用于本机'),
        ('username = "duty"', "", "username 和 secret 要么都写"),
        ('id = "group"', 'id = "mail"', "id 重复"),
        ('id = "group"', 'id = "in_app"', "in_app 是收件箱"),
        ("rate_per_minute = 500", "rate_per_minute = 0", "rate_per_minute：不能小于 1"),
        ("rate_per_minute = 500", "rate = 500", "rate：不认识这一项"),
        ('title = "邮件"', "", "title：没有写"),
        ('kind = "wecom"', 'kind = "sms"', "sms 要写 answer"),
        ('kind = "wecom"', 'kind = "webhook"', "webhook 要写 secret"),
        ("[[channel]]\nid", "[[chanel]]\nid", "不认识 chanel"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, before: str, after: str, said: str) -> None:
    assert before in WHOLE
    with pytest.raises(ConfigurationError, match=r"channels\.toml") as refusal:
        read_channels(*write(tmp_path, WHOLE.replace(before, after)))
    assert said in str(refusal.value)
    assert "pw-of-mail" not in str(refusal.value)


def test_one_channel_that_is_no_table_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"\[\[channel\]\]"):
        read_channels(*write(tmp_path, "channel = 3\n"))


def test_the_place_in_the_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"第 12 行起（group）"):
        read_channels(*write(tmp_path, WHOLE.replace('kind = "wecom"', 'kind = "x"')))


def test_secrets_that_others_can_read_are_refused(tmp_path: Path) -> None:
    file, secrets = write(tmp_path, WHOLE)
    secrets.chmod(0o644)
    with pytest.raises(ConfigurationError, match="chmod 600"):
        read_channels(file, secrets)
