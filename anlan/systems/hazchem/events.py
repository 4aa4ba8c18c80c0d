"""What happens to chemicals and installations."""

from dataclasses import dataclass
from typing import Any

from anlan.kernel.base.events import EventType


@dataclass(frozen=True, slots=True, kw_only=True)
class ChemicalState:
    """A chemical as its newest version says; `critical_t` (t) and `beta` None where the standard cannot tell."""

    id: str
    version: int
    code: str
    number: int
    cas: str
    name: str
    name_en: str
    critical_t: float | None
    beta: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HazardInstallationState:
    """An installation with its legal grade (1..4, 0 none) and what it holds."""

    id: str
    version: int
    subject_id: str
    code: str
    name: str
    name_en: str
    unit_kind: str
    filing_number: str
    licence_number: str
    boundary_m: float
    people: int
    people_source: str
    s: float
    r: float
    grade: int
    holdings: list[dict[str, Any]]
    is_retired: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OverstockState:
    """A holding beyond a maximum, or no longer: `over` is design, permit, or empty."""

    id: str
    version: int
    holding_id: str
    holding: str
    chemical_id: str
    chemical: str
    chemical_en: str
    stock_t: float
    design_t: float
    permit_t: float | None
    over: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveGradeState:
    """The grade that the live stock makes, with what it was before (0 none)."""

    id: str
    version: int
    before: int
    grade: int
    s: float
    r: float


CHEMICAL_FILED = EventType("hazchem.chemical.version_filed", ChemicalState, "危险化学品已登记版本")
INSTALLATION_REGISTERED = EventType(
    "hazchem.installation.registered", HazardInstallationState, "重大危险源单元已登记"
)
INSTALLATION_CHANGED = EventType(
    "hazchem.installation.changed", HazardInstallationState, "重大危险源单元已修改"
)
INSTALLATION_RETIRED = EventType(
    "hazchem.installation.retired", HazardInstallationState, "重大危险源单元已核销", is_end=True
)
OVERSTOCK_FOUND = EventType("hazchem.installation.overstock_found", OverstockState, "发现超量储存")
OVERSTOCK_ENDED = EventType(
    "hazchem.installation.overstock_ended", OverstockState, "超量储存已消除"
)
LIVE_GRADE_TURNED = EventType(
    "hazchem.installation.live_grade_turned", LiveGradeState, "重大危险源实时级别变化"
)
