"""The channels of a process: another description is read at once, and a wrong one takes none away."""

from dataclasses import replace
from pathlib import Path

import pytest

from anlan.app.message_channels import served
from anlan.kernel.base.config import config

HOOK = """
[[channel]]
id = "hook"
title = "值班系统"
kind = "webhook"
url = "http://127.0.0.1:9/in"
secret = "token"
"""


def names() -> list[str]:
    return [one.name for one in served.standing()]


def test_a_wrong_description_leaves_the_channels_that_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = replace(config(), home=tmp_path, demo=False)
    monkeypatch.setattr(served, "config", lambda: settings)
    monkeypatch.setattr(served, "_now", served._Now())
    file, secrets = tmp_path / "channels.toml", tmp_path / "channel_secrets.toml"
    secrets.write_text('token = "s3cret"\n', encoding="utf-8")
    secrets.chmod(0o600)
    assert names() == []
    file.write_text(HOOK, encoding="utf-8")
    assert names() == ["hook"]
    file.write_text(HOOK + "sooner = true\n", encoding="utf-8")
    assert names() == ["hook"]
    file.write_text(HOOK.replace('"hook"', '"other"'), encoding="utf-8")
    assert names() == ["other"]
    file.unlink()
    assert names() == []
