"""What an installation holds: written as a whole list with the installation, each with the version of its chemical."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from anlan.kernel.base.clock import now
from anlan.kernel.base.errors import DomainError, InvalidError
from anlan.kernel.sensing.models import Datastream
from anlan.kernel.subjects.models import Subject
from anlan.systems.hazchem.models import (
    ChemicalVersion,
    Holding,
    MajorHazardInstallation,
    StockFrom,
)
from anlan.systems.hazchem.queries.chemicals import current_of, version
from anlan.systems.hazchem.queries.live import UNKNOWN
from anlan.systems.hazchem.queries.sheet import term_of
from anlan.systems.hazchem.stock import METRES, PERCENT, tank_of
from anlan.systems.hazchem.working import Working, worked

#: The `tank_type` of a tank that is kept cold, as the kind `tank` has it.
REFRIGERATED: Final = "全冷冻罐"
_COLUMNS = (
    "number", "name", "name_en", "chemical_id", "design_t", "permit_t", "stock_from", "fixed_t", "tank",
    "density_kg_m3", "datastream_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingDetails:
    """One holding as it is entered: tonnes, kg/m3. `id` names one that stands and is changed.

    `chemical_version_id` keeps an earlier version of the chemical; without it the current one of `chemical_id` counts.
    """

    chemical_id: str = ""
    chemical_version_id: str = ""
    name: str
    name_en: str = ""
    design_t: float
    permit_t: float | None = None
    stock_from: str = StockFrom.FIXED
    fixed_t: float | None = None
    tank: dict[str, Any] | None = None
    density_kg_m3: float | None = None
    datastream_id: str | None = None
    id: str = ""


def put_holdings(at: MajorHazardInstallation, wanted: Sequence[HoldingDetails]) -> list[Holding]:
    """Make these all that an installation holds; return what it holds no more.

    Raises InvalidError with the number (1..) of the row at fault.
    """
    if not wanted:
        raise InvalidError("至少须有一种危险化学品", code="hazchem.nothing_held", field="holdings")
    standing_rows = {one.id: one for one in at.holdings.select_for_update()}
    kept: list[Holding] = []
    for number, one in enumerate(wanted, 1):
        try:
            if one.id and one.id in {row.id for row in kept}:
                raise InvalidError("同一行储存写了两次", code="hazchem.holding_twice", field="id")
            kept.append(_wanted(at, number, one, standing_rows))
        except DomainError as refused:
            refused.facts["row"] = number
            raise
    stays = {one.id for one in kept}
    gone = [one for one in standing_rows.values() if one.id not in stays]
    Holding.objects.filter(pk__in=[one.id for one in gone]).delete()
    # out of the way first: two that change places would meet on one number
    for place, key in enumerate(standing_rows.keys() & stays, 1):
        Holding.objects.filter(pk=key).update(number=-place)
    for row in kept:
        row.save()
    return gone


def standing(row: MajorHazardInstallation) -> list[Holding]:
    """Return what an installation holds now."""
    rows = row.holdings.select_related("chemical__chemical", "datastream")
    return list(rows.order_by("number"))


def design_of(rows: Sequence[Holding], people: int) -> Working:
    """Return the sheet of what is held at most; its live half says nothing."""
    return worked([term_of(one, UNKNOWN) for one in rows], people)


def plain(row: Holding) -> dict[str, Any]:
    """Return a holding as the journal has it."""
    return {"id": row.id} | {name: getattr(row, name) for name in _COLUMNS}


def _wanted(
    at: MajorHazardInstallation, number: int, said: HoldingDetails, there: dict[str, Holding]
) -> Holding:
    chemical = (
        version(said.chemical_version_id)
        if said.chemical_version_id
        else current_of(said.chemical_id)
    )
    # refused now, with its row, and not when the sheet is asked for
    moment = now()
    if said.id and said.id not in there:
        raise InvalidError("没有这一行储存", code="hazchem.no_such_holding", field="id")
    row = there.get(said.id) or Holding(installation=at, created_at=moment)
    was = plain(row) if row.pk in there else {}
    row.div, row.zone, row.site = at.div, at.zone, at.site
    row.number, row.name, row.name_en = number, said.name, said.name_en
    row.chemical = chemical
    row.design_t, row.permit_t = said.design_t, said.permit_t
    row.stock_from = said.stock_from
    # refused now, with its row, and not when the sheet is asked for
    term_of(row, UNKNOWN)
    if said.stock_from == StockFrom.FIXED:
        _fixed(row, said)
    else:
        _in_tank(row, said, chemical, at)
    if was != plain(row):
        row.updated_at = moment
        row.version += bool(was)
    return row


def _fixed(row: Holding, said: HoldingDetails) -> None:
    if said.fixed_t is None:
        raise InvalidError("请填写现存量", code="hazchem.stock_unsaid", field="fixed_t")
    if row.fixed_t != said.fixed_t:
        # a figure that is sent along with other changes is as old as it was
        row.stock_at = now()
    row.fixed_t = row.stock_t = said.fixed_t
    row.tank = row.density_kg_m3 = row.datastream = None


def _in_tank(
    row: Holding, said: HoldingDetails, chemical: ChemicalVersion, unit: MajorHazardInstallation
) -> None:
    if said.tank is None:
        raise InvalidError("请填写储罐尺寸或容积表", code="hazchem.bad_tank", field="tank")
    tank_of(said.tank).check()
    stream = Datastream.objects.filter(pk=said.datastream_id, retired_at=None).first()
    if stream is None or stream.site != row.site:
        raise InvalidError(
            "没有这个液位测点，或不在该厂区", code="hazchem.no_level", field="datastream_id"
        )
    if stream.unit not in {*METRES, PERCENT}:
        raise InvalidError(
            f"测点单位 {stream.unit} 不是液位单位",
            code="hazchem.not_a_level",
            field="datastream_id",
        )
    density = said.density_kg_m3 or _density_of(chemical, at=(stream.subject, unit.subject))
    if (row.datastream_id, row.tank, row.density_kg_m3) != (stream.id, said.tank, density):
        # what another tank held says nothing of this one
        row.stock_t = row.stock_at = None
    row.tank, row.density_kg_m3, row.datastream = said.tank, density, stream
    row.fixed_t = None


def _density_of(chemical: ChemicalVersion, at: Sequence[Subject]) -> float:
    """Return the density (kg/m3) that a chemical's liquid has at 20 degrees; of a refrigerated tank it must be said."""
    if any(one.attributes.get("tank_type") == REFRIGERATED for one in at):
        raise InvalidError(
            "全冷冻罐须填写储存温度下的密度：化学品的密度为 20 °C 时的",
            code="hazchem.cold_density_unsaid",
            field="density_kg_m3",
        )
    if chemical.density_kg_m3 is None:
        raise InvalidError("请填写密度", code="hazchem.density_unsaid", field="density_kg_m3")
    return chemical.density_kg_m3
