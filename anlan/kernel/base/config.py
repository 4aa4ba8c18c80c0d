"""What an installation is told: environment `ANLAN_<FIELD>` over the TOML file `ANLAN_CONFIG`."""

import os
import tomllib
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, get_type_hints

from anlan.kernel.base.addresses import INSIDE, networks


class ConfigurationError(RuntimeError):
    """A setting is missing or wrong; the sentence names it and its remedy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The settings of one process. Paths may be relative to `home`."""

    node: str = "n000000"
    home: Path = Path("var")
    database_url: str = "postgresql:///anlan"
    db_role: str = "anlan_app"
    nats_url: str = "nats://127.0.0.1:4222"
    nats_user: str = "anlan"
    nats_password_file: Path = Path("nats/password")
    nats_pid_file: Path = Path("nats/nats.pid")
    gateways_file: Path = Path("nats/gateways.conf")
    mqtt_host: str = "127.0.0.1"
    mqtt_port: int = 1883
    history_dir: Path = Path("history")
    snapshot_dir: Path = Path("snapshots")
    documents_dir: Path = Path("documents")
    audit_dir: Path = Path("audit")
    region_dir: Path = Path("region")
    web_dist: Path = Path("../web/dist")
    segment_seconds: float = 10.0
    #: what `anlan engine` judges: real shards 0-63, readings of exercises 64
    engine_shards: str = "0-64"
    readings_max_bytes: int = 4 * 1024**3
    events_max_bytes: int = 1024**3
    public_url: str = "http://127.0.0.1:8080"
    serve_port: int = 8081
    live_port: int = 8082
    gateway_port: int = 8083
    secret_key_file: Path = Path("secret_key")
    session_idle_minutes: int = 30
    second_factor: bool = True
    #: From where administrators may work; the default is every network that is not the Internet.
    admin_networks: str = INSIDE
    demo: bool = False
    debug: bool = False

    def path(self, name: str) -> Path:
        """Return a path setting made absolute under `home`."""
        value: Path = getattr(self, name)
        return value if value.is_absolute() else (self.home.absolute() / value).resolve()

    def secret(self, name: str) -> str:
        """Read a secret from its file; secrets are never in the environment or in logs."""
        file = self.path(name)
        try:
            return file.read_text(encoding="utf-8").strip()
        except OSError as error:
            hint = f"ANLAN_{name.upper()} names {file}: {error.strerror}"
            raise ConfigurationError(
                f"{hint}. Run `anlan demo`, or write the file (0600)."
            ) from error


def _parsed(name: str, kind: type, raw: Any) -> Any:
    """Turn one raw setting into its type, or say which setting is wrong."""
    try:
        if kind is bool:
            return raw if isinstance(raw, bool) else _BOOLEANS[str(raw).lower()]
        return kind(raw)
    except (KeyError, TypeError, ValueError) as error:
        raise ConfigurationError(
            f"ANLAN_{name.upper()}={raw!r} is not a {kind.__name__}"
        ) from error


_BOOLEANS = {
    "1": True,
    "true": True,
    "yes": True,
    "0": False,
    "false": False,
    "no": False,
    "": False,
}


def load(environ: dict[str, str]) -> Config:
    """Build the configuration from an environment; unknown TOML keys are refused by name."""
    file = environ.get("ANLAN_CONFIG")
    given: dict[str, Any] = tomllib.loads(Path(file).read_text(encoding="utf-8")) if file else {}
    kinds = get_type_hints(Config)
    if unknown := sorted(set(given) - set(kinds)):
        raise ConfigurationError(f"{file}: unknown settings {', '.join(unknown)}")
    for field in fields(Config):
        if (raw := environ.get(f"ANLAN_{field.name.upper()}")) is not None:
            given[field.name] = raw
    found = Config(**{name: _parsed(name, kinds[name], raw) for name, raw in given.items()})
    try:
        networks(found.admin_networks)
    except ValueError as error:
        raise ConfigurationError(f"ANLAN_ADMIN_NETWORKS: {error}") from error
    return found


@cache
def config() -> Config:
    """Return the configuration of this process, read once."""
    return load(dict(os.environ))
