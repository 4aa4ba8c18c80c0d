"""Divisions, zones, bureaus, posts, who holds them, and accounts by workbook: entered, taken, entered again."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

import pytest
import xlsxwriter
from django.test import Client
from python_calamine import CalamineWorkbook

from anlan.app.register.books import ACCOUNTS, BUREAUS, PLACES
from anlan.app.register.sheets import SUPERVISIONS
from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.people.models import AdministratorKind, Organisation, Post, PostHolding, User
from anlan.kernel.places.models import Area, Division
from tests import factories
from tests.app.register.over_http import URL, counted, send
from tests.cast import signed_in

pytestmark = pytest.mark.django_db

OUTLINE = (
    '{"type": "Polygon", "coordinates": '
    "[[[106.2, 38.0], [106.3, 38.0], [106.3, 38.1], [106.2, 38.1], [106.2, 38.0]]]}"
)
STAFF = {
    "bureaus": [
        ["kind", "name", "division", "parent"],
        ["agency", "灵武市气象局", "640181", ""],
        ["bureau", "灵武市应急指挥中心", "640181", "灵武市应急管理局"],
    ],
    "posts": [
        ["organisation", "role", "title", "division"],
        ["灵武市应急指挥中心", "duty_officer", "值班一席", ""],
        ["灵武市应急指挥中心", "duty_officer", "东部值班", "640181001"],
    ],
    "appointments": [
        ["username", "organisation", "role", "title", "division"],
        ["wangwu", "灵武市应急指挥中心", "duty_officer", "东部值班", "640181001"],
    ],
}


def xlsx(book: Mapping[str, list[list[Any]]]) -> bytes:
    """Write tables under their Chinese titles."""
    titles = {one.key: one.title for one in (*PLACES, *BUREAUS, *ACCOUNTS, *SUPERVISIONS)}
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer) as written:
        for key, table in book.items():
            page = written.add_worksheet(titles[key])
            for at, row in enumerate(table):
                page.write_row(at, 0, row)
    return buffer.getvalue()


def taken(client: Client, book: str) -> bytes:
    answer = client.get(f"{URL}/{book}")
    assert answer.status_code == 200, answer.content
    return bytes(answer.content)


@pytest.fixture
def security(bureau: Organisation) -> Client:
    factories.user("wangwu", "王五")
    return signed_in(User.objects.get(username="fengan"))


@pytest.fixture
def system(bureau: Organisation) -> Client:
    return signed_in(factories.user("xitong", "徐系统", AdministratorKind.SYSTEM))


def test_bureaus_their_posts_and_who_holds_them_are_entered_at_once(security: Client) -> None:
    checked = send(security, xlsx(STAFF), "bureaus")
    assert checked[0] == 200
    assert (checked[1]["is_kept"], checked[1]["errors"]) == (False, [])
    assert not Organisation.objects.filter(name="灵武市气象局").exists(), "a dry run keeps nothing"

    status, report = send(security, xlsx(STAFF), "bureaus", dry_run="false")

    assert (status, report["is_kept"]) == (200, True)
    assert counted(report) == {
        "bureaus": (2, 0, 0, 0),
        "posts": (2, 0, 0, 0),
        "appointments": (1, 0, 0, 0),
    }
    held = PostHolding.objects.select_related("post__organisation__parent", "user").get(
        user__username="wangwu"
    )
    assert (held.post.title, held.post.territory_code) == ("东部值班", "640181001")
    assert held.post.organisation.parent is not None
    assert held.post.organisation.parent.name == "灵武市应急管理局"
    assert held.appointed_by.endswith(User.objects.get(username="fengan").id)
    again = send(security, xlsx(STAFF), "bureaus", dry_run="false")[1]
    assert counted(again) == {
        "bureaus": (0, 0, 2, 0),
        "posts": (0, 0, 2, 0),
        "appointments": (0, 0, 1, 0),
    }


def test_what_is_taken_out_changes_nothing_when_it_is_entered_again(security: Client) -> None:
    send(security, xlsx(STAFF), "bureaus", dry_run="false")
    before = versions()

    content = taken(security, "bureaus")
    status, report = send(security, content, "bureaus", dry_run="false")

    assert (status, report["errors"]) == (200, [])
    assert all(counts[:2] == (0, 0) and counts[2] for counts in counted(report).values())
    assert versions() == before
    # who holds a post is personal
    assert CalamineWorkbook.from_filelike(BytesIO(content)).sheet_names == ["部门", "岗位", "说明"]
    with unit_of_work(machine("test")):
        exported = Journal.objects.filter(type="base.list.exported").latest("id")
        assert (exported.data["name"], exported.data["rows"]) == ("bureaus", sum(
            counts[2] for counts in counted(report).values()
        ))  # fmt: skip


def versions() -> set[tuple[str, int]]:
    rows = (Organisation.objects, Post.objects, PostHolding.objects)
    return {pair for one in rows for pair in one.values_list("id", "version")}


def test_a_bureau_gets_another_seat_by_its_row_and_keeps_its_kind(security: Client) -> None:
    send(security, xlsx(STAFF), "bureaus", dry_run="false")
    moved = [["kind", "name", "name_en", "division"]]
    moved += [["agency", "灵武市气象局", "Weather office", "640181001"]]
    status, report = send(security, xlsx({"bureaus": moved}), "bureaus", dry_run="false")
    assert (status, counted(report)) == (200, {"bureaus": (0, 1, 0, 0)})
    made = Organisation.objects.get(name="灵武市气象局")
    assert (made.name_en, made.territory_code) == ("Weather office", "640181001")
    moved[1][0] = "team"
    refused = send(security, xlsx({"bureaus": moved}), "bureaus", dry_run="false")[1]
    assert [one["code"] for one in refused["errors"]] == ["register.bureau_stands"]


def test_an_empty_cell_takes_no_zone_away_and_a_word_does(security: Client) -> None:
    head = ["kind", "name", "name_en", "division", "zone"]
    made: dict[str, list[list[Any]]] = {"bureaus": [head, ["bureau", "园区局", "", "", 64018101]]}
    assert counted(send(security, xlsx(made), "bureaus", dry_run="false")[1]) == {
        "bureaus": (1, 0, 0, 0)
    }
    named = {"bureaus": [head[:3], ["bureau", "园区局", "Park bureau"]]}
    send(security, xlsx(named), "bureaus", dry_run="false")
    park = Organisation.objects.get(name="园区局")
    assert (park.name_en, park.zone, park.territory_code) == ("Park bureau", 64018101, "")
    out = {"bureaus": [head, ["bureau", "园区局", "", "640181", "无"]]}
    send(security, xlsx(out), "bureaus", dry_run="false")
    park.refresh_from_db()
    assert (park.zone, park.territory_code, park.name_en) == (None, "640181", "Park bureau")


def test_a_bureau_is_renamed_by_the_id_that_was_exported(security: Client) -> None:
    [head, *rows] = table_of(taken(security, "bureaus"), "部门")
    [ours] = rows
    ours[head.index("名称")] = "灵武市应急管理局（更名）"
    report = send(security, xlsx({"bureaus": [head, ours]}), "bureaus", dry_run="false")[1]
    assert counted(report) == {"bureaus": (0, 1, 0, 0)}
    assert [one.name for one in Organisation.objects.all()] == ["灵武市应急管理局（更名）"]


def test_of_equal_posts_the_free_one_is_given(security: Client) -> None:
    bureau = Organisation.objects.get(name="灵武市应急管理局")
    held = PostHolding.objects.get(user__username="zhaojian")
    factories.post(bureau, "monitor")
    row = [["username", "organisation", "role"], ["wangwu", bureau.name, "monitor"]]
    report = send(security, xlsx({"appointments": row}), "bureaus", dry_run="false")[1]
    assert counted(report) == {"appointments": (1, 0, 0, 0)}
    assert PostHolding.objects.get(user__username="wangwu").post_id != held.post_id
    content = taken(security, "bureaus")
    again = send(security, content, "bureaus", dry_run="false")[1]
    assert (again["errors"], counted(again)["posts"][:2]) == ([], (0, 0))


def test_what_is_no_figure_is_told_under_its_row(security: Client) -> None:
    rows = [["kind", "name", "division", "zone"]]
    rows += [["bureau", f"局{one}", "640181", one] for one in ("nan", "inf", "1.5")]
    report = send(security, xlsx({"bureaus": rows}), "bureaus")[1]
    assert [one["code"] for one in report["errors"]] == [
        "register.not_a_number",
        "register.not_a_number",
        "register.not_a_whole_number",
    ]


def table_of(content: bytes, sheet: str) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_name(sheet).to_python()


def test_each_bad_row_is_told_and_nobody_appoints_himself(security: Client) -> None:
    bad: dict[str, list[list[Any]]] = {
        "bureaus": [
            ["kind", "name", "division"],
            ["office", "某办", "640181"],
            ["bureau", "不写属地", ""],
        ],
        "posts": [
            ["organisation", "role"],
            ["没有的单位", "duty_officer"],
            ["灵武市应急管理局", "king"],
            ["灵武市应急管理局", "firm_control_room"],
        ],
        "appointments": [
            ["username", "organisation", "role"],
            ["nobody", "灵武市应急管理局", "monitor"],
            ["fengan", "灵武市应急管理局", "monitor"],
            ["wangwu", "灵武市应急管理局", "duty_officer"],
        ],
    }
    status, report = send(security, xlsx(bad), "bureaus", dry_run="false")
    assert (status, report["is_kept"]) == (200, False)
    assert [(one["sheet"], one["row"], one["code"]) for one in report["errors"]] == [
        ("bureaus", 2, "register.unknown_bureau_kind"),
        ("bureaus", 3, "register.bureau_without_seat"),
        ("posts", 2, "register.unknown_organisation"),
        ("posts", 3, "register.unknown_role"),
        ("posts", 4, "people.role_not_of_kind"),
        ("appointments", 2, "register.unknown_account"),
        ("appointments", 3, "people.own_appointment"),
        ("appointments", 4, "register.unknown_post"),
    ]
    assert all(one["title_en"].isascii() for one in report["errors"])


def test_accounts_are_opened_without_a_password_and_taken_without_phones(system: Client) -> None:
    book = {"accounts": [["username", "name"], ["sunqi", "孙七"], ["lishu", "李树"]]}
    status, report = send(system, xlsx(book), "accounts", dry_run="false")
    assert (status, counted(report)) == (200, {"accounts": (1, 1, 0, 0)})
    opened = User.objects.get(username="sunqi")
    assert (opened.has_usable_password(), opened.must_change_password) == (False, True)
    assert User.objects.get(username="lishu").name == "李树"

    content = taken(system, "accounts")
    rows = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_name("账号").to_python()
    assert rows[0] == ["用户名", "姓名"]
    names = {row[0] for row in rows[1:]}
    assert {"sunqi", "lishu"} <= names
    assert not {"xitong", "fengan"} & names
    again = send(system, content, "accounts", dry_run="false")[1]
    assert counted(again) == {"accounts": (0, 0, len(names), 0)}


def test_an_administrators_account_is_not_touched(system: Client) -> None:
    book = {"accounts": [["username", "name"], ["fengan", "别人"]]}
    report = send(system, xlsx(book), "accounts", dry_run="false")[1]
    assert [one["code"] for one in report["errors"]] == ["register.administrator_stands"]
    assert User.objects.get(username="fengan").name == "冯安全"


def test_divisions_and_zones_are_entered_and_what_is_taken_changes_nothing(keeper: Client) -> None:
    book: dict[str, list[list[Any]]] = {
        "divisions": [
            ["code", "name", "name_en", "population", "valid_from"],
            ["640181900", "新设镇", "New town", 12_000, "2026-01-01"],
            ["640181900001", "第一村", "", "", ""],
        ],
        "zones": [
            ["division", "kind", "name", "outline", "attribution"],
            ["640181", "chemical_park", "东部化工园", OUTLINE, "规划图"],
        ],
    }
    status, report = send(keeper, xlsx(book), "places", dry_run="false")
    assert (status, report["errors"]) == (200, [])
    assert counted(report) == {"divisions": (2, 0, 0, 0), "zones": (1, 0, 0, 0)}
    village = Division.objects.select_related("parent").get(code="640181900001")
    assert village.parent is not None
    assert (village.parent.name, village.parent.population) == ("新设镇", 12_000)
    zone = Area.objects.get(name="东部化工园")

    again = send(keeper, taken(keeper, "places"), "places", dry_run="false")[1]
    assert again["errors"] == []
    assert all(counts[:2] == (0, 0) and counts[2] for counts in counted(again).values())
    assert Area.objects.get(pk=zone.pk).version == zone.version

    changed: dict[str, list[list[Any]]] = {
        "divisions": [["code", "name", "population"], ["640181900", "新设镇", 13_000]],
        "zones": [
            ["number", "division", "kind", "name"],
            [zone.number, "640181", "chemical_park", "东部新材料园"],
        ],
    }
    report = send(keeper, xlsx(changed), "places", dry_run="false")[1]
    assert report["errors"] == []
    assert counted(report) == {"divisions": (0, 1, 0, 0), "zones": (0, 1, 0, 0)}
    assert Area.objects.get(pk=zone.pk).name == "东部新材料园"


def test_places_that_do_not_fit_are_told_row_by_row(keeper: Client) -> None:
    factories.division("640181002")
    bad: dict[str, list[list[Any]]] = {
        "divisions": [
            ["code", "name"],
            ["640181002", "另一个名字"],
            ["640122001", "邻县的镇"],
        ],
        "zones": [
            ["number", "division", "kind", "name", "outline"],
            ["", "640181", "park", "无此类", OUTLINE],
            ["", "640181", "chemical_park", "没有边界", ""],
            ["", "640181", "chemical_park", "坏边界", "{"],
            ["7", "640181", "chemical_park", "没有的编号", ""],
        ],
    }
    report = send(keeper, xlsx(bad), "places", dry_run="false")[1]
    assert [(one["sheet"], one["row"], one["code"]) for one in report["errors"]] == [
        ("divisions", 2, "register.division_stands"),
        ("divisions", 3, "base.not_permitted"),
        ("zones", 2, "register.unknown_zone_kind"),
        ("zones", 3, "register.outline_missing"),
        ("zones", 4, "register.outline_not_json"),
        ("zones", 5, "register.unknown_zone"),
    ]


@pytest.mark.parametrize("book", ["bureaus", "accounts"])
def test_who_keeps_the_register_takes_no_list_of_people(keeper: Client, book: str) -> None:
    assert keeper.get(f"{URL}/{book}").status_code == 403
    assert send(keeper, xlsx(STAFF), book)[0] == 403
