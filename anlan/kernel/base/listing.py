"""Lists: filter, sort, keyset paging, a count that stops at 10,000 (architecture.md section 2)."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import date, datetime
from json import dumps, loads
from typing import Any

from django.db.models import Q, QuerySet

from anlan.kernel.base.errors import InvalidError
from anlan.kernel.base.fields import Sensitivity
from anlan.kernel.base.personal import WRITTEN, without_numbers

COUNT_LIMIT = 10_000
#: The column in which a row that has one says its label.
LABEL = "sensitivity"
PAGE_DEFAULT = 50
PAGE_MAX = 500
#: Rows of one spreadsheet; what follows is had by asking again behind them.
SHEET_MAX = 50_000


def _words(text: object) -> str:
    """Return a text that PostgreSQL can hold; a zero character it cannot."""
    if not isinstance(text, str) or "\x00" in text:
        raise ValueError("not a text")
    return text


def _moment(text: str) -> datetime:
    """Parse RFC 3339; a time without offset is refused, not guessed."""
    moment = datetime.fromisoformat(text.replace(" ", "+"))
    if moment.tzinfo is None:
        raise ValueError("a time needs its offset, as in 2026-08-01T10:00:00+08:00")
    return moment


def _day(text: str) -> date:
    """Parse a day, as in 2026-08-01."""
    return date.fromisoformat(text)


def _truth(text: str) -> bool:
    """Parse true or false."""
    if text not in {"true", "false"}:
        raise ValueError("true or false")
    return text == "true"


PARSERS: Mapping[str, Callable[[str], Any]] = {
    "text": _words,
    "int": int,
    "float": float,
    "time": _moment,
    "date": _day,
    "bool": _truth,
}
#: The rows of a list, or parts of them that have no row in common, each with an index of its own.
Rows = QuerySet[Any, Any] | tuple[QuerySet[Any, Any], ...]
OPERATORS = {
    "eq": "",
    "lt": "__lt",
    "le": "__lte",
    "gt": "__gt",
    "ge": "__gte",
    "like": "__icontains",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One column of a list: where it comes from, how it is parsed, whether order is defined.

    A spreadsheet shows the columns with a title, and `words` instead of the codes they stand for.
    """

    path: str
    kind: str = "text"
    sortable: bool = False
    title: str = ""
    words: Mapping[Any, str] = dataclass_field(default_factory=dict)
    #: Milliseconds that people read as seconds.
    in_seconds: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What a caller asked of a list."""

    filters: tuple[str, ...] = ()
    sort: str = ""
    after: str | None = None
    limit: int = PAGE_DEFAULT
    #: What was asked beside the filters, as a spreadsheet says it of its rows.
    said: tuple[str, ...] = ()
    #: Columns of a spreadsheet in their order, as the screen shows them; none: all that have a title.
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSpec:
    """The columns of a list and its order; ties are broken by id, so pages never overlap.

    `label` is the sensitivity of rows that have none of their own.
    """

    fields: Mapping[str, Field]
    sort: str
    key: str = "id"
    label: Sensitivity = Sensitivity.INTERNAL

    def label_of(self, rows: Iterable[Mapping[str, Any]]) -> Sensitivity:
        """Return the label of some rows together: the highest of theirs, else that of the list."""
        if LABEL not in self.fields:
            return self.label
        return Sensitivity(max((row[LABEL] for row in rows), default=self.label))

    def _field(self, name: str) -> Field:
        if name not in self.fields:
            known = ", ".join(self.fields)
            raise InvalidError(
                f"没有字段 {name}；可用：{known}", code="base.unknown_field", field=name
            )
        return self.fields[name]

    def filtered(self, rows: QuerySet[Any, Any], filters: tuple[str, ...]) -> QuerySet[Any, Any]:
        """Apply `field.op:value` filters; a wrong one is named."""
        for text in filters:
            rows = rows.filter(self._condition(text))
        return rows

    def _condition(self, text: str) -> Q:
        left, colon, raw = text.partition(":")
        name, dot, operator = left.rpartition(".")
        if not colon or not dot:
            raise InvalidError(
                f"过滤条件 {text!r} 应写作 字段.运算:值", code="base.bad_filter", filter=text
            )
        field = self._field(name)
        parse = PARSERS[field.kind]
        try:
            if operator == "null":
                return Q(**{f"{field.path}__isnull": _truth(raw)})
            if operator == "in":
                return Q(**{f"{field.path}__in": [parse(part) for part in raw.split(",")]})
            if operator == "ne":
                return ~Q(**{field.path: parse(raw)})
            return Q(**{f"{field.path}{OPERATORS[operator]}": parse(raw)})
        except (KeyError, ValueError) as error:
            raise InvalidError(
                f"过滤条件 {text!r} 无法识别：{error}", code="base.bad_filter", filter=text
            ) from error

    def page(self, rows: Rows, ask: Ask) -> dict[str, Any]:
        """Return {"items", "next", "count", "count_capped"} of one page as plain values."""
        found, further = self.window(rows, ask, max(1, min(ask.limit, PAGE_MAX)))
        count = sum(
            self.filtered(part, ask.filters).order_by()[: COUNT_LIMIT + 1].count()
            for part in _parts(rows)
        )
        return {
            "items": found,
            "next": further,
            "count": min(count, COUNT_LIMIT),
            "count_capped": count > COUNT_LIMIT,
        }

    def window(self, rows: Rows, ask: Ask, limit: int) -> tuple[list[dict[str, Any]], str | None]:
        """Return up to `limit` matching rows behind the cursor, and the next one's if more follow.

        Of rows in several parts each part is read in order and no further than the page may need.
        """
        sort = ask.sort or self.sort
        name = sort.removeprefix("-")
        field = self._field(name)
        if not field.sortable:
            raise InvalidError(f"不能按 {name} 排序", code="base.not_sortable", field=name)
        sign = "-" if sort.startswith("-") else ""
        order = f"{sign}{field.path}", f"{sign}{self.key}"
        first, *others = (
            self._after(self.filtered(part, ask.filters), sort, field, ask.after)
            .order_by(*order)
            .values(*self._paths())[: limit + 1]
            for part in _parts(rows)
        )
        whole = first.union(*others, all=True).order_by(*order)[: limit + 1] if others else first
        found = list(whole)
        further = self._cursor(found[limit - 1], field) if len(found) > limit else None
        return [self.renamed(row) for row in found[:limit]], further

    def _paths(self) -> list[str]:
        return sorted({field.path for field in self.fields.values()} | {self.key})

    def renamed(self, row: dict[str, Any]) -> dict[str, Any]:
        """Return a row under the names of the API; what people wrote shows no one's numbers in full."""
        return {name: _shown(name, row[field.path]) for name, field in self.fields.items()}

    def _cursor(self, row: dict[str, Any], field: Field) -> str:
        value = row[field.path]
        return urlsafe_b64encode(dumps([_text(value), str(row[self.key])]).encode()).decode()

    def _after(
        self, rows: QuerySet[Any, Any], sort: str, field: Field, after: str | None
    ) -> QuerySet[Any, Any]:
        """Keep what comes behind the cursor; PostgreSQL puts null after every value."""
        if not after:
            return rows
        try:
            text, key = loads(urlsafe_b64decode(after.encode()))
            value = None if text is None else PARSERS[field.kind](_words(text))
            return rows.filter(self._behind(sort, field, value, _words(key)))
        except (ValueError, TypeError) as error:
            raise InvalidError("分页游标无效", code="base.bad_cursor") from error

    def _behind(self, sort: str, field: Field, value: Any, key: str) -> Q:
        """Return the condition of the rows behind a sort value and a key."""
        is_falling = sort.startswith("-")
        step = "lt" if is_falling else "gt"
        is_null = Q(**{f"{field.path}__isnull": True})
        key_behind = Q(**{f"{self.key}__{step}": key})
        if value is None:
            same = is_null & key_behind
            return same | ~is_null if is_falling else same
        # the first condition is implied by the second; the index needs it to begin at the cursor
        reached = Q(**{f"{field.path}__{step}e": value})
        behind = reached & (Q(**{f"{field.path}__{step}": value}) | key_behind)
        return behind if is_falling else behind | is_null


def shown(fields: Mapping[str, Field], asked: Sequence[str] = ()) -> list[str]:
    """Return the columns of a spreadsheet: those asked for, in their order, else all with a title.

    Where a list has titles, ids and codes without one are for programs: asked for, they are refused as
    any column is that the list does not have (InvalidError `base.unknown_field`).
    """
    titled = [name for name, field in fields.items() if field.title] or list(fields)
    for name in asked:
        if name not in titled:
            raise InvalidError(
                f"没有字段 {name}；可用：{', '.join(titled)}", code="base.unknown_field", field=name
            )
    return list(dict.fromkeys(asked)) or titled


def _parts(rows: Rows) -> tuple[QuerySet[Any, Any], ...]:
    return rows if isinstance(rows, tuple) else (rows,)


def _shown(name: str, value: Any) -> Any:
    written = name in WRITTEN and isinstance(value, str)
    return without_numbers(value) if written else value


def _text(value: Any) -> str | None:
    """Return a sort value as its parser reads it back."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, datetime) else str(value)
