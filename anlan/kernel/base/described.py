"""What a bureau describes in a TOML file, and the secrets that stand in a file of their own, for its owner only."""

import tomllib
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from anlan.kernel.base.config import ConfigurationError


def read_toml(file: Path) -> tuple[dict[str, Any], list[str]]:
    """Return what a file says, and its lines. Raises ConfigurationError."""
    try:
        text = file.read_text(encoding="utf-8")
        return tomllib.loads(text), text.splitlines()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        # the words of the parser name line and column, never what stands there
        raise ConfigurationError(f"{file.name}：不是 TOML · is no TOML: {error}") from error


def read_secrets(file: Path) -> dict[str, SecretStr]:
    """Return secrets by their names; no file is no secrets. Raises ConfigurationError where others can read it."""
    if not file.exists():
        return {}
    if file.stat().st_mode & 0o077:
        raise ConfigurationError(
            f"{file}：密钥文件别人也能读，运行 chmod 600 {file} · others can read it: chmod 600"
        )
    raw, _ = read_toml(file)
    if wrong := sorted(name for name, value in raw.items() if not isinstance(value, str)):
        raise ConfigurationError(f"{file.name}：{'、'.join(wrong)} 应为文字 · must be text")
    return {name: SecretStr(value) for name, value in raw.items()}
