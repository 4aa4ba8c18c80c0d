"""Enter a workbook of the register as a person: every row judged, one bad row and nothing is kept."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from django.db import DataError, IntegrityError, transaction

from anlan.app import acting
from anlan.app.register.rows import HANDLERS, Outcome
from anlan.app.register.sheets import FIRMS, SUPERVISIONS, Row, Sheet, read
from anlan.kernel.base.errors import DomainError, InvalidError
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.people.services.organisations import SUPERVISE
from anlan.kernel.sensing.models import Gateway
from anlan.kernel.subjects.services import EDIT


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What a new gateway signs in and signs with; shown once, then known to nobody but the box."""

    user: str
    token: str
    hmac_key: str


@dataclass(slots=True)
class Report:
    """What became of the rows: `outcomes[sheet]` counts them, `errors` holds (sheet, row, sentence)."""

    is_dry: bool = False
    outcomes: dict[str, Counter[Outcome]] = field(default_factory=dict)
    errors: list[tuple[str, int, str]] = field(default_factory=list)
    credentials: list[Credentials] = field(default_factory=list)

    @property
    def is_kept(self) -> bool:
        """Tell whether anything was written."""
        return not self.errors and not self.is_dry


def enter_firms(
    source: Path, *, who: str, dry_run: bool = False, only: Sequence[str] = ()
) -> Report:
    """Enter firms and all that is theirs; `only` names the sheets that are read."""
    known = {name: sheet for sheet in FIRMS for name in (sheet.key, sheet.title)}
    if unknown := [name for name in only if name not in known]:
        titles = "、".join(sheet.title for sheet in FIRMS)
        raise InvalidError(f"没有工作表 {'、'.join(unknown)}；可用：{titles}")
    wanted = [one for one in FIRMS if not only or {one.key, one.title} & set(only)]
    return _enter(source, wanted, who, EDIT, dry_run=dry_run)


def enter_supervisions(source: Path, *, who: str, dry_run: bool = False) -> Report:
    """Enter which bureau supervises which site; the security administrator's act (三员)."""
    return _enter(source, SUPERVISIONS, who, SUPERVISE, dry_run=dry_run)


def _enter(
    source: Path, sheets: Sequence[Sheet], who: str, permission: str, *, dry_run: bool
) -> Report:
    report = Report(is_dry=dry_run)
    rows = read(source, sheets)
    with unit_of_work(acting.person(who, permission)):
        before = set(Gateway.objects.values_list("id", flat=True))
        for row in rows:
            _enter_row(row, report)
        made = Gateway.objects.exclude(id__in=before).order_by("firm_code", "code")
        report.credentials = [
            Credentials(user=f"{one.firm_code}.{one.code}", token=one.token, hmac_key=one.hmac_key)
            for one in made
        ]
        if not report.is_kept:
            report.credentials = []
            transaction.set_rollback(True)
    return report


def _enter_row(row: Row, report: Report) -> None:
    """Try one row inside a savepoint, so that the next is judged too."""
    counts = report.outcomes.setdefault(row.sheet.title, Counter())
    try:
        if missing := [row.sheet.columns[one] for one in row.sheet.needed if not row.of(one)]:
            raise InvalidError(f"缺少 {'、'.join(missing)}")
        with transaction.atomic():
            counts[HANDLERS[row.sheet.key](row)] += 1
    except DomainError as error:
        why = "".join(f"；{one['field']}: {one['error']}" for one in _of(error))
        report.errors.append((row.sheet.title, row.number, f"{error.title}{why}"))
    except (DataError, IntegrityError) as error:
        sentence = str(error).strip().splitlines()[0]
        report.errors.append((row.sheet.title, row.number, f"数据库拒绝了这一行：{sentence}"))


def _of(error: DomainError) -> list[dict[str, str]]:
    """Return the errors field by field, where a refusal has them."""
    found = error.facts.get("errors", [])
    return [one for one in found if isinstance(one, dict) and {"field", "error"} <= one.keys()]
