"""Reads of subjects: lists, the map's points, one subject with its path."""

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from django.db import connection
from django.db.models import CharField, F, FloatField, Func, IntegerField, Q, QuerySet, Value
from django.db.models.functions import Cast, Coalesce, Concat

from anlan.kernel.base.errors import NotFoundError
from anlan.kernel.base.permissions import Principal, Scope
from anlan.kernel.base.reached import arms, narrowed
from anlan.kernel.places.rules import COUNTY_UNIT
from anlan.kernel.subjects import rules
from anlan.kernel.subjects.models import KindVersion, Subject, SubjectKind, SubjectStatus

VIEW = "subjects.subject.view"
#: With more counties than this a page is read by the names of all: each part costs a plan of its own.
MOST_COUNTIES = 8
#: Rows that a refused version names; the rest is counted.
MISFITS_TOLD = 200
_JOINED = {
    "lon": Func(F("location"), function="ST_X", output_field=FloatField()),
    "lat": Func(F("location"), function="ST_Y", output_field=FloatField()),
    "organisation_name": F("organisation__name"),
    "organisation_name_en": F("organisation__name_en"),
    "kind_code": F("kind__code"),
    "kind_title": F("kind__title"),
    "kind_title_en": F("kind__title_en"),
    #: What the words of a search are looked for in.
    "search": Concat(
        "name",
        Value(" "),
        "name_en",
        Value(" "),
        "code",
        Value(" "),
        Coalesce("organisation__name", Value("")),
        Value(" "),
        Coalesce("organisation__name_en", Value("")),
        output_field=CharField(),
    ),
}

_POINTS = """
    SELECT coalesce(json_agg(json_build_object('type', 'Feature', 'id', s.id,
        'geometry', ST_AsGeoJSON(s.location, 6)::json, 'properties', json_build_object(
            'id', s.id, 'name', s.name, 'name_en', s.name_en, 'kind', k.code, 'status', s.status,
            'parent_id', s.parent_id, 'site', s.site, 'demo', s.is_invented))), '[]'::json)
    FROM subjects_subject s JOIN subjects_subjectkind k ON k.id = s.kind_id
    WHERE s.location IS NOT NULL AND s.status <> 'retired'
"""


def subjects() -> QuerySet[Subject]:
    """Return every subject that the scope reaches, with the columns that a list shows."""
    return Subject.objects.annotate(**_JOINED)


def listed(scope: Scope) -> tuple[QuerySet[Subject], ...]:
    """Return what `subjects` returns to whoever has this scope, for a list in an order, in parts.

    Row security decides. It reads the scope from settings, which the planner cannot see: it would
    take one plan for a firm and a province. Said once more as plain values, a narrow scope is
    found by its own index and sorted, a wide one is read in the order of the names. Each whole
    county is a part, which an index has in order; what is reached besides is the last part.
    """
    whole = {low // COUNTY_UNIT for low, high in scope.divs if _is_county(low, high)}
    counties = sorted(whole) if len(whole) <= MOST_COUNTIES else []
    besides = _beside(scope, counties)
    parts = [subjects().filter(county=one) for one in counties]
    return tuple(parts if besides is None else [*parts, subjects().filter(besides)])


def _is_county(low: int, high: int) -> bool:
    return (low % COUNTY_UNIT, high - low) == (0, COUNTY_UNIT - 1)


def _beside(scope: Scope, counties: list[int]) -> Q | None:
    """Return the condition of what is reached outside some counties, which is nothing for most.

    Outside is said as ranges between the counties: an index has `site, county` and steps over what lies in them.
    """
    rest = tuple(
        (low, high)
        for low, high in scope.divs
        if not (_is_county(low, high) and low // COUNTY_UNIT in counties)
    )
    ways = arms(replace(scope, divs=rest))
    if counties and not ways:
        return None
    edges = [None, *counties, None]
    gaps = [_between(low, high) for low, high in pairwise(edges)]
    reached = Q()
    for way in ways:
        for gap in gaps:
            reached |= way & gap
    return reached


def _between(low: int | None, high: int | None) -> Q:
    above = Q() if low is None else Q(county__gt=low)
    return above if high is None else above & Q(county__lt=high)


def near(principal: Principal) -> QuerySet[Any, Any]:
    """Return the placed subjects in use as a source of `places.within`, each of its own kind."""
    reached = narrowed(Subject.objects.all(), principal.within(VIEW))
    return reached.exclude(status=SubjectStatus.RETIRED).annotate(
        found_kind=F("kind__code"),
        found_title=F("kind__title"),
        found_title_en=F("kind__title_en"),
        found_people=Cast(Value(None), IntegerField()),
        found_demo=F("is_invented"),
    )


def kinds() -> QuerySet[SubjectKind]:
    """Return the kinds of subject."""
    return SubjectKind.objects.all()


def kind(kind_id: str) -> SubjectKind:
    """Return one kind, or say that there is none."""
    row = SubjectKind.objects.filter(pk=kind_id).first()
    if row is None:
        raise NotFoundError("没有这个类别", code="subjects.kind_not_found", id=kind_id)
    return row


def kind_versions() -> QuerySet[KindVersion]:
    """Return the versions of the kinds' schemas."""
    return KindVersion.objects.all()


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfits:
    """How many rows of a kind were looked at, how many do not fit, and the first of those."""

    checked: int
    count: int
    rows: list[dict[str, Any]]


def misfits(kind: SubjectKind, schema: dict[str, Any]) -> Misfits:
    """Hold every standing row of a kind against another schema: {"id", "name", "errors"} of each misfit."""
    validator = rules.validator(schema)
    rows = Subject.objects.filter(kind=kind).exclude(status=SubjectStatus.RETIRED)
    checked, count = 0, 0
    told: list[dict[str, Any]] = []
    columns = rows.order_by("id").values_list("id", "name", "attributes")
    for key, name, attributes in columns.iterator(chunk_size=2_000):
        checked += 1
        if errors := rules.errors_of(validator, attributes):
            count += 1
            if len(told) < MISFITS_TOLD:
                told.append({"id": key, "name": name, "errors": errors})
    return Misfits(checked=checked, count=count, rows=told)


def points() -> dict[str, Any]:
    """Return the placed subjects as a GeoJSON FeatureCollection, built by PostgreSQL."""
    with connection.cursor() as cursor:
        cursor.execute(_POINTS)
        row = cursor.fetchone()
    return {"type": "FeatureCollection", "features": row[0] if row else []}


def subject(subject_id: str) -> Subject:
    """Return one subject, or say that there is none to be seen."""
    row = subjects().select_related("kind", "organisation").filter(pk=subject_id).first()
    if row is None:
        raise NotFoundError("没有这个监测对象，或不在您的范围内", id=subject_id)
    return row


def path_of(row: Subject) -> list[dict[str, str]]:
    """Return the subject's ancestors, the outermost first, as {"id", "name", "name_en"}."""
    found: list[dict[str, str]] = []
    key = row.parent_id
    while key is not None and len(found) < 20:
        # what is out of the reader's sight ends the path: he is told neither its name nor that it is there
        above = Subject.objects.filter(pk=key).first()
        if above is None:
            break
        found.append({"id": above.id, "name": above.name, "name_en": above.name_en})
        key = above.parent_id
    return found[::-1]


def is_site_code_taken(code: str) -> bool:
    """Tell whether a site has a code, also one out of sight: it is the first word of its gateways' topics."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT subjects_site_code_taken(%s)", [code])
        (taken,) = cursor.fetchone()
    return bool(taken)
