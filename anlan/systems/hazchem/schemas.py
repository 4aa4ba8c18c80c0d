"""JSON shapes of chemicals and installations; tonnes, K, kg/m3, shares of volume 0..1, ppm."""

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Field, StringConstraints

from anlan.kernel.base.body import Body

_NO_NUL = r"^[^\x00]*$"
Name = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=_NO_NUL)]
NameEn = Annotated[str, StringConstraints(max_length=160, pattern=_NO_NUL)]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,32}$")]
Number = Annotated[str, StringConstraints(max_length=64, pattern=_NO_NUL)]
Why = Annotated[str, StringConstraints(max_length=200, pattern=_NO_NUL)]
Cas = Annotated[str, StringConstraints(max_length=12, pattern=r"^[0-9-]*$")]
Symbol = Annotated[str, StringConstraints(pattern=r"^[JW][0-9.]{1,4}$")]
Catalogue = Annotated[str, StringConstraints(max_length=12, pattern=r"^[0-9A-Za-z.-]*$")]
Source = Annotated[str, StringConstraints(max_length=120, pattern=_NO_NUL)]
Share = Annotated[float, Field(ge=0, le=1)]
Ppm = Annotated[float, Field(gt=0, le=1_000_000)]
Tonnes = Annotated[float, Field(ge=0, le=10_000_000)]
Size = Annotated[float, Field(gt=0, le=1_000)]
Level = Annotated[float, Field(ge=0, le=1_000)]
Volume = Annotated[float, Field(ge=0, le=100_000_000)]
Figure = Literal[
    "flash_point_k", "flammable_low", "flammable_high", "density_kg_m3", "aegl_1_ppm", "aegl_2_ppm",
    "aegl_3_ppm", "idlh_ppm",
]  # fmt: skip
GradeNumber = Literal[0, 1, 2, 3, 4]
OverKey = Literal["", "permit", "design"]


class ChemicalFigures(Schema):
    """What is known of a chemical; None where it is not. `sources` says of each figure from where it is."""

    number: int
    name: str
    name_en: str
    cas: str
    aliases: list[str]
    catalogue_number: str
    classes: list[str]
    classes_mark: str
    form: int | None
    critical_t: float | None
    critical_override_t: float | None
    critical_reason: str
    beta: float | None
    beta_override: float | None
    beta_reason: str
    flash_point_k: float | None
    flammable_low: float | None
    flammable_high: float | None
    density_kg_m3: float | None
    aegl_1_ppm: float | None
    aegl_2_ppm: float | None
    aegl_3_ppm: float | None
    idlh_ppm: float | None
    sources: dict[str, str]
    reason: str
    filed_by_name: str
    filed_at: datetime


class ChemicalOut(ChemicalFigures):
    """A chemical by its current version."""

    id: str
    version: int
    code: str


class ChemicalVersionOut(ChemicalFigures):
    """One version of a chemical as it was filed."""

    id: str
    chemical_id: str
    code: str


class ChemicalBody(Body):
    """A version of a chemical, whole: what is not said is not known."""

    name: Name
    name_en: NameEn = ""
    cas: Cas = ""
    aliases: Annotated[list[Name], Field(max_length=20)] = []
    catalogue_number: Catalogue = ""
    classes: Annotated[list[Symbol], Field(max_length=24)] = []
    form: int | None = Field(default=None, ge=1, le=999)
    critical_override_t: float | None = Field(default=None, gt=0, le=1_000_000)
    critical_reason: Why = ""
    beta_override: float | None = Field(default=None, gt=0, le=1_000)
    beta_reason: Why = ""
    flash_point_k: float | None = Field(default=None, gt=0, le=2_000)
    flammable_low: Share | None = None
    flammable_high: Share | None = None
    density_kg_m3: float | None = Field(default=None, gt=0, le=30_000)
    aegl_1_ppm: Ppm | None = None
    aegl_2_ppm: Ppm | None = None
    aegl_3_ppm: Ppm | None = None
    idlh_ppm: Ppm | None = None
    sources: dict[Figure, Source] = {}
    reason: Why


class ChemicalIn(ChemicalBody):
    """A new chemical under its code (一品一码)."""

    code: Code


class NamedRowOut(Schema):
    """A row of table 1."""

    number: int
    name: str
    name_en: str
    cas: list[str]
    critical_t: float
    mark: str


class HazardClassOut(Schema):
    """A row of tables 2 and 4."""

    symbol: str
    name: str
    description: str
    description_en: str
    critical_t: float
    beta: float
    mark: str


class HazardStandardOut(Schema):
    """The tables that people choose from."""

    name: str
    named: list[NamedRowOut]
    classes: list[HazardClassOut]


class TankShapeBody(Body):
    """A tank by its sizes inside (m): `length_m` is the height of a standing one, unused for a sphere."""

    shape: Literal["vertical", "horizontal", "sphere"]
    radius_m: Size
    length_m: float = Field(default=0, ge=0, le=1_000)
    head_m: float = Field(default=0, ge=0, le=1_000)


class StrappingBody(Body):
    """A tank by its strapping table: rows of level (m) and volume (m3), both ascending from 0 or more."""

    strapping: Annotated[list[tuple[Level, Volume]], Field(min_length=2, max_length=2_000)]


class StockHoldingBody(Body):
    """One chemical in one vessel or lot. `chemical_version_id` keeps an earlier version, else the current one counts."""

    id: Annotated[str, StringConstraints(max_length=26)] = ""
    chemical_id: Annotated[str, StringConstraints(max_length=26)] = ""
    chemical_version_id: Annotated[str, StringConstraints(max_length=26)] = ""
    name: Name
    name_en: NameEn = ""
    design_t: float = Field(gt=0, le=10_000_000)
    permit_t: Tonnes | None = None
    stock_from: Literal["fixed", "tank"] = "fixed"
    fixed_t: Tonnes | None = None
    tank: TankShapeBody | StrappingBody | None = None
    density_kg_m3: float | None = Field(default=None, gt=0, le=30_000)
    datastream_id: Annotated[str, StringConstraints(max_length=26)] | None = None


HoldingsIn = Annotated[list[StockHoldingBody], Field(min_length=1, max_length=200)]
People = Annotated[int, Field(ge=0, le=10_000_000)]
Metres = Annotated[float, Field(ge=0, le=10_000)]


class HazardInstallationIn(Body):
    """A unit to be registered at a subject; without `people` they are counted from the settlements."""

    subject_id: str
    code: Code
    name: Name
    name_en: NameEn = ""
    unit_kind: Literal["production", "storage"]
    filing_number: Number = ""
    licence_number: Number = ""
    boundary_m: Metres = 0
    people: People | None = None
    holdings: HoldingsIn
    reason: Why = ""


class HazardInstallationPatch(Body):
    """What is changed of a unit; `holdings` is all that it holds then, `recount` counts the people anew."""

    code: Code | None = None
    name: Name | None = None
    name_en: NameEn | None = None
    unit_kind: Literal["production", "storage"] | None = None
    filing_number: Number | None = None
    licence_number: Number | None = None
    boundary_m: Metres | None = None
    people: People | None = None
    recount: bool = False
    holdings: HoldingsIn | None = None
    reason: Why


class RetireBody(Body):
    """Why a unit is no more."""

    reason: Why


class HazardInstallationRow(Schema):
    """One line of the list; grade 0 is none. The sums of stock, permit and design are over all that it holds."""

    id: str
    version: int
    code: str
    name: str
    name_en: str
    subject_id: str
    site_name: str
    site_name_en: str
    unit_kind: Literal["production", "storage"]
    grade: GradeNumber
    s: float
    r: float
    alpha: float
    people: int
    live_grade: GradeNumber | None
    live_r: float | None
    live_at: datetime | None
    is_live_whole: bool
    stock_t: float | None
    permit_t: float | None
    design_t: float | None
    overstock: OverKey
    overstock_since: datetime | None
    filing_number: str
    licence_number: str
    retired_at: datetime | None
    is_invented: bool
    lon: float | None
    lat: float | None
    site: str | None


class HazardInstallationOut(HazardInstallationRow):
    """One unit and what the asking person may do."""

    subject_name: str
    subject_name_en: str
    boundary_m: float
    may: list[Literal["change"]]


class SheetFigureOut(Schema):
    """A figure with the table and row it is from and how sure that is; table 0 is a person's word, mark H."""

    value: float
    table: int
    row: str
    row_en: str
    mark: str


class NextGradeOut(Schema):
    """What lies before the next graver grade: `missing` of S or R until `bound`; `share` of it is reached."""

    grade: GradeNumber
    of: Literal["s", "r"]
    bound: float
    missing: float
    share: float


class SheetTotalOut(Schema):
    """One basis of the sheet; `grade` of the live one is held against to and fro, `grade_now` is that of the sums."""

    s: float
    r: float
    grade: GradeNumber
    grade_now: GradeNumber
    is_whole: bool
    to_next: NextGradeOut | None


class CountedSettlementOut(Schema):
    """A settlement that was counted."""

    name: str
    name_en: str
    population: int | None
    distance_m: float


class SheetRowOut(Schema):
    """One line of the sheet: q, Q, q/Q, beta and its part of R, by the design maximum and by the live stock.

    `is_sure` false: the stock is from a doubtful reading; it is counted and makes nothing milder.
    """

    id: str
    number: int
    name: str
    name_en: str
    chemical_id: str
    chemical_version_id: str
    chemical_code: str
    chemical_number: int
    is_current: bool
    chemical: str
    chemical_en: str
    cas: str
    classes_mark: str
    critical: SheetFigureOut
    critical_reason: str
    beta: SheetFigureOut
    beta_reason: str
    design_t: float
    permit_t: float | None
    stock_t: float | None
    is_sure: bool
    stock_at: datetime | None
    stock_from: Literal["fixed", "tank"]
    fixed_t: float | None
    tank: dict[str, Any] | None
    density_kg_m3: float | None
    datastream_id: str | None
    datastream_name: str
    datastream_name_en: str
    tag: str
    level: float | None
    level_unit: str
    over: OverKey
    over_since: datetime | None
    design_share: float
    design_weighted: float
    live_share: float | None
    live_weighted: float | None


class HazardSheetOut(Schema):
    """The calculation sheet of a unit (GB 18218-2018 4.2, 4.3) at `at`; R is alpha times the sum of the parts."""

    installation_id: str
    standard: str
    at: datetime
    within_m: float
    rows: list[SheetRowOut]
    alpha: SheetFigureOut
    people: int
    people_source: Literal["counted", "entered"]
    people_basis: list[CountedSettlementOut]
    people_noted_at: datetime
    people_noted_by_name: str
    boundary_m: float
    design: SheetTotalOut
    live: SheetTotalOut
    live_since: datetime | None
    margin: float
    grade_r: list[float]
    history_missing: bool


class HazardPointsOut(Schema):
    """GeoJSON (RFC 7946)."""

    type: str
    features: list[dict[str, Any]]
