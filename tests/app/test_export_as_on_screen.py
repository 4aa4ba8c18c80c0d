"""A list leaves as a spreadsheet with the columns that its page shows, in their order, under their words.

What a page shows is read off its source: each column is one line there, with its words and the names that
the server knows what it says by.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.base.xlsx import DATA, DATA_EN, MEDIA_TYPE
from tests import factories
from tests.cast import assemble, signed_in
from tests.plant import build_plant

pytestmark = pytest.mark.django_db
WEB = Path(__file__).parents[2] / "web" / "src"
#: Where the columns of a list are named, and where its rows come from.
LISTS = {
    "kernel/base/DeadLettersPage.vue": "operations/dead-letters",
    "kernel/base/JournalPage.vue": "audit/journal",
    "kernel/messaging/DispatchesPage.vue": "messaging/dispatches",
    "kernel/people/AccountsPage.vue": "people/users",
    "kernel/people/OrganisationsPage.vue": "people/organisations",
    "kernel/people/PostsPage.vue": "people/posts",
    "kernel/people/SharesPage.vue": "people/shares",
    "kernel/places/DivisionsPage.vue": "places/vintages",
    "kernel/places/ReorganisationsPage.vue": "places/reorganisations",
    "kernel/places/ZonesPage.vue": "places/zones",
    "kernel/sensing/DatastreamsPage.vue": "sensing/datastreams",
    "kernel/sensing/DevicesPage.vue": "sensing/devices",
    "kernel/sensing/GatewaysPage.vue": "sensing/gateways",
    "kernel/sensing/LimitsTable.vue": "sensing/limits",
    "kernel/sensing/QuarantinePage.vue": "sensing/quarantine",
    "kernel/sensing/SuppressionsTable.vue": "sensing/suppressions",
    "kernel/subjects/KindsPage.vue": "subjects/kinds",
    "kernel/subjects/SubjectsPage.vue": "subjects",
    "kernel/subjects/SupervisionsPage.vue": "people/supervisions",
    "systems/data_honesty/FindingsPage.vue": "data-honesty/findings",
    "systems/data_honesty/HandedPage.vue": "data-honesty/handed",
    "systems/data_honesty/LooksPage.vue": "data-honesty/looks",
    "systems/data_quality/MergesTable.vue": "data-quality/merges",
    "systems/data_quality/StewardDeskPage.vue": "data-quality/findings",
    "systems/escalation/EscalationsPage.vue": "escalation/escalations",
    "systems/firm_day/CommitmentsPage.vue": "firm-day/sites",
    "systems/firm_day/SpecialWorkPage.vue": "firm-day/permits",
    "systems/desk/BulletinsPage.vue": "desk/bulletins",
    "systems/desk/CountedAlarmsPage.vue": "desk/alarms",
    "systems/desk/RoundPlansPage.vue": "desk/plans",
    "systems/desk/RoundsDonePage.vue": "desk/rounds",
    "systems/desk/SilencesPage.vue": "desk/silences",
    "systems/hazchem/ChemicalsPage.vue": "hazchem/chemicals",
    "systems/hazchem/InstallationsPage.vue": "hazchem/installations",
}
_YEAR = {
    "start": "2026-01-01T00:00:00Z",
    "end": "2027-01-01T00:00:00Z",
    "as_of": "2027-01-01T00:00:00Z",
}
#: What a list asks for beside filter and page.
ASKED = {"desk/alarms": _YEAR, "desk/silences": _YEAR}
#: Columns of which only the screen knows anything: they are in no sheet.
ON_SCREEN_ONLY = {
    ("kernel/subjects/SubjectsPage.vue", "worst"),  # rolled up of the live alarms
    ("kernel/subjects/KindsPage.vue", "fields"),  # counted in the schema
    ("kernel/places/ZonesPage.vue", "bureau"),  # whose zone it is, as the register of firms says
    ("systems/data_quality/MergesTable.vue", "moved"),  # counted in what was moved
}
_COLUMN = re.compile(r"\{ key: '(\w+)', label: t\('([\w.]+)'\)(.*?) \}")
_FIELDS = re.compile(r"fields: \[(.*?)\]")


@dataclass(frozen=True, slots=True)
class Shown:
    """A column of a page: its key, where its words stand, and what the server calls what it says."""

    key: str
    words: str
    fields: tuple[str, ...]
    is_act: bool


def columns_of(file: str) -> list[Shown]:
    """Return the columns of a page, in their order."""
    source = (WEB / file).read_text(encoding="utf-8")
    made = []
    for key, words, rest in _COLUMN.findall(source):
        said, is_act = _FIELDS.search(rest), "bare: true" in rest
        named = re.findall(r"'(\w+)'", said.group(1)) if said else [] if is_act else [key]
        made.append(Shown(key, words, tuple(named), is_act))
    return made


def words(language: str) -> dict[str, str]:
    """Return all words of the web application by their keys."""

    def flat(said: dict[str, Any], before: str) -> Iterator[tuple[str, str]]:
        for key, value in said.items():
            if isinstance(value, dict):
                yield from flat(value, f"{before}{key}.")
            else:
                yield f"{before}{key}", value

    found: dict[str, str] = {}
    for file in WEB.rglob(f"locale.{language}.json"):
        found |= dict(flat(json.loads(file.read_text(encoding="utf-8")), ""))
    return found


@pytest.fixture
def readers() -> list[Client]:
    """Somebody for every list: the cast, and whoever keeps the data."""
    cast = assemble(site=build_plant(streams=2).site.id)
    keeper = factories.officer(cast.zone_bureau, "data_keeper")
    return [signed_in(one) for one in (*cast.people.values(), keeper)]


def head_of(readers: list[Client], path: str, columns: list[str], language: str) -> list[str]:
    """Return the headings of a list's sheet as the first of the readers gets it who may."""
    for one in readers:
        answer = one.get(
            f"/api/v1/{path}",
            ASKED.get(path, {}) | {"columns": ",".join(columns)},
            headers={"Accept": MEDIA_TYPE, "Accept-Language": language},
        )
        if answer.status_code == 200:
            book = CalamineWorkbook.from_filelike(BytesIO(answer.content))
            rows = book.get_sheet_by_name(DATA if language == "zh-CN" else DATA_EN).to_python()
            return [str(cell) for cell in rows[0]]
        assert answer.status_code != 422, answer.json()
    raise AssertionError(f"nobody of the cast may read {path}")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_sheet_has_the_columns_of_its_page_under_their_words(
    readers: list[Client], language: str
) -> None:
    said, wrong = words(language), []
    for file, path in LISTS.items():
        columns = columns_of(file)
        assert len(columns) >= 4, file
        names = list(dict.fromkeys(name for one in columns for name in one.fields))
        head = dict(zip(names, head_of(readers, path, names, language), strict=True))
        for one in columns:
            if one.is_act or (file, one.key) in ON_SCREEN_ONLY:
                continue
            label, heading = said[one.words], head[one.fields[0]]
            # a column that says several things begins with the first: "有效期" as "有效期（起）"
            if not (heading.startswith(label) or label.startswith(heading)):
                wrong.append(f"{file} {one.key}: {label} is {heading} in the sheet")
    assert not wrong, "\n".join(wrong)


def test_no_page_with_a_choice_of_columns_is_left_out() -> None:
    with_columns = {
        str(file.relative_to(WEB))
        for file in WEB.rglob("*.vue")
        if "computed<Column[]>" in file.read_text(encoding="utf-8")
    }
    assert with_columns == set(LISTS)
    unsaid = {
        (file, one.key)
        for file in LISTS
        for one in columns_of(file)
        if not one.fields and not one.is_act
    }
    assert unsaid == ON_SCREEN_ONLY


@pytest.mark.parametrize("name", ["colour", "gateway_id", "may"])
def test_a_column_that_the_list_does_not_have_is_refused(readers: list[Client], name: str) -> None:
    monitor = readers[3]
    answer = monitor.get(
        "/api/v1/sensing/datastreams", {"columns": f"tag,{name}"}, headers={"Accept": MEDIA_TYPE}
    )
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    said = answer.json()
    assert (said["code"], said["field"]) == ("base.unknown_field", name)


def test_the_journal_says_which_columns_were_taken(readers: list[Client]) -> None:
    head = head_of(readers, "sensing/datastreams", ["tag", "name", "tag"], "zh-CN")
    assert head == ["位号", "测点"]
    with unit_of_work(machine("test"), read_only=True):
        row = Journal.objects.filter(type="base.list.exported").latest("id")
    assert row.data["columns"] == ["tag", "name", "tag"]
