"""HTTP of the journal: list it, follow a thread, see an object's versions, verify the chain."""

from dataclasses import asdict, replace
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from anlan.kernel.base import heads, journal, queries, schemas, seals
from anlan.kernel.base.config import config
from anlan.kernel.base.doors import SIGNED_IN, Door
from anlan.kernel.base.events import JOURNAL_VERIFIED, EventTitles, JournalVerified
from anlan.kernel.base.fields import Sensitivity
from anlan.kernel.base.ids import new_ulid
from anlan.kernel.base.listing import Field, ListSpec
from anlan.kernel.base.models import Journal, Seal
from anlan.kernel.base.services import prints

READ = "audit.journal.read"
#: Whoever may watch what stands in his territory reads its story, as far as the lists show him of what
#: it is; the auditor has the whole list.
WATCH = "subjects.subject.view"
door = Door("audit")
router = door.router

JOURNAL = ListSpec(
    fields={
        "number": Field(path="id", kind="int", sortable=True, title="序号"),
        "id": Field(path="ulid", title="标识"),
        "position": Field(path="position", kind="int", title="位置"),
        "node": Field(path="node", title="节点"),
        "type": Field(path="type", title="事件", words=EventTitles()),
        "occurred_at": Field(path="occurred_at", kind="time", title="发生时间"),
        "known_at": Field(path="known_at", kind="time", title="记录时间"),
        "actor": Field(path="actor", title="行为人代码"),
        "object": Field(path="object", title="对象"),
        "version": Field(path="object_version", kind="int", title="版本"),
        "correlation_id": Field(path="correlation_id", title="关联标识"),
        "causation_id": Field(path="causation_id", title="起因"),
        "exercise_id": Field(path="exercise_id", title="演练"),
        "div": Field(path="div", kind="int", title="区划"),
        "zone": Field(path="zone", kind="int", title="功能区"),
        "site": Field(path="site", title="厂区"),
        "data": Field(path="data", title="内容"),
    },
    sort="-number",
    # who did what, when, from where
    label=Sensitivity.PERSONAL,
)
#: What acts without a person, as people call it (web/src/ui/locale.zh-CN.json).
_PROCESSES = {
    "engine": "报警研判",
    "gateway": "采集网关",
    "recorder": "历史记录",
    "worker": "后台任务",
    "relay": "日志封存",
    "demo": "演示装载",
    "sign_in": "登录",
    "import": "导入",
    "export": "导出",
    "one_time_link": "一次性链接登录",
    "alerts.subscriptions": "报警响应",
    "messaging.subscriptions": "消息响应",
    "deadlines": "到期办理",
    "region": "区域装载",
    "migrate": "升级",
    "audit": "审计校验",
    "live": "实时推送",
    "doctor": "自检",
    "command_line": "命令行",
}
_ACTOR_NAME = Field(
    path="actor_name",
    title="行为人",
    words={f"system:{name}": f"系统（{said}）" for name, said in _PROCESSES.items()},
)
#: As its list shows it: with the name of who acted.
LIST = replace(JOURNAL, fields={**JOURNAL.fields, "actor_name": _ACTOR_NAME})
SEALS = ListSpec(
    fields={
        "number": Field(path="id", kind="int", sortable=True, title="序号"),
        "first_position": Field(path="first_position", kind="int", title="起始位置"),
        "last_position": Field(path="last_position", kind="int", title="末尾位置"),
        "head": Field(path="head_hex", title="链头"),
        "algorithm": Field(path="algorithm", title="算法"),
        "sealed_at": Field(path="sealed_at", kind="time", title="封存时间"),
    },
    sort="-number",
)


@door.list("/journal", READ, LIST, schemas.JournalOut)
def list_journal(_request: HttpRequest) -> QuerySet[Journal]:
    """List the journal, newest first."""
    return queries.journal_list()


@door.list("/seals", READ, SEALS, schemas.SealOut)
def list_seals(_request: HttpRequest) -> QuerySet[Seal]:
    """List the links of the chain, newest first."""
    return queries.seals()


@door.write("/verify", READ, response=schemas.VerifyOut)
def verify(request: HttpRequest, body: schemas.VerifyBody) -> dict[str, Any]:
    """Compute the chain again from its rows; who asked for it is recorded."""
    # what has left the database is read first: the chain may grow meanwhile, the file then not
    exported = heads.exported(config().path("audit_dir") / heads.FILE)
    report = seals.verify(after=body.after, limit=body.limit, exported=exported)
    said = JournalVerified(
        first_position=report.first_position,
        last_position=report.last_position,
        head=report.head.hex(),
        findings=len(report.findings),
    )
    about = journal.Subject(id=new_ulid(), version=1, place=journal.Place())
    journal.record(JOURNAL_VERIFIED, said, about)
    return {
        "intact": report.is_intact,
        "first_position": report.first_position,
        "last_position": report.last_position,
        "rows": report.rows,
        "erased": report.erased,
        "head": report.head.hex(),
        "exported_heads": len(exported),
        "next_after": None if report.is_complete else report.last_position,
        "findings": [asdict(finding) for finding in report.findings],
    }


@door.create("/prints", SIGNED_IN, response=schemas.PrintOut)
def record_print(request: HttpRequest, said: schemas.PrintBody) -> dict[str, str]:
    """Record that I print a page; the page says so before the browser prints it."""
    return {"id": prints.record_print(**said.dict())}


@door.read("/thread/{correlation_id}", WATCH, response=schemas.JournalRows)
def thread(request: HttpRequest, correlation_id: str) -> dict[str, Any]:
    """Show everything that one cause has led to, as far as the scope reaches."""
    return _rows(queries.thread(correlation_id))


@door.read("/history/{object_id}", WATCH, response=schemas.JournalRows)
def history(request: HttpRequest, object_id: str) -> dict[str, Any]:
    """Show the versions of one object, as far as the scope reaches."""
    return _rows(queries.history(object_id))


def _rows(rows: QuerySet[Journal]) -> dict[str, Any]:
    paths = [field.path for field in JOURNAL.fields.values()]
    return {"items": [JOURNAL.renamed(row) for row in rows.values(*paths)]}
