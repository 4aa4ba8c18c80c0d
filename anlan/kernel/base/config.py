"""What an installation is told: environment `ANLAN_<FIELD>` over the TOML file `ANLAN_CONFIG`."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, get_type_hints

from anlan.kernel.base import clear_doors, settings_check
from anlan.kernel.base.addresses import INSIDE


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
    mqtt_tls: bool = False
    client_certificates: bool = False
    plain_doors: bool = False
    tls_dir: Path = Path("tls")
    proxy_secret_file: Path = Path("proxy_secret")
    history_dir: Path = Path("history")
    #: `s3://bucket/prefix`: history lies there, and `history_dir` keeps copies of what was read.
    history_bucket: str = ""
    history_endpoint: str = ""
    history_region: str = "us-east-1"
    #: The bucket's access key and secret key, a line each.
    history_key_file: Path = Path("history_key")
    history_cache_gb: float = 20.0
    #: For how many days history keeps readings, hourly rollups, readings of exercises; 0: for ever.
    keep_readings_days: int = 0
    keep_rollups_days: int = 0
    keep_exercises_days: int = 0
    #: For how many days personal data are kept, by class; 0: for ever (docs/personal-data.md).
    keep_phones_days: int = 180
    keep_names_days: int = 1095
    keep_sign_ins_days: int = 190
    keep_quarantine_days: int = 90
    keep_private_halves_days: int = 0
    #: The highest label up to which a document that cannot carry a stamp leaves without one: `none`,
    #: `public`, `internal`, `personal`, `work_secret`.
    unstamped_downloads: str = "internal"
    snapshot_dir: Path = Path("snapshots")
    documents_dir: Path = Path("documents")
    audit_dir: Path = Path("audit")
    #: The collector of logs that heads of the journal are handed to, `tls://host[:port]`; empty: none.
    audit_syslog: str = ""
    region_dir: Path = Path("region")
    #: What opens the government's map services, a name and its secret a line (TOML); what was fetched of them.
    map_secrets_file: Path = Path("map_secrets.toml")
    map_cache_dir: Path = Path("map_cache")
    map_cache_gb: float = 2.0
    #: Reasons, clauses and parameters of the nightly look at the honesty of data, over those that ship.
    data_honesty_file: Path = Path("data_honesty.toml")
    #: By which channels messages leave the house, and what opens these: a name and its secret a line (TOML).
    channels_file: Path = Path("channels.toml")
    channel_secrets_file: Path = Path("channel_secrets.toml")
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
    #: So many wrong tries at one name, from whatever addresses, lock it where its owner was never seen.
    wrong_tries_a_name: int = 20
    #: For how many days at most a datastream may be suppressed or out of service by one filing.
    suppression_days: int = 30
    #: So long after its time a reading arrives late, unless a backfill announced it.
    late_seconds: int = 300
    second_factor: bool = True
    #: The name that security keys are bound to; empty: the host of `public_url`.
    webauthn_rp_id: str = ""
    #: Whether keys that sign by SM2 are taken (密评); their tokens and drivers are their makers'.
    sm2_keys: bool = False
    #: What a collector of metrics shows at /metrics of `serve`; without the file nobody gets them.
    metrics_token_file: Path = Path("metrics_token")
    #: How every process writes its log: `line` for people, `json` for a collector.
    log_format: str = "line"
    #: The installation's own ladder of escalation; where there is none the shipped one counts.
    escalation_file: Path = Path("escalation.toml")
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
            raise ConfigurationError(
                f"ANLAN_{name.upper()}：读不到密钥文件 {file}（{error.strerror}）；"
                "运行 anlan demo，或写好这个文件（权限 0600）"
                f" · names {file}, which cannot be read; run `anlan demo`, or write it (0600)"
            ) from error


def _parsed(name: str, kind: type, raw: Any) -> Any:
    """Turn one raw setting into its type, or say which setting is wrong."""
    try:
        if kind is bool:
            return raw if isinstance(raw, bool) else _BOOLEANS[str(raw).lower()]
        return kind(raw)
    except (KeyError, TypeError, ValueError) as error:
        raise ConfigurationError(
            f"ANLAN_{name.upper()}={raw!r}：类型不对，应为 {kind.__name__}"
            f" · is not a {kind.__name__}"
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


def load(environ: Mapping[str, str]) -> Config:
    """Build the configuration from an environment; what is unknown or cannot be is refused by name."""
    given = _from_file(environ.get("ANLAN_CONFIG", ""))
    kinds = get_type_hints(Config)
    _refuse_unknown(environ, kinds)
    for field in fields(Config):
        if (raw := environ.get(f"ANLAN_{field.name.upper()}")) is not None:
            given[field.name] = raw
    found = Config(**{name: _parsed(name, kinds[name], raw) for name, raw in given.items()})
    for name, value in given.items():
        if (hint := settings_check.hint(name, getattr(found, name))) is not None:
            raise ConfigurationError(f"ANLAN_{name.upper()}={value!r}: {hint}")
    _refuse_clear_lines(found)
    return found


def _refuse_clear_lines(found: Config) -> None:
    """Refuse lines in clear text to other machines; a demo says so, `plain_doors` allows them."""
    if found.demo or found.plain_doors:
        return
    for name, instead in clear_doors.clear_lines(found):
        raise ConfigurationError(
            f"ANLAN_{name.upper()}：通向别的机器而未加密，应为 {instead}；确需明文时设 ANLAN_PLAIN_DOORS=1"
            f" · goes to another machine in clear text; should be {instead},"
            " or set ANLAN_PLAIN_DOORS=1"
        )


def _from_file(file: str) -> dict[str, Any]:
    """Return what the TOML file says; no file named is nothing said."""
    if not file:
        return {}
    try:
        given: dict[str, Any] = tomllib.loads(Path(file).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(
            f"ANLAN_CONFIG={file!r}: 读不出设置 · cannot be read: {error}"
        ) from error
    if unknown := sorted(set(given) - set(get_type_hints(Config))):
        names = ", ".join(unknown)
        raise ConfigurationError(f"{file}：没有这些设置 {names} · no such settings")
    return given


def _refuse_unknown(environ: Mapping[str, str], kinds: Mapping[str, Any]) -> None:
    """Refuse a variable that nothing reads: a misspelt setting must not pass for one that is set."""
    known = {f"ANLAN_{name.upper()}" for name in kinds} | settings_check.BESIDE
    for name in sorted(environ):
        if name.startswith("ANLAN_") and name not in known:
            near = get_close_matches(name, known, n=1)
            meant = f"；是不是 {near[0]}？· did you mean {near[0]}?" if near else ""
            raise ConfigurationError(f"{name}: 没有这个设置 · no such setting{meant}")


@cache
def config() -> Config:
    """Return the configuration of this process, read once."""
    return load(os.environ)
