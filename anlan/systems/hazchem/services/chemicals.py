"""Chemicals: a new one under its code, and the next version of one that stands. Nothing is edited in place."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction

from anlan.kernel.base import journal
from anlan.kernel.base.clock import now
from anlan.kernel.base.config import config
from anlan.kernel.base.errors import ConflictError, InvalidError
from anlan.kernel.base.permissions import Facts, Reach
from anlan.kernel.base.unit_of_work import current_work, refuse_unless
from anlan.kernel.places.rules import node_div
from anlan.systems.hazchem import events
from anlan.systems.hazchem.models import ChemicalVersion, HazardousChemical
from anlan.systems.hazchem.rules import is_cas
from anlan.systems.hazchem.working import Said, standard

VIEW, EDIT = "hazchem.chemical.view", "hazchem.chemical.edit"
_COMPARED = (
    "cas", "name", "name_en", "aliases", "catalogue_number", "classes", "form", "critical_override_t",
    "critical_reason", "beta_override", "beta_reason", "critical_t", "beta", "flash_point_k", "flammable_low",
    "flammable_high", "density_kg_m3", "aegl_1_ppm", "aegl_2_ppm", "aegl_3_ppm", "idlh_ppm", "sources",
    "classes_mark",
)  # fmt: skip
#: Codes of refusals that mean "the standard cannot tell yet": such a chemical is kept, without the figure.
_UNTOLD = {"hazchem.form_unsaid", "hazchem.class_unsaid"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChemicalDetails:
    """What is filed of a chemical: K, kg/m3, shares of volume, ppm; a figure that is not known is None."""

    name: str
    name_en: str = ""
    cas: str = ""
    aliases: Sequence[str] = ()
    catalogue_number: str = ""
    classes: Sequence[str] = ()
    classes_mark: str = ""
    form: int | None = None
    critical_override_t: float | None = None
    critical_reason: str = ""
    beta_override: float | None = None
    beta_reason: str = ""
    flash_point_k: float | None = None
    flammable_low: float | None = None
    flammable_high: float | None = None
    density_kg_m3: float | None = None
    aegl_1_ppm: float | None = None
    aegl_2_ppm: float | None = None
    aegl_3_ppm: float | None = None
    idlh_ppm: float | None = None
    sources: dict[str, str] = field(default_factory=dict)

    def columns(self) -> dict[str, Any]:
        """Return the columns of a version, with Q and beta as the standard has them now."""
        names = [name for name in _COMPARED if name not in {"critical_t", "beta"}]
        said = {name: getattr(self, name) for name in names}
        lists = {"aliases": list(self.aliases), "classes": sorted(set(self.classes))}
        return said | lists | {"critical_t": self._told("critical"), "beta": self._told("beta")}

    def _told(self, figure: str) -> float | None:
        """Return Q or beta, None where the standard cannot tell. Raises InvalidError for what is in no table."""
        said = Said(
            cas=self.cas,
            form=self.form,
            classes=tuple(self.classes),
            critical_override_t=self.critical_override_t,
            beta_override=self.beta_override,
        )
        try:
            return (said.critical() if figure == "critical" else said.beta()).value
        except InvalidError as refused:
            if refused.code in _UNTOLD:
                return None
            raise


def register_chemical(*, code: str, details: ChemicalDetails, reason: str) -> HazardousChemical:
    """Enter a chemical with its first version. Raises ConflictError where it is in the register already."""
    refuse_unless_keeper()
    columns = _checked(details, reason)
    if HazardousChemical.objects.filter(code=code).exists():
        raise ConflictError(f"编码 {code} 已在使用", code="hazchem.code_taken", field="code")
    _refuse_twice(details)
    return _made(code, columns, reason, by_hand=True)


def file_chemical_version(
    *, chemical: HazardousChemical, details: ChemicalDetails, reason: str
) -> HazardousChemical:
    """File the next version of a chemical. Sheets that stand on the version before keep it.

    Raises InvalidError where nothing differs, ConflictError where another has the CAS number and form.
    """
    refuse_unless_keeper()
    columns = _checked(details, reason)
    before = chemical.current
    if before is not None and _same(before, columns):
        raise InvalidError("与现行版本相同", code="hazchem.same_version")
    _refuse_twice(details, but=chemical.id)
    _next(chemical, columns, reason, by_hand=True)
    return chemical


def load_chemicals(rows: Sequence[tuple[str, ChemicalDetails]], reason: str) -> int:
    """Bring in the chemicals as shipped; return how many are new or have another version.

    What people have filed of a chemical stands: a shipped row changes it no more.
    """
    refuse_unless_keeper()
    changed = 0
    standing = {one.code: one for one in HazardousChemical.objects.select_related("current").all()}
    for code, details in rows:
        columns = details.columns()
        found = standing.get(code)
        if found is None:
            _made(code, columns, reason, by_hand=False)
        elif found.is_kept_by_hand or (found.current and _same(found.current, columns)):
            continue
        else:
            _next(found, columns, reason, by_hand=False)
        changed += 1
    return changed


def refuse_unless_keeper() -> None:
    """Refuse whoever does not keep the whole territory of this node."""
    refuse_unless(EDIT, Facts(div=node_div(config().node)), Reach.HOME)


def _checked(details: ChemicalDetails, reason: str) -> dict[str, Any]:
    if not reason.strip():
        raise InvalidError("请写明理由", code="hazchem.reason_missing", field="reason")
    if details.cas and not is_cas(details.cas):
        raise InvalidError(
            f"{details.cas} 不是 CAS 号：校验位不符", code="hazchem.bad_cas", field="cas"
        )
    for name, why in (("critical_override_t", "critical_reason"), ("beta_override", "beta_reason")):
        if getattr(details, name) is not None and not getattr(details, why).strip():
            raise InvalidError(
                "改用标准以外的数值须写明理由", code="hazchem.override_unexplained", field=why
            )
    if details.form is not None:
        row = standard().critical(number=details.form).row
        cas = standard().named[details.form].cas
        if details.cas and cas and details.cas not in cas:
            raise InvalidError(
                f"表1第 {details.form} 行是{row}，CAS 号不符",
                code="hazchem.form_of_another",
                field="form",
            )
    low, high = details.flammable_low, details.flammable_high
    if low is not None and high is not None and low >= high:
        raise InvalidError(
            "爆炸下限须低于上限", code="hazchem.limits_crossed", field="flammable_high"
        )
    return details.columns()


def _refuse_twice(details: ChemicalDetails, but: str = "") -> None:
    """Refuse a second code for one chemical: the same CAS number and form, or without a number the same name."""
    rows = HazardousChemical.objects.exclude(pk=but)
    rows = (
        rows.filter(cas=details.cas, form=details.form)
        if details.cas
        else rows.filter(current__name=details.name, current__cas="")
    )
    if (there := rows.first()) is not None:
        raise ConflictError(
            f"已登记为 {there.code}，一品一码",
            code="hazchem.chemical_twice",
            field="cas",
            id=there.id,
            there=there.code,
        )


def _same(before: ChemicalVersion, columns: dict[str, Any]) -> bool:
    return all(getattr(before, name) == value for name, value in columns.items())


def _made(code: str, columns: dict[str, Any], reason: str, *, by_hand: bool) -> HazardousChemical:
    moment = now()
    row = HazardousChemical(
        code=code,
        cas=columns["cas"],
        form=columns["form"],
        version=0,
        is_kept_by_hand=by_hand,
        created_at=moment,
        updated_at=moment,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        # somebody else entered it in this moment
        raise ConflictError(
            "该化学品刚被他人登记", code="hazchem.chemical_twice", field="cas"
        ) from error
    _next(row, columns, reason, by_hand=by_hand)
    return row


def _next(row: HazardousChemical, columns: dict[str, Any], reason: str, *, by_hand: bool) -> None:
    moment, before = now(), row.current
    made = ChemicalVersion(
        chemical=row,
        number=before.number + 1 if before else 1,
        reason=reason.strip(),
        filed_by=current_work().principal.actor,
        created_at=moment,
        updated_at=moment,
        **columns,
    )
    made.save(force_insert=True)
    row.current, row.cas, row.form = made, made.cas, made.form
    row.version, row.updated_at = row.version + 1, moment
    row.is_kept_by_hand = row.is_kept_by_hand or by_hand
    names = ("current", "cas", "form", "version", "updated_at", "is_kept_by_hand")
    row.save(update_fields=names)
    was = {name: getattr(before, name) if before else None for name in columns}
    state = events.ChemicalState(
        id=row.id,
        version=row.version,
        code=row.code,
        number=made.number,
        cas=made.cas,
        name=made.name,
        name_en=made.name_en,
        critical_t=made.critical_t,
        beta=made.beta,
    )
    place = journal.Place(div=node_div(config().node))
    about = journal.Subject(id=row.id, version=row.version, place=place)
    changed = journal.changed(was, columns) | {"reason": [None, made.reason]}
    journal.record(events.CHEMICAL_FILED, state, about, change=changed)
