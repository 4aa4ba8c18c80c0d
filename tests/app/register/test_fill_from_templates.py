"""A firm is set up from templates: every template enters as it comes once its open limits are filled."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.test import Client
from python_calamine import CalamineWorkbook

from anlan.app.register.kinds import KINDS, PROPERTIES
from anlan.app.register.plants import BASES, FOLDER, _read, plant_templates
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.people.models import Organisation
from anlan.kernel.sensing.models import Condition, Confidence, Datastream, Limit
from anlan.kernel.subjects.models import Subject
from tests.app.register.book import firm_book, supervised, xlsx
from tests.app.register.over_http import URL, send

pytestmark = pytest.mark.django_db
Sheets = dict[str, list[list[Any]]]


def _fetched(client: Client, *wanted: str, **more: str) -> Sheets:
    answer = client.get(f"{URL}/plants/book", {"wanted": list(wanted), **more})
    assert answer.status_code == 200, answer.content
    book = CalamineWorkbook.from_filelike(BytesIO(answer.content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def _written(sheets: Sheets) -> bytes:
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        for name, rows in sheets.items():
            page = book.add_worksheet(name)
            for at, row in enumerate(rows):
                page.write_row(at, 0, row)
    return buffer.getvalue()


def _filled(sheets: Sheets) -> Sheets:
    """Fill the open limits as a firm does: in the order in which conditions lie."""
    order = {"LL": -200, "L": -100, "H": 300, "HH": 400}
    head, *rows = sheets["限值"]
    kind, value = head.index("类型"), head.index("限值")
    for row in rows:
        if row[value] == "":
            row[value] = order[str(row[kind])]
    return sheets


def test_templates_name_only_what_there_is() -> None:
    kinds = {one["code"] for one in _read(KINDS)["kind"]}
    properties = {one["code"] for one in _read(PROPERTIES)["property"]}
    bases = _read(FOLDER / f"{BASES}.toml")
    used = set()
    for template in plant_templates().values():
        assert template.kind in kinds, template.code
        keys = [tag.key for tag in template.tags]
        assert len(keys) == len(set(keys)), template.code
        for tag in template.tags:
            assert tag.property in properties, (template.code, tag.key)
            assert (tag.basis is None) == (not tag.limits), (template.code, tag.key)
            assert tag.limits.keys() <= set(Condition.values), (template.code, tag.key)
            ordered = [tag.limits.get(one) for one in ("LL", "L", "H", "HH")]
            figures = [one for one in ordered if one is not None]
            assert figures == sorted(figures), (template.code, tag.key)
            used |= {tag.basis} if tag.basis else set()
    assert len(used) == len(bases), "a basis that no tag has"
    assert {one["confidence"] for one in bases.values()} <= set(Confidence.values)


@pytest.mark.parametrize("code", sorted(plant_templates()))
def test_each_template_enters_as_it_comes(
    code: str, bureau: Organisation, keeper: Client, tmp_path: Path
) -> None:
    first = firm_book()
    content = xlsx(
        tmp_path, {name: first[name] for name in ("organisations", "sites")}
    ).read_bytes()
    assert send(keeper, content, dry_run="false")[0] == 200
    assert supervised(tmp_path, bureau).errors == []
    template = plant_templates()[code]
    sheets = _fetched(keeper, f"{code}:2", site="lwyp", gateway="G1")

    status, report = send(keeper, _written(sheets), dry_run="false")
    is_open = any(None in tag.limits.values() for tag in template.tags)
    refused = {one["code"] for one in report["errors"]}
    assert (status, refused) == (200, {"register.missing_cells"} if is_open else set())

    status, report = send(keeper, _written(_filled(sheets)), dry_run="false")
    assert (status, report["errors"]) == (200, [])
    with unit_of_work(machine("test")):
        assert Subject.objects.filter(kind__code=template.kind).count() == 2
        assert Datastream.objects.count() == 2 * len(template.tags)
        assert Limit.objects.count() == 2 * sum(len(tag.limits) for tag in template.tags)
        for limit in Limit.objects.all():
            assert "先期处置：" in limit.reason


def test_the_list_shows_what_the_workbook_brings(keeper: Client) -> None:
    listed = {one["code"]: one for one in keeper.get(f"{URL}/plants").json()}
    assert list(listed) == list(plant_templates())
    gas = listed["gas_combustible"]["tags"][0]
    assert gas["limits"] == {"HH": 50.0, "H": 25.0}
    assert (gas["basis"]["standard"], gas["basis"]["confidence"]) == (
        "GB/T 50493-2019",
        "unverified",
    )


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"wanted": ["nothing:1"]}, "register.no_such_plant"),
        ({"wanted": ["warehouse:1", "warehouse:2"]}, "register.no_such_plant"),
        ({"wanted": ["warehouse:0"]}, "register.bad_count"),
        ({"wanted": ["warehouse:201"]}, "register.bad_count"),
        ({"wanted": ["warehouse:½"]}, "register.bad_count"),
        ({"wanted": ["warehouse:1"], "site": "a/b"}, "register.bad_code"),
    ],
)
def test_what_cannot_be_filled_is_refused(
    keeper: Client, asked: dict[str, str | list[str]], code: str
) -> None:
    answer = keeper.get(f"{URL}/plants/book", asked)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
