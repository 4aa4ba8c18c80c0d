"""Enter a workbook of the register as a person: every row judged, one bad row and nothing is kept."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from django.db import DataError, IntegrityError, transaction

from anlan.app import acting
from anlan.app.register.known import Known
from anlan.app.register.outcome import Outcome
from anlan.app.register.places import brought_home
from anlan.app.register.rows import HANDLERS
from anlan.app.register.sheets import FIRMS, SUPERVISIONS, Row, Sheet, read
from anlan.engines.geodesy.offset import Datum
from anlan.kernel.base.errors import DomainError, InvalidError
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.people.services.organisations import SUPERVISE
from anlan.kernel.subjects.services import EDIT


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What a new gateway signs in and signs with; shown once, then known to nobody but the box."""

    user: str
    token: str
    hmac_key: str


@dataclass(frozen=True, slots=True)
class RowError:
    """Why a row was refused; `number` is the one that the spreadsheet shows."""

    sheet: Sheet
    number: int
    refusal: DomainError

    @property
    def fields(self) -> str:
        """Return what is wrong field by field, where the refusal says it."""
        found = self.refusal.facts.get("errors", [])
        told = [one for one in found if isinstance(one, dict) and {"field", "error"} <= one.keys()]
        return "".join(f"；{one['field']}: {one['error']}" for one in told)

    @property
    def sentence(self) -> str:
        """Say it for people, in Chinese."""
        return f"{self.refusal.title}{self.fields}"


@dataclass(slots=True)
class Report:
    """What became of the rows: `outcomes[sheet]` counts them, `errors` holds the bad ones."""

    is_dry: bool = False
    outcomes: dict[Sheet, Counter[Outcome]] = field(default_factory=dict)
    errors: list[RowError] = field(default_factory=list)
    credentials: list[Credentials] = field(default_factory=list)

    @property
    def is_kept(self) -> bool:
        """Tell whether anything was written."""
        return not self.errors and not self.is_dry


def enter_firms(
    source: Path,
    *,
    who: str,
    dry_run: bool = False,
    only: Sequence[str] = (),
    datum: Datum = "wgs84",
) -> Report:
    """Enter firms and all that is theirs as a person.

    `only` names the sheets that are read, `datum` is that of the coordinates in them.
    """
    rows = brought_home(read(source, chosen(FIRMS, only)), datum)
    with unit_of_work(acting.person(who, EDIT)):
        return enter(rows, dry_run=dry_run)


def enter_supervisions(source: Path, *, who: str, dry_run: bool = False) -> Report:
    """Enter which bureau supervises which site; the security administrator's act (三员)."""
    return enter_book(source, SUPERVISIONS, SUPERVISE, who=who, dry_run=dry_run)


def enter_book(
    source: Path, sheets: Sequence[Sheet], permission: str, *, who: str, dry_run: bool = False
) -> Report:
    """Enter a workbook of these sheets as a person who has the permission."""
    rows = read(source, sheets)
    with unit_of_work(acting.person(who, permission)):
        return enter(rows, dry_run=dry_run)


def chosen(sheets: Sequence[Sheet], only: Sequence[str]) -> list[Sheet]:
    """Return the sheets that are named by key or title, all when none is."""
    known = {name: sheet for sheet in sheets for name in sheet.names}
    if unknown := [name for name in only if name not in known]:
        titles = "、".join(sheet.title for sheet in sheets)
        raise InvalidError(
            f"没有工作表 {'、'.join(unknown)}；可用：{titles}", code="register.unknown_sheet"
        )
    return [one for one in sheets if not only or set(one.names) & set(only)]


def enter(rows: Iterable[Row], *, dry_run: bool) -> Report:
    """Enter rows as whoever the open unit of work is; one bad row, or a dry run, and nothing is kept."""
    report = Report(is_dry=dry_run)
    known = Known()
    for row in rows:
        _enter_row(row, known, report)
    if not report.is_kept:
        transaction.set_rollback(True)
        return report
    report.credentials = [
        Credentials(user=f"{one.firm_code}.{one.code}", token=one.token, hmac_key=one.hmac_key)
        for one in sorted(known.registered, key=lambda one: (one.firm_code, one.code))
    ]
    return report


def _enter_row(row: Row, known: Known, report: Report) -> None:
    """Try one row inside a savepoint, so that the next is judged too."""
    counts = report.outcomes.setdefault(row.sheet, Counter())
    try:
        if missing := [row.sheet.columns[one] for one in row.sheet.needed if not row.of(one)]:
            raise InvalidError(f"缺少 {'、'.join(missing)}", code="register.missing_cells")
        with transaction.atomic():
            counts[HANDLERS[row.sheet.key](row, known)] += 1
    except DomainError as error:
        report.errors.append(RowError(row.sheet, row.number, error))
    except (DataError, IntegrityError) as error:
        sentence = str(error).strip().splitlines()[0]
        refusal = InvalidError(f"数据库拒绝了这一行：{sentence}", code="register.row_refused")
        report.errors.append(RowError(row.sheet, row.number, refusal))
