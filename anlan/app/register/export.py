"""Write what stands in the register as the workbook that enters it: entered again, nothing changes."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import xlsxwriter
from django.db.models import F, QuerySet
from xlsxwriter.worksheet import Worksheet

from anlan.app.register.sheets import FIRMS, Sheet, headed
from anlan.kernel.base.clock import now
from anlan.kernel.base.disks import refuse_when_nearly_full
from anlan.kernel.base.english import Language
from anlan.kernel.base.events import ListExported
from anlan.kernel.base.fields import Sensitivity
from anlan.kernel.base.services import exports
from anlan.kernel.base.unit_of_work import current_work, refuse_above_ceiling
from anlan.kernel.base.xlsx import ABOUT, ABOUT_EN, Cover
from anlan.kernel.people.models import Organisation, OrganisationKind
from anlan.kernel.people.queries.directory import facts_of
from anlan.kernel.places.rules import code_of
from anlan.kernel.sensing.models import Datastream, Device, Gateway, Limit
from anlan.kernel.subjects.models import Subject, SubjectStatus
from anlan.kernel.subjects.services import SITE_KIND

Cells = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Contents:
    """What a workbook holds: its rows by sheet, its title, the label of its rows."""

    name: str
    title: str
    title_en: str
    rows: Mapping[Sheet, Callable[[], Iterable[Cells]]]
    label: Sensitivity = Sensitivity.INTERNAL


def write_register(*, door: str = "api", language: Language = Language.ZH) -> bytes:
    """Return the register that the open unit of work reaches as an xlsx, and record who took it.

    What has been retired, replaced or withdrawn is not in it, nor is any key of a gateway.
    Raises UnavailableError while the disk is nearly full.
    """
    rows = {sheet: _ROWS[sheet.key] for sheet in FIRMS}
    contents = Contents("register", "安澜登记簿", "Register of Anlan", rows)
    return write_book(contents, door=door, language=language)


def write_book(contents: Contents, *, door: str = "api", language: Language = Language.ZH) -> bytes:
    """Return a workbook as an xlsx that can be entered again, and record who took it.

    Raises UnavailableError while the disk is nearly full, NotPermittedError where its label is above
    the ceiling of who takes it.
    """
    refuse_when_nearly_full()
    refuse_above_ceiling(contents.label.value)
    principal, moment = current_work().principal, now()
    cover = Cover(
        name=principal.name,
        unit=principal.unit,
        title=contents.name,
        label=contents.label,
        language=language,
    )
    buffer, count = BytesIO(), 0
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False}) as book:
        for sheet, page in headed(book, contents.rows, language):
            count += _write(page, sheet, contents.rows[sheet]())
            page.set_footer(cover.footer(moment))
        about = book.add_worksheet(cover.say(ABOUT, ABOUT_EN))
        about.write_string(0, 0, f"{cover.say('导出', 'Exported')} {cover.watermark(moment)}")
        about.write_string(1, 0, cover.say("敏感级别", "Label"))
        about.write_string(1, 1, cover.label_text)
        book.set_properties(
            {
                "title": cover.say(contents.title, contents.title_en),
                "author": cover.name,
                "company": cover.unit,
                "category": cover.label_text,
            }
        )
    said = ListExported(
        name=contents.name,
        filters=[],
        sort="",
        after=None,
        rows=count,
        is_complete=True,
        door=door,
        sensitivity=cover.label.value,
    )
    exports.record(said)
    return buffer.getvalue()


def _write(page: Worksheet, sheet: Sheet, rows: Iterable[Cells]) -> int:
    line = 0
    for line, row in enumerate(rows, start=1):
        for at, key in enumerate(sheet.columns):
            value = row.get(key)
            if value is None or value == "":
                continue
            if isinstance(value, float) and float(f"{value:.16G}") == value:
                page.write_number(line, at, value)
            else:
                # a spreadsheet keeps 16 digits: what needs more stays a text, and whole
                page.write_string(line, at, repr(value) if isinstance(value, float) else str(value))
    return line


def _organisations() -> Iterator[Cells]:
    """Firms of one's own territory or zone, and those whose sites are reached."""
    scope = current_work().principal.scope
    with_sites = set(_sites_reached().values_list("organisation_id", flat=True))
    firms = Organisation.objects.filter(
        kind=OrganisationKind.FIRM, credit_code__isnull=False, merged_into=None
    )
    for one in firms.order_by("credit_code"):
        if one.id in with_sites or scope.sees(facts_of(one)):
            yield {
                "credit_code": one.credit_code,
                "name": one.name,
                "name_en": one.name_en,
                "division": one.territory_code,
                "zone": one.zone,
            }


def _sites() -> Iterator[Cells]:
    for one in _sites_reached().select_related("organisation").order_by("code"):
        yield {
            "code": one.code,
            "credit_code": one.organisation.credit_code if one.organisation else None,
            "name": one.name,
            "name_en": one.name_en,
            "division": code_of(one.div),
            "zone": one.zone,
        } | _place(one)


def _subjects() -> Iterator[Cells]:
    """Equipment, whatever it hangs below before it."""
    codes = dict(_sites_reached().values_list("id", "code"))
    rows = _in_use(Subject.objects).filter(site__in=codes).exclude(id__in=codes)
    waiting = {one.id: one for one in rows.select_related("kind").order_by("site", "code", "id")}
    while waiting:
        ready = [one for one in waiting.values() if one.parent_id not in waiting]
        for one in ready:
            parent = None if one.parent_id in codes else one.parent
            yield {
                "site": codes[one.site or ""],
                "code": one.code,
                "kind": one.kind.code,
                "name": one.name,
                "name_en": one.name_en,
                "parent": parent.code if parent else None,
                "attributes": json.dumps(one.attributes, ensure_ascii=False)
                if one.attributes
                else None,
            } | _place(one)
            del waiting[one.id]


def _of(rows: QuerySet[Any, Any], **columns: str) -> Iterator[Cells]:
    """Return columns of rows under the names of a sheet."""
    named = {f"_{key}": F(path) for key, path in columns.items()}
    for row in rows.values(**named).iterator():
        yield {key: row[f"_{key}"] for key in columns}


def _gateways() -> Iterator[Cells]:
    rows = _at_sites(Gateway.objects).order_by("firm_code", "code")
    return _of(rows, site="firm_code", code="code", name="name", name_en="name_en")


def _devices() -> Iterator[Cells]:
    rows = _at_sites(Device.objects, "gateway__").filter(is_active=True)
    return _of(
        rows.order_by("gateway__firm_code", "gateway__code", "name", "id"),
        site="gateway__firm_code",
        gateway="gateway__code",
        subject="subject__code",
        name="name",
        name_en="name_en",
        model="model",
        serial="serial",
    )


_TAG = {"site": "gateway__firm_code", "gateway": "gateway__code", "tag": "tag"}


def _datastreams() -> Iterator[Cells]:
    rows = _at_sites(Datastream.objects, "gateway__").filter(retired_at=None)
    return _of(
        rows.order_by("gateway__firm_code", "gateway__code", "tag"),
        **_TAG,
        subject="subject__code",
        property="observed_property__code",
        name="name",
        name_en="name_en",
        unit="unit",
        resolution="resolution",
        time_resolution_ms="time_resolution_ms",
        device="device__name",
    )


def _limits() -> Iterator[Cells]:
    rows = _at_sites(Limit.objects, "datastream__gateway__").filter(
        superseded_at=None, datastream__retired_at=None
    )
    tag = {key: f"datastream__{path}" for key, path in _TAG.items()}
    same = (
        "condition", "value", "deadband", "on_delay_ms", "off_delay_ms", "low", "window_ms",
        "priority", "standard", "clause", "clause_en", "confidence", "reason", "reason_en",
    )  # fmt: skip
    return _of(rows.order_by(*tag.values(), "condition"), **tag, **{one: one for one in same})


_ROWS = {
    "organisations": _organisations,
    "sites": _sites,
    "subjects": _subjects,
    "gateways": _gateways,
    "devices": _devices,
    "datastreams": _datastreams,
    "limits": _limits,
}


def _sites_reached() -> QuerySet[Subject]:
    return _in_use(Subject.objects).filter(kind__code=SITE_KIND)


def _at_sites(rows: Any, gateway: str = "") -> QuerySet[Any]:
    """Return what is behind the gateways of sites; a gateway of no site is not the register's."""
    codes = list(_sites_reached().values_list("code", flat=True))
    found: QuerySet[Any] = rows.filter(
        **{f"{gateway}is_active": True, f"{gateway}firm_code__in": codes}
    )
    return found


def _in_use(rows: Any) -> QuerySet[Subject]:
    found: QuerySet[Subject] = rows.exclude(status=SubjectStatus.RETIRED)
    return found


def _place(one: Subject) -> Cells:
    return {"lon": one.location.x, "lat": one.location.y} if one.location else {}
