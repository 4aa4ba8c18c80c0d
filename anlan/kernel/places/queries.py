"""Reads of places: the region, divisions by code, what a territory covers, shapes as GeoJSON."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.gis.db.models import Extent
from django.contrib.postgres.aggregates import StringAgg
from django.db import connection
from django.db.models import (
    BooleanField,
    CharField,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Cast, Coalesce, Concat, NullIf
from django.db.models.lookups import GreaterThanOrEqual, LessThanOrEqual

from anlan.kernel.base.clock import SHANGHAI, now
from anlan.kernel.base.config import config
from anlan.kernel.base.errors import NotFoundError
from anlan.kernel.base.permissions import Scope
from anlan.kernel.places.attribution import IN_ENGLISH
from anlan.kernel.places.models import Area, AreaKind, Division, Reorganisation
from anlan.kernel.places.rules import COUNTY_UNIT, ZONES_A_COUNTY, DivisionLevel, div_range


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """The part of the country that this node serves."""

    node: str
    name: str
    name_en: str
    bbox: tuple[float, float, float, float]
    attribution: str
    attribution_en: str
    is_schematic: bool

    @property
    def center(self) -> tuple[float, float]:
        """Return the middle of the box, longitude first."""
        west, south, east, north = self.bbox
        return (west + east) / 2, (south + north) / 2


def today() -> date:
    """Return the present date where the divisions are."""
    return now().astimezone(SHANGHAI).date()


def in_force(on: date) -> Q:
    """Return the condition of a division or area that is valid on a day."""
    began = Q(valid_from__isnull=True) | Q(valid_from__lte=on)
    return began & (Q(valid_to__isnull=True) | Q(valid_to__gt=on))


def divisions(on: date | None = None) -> QuerySet[Division]:
    """Return the divisions in force on a day (today)."""
    return Division.objects.filter(in_force(on or today()))


def vintages(kept: Scope) -> QuerySet[Division]:
    """Return every division that ever was, the outlines left out, and whether it lies in what is kept."""
    search = Concat("code", Value(" "), "name", Value(" "), "name_en", output_field=CharField())
    return Division.objects.annotate(
        is_in_force=_is_in_force(), search=search, may_change=_truth(_within(F("div"), kept))
    )


def reorganisations() -> QuerySet[Reorganisation]:
    """Return what was reorganised, with the division as it was before."""
    undone = ExpressionWrapper(Q(undone_at__isnull=False), output_field=BooleanField())
    return Reorganisation.objects.annotate(is_undone=undone)


def areas(kept: Scope) -> QuerySet[Area]:
    """Return functional zones and parks with the townships under them, by name, and whether each is kept."""
    under = divisions().filter(
        level=DivisionLevel.TOWNSHIP, boundary__intersects=OuterRef("boundary")
    )
    named = under.order_by().annotate(one=Value(1)).values("one")
    english = Coalesce(NullIf("name_en", Value("")), "name", output_field=CharField())

    def text(of: Any, mark: str) -> Coalesce:
        joined = named.annotate(text=StringAgg(of, delimiter=mark, order_by="code")).values("text")
        return Coalesce(Subquery(joined, output_field=CharField()), Value(""))

    number = Cast("number", CharField())
    search = Concat(number, Value(" "), "name", Value(" "), "name_en", output_field=CharField())
    county = F("number") / ZONES_A_COUNTY * COUNTY_UNIT
    mine = _within(county, kept) | Q(number__in=kept.zones)
    return Area.objects.annotate(
        is_in_force=_is_in_force(),
        search=search,
        may_change=_truth(mine),
        over=text("name", "、"),
        over_en=text(english, ", "),
    )


def _within(div: Any, kept: Scope) -> Q:
    """Return the condition of an int8 that lies in one of the ranges of a scope."""
    found = Q(pk__in=[])
    for low, high in kept.divs:
        found |= Q(GreaterThanOrEqual(div, low)) & Q(LessThanOrEqual(div, high))
    return found


def _truth(condition: Q) -> "ExpressionWrapper[Any]":
    return ExpressionWrapper(condition, output_field=BooleanField())


def _is_in_force() -> "ExpressionWrapper[Any]":
    return ExpressionWrapper(in_force(today()), output_field=BooleanField())


def division(code: str, on: date | None = None) -> Division:
    """Return the division of a code in force on a day, or say that there is none."""
    found = divisions(on).filter(code=code).order_by(F("valid_from").desc(nulls_last=True)).first()
    if found is None:
        raise NotFoundError(f"没有区划 {code}", code="places.division_not_found", division=code)
    return found


def zones(on: date | None = None) -> QuerySet[Area]:
    """Return the functional zones (功能区) in force on a day (today)."""
    return Area.objects.filter(in_force(on or today()), kind=AreaKind.FUNCTIONAL_ZONE)


def zone(number: int, on: date | None = None) -> Area:
    """Return the functional zone of a number in force on a day, or say that there is none."""
    found = zones(on).filter(number=number).first()
    if found is None:
        raise NotFoundError(f"没有功能区 {number}", code="places.zone_not_found", zone=number)
    return found


def ranges_of(code: str) -> tuple[tuple[int, int], ...]:
    """Return every range of `div` that belongs to a territory today.

    Its own subtree, and the subtree of each division that was merged into it: rows are never
    re-coded, so a reorganisation widens the scope instead (decision 7.6); one that is filed for a later day does
    so from that day.
    """
    found = {div_range(code)}
    fresh = list(found)
    while fresh:
        within = Q()
        for low, high in fresh:
            within |= Q(succeeded_by__div__range=(low, high))
        codes = Division.objects.filter(within, valid_to__lte=today()).values_list(
            "code", flat=True
        )
        fresh = [span for span in map(div_range, codes) if not _covered(span, found)]
        found.update(fresh)
    return tuple(sorted(found))


def _covered(span: tuple[int, int], by: set[tuple[int, int]]) -> bool:
    return any(low <= span[0] and span[1] <= high for low, high in by)


def region() -> Region:
    """Return this node's own region: the division that the node id names."""
    node = config().node
    own = division(node.removeprefix("n"))
    boxed = divisions().filter(pk=own.pk).aggregate(box=Extent("boundary"))["box"]
    if boxed is None:
        raise NotFoundError("本节点的区划没有边界", code="places.region_without_boundary")
    named = _attributions()
    return Region(
        node=node,
        name=own.name,
        name_en=own.name_en,
        bbox=boxed,
        attribution="；".join(named),
        attribution_en="; ".join(IN_ENGLISH.get(one, one) for one in named),
        is_schematic=own.is_schematic,
    )


def _attributions() -> list[str]:
    """Return who must be named beside the map, each once."""
    return list(
        divisions()
        .exclude(attribution="")
        .order_by("attribution")
        .values_list("attribution", flat=True)
        .distinct()
    )


#: Degrees to 6 decimals are 0.1 m; the drawn boundaries are far coarser.
_COLLECTION = """
    SELECT json_build_object('type', 'FeatureCollection', 'features', coalesce(json_agg(
        json_build_object('type', 'Feature', 'id', f.id,
                          'geometry', ST_AsGeoJSON(f.shape, 6)::json,
                          'properties', to_jsonb(f) - 'id' - 'shape')
        ORDER BY f.id), '[]'::json))::text
    FROM ({rows}) AS f
"""
_VALID = "(valid_from IS NULL OR valid_from <= %(on)s) AND (valid_to IS NULL OR valid_to > %(on)s)"
_DIVISIONS = f"""
    SELECT id, boundary AS shape, code, name, name_en, level, div, population, is_schematic,
           attribution
    FROM places_division WHERE boundary IS NOT NULL AND level = %(level)s AND {_VALID}
"""  # noqa: S608 - made of constants
_AREAS = f"""
    SELECT id, boundary AS shape, number, kind, name, name_en, is_schematic, is_invented,
           attribution
    FROM places_area WHERE {_VALID}
"""  # noqa: S608 - made of constants
_SETTLEMENTS = """
    SELECT id, location AS shape, name, name_en, div, population, attribution
    FROM places_settlement
"""


def divisions_geojson(level: DivisionLevel) -> str:
    """Return the outlines of one level as a GeoJSON text, built in the database."""
    return _collection(_DIVISIONS, level=int(level))


def areas_geojson() -> str:
    """Return the functional zones and parks as a GeoJSON text."""
    return _collection(_AREAS)


def settlements_geojson() -> str:
    """Return the settlements as a GeoJSON text."""
    return _collection(_SETTLEMENTS)


def _collection(rows: str, **values: Any) -> str:
    with connection.cursor() as cursor:
        cursor.execute(_COLLECTION.format(rows=rows), {"on": today(), **values})
        (text,) = cursor.fetchone()
    return str(text)
