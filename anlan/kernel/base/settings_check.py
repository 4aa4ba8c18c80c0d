"""What a setting must be, and what to do when it is not; asked once, before anything starts."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from anlan.kernel.base.addresses import networks

#: Variables that are no settings of a process: the file itself, what commands and tests read.
BESIDE = frozenset(
    {
        "ANLAN_CONFIG", "ANLAN_ADMIN_DSN", "ANLAN_READY_FILE", "ANLAN_SHARED",
        "ANLAN_SECRET_KEY_FOR_TESTS", "ANLAN_TEST_DATABASES", "ANLAN_TEST_WORKERS",
        "ANLAN_FUZZ_EXAMPLES", "ANLAN_DEMO_SERIES", "ANLAN_DEV_SERVER",
        "ANLAN_WHOLE_MATRIX", "ANLAN_NOTHING_LEFT_OUT",
    }
)  # fmt: skip
#: One token of a NATS subject, which the node's name begins: no dot, no wildcard, no space.
_NODE = re.compile(r"[a-z][a-z0-9_-]{0,31}")
#: History younger than this is never let go.
LEAST_DAYS = 31
#: Names of hosts by RFC 1123; the last part has a letter, so an address is none.
_HOST_NAME = re.compile(
    r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?"
)
_ROLE = re.compile(r"[a-z_][a-z0-9_]{0,62}")


def hint(name: str, value: Any) -> str | None:
    """Return what is wrong with a setting and what it should look like, or nothing."""
    check = _CHECKS.get(name) or (_port if name.endswith("_port") else None)
    return check(value) if check else None


def _node(value: str) -> str | None:
    if _NODE.fullmatch(value):
        return None
    return (
        "节点名是总线主题的第一级，只用小写字母、数字、- 和 _，如 n640181"
        " · the first token of every subject: lower-case letters, digits, - and _, as n640181"
    )


def _home(value: Path) -> str | None:
    if value.is_dir():
        return None
    return f"没有这个文件夹，请先建立：mkdir -p {value} · no such folder; make it first"


def _database(value: str) -> str | None:
    try:
        parts = conninfo_to_dict(value)
    except ProgrammingError as error:
        return f"不是数据库地址 · no database address ({str(error).strip()}); 如 as postgresql:///anlan?host=/run"
    if parts.get("dbname"):
        return None
    return "没有写明数据库 · names no database; 如 as postgresql:///anlan?host=/run"


def _bucket(value: str) -> str | None:
    parts = urlsplit(value)
    if not value or (parts.scheme == "s3" and parts.netloc):
        return None
    return "不是桶地址 · no bucket; 如 as s3://anlan/history"


def _role(value: str) -> str | None:
    if _ROLE.fullmatch(value):
        return None
    return "不是数据库角色的名称 · no name of a database role; 如 as anlan_app"


def _address(*schemes: str) -> Callable[[str], str | None]:
    """Return the check of an address with one of these schemes, a host and, if any, a real port."""
    example = f"{schemes[0]}://127.0.0.1:8080"

    def check(value: str) -> str | None:
        try:
            parts = urlsplit(value)
            is_one = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
        except ValueError:
            is_one = False
        return None if is_one else f"不是地址 · no address; 如 as {example}"

    return check


def _port(value: int) -> str | None:
    return None if 1 <= value <= 65_535 else "端口应为 1–65535 · a port is 1 to 65535"


def _at_least(least: float, unit: str) -> Callable[[float], str | None]:
    def check(value: float) -> str | None:
        # written so that "not a number" is refused too
        if value >= least and value != float("inf"):
            return None
        return f"不得小于 {least:g} {unit} · at least {least:g} {unit}"

    return check


#: Records of the network are kept six months at least (网络安全法, article 21).
SIX_MONTHS = 183


def _half_a_year(value: int) -> str | None:
    if value == 0 or value >= SIX_MONTHS:
        return None
    return f"0（永久）或至少 {SIX_MONTHS} 天 · 0 (for ever), or at least {SIX_MONTHS} days"


def _suppression_days(value: int) -> str | None:
    # a filing without an end in sight is what the limit is there against
    return None if 1 <= value <= 366 else "应为 1–366 天 · 1 to 366 days"


def _wrong_tries_a_name(value: int) -> str | None:
    # one address has five; a limit below that would lock a name before its own address is
    return None if 5 <= value <= 1000 else "应为 5–1000 次 · 5 to 1000 tries"


def _late_seconds(value: int) -> str | None:
    return None if 1 <= value <= 86_400 else "应为 1–86400 秒 · 1 to 86400 seconds"


def _days_kept(value: int) -> str | None:
    # what is newest of a datastream is looked for in the last 31 days
    if value == 0 or value >= LEAST_DAYS:
        return None
    return f"0（永久）或至少 {LEAST_DAYS} 天 · 0 (for ever), or at least {LEAST_DAYS} days"


def _rp_id(value: str) -> str | None:
    if not value or _HOST_NAME.fullmatch(value):
        return None
    return (
        "应为域名，如 yingji.example（public_url 的主机名或其上级域）"
        " · a host name: that of public_url, or a domain above it"
    )


def _log_format(value: str) -> str | None:
    return None if value in {"line", "json"} else "应为 line 或 json · line or json"


#: What `unstamped_downloads` may say, lowest first; `none` is below every label.
LABELS = ("none", "public", "internal", "personal", "work_secret")


def _syslog(value: str) -> str | None:
    return _address("tls")(value) if value else None


def _label(value: str) -> str | None:
    return None if value in LABELS else f"应为其一 · one of: {', '.join(LABELS)}"


def _networks(value: str) -> str | None:
    try:
        networks(value)
    except ValueError as error:
        return str(error)
    return None


_CHECKS: dict[str, Callable[[Any], str | None]] = {
    "node": _node,
    "home": _home,
    "database_url": _database,
    "db_role": _role,
    "history_bucket": _bucket,
    "history_cache_gb": _at_least(0.1, "GB"),
    "map_cache_gb": _at_least(0.05, "GB"),
    "keep_readings_days": _days_kept,
    "keep_rollups_days": _days_kept,
    "keep_exercises_days": _days_kept,
    "keep_phones_days": _at_least(0, "d"),
    "keep_names_days": _at_least(0, "d"),
    "keep_quarantine_days": _at_least(0, "d"),
    "keep_sign_ins_days": _half_a_year,
    "keep_private_halves_days": _half_a_year,
    "nats_url": _address("nats", "tls"),
    "public_url": _address("http", "https"),
    "admin_networks": _networks,
    "log_format": _log_format,
    "audit_syslog": _syslog,
    "unstamped_downloads": _label,
    "webauthn_rp_id": _rp_id,
    "segment_seconds": _at_least(0.1, "s"),
    "readings_max_bytes": _at_least(1024**2, "B"),
    "events_max_bytes": _at_least(1024**2, "B"),
    "session_idle_minutes": _at_least(1, "min"),
    "wrong_tries_a_name": _wrong_tries_a_name,
    "suppression_days": _suppression_days,
    "late_seconds": _late_seconds,
}
