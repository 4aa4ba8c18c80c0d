"""The answers to a question in one box: subjects, places, people and pages, each within its permission."""

from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from anlan.kernel.alerts.models import OPEN, Alarm
from anlan.kernel.alerts.queries import open_alarms
from anlan.kernel.base.clock import now
from anlan.kernel.base.permissions import Facts, Principal, decide
from anlan.kernel.base.registry import entries
from anlan.kernel.people.models import User
from anlan.kernel.people.queries.directory import shifts_reached
from anlan.kernel.search.models import FoundKind
from anlan.kernel.search.rules import asked, matches, words
from anlan.kernel.subjects.models import Subject

#: So many of each group are shown.
MOST = 8
#: Of a word that stands in half of all names no more than so many are put in order.
MOST_ORDERED = 2_000
SEE_ALARMS = "alerts.alarm.view"
SEE_ACCOUNTS, SEE_DUTY = "people.user.view", "people.duty.view"

#: What is told of each.
_NAMES = "id, kind, name, name_en, code, lon, lat"
#: An exact code, then names that begin so, then the shorter name: it says more of what was asked.
_FIND = f"""
    SELECT {_NAMES} FROM (
        SELECT {_NAMES} FROM search_searchentry
        WHERE lexemes @@ %(asked)s::tsquery AND kind = ANY (%(kinds)s) LIMIT {MOST_ORDERED}
    ) found
    ORDER BY lower(code) = %(first)s DESC, starts_with(lower(name), %(first)s) DESC,
        length(name), name, id
    LIMIT {MOST}
"""  # noqa: S608  put together from constants


def find(principal: Principal, text: str) -> dict[str, list[dict[str, Any]]]:
    """Return what a question finds, by group."""
    if not words(text):
        return {"subjects": [], "alarms": [], "places": []}
    places = [kind.value for kind in FoundKind if kind != FoundKind.SUBJECT]
    subjects = _subjects(text)
    return {
        "subjects": subjects,
        "alarms": _alarms(principal, text, [one["id"] for one in subjects]),
        "places": _entries(text, places),
    }


def find_pages(principal: Principal, text: str) -> list[dict[str, Any]]:
    """Return the pages of one's menu that a question finds."""
    return [
        {"key": entry.name, "name": entry.title_zh, "name_en": entry.title_en, "path": entry.path}
        for entry in entries("menu", principal.permissions)
        if entry.path and matches(text, entry.title_zh, entry.title_en)
    ][:MOST]


def _entries(text: str, kinds: list[str]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(_FIND, {"asked": asked(text), "kinds": kinds, "first": words(text)[0]})
        return [dict(zip(_NAMES.split(", "), row, strict=True)) for row in cursor.fetchall()]


def _subjects(text: str) -> list[dict[str, Any]]:
    """Add what each is and whose; one that is gone since it was indexed is left out."""
    found = _entries(text, [FoundKind.SUBJECT.value])
    known = {row.id: row for row in _named([one["id"] for one in found])}
    return [
        one
        | {
            "hint": _joined(row.kind.title, row.organisation.name if row.organisation else ""),
            "hint_en": _joined(
                row.kind.title_en, row.organisation.name_en if row.organisation else ""
            ),
        }
        for one in found
        if (row := known.get(one["id"])) is not None
    ]


def _named(ids: list[str]) -> QuerySet[Subject]:
    return Subject.objects.select_related("kind", "organisation").filter(pk__in=ids)


def _joined(*parts: str | None) -> str:
    return " · ".join(part for part in parts if part)


def _alarms(principal: Principal, text: str, subject_ids: list[str]) -> list[dict[str, Any]]:
    """Return open alarms of what was found, and those whose own name says what was asked."""
    names = (
        "id", "subject_id", "subject_name", "subject_name_en", "datastream_name",
        "datastream_name_en", "condition", "priority", "raised_at",
    )  # fmt: skip
    reach = ("div", "zone", "site")
    worded = Q()
    for word in words(text):
        worded &= Q(search__icontains=word)
    # a name is put together for each row that is looked at: in a storm only for the newest
    recent = Alarm.objects.filter(OPEN).order_by("-raised_at").values_list("pk", flat=True)
    newest = list(recent[:MOST_ORDERED])
    said = Q(subject_id__in=subject_ids) | (Q(pk__in=newest) & worded)
    rows = open_alarms().filter(said).order_by("priority", "-raised_at").values(*names, *reach)
    return [
        {name: row[name] for name in names}
        for row in rows[:MOST]
        if decide(principal, SEE_ALARMS, Facts(**{name: row[name] for name in reach})).allowed
    ]


def find_people(principal: Principal, text: str) -> list[dict[str, Any]]:
    """Return people: the accounts in use for whoever keeps them, else who is on duty within one's reach.

    They are looked through one by one: a bureau has hundreds, and their names are kept nowhere twice.
    """
    if decide(principal, SEE_ACCOUNTS).allowed:
        users = User.objects.filter(is_active=True).order_by("name")
        rows = users.values("id", "name", "username")
        found = [row for row in rows if matches(text, row["name"], row["username"])]
        return [row | {"hint": row["username"]} for row in found[:MOST]]
    if not decide(principal, SEE_DUTY).allowed:
        return []
    shifts = shifts_reached(principal.within(SEE_DUTY)).filter(ends_at__gt=now())
    names = ("user_id", "user__name", "user__username", "organisation__name", "post__title")
    people = {row["user_id"]: row for row in shifts.order_by("-starts_at").values(*names)}
    return [
        {
            "id": key,
            "name": row["user__name"],
            "username": row["user__username"],
            "hint": _joined(row["organisation__name"], row["post__title"]),
        }
        for key, row in people.items()
        if matches(text, row["user__name"], row["user__username"])
    ][:MOST]
