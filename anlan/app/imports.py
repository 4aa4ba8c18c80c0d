"""Subjects from a spreadsheet: every row judged before any is written, all or nothing."""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import transaction
from python_calamine import CalamineError, load_workbook

from anlan.app import acting
from anlan.kernel.base.errors import DomainError, InvalidError
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.subjects import services

COLUMNS = ("kind", "name", "parent_id", "lon", "lat", "code", "attributes")
REQUIRED = ("kind", "name", "parent_id")


@dataclass(slots=True)
class ImportReport:
    """What became of each row; `errors` holds (row number as in the sheet, sentence)."""

    rows: int = 0
    written: int = 0
    errors: list[tuple[int, str]] = field(default_factory=list)


def import_subjects(file: Path, *, who: str, dry_run: bool) -> ImportReport:
    """Register the subjects of a CSV or xlsx file as a person; one bad row and nothing is kept."""
    report = ImportReport()
    with unit_of_work(acting.person(who, services.EDIT)):
        for number, row in _rows(file):
            report.rows += 1
            _register(number, row, report)
        if report.errors or dry_run:
            transaction.set_rollback(True)
        else:
            report.written = report.rows
    return report


def _register(number: int, row: dict[str, Any], report: ImportReport) -> None:
    """Try one row inside a savepoint, so that the next is judged too."""
    try:
        if missing := [name for name in REQUIRED if not row.get(name)]:
            raise InvalidError(f"缺少 {'、'.join(missing)}")
        with transaction.atomic():
            services.register_subject(
                kind=row["kind"],
                name=row["name"],
                parent_id=row["parent_id"],
                lon_lat=_lon_lat(row),
                code=row.get("code", ""),
                attributes=_attributes(row.get("attributes", "")),
            )
    except DomainError as error:
        report.errors.append((number, error.title))


def _rows(file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (row number, {column: text}) of the file's first sheet; unknown columns are refused."""
    table = list(_cells(file))
    head = [str(cell).strip() for cell in table[0]] if table else []
    if unknown := sorted(set(head) - set(COLUMNS)):
        raise InvalidError(f"不认识的列：{'、'.join(unknown)}；可用：{'、'.join(COLUMNS)}")
    for number, cells in enumerate(table[1:], start=2):
        row = {name: str(cell).strip() for name, cell in zip(head, cells, strict=False)}
        if any(row.values()):
            yield number, row


def _cells(file: Path) -> Iterator[list[Any]]:
    if not file.is_file():
        raise InvalidError(f"没有文件 {file}", code="app.no_file")
    if file.suffix.lower() == ".csv":
        with file.open(encoding="utf-8-sig", newline="") as opened:
            yield from csv.reader(opened)
        return
    try:
        yield from load_workbook(str(file)).get_sheet_by_index(0).to_python()
    except (CalamineError, OSError) as error:
        raise InvalidError(f"{file.name} 不是可读的表格：{error}") from error


def _lon_lat(row: dict[str, Any]) -> tuple[float, float] | None:
    if not row.get("lon") and not row.get("lat"):
        return None
    try:
        lon, lat = float(row["lon"]), float(row["lat"])
    except (KeyError, ValueError) as error:
        raise InvalidError("经纬度须为十进制度，两个都要有") from error
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise InvalidError(f"经纬度超出范围：{lon}, {lat}")
    return lon, lat


def _attributes(text: str) -> dict[str, Any]:
    if not text:
        return {}
    try:
        found = json.loads(text)
    except ValueError as error:
        raise InvalidError(f"attributes 不是 JSON：{error}") from error
    if not isinstance(found, dict):
        raise InvalidError("attributes 须为 JSON 对象")
    return found
