"""What a domain event is: a type with a schema, and the public state that it carries (7.8)."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, is_dataclass
from typing import Any

from anlan.kernel.base.errors import DomainError

#: Every event type of the product by name; `docs/events.md` is generated from it.
EVENT_TYPES: dict[str, "EventType"] = {}


def english_title(name: str) -> str:
    """Return `alerts.alarm.raised` as "Alarm raised"."""
    _slice, _dot, happened = name.partition(".")
    return happened.replace(".", " ").replace("_", " ").capitalize()


class EventTitles(Mapping[str, str]):
    """What happened in words, by the name of its event; of all events that are known by then."""

    def __getitem__(self, name: str) -> str:
        return EVENT_TYPES[name].title

    def __iter__(self) -> Iterator[str]:
        return iter(EVENT_TYPES)

    def __len__(self) -> int:
        return len(EVENT_TYPES)


class UnknownSchemaError(DomainError):
    """An event of a version that this one cannot read: it waits for an upgrade, nothing is guessed."""


@dataclass(frozen=True, slots=True)
class EventType:
    """`slice.noun.verb_past`, the dataclass of its `data`, and its schema version.

    `is_end` marks the last version of an object: whoever shows it takes it away. `from_before` turns
    a state of the schema before into one of this: a reader knows both and parks what is newer (7.12).
    """

    name: str
    data: type
    title: str
    schema: int = 1
    is_end: bool = False
    from_before: Callable[[dict[str, Any]], dict[str, Any]] | None = None

    def __post_init__(self) -> None:
        """Register the type; a name is given once."""
        if self.name in EVENT_TYPES:
            raise ValueError(f"event type {self.name} is declared twice")
        if not is_dataclass(self.data):
            raise TypeError(f"event type {self.name} needs a dataclass for its data")
        EVENT_TYPES[self.name] = self

    @property
    def title_en(self) -> str:
        """What happened, in English: the noun and the verb of the name."""
        return english_title(self.name)

    def payload(self, state: Any) -> dict[str, Any]:
        """Return the public state as plain values; another dataclass is refused."""
        if not isinstance(state, self.data) or not is_dataclass(state) or isinstance(state, type):
            raise TypeError(f"{self.name} carries {self.data.__name__}, not {type(state).__name__}")
        plain = asdict(state)
        return {**plain, "gone": True} if self.is_end else plain

    def read(self, schema: int, state: dict[str, Any]) -> dict[str, Any]:
        """Return a state as this version knows it; fields that it does not know are kept.

        Raises UnknownSchemaError for what was written by a newer version, or by one too old.
        """
        if schema == self.schema:
            return state
        if schema == self.schema - 1 and self.from_before is not None:
            return self.from_before(state)
        raise UnknownSchemaError(
            f"事件 {self.name} 的版本 {schema} 不能读取，本程序的版本为 {self.schema}",
            code="base.unknown_schema",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalErased:
    """The private half of a journal row is gone, and why; its digest stays in the chain."""

    journal_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalVerified:
    """Somebody had the chain computed again, from one position to another."""

    first_position: int
    last_position: int
    head: str
    findings: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupMade:
    """A backup stands complete: how much, and the digest of its manifest, which names every file."""

    made_at: str
    files: int
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetterState:
    """An event that a slice could not handle, and what became of it; not what it says."""

    id: str
    slice: str
    position: int
    event_id: str
    event_type: str
    tries: int
    outcome: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListExported:
    """Somebody took a list out of the platform: which, by what conditions, how many rows.

    `after` is the cursor that he went on from; `door` is `api` or `command`; `sensitivity` the highest
    label of the rows; `columns` those that he chose, none where he took all of them.
    """

    name: str
    filters: list[str]
    sort: str
    after: str | None
    rows: int
    is_complete: bool
    door: str
    sensitivity: int
    columns: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class PagePrinted:
    """Somebody printed a page: its address, its title, and what stood on it by its headings."""

    path: str
    title: str
    shown: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActRefused:
    """Somebody signed in was refused: what he wanted, on what, why, from where, how often since when.

    `method` is `EXPORT` for a list asked for as a workbook; `object_id` what the address named;
    `why` the sentence that he was answered. `reason` is `many` for what was beyond the bound.
    """

    method: str
    route: str
    permission: str
    object_id: str
    reason: str
    why: str
    why_en: str
    address: str
    times: int
    since: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalForgotten:
    """Personal data of a class, older than a moment, was let go: how many rows, and why; not whose."""

    kind: str
    before: str
    rows: int
    reason: str


PERSONAL_FORGOTTEN = EventType("base.personal.forgotten", PersonalForgotten, "个人信息已按期清除")
JOURNAL_ERASED = EventType("base.journal.erased", JournalErased, "日志的个人内容已清除")
LIST_EXPORTED = EventType(
    "base.list.exported",
    ListExported,
    "列表已导出",
    schema=3,
    from_before=lambda state: {**state, "columns": []},
)
ACT_REFUSED = EventType("base.act.refused", ActRefused, "操作被拒绝")
PAGE_PRINTED = EventType("base.page.printed", PagePrinted, "页面已打印")
BACKUP_MADE = EventType("base.backup.made", BackupMade, "已备份")
JOURNAL_VERIFIED = EventType("base.journal.verified", JournalVerified, "日志封存链已校验")

DEAD_LETTER_SET_ASIDE = EventType(
    "base.dead_letter.set_aside", DeadLetterState, "事件未能处理，已搁置"
)
DEAD_LETTER_RETRIED = EventType("base.dead_letter.retried", DeadLetterState, "要求重新处理死信")
DEAD_LETTER_REFUSED = EventType("base.dead_letter.refused", DeadLetterState, "死信重新处理仍失败")
DEAD_LETTER_HANDLED = EventType("base.dead_letter.handled", DeadLetterState, "死信已处理")
DEAD_LETTER_DISCARDED = EventType("base.dead_letter.discarded", DeadLetterState, "死信已放弃")
