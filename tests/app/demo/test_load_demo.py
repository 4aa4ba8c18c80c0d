"""The demo comes in whole, once, and goes on where it was interrupted."""

import stat
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from anlan.app.demo import cast, equipment, load
from anlan.app.demo.cast import read_cast
from anlan.app.demo.credentials import FILE, read_credentials
from anlan.app.demo.plants import Plant, read_plants
from anlan.app.demo.troubles import read_troubles
from anlan.kernel.alerts.rules import FIRM_POSTS
from anlan.kernel.base.clock import now
from anlan.kernel.base.config import Config
from anlan.kernel.base.permissions import Facts, Principal, Reach, decide, machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.people.models import (
    DutyShift,
    Organisation,
    OrganisationKind,
    ScopeGrant,
    User,
)
from anlan.kernel.people.queries import principals
from anlan.kernel.people.queries.principals import principal_of
from anlan.kernel.people.queries.responsible import standing_at
from anlan.kernel.people.services import shares
from anlan.kernel.people.services.sessions import redeem_link
from anlan.kernel.places.models import Division
from anlan.kernel.places.rules import div_of
from anlan.kernel.sensing.models import Datastream, Device, Gateway, Limit
from anlan.kernel.subjects.models import Subject
from anlan.systems.data_quality.models import Finding

pytestmark = pytest.mark.django_db(transaction=True)


def counts() -> dict[str, int]:
    models = (Division, Organisation, User, Gateway, Datastream, Limit, Subject, DutyShift)
    with unit_of_work(machine("test"), read_only=True):
        return {model.__name__: model.objects.count() for model in models}


def principal(username: str) -> Principal:
    with unit_of_work(machine("test"), read_only=True):
        return principal_of(User.objects.get(username=username))


def facts_of(firm: str) -> Facts:
    with unit_of_work(machine("test"), read_only=True):
        site = Subject.objects.get(code=firm)
    return Facts(div=site.div, zone=site.zone, site=site.site)


def test_a_second_load_adds_nothing_but_links(demo_home: Config) -> None:
    first = load.load_all()
    before = counts()
    second = load.load_all()
    assert counts() == before
    assert [one.key for one in first] == [one.key for one in second]
    assert not {one.link_token for one in first} & {one.link_token for one in second}


def test_the_cast_is_complete_and_each_link_signs_its_own_person_in(demo_home: Config) -> None:
    members = load.load_all()
    assert [one.key for one in members] == [
        "duty_officer",
        "leader",
        "control_room",
        "monitor",
        "neighbour",
        "system_administrator",
        "security_administrator",
        "audit_administrator",
    ]
    with unit_of_work(machine("test")):
        assert [redeem_link(token=one.link_token).name for one in members] == [
            one.name for one in members
        ]
    assert all("演示" in one.name for one in members)
    assert all(one.link_token not in repr(one) for one in members)


def test_an_interrupted_load_goes_on_where_it_was(
    demo_home: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = equipment.load_plant

    def stops_at_the_second(plant: Plant, *rest: object) -> Gateway:
        if plant.code == "F09":
            raise KeyboardInterrupt
        return real(plant, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(equipment, "load_plant", stops_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        load.load_all()
    assert counts()["Gateway"] == 1
    monkeypatch.setattr(equipment, "load_plant", real)
    load.load_all()
    assert counts()["Gateway"] == 3
    assert counts()["User"] == 10


def test_a_stamp_that_outlived_its_database_is_not_believed(demo_home: Config) -> None:
    load.load_all()
    (demo_home.home / "demo" / FILE).unlink()
    load.load_all()
    assert set(read_credentials(demo_home.home / "demo")) == {"F01", "F09", "W01"}


def test_credentials_are_for_their_owner_alone(demo_home: Config) -> None:
    load.load_all()
    file = Path(demo_home.home / "demo" / FILE)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    known = read_credentials(demo_home.home / "demo")["F01"]
    assert known.user == "F01.G1"
    assert known.topic == "a1/F01/G1/obs"
    assert known.token not in repr(known)


def test_who_is_on_duty_now_is_known(demo_home: Config) -> None:
    load.load_all()
    with unit_of_work(machine("test"), read_only=True):
        there = DutyShift.objects.filter(starts_at__lte=now(), ends_at__gt=now())
        names = {row.user.username for row in there.select_related("user")}
    assert names == {
        *("demo.duty", "demo.leader", "demo.control", "demo.monitor", "demo.neighbour"),
        *("demo.province", "demo.control.f09"),
    }


def test_every_firm_has_somebody_of_its_own_on_duty_in_the_control_room(demo_home: Config) -> None:
    load.load_all()
    with unit_of_work(machine("test"), read_only=True):
        entered = {row["name"] for row in _wrong_entries()}
        firms = Organisation.objects.filter(kind=OrganisationKind.FIRM).exclude(name__in=entered)
        names = {
            firm.credit_code: [one.username for one in standing_at(firm, FIRM_POSTS, now())]
            for firm in firms
        }
    assert names == {
        "91000000MADEM00011": ["demo.control"],
        "91000000MADEM0009R": ["demo.control.f09"],
    }


def _wrong_entries() -> list[dict[str, Any]]:
    raw = read_troubles()
    return [*raw["unsupervised"], *raw["doubled"]]


def test_the_neighbour_is_shown_the_shared_township_and_no_more_until_the_share_ends(
    demo_home: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    load.load_all()
    shared = Facts(div=div_of("640181201"))

    def sees() -> tuple[bool, bool]:
        scope = principal("demo.neighbour").scope
        return scope.sees(shared), scope.sees(facts_of("F09"))

    assert sees() == (True, False)
    assert not decide(
        principal("demo.neighbour"), "alerts.alarm.check", shared, Reach.IN_CHARGE
    ).allowed
    later = now() + timedelta(days=31)
    monkeypatch.setattr(principals, "now", lambda: later)
    assert sees() == (False, False)


def test_a_share_that_has_ended_is_made_anew_and_one_that_stands_is_left(
    demo_home: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    load.load_all()
    later = now() + timedelta(days=31)
    with unit_of_work(machine("test")):
        assert cast.load_shares() == 0
        monkeypatch.setattr(cast, "now", lambda: later)
        monkeypatch.setattr(shares, "now", lambda: later)
        assert cast.load_shares() == 2


def test_a_share_that_waits_gives_nothing_and_the_leader_may_approve_it(demo_home: Config) -> None:
    load.load_all()
    asked = Facts(div=div_of("640181104"))
    assert not principal("demo.neighbour").scope.sees(asked)
    waiting = ScopeGrant.objects.get(territory_code="640181104")
    leader = principal("demo.leader")
    with unit_of_work(leader):
        shares.approve_share(share=waiting)
    assert principal("demo.neighbour").scope.sees(asked)


def test_the_register_has_two_wrong_entries_and_instruments_behind_their_tags(
    demo_home: Config,
) -> None:
    load.load_all()
    with unit_of_work(machine("test"), read_only=True):
        found = {row.kind: row.name for row in Finding.objects.filter(kind__startswith="no_")}
        behind = set(Device.objects.filter(gateway__firm_code="W01").values_list("name", flat=True))
        level = Datastream.objects.get(tag="V201.LI", gateway__firm_code="F01")
        assert level.device is not None
        assert level.device.serial == "DEMO-F01-V201-LI"
    assert found == {"no_supervisor": "演示危化品仓库二十一（虚构）"}
    assert behind == {"QX1 自动气象站"}


def test_the_cast_knows_a_control_room_for_every_firm_of_the_demo() -> None:
    rooms = [one.organisation for one in read_cast()[1] if one.role == "firm_control_room"]
    assert sorted(rooms) == sorted(plant.code for plant in read_plants() if plant.is_firm)


def test_every_bureau_in_charge_of_a_firm_has_somebody_on_duty() -> None:
    in_charge = {plant.in_charge for plant in read_plants()}
    assert in_charge <= {one.organisation for one in read_cast()[1] if one.on_duty}


def test_zone_and_county_each_check_their_own_firms_and_the_neighbour_sees_none(
    demo_home: Config,
) -> None:
    load.load_all()
    zone_firm, county_firm = facts_of("F01"), facts_of("F09")

    def may_check(username: str, facts: Facts) -> bool:
        return decide(principal(username), "alerts.alarm.check", facts, Reach.IN_CHARGE).allowed

    def sees(username: str, facts: Facts) -> bool:
        return principal(username).scope.sees(facts)

    assert (sees("demo.duty", zone_firm), may_check("demo.duty", zone_firm)) == (True, False)
    assert may_check("demo.duty", county_firm)
    assert may_check("demo.monitor", zone_firm)
    assert (sees("demo.monitor", county_firm), sees("demo.neighbour", zone_firm)) == (False, False)
    assert decide(
        principal("demo.control"), "alerts.alarm.confirm", zone_firm, Reach.OWN_FIRM
    ).allowed
    assert not sees("demo.control", county_firm)


def test_everything_loaded_says_that_it_is_invented(demo_home: Config) -> None:
    load.load_all()
    with unit_of_work(machine("test"), read_only=True):
        assert not Subject.objects.filter(is_invented=False).exists()
        assert not Organisation.objects.filter(is_invented=False).exists()
        assert not User.objects.filter(is_invented=False).exists()


def test_every_limit_has_its_basis(demo_home: Config) -> None:
    load.load_all()
    with unit_of_work(machine("test"), read_only=True):
        overfill = Limit.objects.get(
            datastream__tag="V201.LI", datastream__gateway__firm_code="F01", condition="HH"
        )
        assert not Limit.objects.filter(reason="").exists()
    assert (overfill.value, overfill.unit, overfill.priority) == (11.7, "m", 1)
    assert overfill.confidence == "design"
