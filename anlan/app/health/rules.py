"""From facts to checks: pure decisions, each with its threshold beside it."""

from collections.abc import Iterator

from anlan.app.health.checks import Check, Figure, Kind, Status, by_age, worst
from anlan.app.health.facts import BusFacts, DatabaseFacts, Facts, StreamFacts
from anlan.kernel.base import bus
from anlan.kernel.base.disks import EXPORTS_STOP

#: Free space of 7.16: below 15 % a banner, below 10 % exports and models stop, below 5 % the doors
#: refuse.
DISK_BANNER, DISK_MODELS, DISK_DOORS = 0.15, EXPORTS_STOP, 0.05
#: Doors that refused open again with so much free, not at the first freed byte.
DISK_DOORS_AGAIN = 0.06
_DISK: tuple[tuple[float, Status, str, str], ...] = (
    (DISK_DOORS, "down", "，入口拒收", ", doors refuse"),
    (DISK_MODELS, "late", "，导出和模型停止", ", exports and models stop"),
    (DISK_BANNER, "warning", "，请清理", ", free some space"),
    (float("inf"), "ok", "", ""),
)
#: A stream that is so full soon refuses: READINGS discards nothing that is old (7.16).
STREAM_FULL = 0.8
ENGINE_LATE_S, ENGINE_DOWN_S = 10.0, 120.0
SEAL_LATE_S, SEAL_DOWN_S = 5.0, 60.0
#: The head leaves every ten minutes (P19).
HEAD_LATE_S, HEAD_DOWN_S = 20 * 60.0, 60 * 60.0
#: Jobs beat every ten seconds.
JOBS_LATE_S, JOBS_DOWN_S = 45.0, 300.0
#: As people know them; the names of streams stand in `Check.name`.
_STREAMS = {
    bus.READINGS: ("读数队列", "Queue of readings"),
    bus.EVENTS: ("事件队列", "Queue of events"),
    bus.MQTT_LOG: ("网关来报暂存", "Messages of gateways in wait"),
}
_SLICES = {"alerts": ("报警", "alarms"), "messaging": ("消息", "messages")}
MESSAGES_LATE = 5_000
EVENTS_LATE = 100


def doors_refuse(free: float, *, refused_before: bool) -> bool:
    """Tell whether the doors take nothing: `free` is the free share of the fullest disk."""
    return free < (DISK_DOORS_AGAIN if refused_before else DISK_DOORS)


def disk_stage(free: float) -> Status:
    """Return how the fullest disk stands, of which this share is free."""
    return next(row[1] for row in _DISK if free < row[0])


def judge(facts: Facts) -> list[Check]:
    """Return every check, processes first."""
    return [*_processes(facts), *_stores(facts), *_flows(facts)]


def overall(checks: list[Check]) -> Status:
    """Return how the house is as a whole."""
    return worst(check.status for check in checks)


def _processes(facts: Facts) -> Iterator[Check]:
    database = facts.database
    yield _gateway(facts)
    yield _engine(facts)
    yield _recorder(facts)
    yield _worker(facts)
    yield _check("serve", "process", ("接口服务", "API server"), "ok", ("在答复", "answers"), {})
    live = facts.live
    if live is None:
        yield _down("live", ("实时推送", "Live stream"), facts)
        return
    behind = None if database is None else max(0, database.published - int(live["position"]))
    well = live["caught_up"] and live["bus"] == "ok" and live["database"] == "ok"
    yield _check(
        "live",
        "process",
        ("实时推送", "Live stream"),
        "ok" if well and (behind or 0) <= EVENTS_LATE else "late",
        (
            f"{live['listeners']} 个连接，落后 {_n(behind)} 条事件",
            f"open pages {live['listeners']}, {_n(behind)} events behind",
        ),
        {"listeners": live["listeners"], "behind": behind},
    )


def _gateway(facts: Facts) -> Check:
    said = facts.gateway
    if said is None:
        return _down("gateway", ("采集网关", "Gateway"), facts)
    troubles = len(said["left_out"])
    status: Status = "ok"
    if said["database"] != "ok" or troubles:
        status = "warning"
    return _check(
        "gateway",
        "process",
        ("采集网关", "Gateway"),
        status,
        (
            f"登记 {said['gateways']} 台，未启用 {troubles} 台，在途 {said['in_flight']} 条",
            f"{said['gateways']} gateways, {troubles} left out, {said['in_flight']} in flight",
        ),
        {
            "gateways": said["gateways"],
            "left_out": troubles,
            "in_flight": said["in_flight"],
            "log_troubles": said["log_troubles"],
        },
    )


def _engine(facts: Facts) -> Check:
    title = ("报警引擎", "Alarm engine")
    database, log = facts.database, _readings(facts.bus)
    if database is None:
        return _unknown("engine", title)
    if "anlan_engine" not in database.connected:
        return _down("engine", title, facts)
    behind = None
    if log is not None and facts.bus is not None and database.engine_seq is not None:
        same = facts.bus.readings_epoch == database.engine_epoch
        behind = max(0, log.last_seq - database.engine_seq) if same else None
    status = by_age(database.tick_s, late_s=ENGINE_LATE_S, down_s=ENGINE_DOWN_S)
    if behind == 0:
        # nothing to judge: no tick comes while the gateway is away, and that is not the engine's
        status = "ok"
    return _check(
        "engine",
        "process",
        title,
        status,
        (
            f"落后 {_n(behind)} 条、{_s(database.tick_s)} 秒",
            f"{_n(behind)} messages, {_s(database.tick_s)} s behind",
        ),
        {"behind": behind, "lag_s": _round(database.tick_s)},
    )


def _recorder(facts: Facts) -> Check:
    title = ("历史记录", "Recorder")
    log = _readings(facts.bus)
    if facts.bus is None:
        return _unknown("recorder", title)
    last = facts.bus.recorder_last
    if last is None:
        return _down("recorder", title, facts)
    behind = None if log is None else max(0, log.last_seq - last)
    return _check(
        "recorder",
        "process",
        title,
        "ok" if (behind or 0) <= MESSAGES_LATE else "late",
        (f"落后 {_n(behind)} 条", f"{_n(behind)} messages behind"),
        {"behind": behind},
    )


def _worker(facts: Facts) -> Check:
    title = ("后台任务", "Worker")
    database = facts.database
    if database is None:
        return _unknown("worker", title)
    if not database.relay_works:
        return _down("worker", title, facts)
    beat = by_age(database.jobs_s, late_s=JOBS_LATE_S, down_s=JOBS_DOWN_S)
    failed = database.jobs_failed
    status: Status = "late" if beat != "ok" else "warning" if failed else "ok"
    return _check(
        "worker",
        "process",
        title,
        status,
        (
            f"任务等待 {database.jobs_waiting}、失败 {failed}，最近活动 {_s(database.jobs_s)} 秒前",
            f"{database.jobs_waiting} waiting, {failed} failed, last sign {_s(database.jobs_s)} s ago",
        ),
        {
            "jobs_waiting": database.jobs_waiting,
            "jobs_failed": failed,
            "heartbeat_s": _round(database.jobs_s),
        },
    )


def _stores(facts: Facts) -> Iterator[Check]:
    database = facts.database
    answer = None if database is None else database.answer_ms
    yield _answering("postgres", ("数据库", "Database"), answer, facts.why.get("database", ""))
    answer = None if facts.bus is None else facts.bus.answer_ms
    yield _answering("nats", ("消息总线", "Message bus"), answer, facts.why.get("bus", ""))
    if facts.bus is not None:
        for name in (bus.READINGS, bus.EVENTS, bus.MQTT_LOG):
            yield _stream(name, facts.bus.streams.get(name))
    for folder, free in facts.disk_free.items():
        yield _disk(folder, free)


def _stream(name: str, stream: StreamFacts | None) -> Check:
    title = _STREAMS[name]
    if stream is None:
        text = ("没有这个流", "is not there")
        return _check(f"stream:{name}", "store", title, "down", text, {})
    share = stream.bytes / stream.max_bytes if stream.max_bytes > 0 else 0.0
    count = f"{stream.messages:,}"
    return _check(
        f"stream:{name}",
        "store",
        title,
        "warning" if share > STREAM_FULL else "ok",
        (f"已用 {share:.0%}，{count} 条", f"{share:.0%} used, {count} messages"),
        {"share": round(share, 3), "messages": stream.messages},
    )


def _disk(folder: str, free: float) -> Check:
    status, zh, en = next(row[1:] for row in _DISK if free < row[0])
    text = (f"剩余 {free:.0%}{zh}", f"{free:.0%} free{en}")
    figures: dict[str, Figure] = {"free": round(free, 3)}
    return _check(f"disk:{folder}", "store", ("磁盘", "Disk"), status, text, figures)


def _flows(facts: Facts) -> Iterator[Check]:
    head = by_age(facts.head_s, late_s=HEAD_LATE_S, down_s=HEAD_DOWN_S)
    minutes = None if facts.head_s is None else facts.head_s / 60
    yield _check(
        "journal_head",
        "flow",
        ("日志链头导出", "Journal head exported"),
        "warning" if head == "down" else head,
        (f"{_s(minutes)} 分钟前", f"{_s(minutes)} minutes ago"),
        {"age_s": _round(facts.head_s)},
    )
    database = facts.database
    if database is None:
        return
    yield _relay(database, is_bus_there=facts.bus is not None)
    for name, behind in database.behind.items():
        reacting = _SLICES.get(name, (name, name))
        yield _check(
            f"reaction:{name}",
            "flow",
            (f"事件响应：{reacting[0]}", f"Reactions: {reacting[1]}"),
            "ok" if behind <= EVENTS_LATE else "late",
            (f"落后 {behind} 条", f"{behind} events behind"),
            {"behind": behind},
        )
    yield _check(
        "dead_letters",
        "flow",
        ("未能处理的事件", "Events not handled"),
        "warning" if database.dead_letters else "ok",
        (f"{database.dead_letters} 条待处理", f"{database.dead_letters} to settle"),
        {"open": database.dead_letters},
    )
    yield _check(
        "history",
        "flow",
        ("历史文件", "History files"),
        "ok",
        (
            f"{database.history_files:,} 个，最近写入 {_s(database.history_s)} 秒前",
            f"{database.history_files:,} files, newest {_s(database.history_s)} s ago",
        ),
        {"files": database.history_files, "newest_s": _round(database.history_s)},
    )
    silent = database.gateways_silent
    yield _check(
        "gateways",
        "flow",
        ("企业网关", "Firms' gateways"),
        "warning" if silent else "ok",
        (
            f"{database.gateways} 台，静默 {silent} 台，从未上报 {database.gateways_never} 台",
            f"{database.gateways} gateways, {silent} silent, {database.gateways_never} never seen",
        ),
        {
            "gateways": database.gateways,
            "silent": silent,
            "never_seen": database.gateways_never,
        },
    )


def _relay(database: DatabaseFacts, *, is_bus_there: bool) -> Check:
    unpublished = max(0, database.sealed - database.published)
    status = by_age(database.pending_s or 0.0, late_s=SEAL_LATE_S, down_s=SEAL_DOWN_S)
    if unpublished > EVENTS_LATE or (unpublished and not is_bus_there):
        status = worst([status, "late"])
    return _check(
        "relay",
        "flow",
        ("日志封存与转发", "Journal sealed and published"),
        status,
        (
            f"待封存 {database.pending:,} 条，待转发 {unpublished:,} 条",
            f"{database.pending:,} to seal, {unpublished:,} to publish",
        ),
        {
            "pending": database.pending,
            "oldest_s": _round(database.pending_s),
            "unpublished": unpublished,
        },
    )


def _check(
    name: str,
    kind: Kind,
    title: tuple[str, str],
    status: Status,
    detail: tuple[str, str],
    figures: dict[str, Figure],
) -> Check:
    return Check(
        name=name,
        kind=kind,
        title=title[0],
        title_en=title[1],
        status=status,
        detail=detail[0],
        detail_en=detail[1],
        figures=figures,
    )


def _answering(name: str, title: tuple[str, str], ms: float | None, why: str) -> Check:
    if ms is None:
        return _check(name, "store", title, "down", (f"无应答：{why}", f"no answer: {why}"), {})
    text = (f"{ms:.0f} 毫秒应答", f"answers in {ms:.0f} ms")
    return _check(name, "store", title, "ok", text, {"answer_ms": ms})


def _down(name: str, title: tuple[str, str], facts: Facts) -> Check:
    why = facts.why.get(name, "")
    return _check(name, "process", title, "down", (f"没有运行 {why}", f"does not run {why}"), {})


def _unknown(name: str, title: tuple[str, str]) -> Check:
    text = ("无从得知", "cannot be told")
    return _check(name, "process", title, "warning", text, {})


def _readings(bus_facts: BusFacts | None) -> StreamFacts | None:
    return None if bus_facts is None else bus_facts.streams.get(bus.READINGS)


def _round(value: float | None) -> float | None:
    return None if value is None else round(max(0.0, value), 1)


def _n(value: int | None) -> str:
    return "—" if value is None else f"{value:,}"


def _s(value: float | None) -> str:
    return "—" if value is None else f"{max(0.0, value):.1f}"
