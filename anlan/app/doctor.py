"""What is wrong with this installation, in Chinese and English, each with its remedy."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

import psycopg
from django.db import DatabaseError, connection

from anlan.app.health.look import look
from anlan.app.health.rules import judge
from anlan.app.listening import plain_doors
from anlan.kernel.base.clock import now
from anlan.kernel.base.config import Config, ConfigurationError
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.people.models import AdministratorKind
from anlan.kernel.people.queries.standing import standing
from anlan.kernel.sensing.ports import CatalogueAwayError

Level = Literal["ok", "warning", "broken"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: how it is, in both languages, and what to do."""

    level: Level
    zh: str
    en: str
    remedy: str = ""


Check = Callable[[Config], Iterator[Finding]]


def installation(config: Config) -> Iterator[Finding]:
    """There is an installation here at all: settings were named, or its folder is there."""
    named = os.environ.get("ANLAN_CONFIG")
    folder = config.home.absolute()
    if named or (folder / "anlan.toml").is_file() or "ANLAN_HOME" in os.environ:
        where = named or str(folder)
        yield Finding("ok", f"安装：{where}", f"installation: {where}")
    else:
        yield Finding(
            "broken",
            f"这里没有安装：{folder} 里没有 anlan.toml，以下按缺省设置检查",
            f"no installation here: {folder} holds no anlan.toml; what follows is by default settings",
            "make demo / cd 到安装目录 to where it is / ANLAN_CONFIG=…/anlan.toml",
        )


def secrets(config: Config) -> Iterator[Finding]:
    """Secrets lie in files that only their owner reads."""
    for name in ("secret_key_file", "nats_password_file"):
        try:
            config.secret(name)
        except ConfigurationError as error:
            zh, _, en = str(error).partition(" · ")
            yield Finding("broken", f"缺少密钥文件：{zh}", f"missing secret: {en}")
            continue
        mode = config.path(name).stat().st_mode & 0o077
        if mode:
            file = config.path(name)
            yield Finding(
                "warning", f"{file} 他人可读", f"{file} is readable by others", f"chmod 600 {file}"
            )
        else:
            yield Finding("ok", f"密钥文件 {name} 只有属主可读", f"{name} is its owner's alone")


def database(config: Config) -> Iterator[Finding]:
    """The database answers, every migration is applied, every scoped table has its wall up."""
    del config
    try:
        with unit_of_work(machine("doctor"), read_only=True), connection.cursor() as cursor:
            cursor.execute(_WALL)
            open_tables = [row[0] for row in cursor.fetchall()]
            cursor.execute(_LEAKPROOF)
            leaky = [row[0] for row in cursor.fetchall()]
            cursor.execute("SELECT now()")
            skew_s = abs((cursor.fetchone()[0] - now()).total_seconds())
    except (DatabaseError, psycopg.Error) as error:
        why = _sentence(error)
        yield Finding(
            "broken",
            f"数据库连不上：{why}",
            f"no database: {why}",
            "make demo / ANLAN_DATABASE_URL",
        )
        return
    yield from _wall_findings(open_tables, leaky)
    if skew_s > 2:
        yield Finding(
            "warning",
            f"数据库时钟相差 {skew_s:.1f} 秒",
            f"database clock off by {skew_s:.1f} s",
            "NTP",
        )
    yield from _migrations()


#: Tables that say where something is, and are nobody's: divisions, what became of them, settlements.
_WALL = """
    SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'div'
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
      AND c.relname NOT IN ('places_division', 'places_reorganisation', 'places_settlement')
      AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
"""
_LEAKPROOF = """
    SELECT proname FROM pg_proc
    WHERE proname IN ('geometry_overlaps', 'ts_match_vq', 'textlike', 'texticlike')
      AND NOT proleakproof AND proname || pronargs NOT IN ('geometry_overlaps3')
"""


def _wall_findings(open_tables: list[str], leaky: list[str]) -> Iterator[Finding]:
    if open_tables:
        names = ", ".join(open_tables)
        yield Finding(
            "broken",
            f"这些表没有强制行级安全：{names}",
            f"no forced row security: {names}",
            "anlan db migrate",
        )
    else:
        yield Finding("ok", "带辖区列的表都强制行级安全", "every scoped table forces row security")
    if leaky:
        names = ", ".join(leaky)
        yield Finding(
            "warning", f"未标记 leakproof：{names}", f"not leakproof: {names}", "anlan db prepare"
        )


def _migrations() -> Iterator[Finding]:
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        names = ", ".join(str(step[0]) for step in missing)
        yield Finding("broken", f"未迁移：{names}", f"not migrated: {names}", "anlan db migrate")
    else:
        yield Finding("ok", "表结构是最新的", "every migration is applied")


def accounts(config: Config) -> Iterator[Finding]:
    """The three administrators are there, and everybody has two kinds of proof."""
    try:
        with unit_of_work(machine("doctor"), read_only=True):
            found = standing()
    except (DatabaseError, psycopg.Error):
        yield Finding("broken", "账号无从得知", "accounts cannot be told", "anlan db migrate")
        return
    if len(found.administrators) < len(AdministratorKind) - 1 and not config.demo:
        yield Finding(
            "broken",
            "没有系统、安全、审计三名管理员",
            "the three administrators are not there",
            "anlan people first-administrators",
        )
    if not config.second_factor and not config.demo:
        yield Finding(
            "broken",
            "双因素已关闭",
            "the second factor is turned off",
            "ANLAN_SECOND_FACTOR=true",
        )
    missing = found.without_second_factor
    yield Finding(
        "warning" if missing and config.second_factor else "ok",
        f"{found.people} 人，{missing} 人尚未启用双因素",
        f"{found.people} people, {missing} without a second factor",
    )


def doors(config: Config) -> Iterator[Finding]:
    """No door for devices is open to others in clear text, and nobody else reaches the bus."""
    bus = urlsplit(config.nats_url)
    ours = {
        "MQTT": (config.mqtt_host, config.mqtt_port),
        "NATS": (bus.hostname or "127.0.0.1", bus.port or 4222),
        "HTTP": ("127.0.0.1", config.gateway_port),
    }
    found = {name: plain_doors(*at) for name, at in ours.items()}
    for name, addresses in found.items():
        for address in addresses:
            where = f"{address}:{ours[name][1]}"
            level: Level = "warning" if config.plain_doors else "broken"
            yield Finding(
                level,
                f"{name} 入口 {where} 对外是明文",
                f"the {name} door {where} is open in clear text",
                "配置 TLS 证书，或只监听回环地址 / a certificate, or loopback only",
            )
    if not any(found.values()):
        yield Finding("ok", "没有对外的明文入口", "no door is open in clear text")


#: What to do about what is down, by the kind of check.
_REMEDIES = {
    "process": "启动它（演示：make demo），再看它的日志 / start it (demo: make demo), read its log",
    "store": "启动它，或腾出空间（演示：make demo）/ start it, or free some space (demo: make demo)",
    "flow": "先让上面的进程和存储正常 / first set right the processes and stores above",
}
_LEVELS: dict[str, Level] = {"ok": "ok", "warning": "warning", "late": "warning", "down": "broken"}


def house(config: Config) -> Iterator[Finding]:
    """Processes, bus, streams, disk and flows, as the health page shows them."""
    for check in judge(look(config)):
        level = _LEVELS[check.status]
        yield Finding(
            level,
            f"{check.title}（{check.name}）：{_sentence(check.detail)}",
            f"{check.title_en} ({check.name}): {_sentence(check.detail_en)}",
            _REMEDIES[check.kind] if level == "broken" else "",
        )


def history(config: Config) -> Iterator[Finding]:
    """Every history file in the catalogue is there and has its SHA-256."""
    from anlan.adapters.parquet_history.verify import verify_files
    from anlan.app.history_place import disk_of
    from anlan.kernel.sensing.catalogue import DjangoCatalogue

    try:
        damage = verify_files(
            DjangoCatalogue(), config.path("history_dir").resolve(), disk_of(config)
        )
    except (DatabaseError, CatalogueAwayError) as error:
        why = _sentence(error)
        remedy = "先让数据库正常 / first the database"
        yield Finding("broken", f"历史目录读不出：{why}", f"no catalogue: {why}", remedy)
        return
    except OSError as error:
        why = _sentence(error)
        remedy = "检查 history_bucket、history_endpoint 与密钥 / check bucket, endpoint and keys"
        yield Finding("broken", f"历史文件读不出：{why}", f"history cannot be read: {why}", remedy)
        return
    for one in damage:
        yield Finding("broken", f"历史文件 {one}", f"history file {one}", "从备份恢复 / restore it")
    if not damage:
        yield Finding("ok", "历史文件与目录一致", "history files equal their catalogue")


def _sentence(what: object) -> str:
    """Return the first line of what somebody else said."""
    return (str(what).strip().splitlines() or [""])[0]


CHECKS: dict[str, Check] = {
    "installation": installation,
    "secrets": secrets,
    "database": database,
    "accounts": accounts,
    "doors": doors,
    "house": house,
    "history": history,
}


def examine(config: Config) -> Iterator[tuple[str, Finding]]:
    """Run every check; one that fails says so and the next goes on."""
    for name, check in CHECKS.items():
        try:
            for finding in check(config):
                yield name, finding
        except Exception as error:  # noqa: BLE001  whatever is wrong here is what was asked for
            what = f"{type(error).__name__}: {error}"
            yield name, Finding("broken", f"检查未能完成：{what}", f"could not look: {what}")
