"""The calculation sheet of an installation, as it stands at the moment of asking."""

from dataclasses import asdict
from typing import Any

from anlan.kernel.base.clock import now
from anlan.kernel.people.queries.holdings import names_of
from anlan.systems.hazchem.models import Holding, MajorHazardInstallation
from anlan.systems.hazchem.queries.installations import holdings_of
from anlan.systems.hazchem.queries.live import Stock, readings_of, stock_of
from anlan.systems.hazchem.queries.people import WITHIN_M
from anlan.systems.hazchem.working import (
    MARGIN,
    OVER_ORDER,
    Said,
    Term,
    Total,
    Working,
    over_of,
    standard,
    worked,
)


def said_of(row: Holding) -> Said:
    """Return what the version of a holding's chemical says for the sum."""
    chemical = row.chemical
    return Said(
        cas=chemical.cas,
        form=chemical.form,
        classes=tuple(chemical.classes),
        critical_override_t=chemical.critical_override_t,
        beta_override=chemical.beta_override,
    )


def term_of(row: Holding, stock: Stock) -> Term:
    """Return one row of the sum. Raises InvalidError where Q or beta cannot be told."""
    said = said_of(row)
    return Term(
        critical=said.critical(),
        beta=said.beta(),
        design_t=row.design_t,
        stock_t=stock.counted_t,
        is_sure=stock.is_sure,
    )


def sheet_of(row: MajorHazardInstallation) -> dict[str, Any]:
    """Return every figure of the sum with its table, row and mark; the grade by the design maximum and by the stock."""
    moment = now()
    held = holdings_of(row.id)
    newest = readings_of(held)
    stocks = [stock_of(one, newest, moment) for one in held]
    terms = [term_of(one, stock) for one, stock in zip(held, stocks, strict=True)]
    done = worked(terms, row.people, row.live_grade)
    lines = zip(held, terms, stocks, range(len(held)), strict=True)
    return {
        "installation_id": row.id,
        "standard": standard().name,
        "at": moment,
        "within_m": WITHIN_M,
        "rows": [_line(done, *line) for line in lines],
        "alpha": asdict(done.alpha),
        "people": row.people,
        "people_source": row.people_source,
        "people_basis": row.people_basis,
        "people_noted_at": row.people_noted_at,
        "people_noted_by_name": names_of([row.people_noted_by]).get(row.people_noted_by, ""),
        "boundary_m": row.boundary_m,
        "design": _total(done.design),
        "live": _total(done.live),
        "live_since": row.live_since,
        "margin": MARGIN,
        "grade_r": standard().grading.grade_r.tolist(),
        "history_missing": newest is None or newest.tail_missing,
    }


def _total(of: Total) -> dict[str, Any]:
    names = ("s", "r", "grade", "grade_now", "is_whole")
    return {name: getattr(of, name) for name in names} | {
        "to_next": asdict(of.to_next) if of.to_next else None
    }


def _line(done: Working, row: Holding, term: Term, stock: Stock, at: int) -> dict[str, Any]:
    chemical, stream = row.chemical, row.datastream
    over = over_of(stock.counted_t, row.design_t, row.permit_t) or ""
    return {
        "id": row.id,
        "number": row.number,
        "name": row.name,
        "name_en": row.name_en,
        "chemical_id": chemical.chemical_id,
        "chemical_version_id": chemical.id,
        "chemical_code": chemical.chemical.code,
        "chemical_number": chemical.number,
        "is_current": chemical.chemical.current_id == chemical.id,
        "chemical": chemical.name,
        "chemical_en": chemical.name_en,
        "cas": chemical.cas,
        "classes_mark": chemical.classes_mark,
        "critical": asdict(term.critical),
        "critical_reason": chemical.critical_reason,
        "beta": asdict(term.beta),
        "beta_reason": chemical.beta_reason,
        "design_t": row.design_t,
        "permit_t": row.permit_t,
        "stock_t": stock.counted_t,
        "is_sure": stock.is_sure,
        "stock_at": stock.at,
        "stock_from": row.stock_from,
        "fixed_t": row.fixed_t,
        "tank": row.tank,
        "density_kg_m3": row.density_kg_m3,
        "datastream_id": row.datastream_id,
        "datastream_name": stream.name if stream else "",
        "datastream_name_en": stream.name_en if stream else "",
        "tag": stream.tag if stream else "",
        "level": stock.level,
        "level_unit": stream.unit if stream else "",
        "over": max(over, row.over, key=OVER_ORDER.index),
        "over_since": row.over_since,
        "design_share": done.design.share[at],
        "design_weighted": done.design.weighted[at],
        "live_share": done.live.share[at],
        "live_weighted": done.live.weighted[at],
    }
