"""The steward's desk: what is wrong stands there with owner and age, within reach only, and goes when mended."""

from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from anlan.kernel.alerts.models import Alarm
from anlan.kernel.base.clock import now, now_ms, to_ms
from anlan.kernel.base.ids import new_ulid
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.base.xlsx import MEDIA_TYPE
from anlan.kernel.people.models import Organisation, SiteReach
from anlan.kernel.sensing.models import Datastream, Gateway, Limit, QuarantinedMessage
from anlan.kernel.sensing.services.receipts import Unread, note_gateways, quarantine
from anlan.kernel.subjects.models import Subject
from anlan.systems.data_quality.rules import KINDS
from tests import factories
from tests.cast import Cast, assemble, signed_in
from tests.plant import Plant, build_plant

pytestmark = pytest.mark.django_db
URL = "/api/v1/data-quality"
HEALTH: dict[str, Any] = {
    "missing_count": 3,
    "skew_ms": -7000,
    "readings": {"late_unannounced": 12},
}
#: What is wrong with the plant below, beside its gateway's figures.
GATEWAY = {"gateway_missing": 3.0, "gateway_late": 12.0, "gateway_clock": -7000.0}


@pytest.fixture
def plant() -> Plant:
    """A plant with one of everything that a steward mends; its tank was never put on the map."""
    made = build_plant(streams=2)
    gateway, (silent, bare) = made.gateway, made.streams
    with unit_of_work(machine("test")):
        note_gateways({gateway.id: (now_ms(), HEALTH)})
        Limit.objects.filter(datastream=bare).update(superseded_at=now())
        for condition in ("silent", "frozen", "range"):
            _alarm(made, condition, silent.id)
        # two of each: a gateway's messages of one kind are one finding
        messages = [("unreadable", ()), ("tag_unknown", ("T9.NEW", "T8.NEW"))] * 2
        quarantine(
            [
                Unread(
                    door="mqtt", topic="", code=code, reason="", payload=b"?",
                    received_ms=now_ms(), gateway_id=gateway.id, div=gateway.div,
                    zone=gateway.zone, site=gateway.site,
                )
                for code, _ in messages
            ]
        )  # fmt: skip
        for code, tags in messages:
            QuarantinedMessage.objects.filter(code=code).update(unknown_tags=list(tags))
    return made


def _alarm(plant: Plant, condition: str, datastream: str, **columns: Any) -> Alarm:
    moment = now() - timedelta(hours=2)
    times = dict.fromkeys(("raised_at", "last_raised_at", "known_at", "created_at"), moment)
    return Alarm.objects.create(
        **times | {
            "datastream_id": datastream, "subject": plant.tank, "condition": condition,
            "priority": 4, "instrument_state": "active", "correlation_id": new_ulid(),
            "div": plant.tank.div, "zone": plant.tank.zone, "site": plant.tank.site,
            "updated_at": moment,
        } | columns
    )  # fmt: skip


@pytest.fixture
def cast(plant: Plant) -> Cast:
    return assemble(site=plant.site.id)


@pytest.fixture
def keeper(cast: Cast, acting_as: Callable[[str], None]) -> Client:
    client = signed_in(factories.officer(cast.zone_bureau, "data_keeper", "钱数据"))
    acting_as("anlan_app")
    return client


def found(client: Client, **asked: str) -> list[dict[str, Any]]:
    answer = client.get(f"{URL}/findings", {"limit": "500"} | asked)
    assert answer.status_code == 200, answer.content
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def kinds(client: Client) -> set[str]:
    return {one["kind"] for one in found(client)}


EVERYTHING = {
    "silent", "frozen", "out_of_range", "quarantined", "unknown_tag", "no_limits", "no_place",
    *GATEWAY,
}  # fmt: skip


def test_everything_that_is_wrong_stands_there_with_its_owner_its_age_and_its_object(
    plant: Plant, keeper: Client
) -> None:
    rows = {one["kind"]: one for one in found(keeper)}

    assert set(rows) == EVERYTHING
    silent = rows["silent"]
    assert (silent["object_id"], silent["code"]) == (plant.streams[0].id, plant.streams[0].tag)
    assert (silent["owner"], silent["owner_name"]) == ("firm", plant.organisation.name)
    assert silent["site_name"] == plant.site.name
    assert rows["no_limits"]["object_id"] == plant.streams[1].id
    assert rows["no_limits"]["owner"] == "data_keeper"
    assert rows["no_place"]["object_id"] == plant.tank.id
    assert {kind: rows[kind]["figure"] for kind in GATEWAY} == GATEWAY
    assert {rows[kind]["object_id"] for kind in GATEWAY} == {plant.gateway.id}
    assert (rows["unknown_tag"]["code"], rows["unknown_tag"]["figure"]) == ("T8.NEW", 2.0)
    assert (rows["quarantined"]["code"], rows["quarantined"]["figure"]) == ("unreadable", 2.0)


def test_an_english_page_finds_and_shows_english_names(
    plant: Plant, keeper: Client, acting_as: Callable[[str], None]
) -> None:
    acting_as("anlan_owner")
    with unit_of_work(machine("test")):
        Subject.objects.filter(pk=plant.site.id).update(name_en="Demo works")
        Subject.objects.filter(pk=plant.tank.id).update(name_en="Tank 101")
        Gateway.objects.filter(pk=plant.gateway.id).update(name_en="Gateway one")
        Datastream.objects.filter(pk=plant.streams[0].id).update(name_en="Level A")
        Organisation.objects.filter(pk=plant.organisation.id).update(name_en="Demo chemicals")
    acting_as("anlan_app")

    rows = {one["kind"]: one for one in found(keeper)}

    assert {kind: rows[kind]["name_en"] for kind in ("silent", "no_place", "gateway_late")} == {
        "silent": "Level A",
        "no_place": "Tank 101",
        "gateway_late": "Gateway one",
    }
    # what a gateway sent wrongly goes by its name; what nobody named in English stays in Chinese
    assert (rows["quarantined"]["name_en"], rows["no_limits"]["name_en"]) == ("Gateway one", "")
    assert {one["site_name_en"] for one in rows.values()} == {"Demo works"}
    assert rows["silent"]["owner_name_en"] == "Demo chemicals"
    assert rows["no_limits"]["owner_name_en"] == ""
    assert "silent" in {one["kind"] for one in found(keeper, filter="search.like:level a")}


def test_the_desk_counts_each_kind_in_its_order_and_says_since_when(keeper: Client) -> None:
    answer = keeper.get(f"{URL}/counts").json()

    assert [one["kind"] for one in answer] == list(KINDS)
    counted = {one["kind"]: one["count"] for one in answer}
    assert {kind for kind, n in counted.items() if n} == EVERYTHING
    assert counted["gateway_unseen"] == counted["no_owner"] == 0
    [silent] = [one for one in answer if one["kind"] == "silent"]
    assert silent["oldest"] == found(keeper, filter="kind.eq:silent")[0]["since"]
    [unseen] = [one for one in answer if one["kind"] == "gateway_unseen"]
    assert unseen["oldest"] is None


def test_what_has_been_mended_is_gone_at_the_next_look(
    plant: Plant, keeper: Client, acting_as: Callable[[str], None]
) -> None:
    acting_as("anlan_owner")
    with unit_of_work(machine("test")):
        Alarm.objects.filter(condition="silent").update(instrument_state="returned")
        Limit.objects.filter(datastream=plant.streams[1]).update(superseded_at=None)
        Subject.objects.filter(pk=plant.tank.id).update(location=plant.site.location)
        QuarantinedMessage.objects.filter(code="unreadable").update(settled_at=now())
        Gateway.objects.filter(pk=plant.gateway.id).update(health={})
    acting_as("anlan_app")

    assert kinds(keeper) == {"frozen", "out_of_range", "unknown_tag"}


def test_what_is_drilled_or_retired_is_nobodys_finding(
    plant: Plant, keeper: Client, acting_as: Callable[[str], None]
) -> None:
    acting_as("anlan_owner")
    with unit_of_work(machine("test")):
        Alarm.objects.all().update(exercise_id=new_ulid())
        Gateway.objects.update(is_active=False)
        Subject.objects.filter(pk=plant.tank.id).update(status="retired")
    acting_as("anlan_app")

    assert kinds(keeper) == {"no_limits", "quarantined", "unknown_tag"}


def test_what_a_gateway_misses_is_as_old_as_the_count_and_not_as_its_last_message(
    plant: Plant, keeper: Client, acting_as: Callable[[str], None]
) -> None:
    counted, skewed = (now() - timedelta(hours=hours) for hours in (5, 2))
    facts = HEALTH | {"since_ms": to_ms(counted), "skewed_since_ms": to_ms(skewed)}
    acting_as("anlan_owner")
    with unit_of_work(machine("test")):
        note_gateways({plant.gateway.id: (now_ms(), facts)})
    acting_as("anlan_app")

    rows = {one["kind"]: datetime.fromisoformat(one["since"]) for one in found(keeper)}

    ages = {kind: round((now() - rows[kind]) / timedelta(hours=1)) for kind in GATEWAY}
    assert ages == {"gateway_missing": 5, "gateway_late": 5, "gateway_clock": 2}


def test_a_datastream_that_is_late_again_and_again_stands_there_until_it_is_in_time_for_a_day(
    plant: Plant, keeper: Client, acting_as: Callable[[str], None]
) -> None:
    first, last, long_ago = (now() - timedelta(hours=hours) for hours in (5, 1, 25))
    late, mended = plant.streams

    def row(number: int, until: datetime) -> dict[str, int]:
        times = {"first_ms": to_ms(first), "last_ms": to_ms(until)}
        return times | {"number": number, "messages": 4, "readings": 40, "lag_ms": 900_000}

    acting_as("anlan_owner")
    told = [row(late.number, last), row(mended.number, long_ago), row(2_000_000_000, last)]
    with unit_of_work(machine("test")):
        note_gateways({plant.gateway.id: (now_ms(), {"late": told})})
    acting_as("anlan_app")

    [one] = found(keeper, filter="kind.eq:late")
    assert (one["object_id"], one["code"], one["owner"]) == (late.id, late.tag, "firm")
    assert (one["figure"], one["lag_ms"]) == (40.0, 900_000.0)
    assert to_ms(datetime.fromisoformat(one["since"])) == to_ms(first)

    acting_as("anlan_owner")
    with unit_of_work(machine("test")):
        Datastream.objects.filter(pk=late.id).update(retired_at=now())
    acting_as("anlan_app")
    assert found(keeper, filter="kind.eq:late") == []


def test_a_gateway_that_has_not_been_heard_for_ten_minutes_is_unseen(
    plant: Plant, keeper: Client, acting_as: Callable[[str], None]
) -> None:
    acting_as("anlan_owner")
    with unit_of_work(machine("test")):
        last = now() - timedelta(minutes=11)
        Gateway.objects.filter(pk=plant.gateway.id).update(last_seen_at=last, health={})
    acting_as("anlan_app")

    [unseen] = found(keeper, filter="kind.eq:gateway_unseen")
    assert unseen["since"].startswith(last.isoformat()[:19])


def test_a_site_that_nobody_supervises_is_the_security_administrators(
    plant: Plant, cast: Cast, keeper: Client, acting_as: Callable[[str], None]
) -> None:
    officer = signed_in(cast.duty_officer)  # the county reaches it by territory
    acting_as("anlan_owner")
    SiteReach.objects.filter(site=plant.site.id).update(valid_to=now() - timedelta(days=1))
    acting_as("anlan_app")

    rows = {one["kind"]: one for one in found(officer, filter="kind.in:no_supervisor,no_owner")}

    assert {kind: one["owner"] for kind, one in rows.items()} == {
        "no_supervisor": "security_administrator",
        "no_owner": "data_keeper",
    }
    assert {one["object_id"] for one in rows.values()} == {plant.site.id}


def test_a_neighbour_finds_nothing_and_a_firm_has_no_such_desk(cast: Cast, keeper: Client) -> None:
    assert found(signed_in(cast.neighbour)) == []
    assert signed_in(cast.control_room).get(f"{URL}/findings").status_code == 403
    assert signed_in(cast.system_administrator).get(f"{URL}/counts").status_code == 403


def test_each_finding_says_what_the_asking_person_may_do_about_it(
    cast: Cast, keeper: Client, acting_as: Callable[[str], None]
) -> None:
    acting_as("anlan_owner")
    roles = {"duty_officer": "王值班", "monitor": "李监测"}
    asking = {
        role: signed_in(factories.officer(cast.zone_bureau, role, name))
        for role, name in roles.items()
    }
    acting_as("anlan_app")
    may = {
        role: {one["kind"]: one["may"] for one in found(client) if one["may"]}
        for role, client in {"data_keeper": keeper, **asking}.items()
    }

    # the monitoring officer keeps limits, the data keeper the messages and the register too
    kept = {
        "silent": ["take_out", "ask"],
        "frozen": ["take_out", "ask"],
        "out_of_range": ["take_out", "ask"],
        "no_limits": ["file_limit"],
        "no_place": ["place"],
    }
    of_the_firm = {"silent", "frozen", "out_of_range", *GATEWAY}
    asked = {kind: ["ask"] for kind in EVERYTHING}
    assert may == {
        "duty_officer": asked,
        "monitor": asked | kept,
        "data_keeper": asked | kept | {"quarantined": ["settle"], "unknown_tag": ["adopt"]},
    }
    assert all("ask" in may["data_keeper"][kind] for kind in of_the_firm)


def test_the_list_is_searched_sorted_and_taken_out_as_a_workbook(
    plant: Plant, keeper: Client
) -> None:
    by_tag = found(keeper, filter="search.like:T8.NEW")
    assert [one["kind"] for one in by_tag] == ["unknown_tag"]
    assert [one["kind"] for one in found(keeper)][:3] == ["silent", "frozen", "out_of_range"]
    oldest = found(keeper, sort="since")[0]
    assert oldest["kind"] in {"silent", "frozen", "out_of_range"}

    answer = keeper.get(f"{URL}/findings?filter=kind.eq:silent", headers={"Accept": MEDIA_TYPE})
    head, row = (
        CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    )
    said = dict(zip(head, row, strict=True))
    assert (said["问题"], said["责任人"], said["企业"]) == ("无数据", "企业", plant.site.name)
