"""From an empty installation to the first alarm: administrators, posts, a firm by workbook, a reading, its alarm."""

from pathlib import Path

import pytest

from anlan.app.register import rows
from anlan.app.register.known import Known
from anlan.app.register.load import Report, enter_firms, enter_supervisions
from anlan.app.register.outcome import Outcome
from anlan.app.register.sheets import FIRMS, SUPERVISIONS, Row, read, write_template
from anlan.kernel.base.clock import now
from anlan.kernel.base.errors import InvalidError, NotPermittedError
from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.people.models import Organisation, OrganisationKind, SiteReach, User
from anlan.kernel.people.queries.principals import principal_of
from anlan.kernel.people.services import organisations
from anlan.kernel.sensing.models import Datastream, Gateway, Limit
from anlan.kernel.sensing.services import equipment
from anlan.kernel.subjects.models import Subject
from tests import factories
from tests.app.register.book import CODE, csv_folder, firm_book, whole, xlsx

pytestmark = pytest.mark.django_db


def outcomes(report: Report) -> dict[str, dict[str, int]]:
    return {
        sheet.title: {str(name): times for name, times in counts.items()}
        for sheet, counts in report.outcomes.items()
    }


def test_a_firm_is_entered_and_each_act_is_under_the_persons_own_name(
    tmp_path: Path, bureau: Organisation
) -> None:
    report = whole(tmp_path, bureau, firm_book())

    assert report.errors == []
    assert outcomes(report) == {
        "单位": {"same": 1},
        "厂区": {"same": 1},
        "监测对象": {"new": 1},
        "网关": {"new": 1},
        "设备": {"new": 1},
        "测点": {"new": 1},
        "限值": {"new": 2},
    }
    [credentials] = report.credentials
    assert credentials.user == "lwyp.G1"
    with unit_of_work(machine("test")):
        stream = Datastream.objects.get(tag="T101.LI")
        site = Subject.objects.get(code="lwyp")
        assert (stream.site, stream.subject.name, stream.resolution) == (site.id, "甲醇储罐", 0.1)
        assert Gateway.objects.get().hmac_key == credentials.hmac_key
        keeper = User.objects.get(username="lishu")
        mine = Journal.objects.filter(actor=f"user:{keeper.id}").values_list("type", flat=True)
        assert {
            "people.organisation.registered",
            "subjects.subject.registered",
            "sensing.gateway.registered",
            "sensing.datastream.registered",
            "sensing.limit.filed",
        } <= set(mine)
        told = str(list(Journal.objects.values_list("data", "change")))
        assert credentials.hmac_key not in told
        assert credentials.token not in told


def test_a_gateway_that_a_colleague_registers_meanwhile_is_not_in_my_answer(
    tmp_path: Path, bureau: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def beside(row: Row, known: Known) -> Outcome:
        # what another transaction has committed stands before the next statement of this one
        outcome = rows.device(row, known)
        firm, site = Organisation.objects.get(credit_code=CODE), Subject.objects.get(code="lwyp")
        equipment.register_gateway(
            organisation_id=firm.id, site_id=site.id, firm_code="lwyp", code="G0", name="同事的网关"
        )
        return outcome

    monkeypatch.setitem(rows.HANDLERS, "devices", beside)
    report = whole(tmp_path, bureau, firm_book())

    assert report.errors == []
    assert [one.user for one in report.credentials] == ["lwyp.G1"]
    with unit_of_work(machine("test"), read_only=True):
        theirs = Gateway.objects.get(code="G0")
    told = {secret for one in report.credentials for secret in (one.token, one.hmac_key)}
    assert told.isdisjoint({theirs.token, theirs.hmac_key})


def test_a_repeat_changes_nothing_and_a_change_changes_only_what_differs(
    tmp_path: Path, bureau: Organisation
) -> None:
    whole(tmp_path, bureau, firm_book())
    with unit_of_work(machine("test")):
        before = Journal.objects.count()

    again = enter_firms(csv_folder(tmp_path, firm_book()), who="lishu")
    with unit_of_work(machine("test")):
        assert Journal.objects.count() == before
    assert {name for counts in again.outcomes.values() for name in counts} == {Outcome.SAME}
    assert again.credentials == []

    book = firm_book()
    book["limits"][1][4] = 88
    book["subjects"][1][3] = "甲醇内浮顶罐"
    changed = enter_firms(csv_folder(tmp_path, book), who="lishu")
    assert outcomes(changed)["限值"] == {"changed": 1, "same": 1}
    assert outcomes(changed)["监测对象"] == {"changed": 1}
    with unit_of_work(machine("test")):
        assert Journal.objects.count() == before + 2
        assert Limit.objects.get(condition="HH", superseded_at=None).value == 88.0


def test_a_site_that_nobody_owns_is_its_firms_again_once_its_row_is_entered(
    tmp_path: Path, bureau: Organisation
) -> None:
    whole(tmp_path, bureau, firm_book())
    with unit_of_work(machine("test")):
        owned = SiteReach.objects.filter(relation="owner")
        firm = owned.get().organisation
        owned.update(valid_to=now())

    entered = enter_firms(csv_folder(tmp_path, firm_book()), who="lishu")

    assert outcomes(entered)["厂区"] == {"changed": 1}
    with unit_of_work(machine("test")):
        assert SiteReach.objects.get(relation="owner", valid_to=None).organisation == firm


def test_a_changed_limit_keeps_its_clause_in_both_languages_and_what_empty_cells_do_not_say(
    tmp_path: Path, bureau: Organisation
) -> None:
    columns: list[object] = [
        "site", "gateway", "tag", "condition", "value", "deadband", "standard", "clause",
    ]  # fmt: skip
    named: list[object] = ["lwyp", "G1", "T101.LI", "HH"]
    book = firm_book(
        limits=[
            [*columns, "clause_en"],
            [*named, 90, 1, "GB 50160", "液位高高限", "high-high level"],
        ]
    )
    assert whole(tmp_path, bureau, book).errors == []
    steps: list[tuple[list[object], tuple[object, ...]]] = [
        (
            [*named, 88, 1, "GB 50160", "液位高高限"],
            (88, 1, "GB 50160", "液位高高限", "high-high level"),
        ),
        ([*named, 87, "", "", ""], (87, 1, "GB 50160", "液位高高限", "high-high level")),
        ([*named, 87, 2, "GB 50160", "6.2"], (87, 2, "GB 50160", "6.2", "")),
    ]
    for row, stands in steps:
        book["limits"] = [columns, row]
        report = enter_firms(xlsx(tmp_path, book), who="lishu", only=["限值"])
        assert report.errors == []
        with unit_of_work(machine("test"), read_only=True):
            now = Limit.objects.get(condition="HH", superseded_at=None)
        assert (now.value, now.deadband, now.standard, now.clause, now.clause_en) == stands


def test_one_bad_row_and_nothing_is_kept_but_every_row_is_judged(
    tmp_path: Path, bureau: Organisation
) -> None:
    book = firm_book(
        organisations=[
            ["credit_code", "name", "division"],
            [CODE, "灵武油品", "640181"],
            [CODE[:-1] + ("0" if CODE[-1] != "0" else "1"), "校验码不对", "640181"],
            ["", "没有代码", "640181"],
        ]
    )

    report = enter_firms(xlsx(tmp_path, book), who="lishu", only=["organisations", "sites"])

    assert [(one.sheet.title, one.number) for one in report.errors] == [("单位", 3), ("单位", 4)]
    assert "校验不通过" in report.errors[0].sentence
    assert "缺少 统一社会信用代码" in report.errors[1].sentence
    assert not report.is_kept
    assert not Organisation.objects.filter(kind=OrganisationKind.FIRM).exists()


def test_a_dry_run_says_the_same_and_keeps_nothing(tmp_path: Path, bureau: Organisation) -> None:
    report = enter_firms(
        xlsx(tmp_path, firm_book()), who="lishu", dry_run=True, only=["单位", "厂区"]
    )

    assert (report.errors, report.is_kept, report.credentials) == ([], False, [])
    assert outcomes(report) == {"单位": {"new": 1}, "厂区": {"new": 1}}
    assert not Organisation.objects.filter(kind=OrganisationKind.FIRM).exists()


def test_nothing_is_put_up_at_a_site_that_nobody_has_been_put_in_charge_of(
    tmp_path: Path, bureau: Organisation
) -> None:
    report = enter_firms(xlsx(tmp_path, firm_book()), who="lishu")

    assert {one.sheet.title for one in report.errors} >= {"监测对象", "网关"}
    with unit_of_work(machine("test")):
        assert not Subject.objects.exists()


def test_the_keeper_of_another_county_enters_no_firm_here(
    tmp_path: Path, bureau: Organisation
) -> None:
    elsewhere = factories.organisation("永宁局", territory_code="640121")
    factories.share(elsewhere, "640181")
    factories.officer(elsewhere, "data_keeper", username="yongning")

    report = enter_firms(xlsx(tmp_path, firm_book()), who="yongning", only=["单位"])

    assert [one.sentence for one in report.errors] == ["不能登记或改动这里的这类单位"]


def test_each_act_is_one_persons_and_not_the_others(tmp_path: Path, bureau: Organisation) -> None:
    with pytest.raises(NotPermittedError):
        enter_firms(xlsx(tmp_path, firm_book()), who="fengan")
    with pytest.raises(NotPermittedError):
        enter_supervisions(tmp_path, who="lishu")
    with (
        pytest.raises(NotPermittedError),
        unit_of_work(principal_of(User.objects.get(username="lishu"))),
    ):
        organisations.create_organisation(name="又一个局", kind=OrganisationKind.BUREAU)


def test_an_unknown_column_and_an_unknown_sheet_are_named(
    tmp_path: Path, bureau: Organisation
) -> None:
    with pytest.raises(InvalidError, match="不认识的列 colour"):
        enter_firms(
            csv_folder(tmp_path, {"sites": [["code", "colour"], ["a", "red"]]}), who="lishu"
        )
    with pytest.raises(InvalidError, match="没有工作表 sights"):
        enter_firms(tmp_path, who="lishu", only=["sights"])


def test_the_template_is_read_again_as_an_empty_register(tmp_path: Path) -> None:
    write_template(tmp_path / "empty.xlsx", (*FIRMS, *SUPERVISIONS))
    assert read(tmp_path / "empty.xlsx", (*FIRMS, *SUPERVISIONS)) == []
