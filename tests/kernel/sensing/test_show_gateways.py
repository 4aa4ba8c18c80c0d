"""The list of gateways and the page of one: what the doors counted, sorted, filtered, as a spreadsheet."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from anlan.kernel.base.clock import from_ms
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.base.xlsx import MEDIA_TYPE
from anlan.kernel.sensing.models import Gateway
from anlan.kernel.sensing.services import equipment
from anlan.kernel.sensing.services.receipts import Unread, note_gateways, quarantine
from tests.cast import assemble, signed_in
from tests.plant import Plant, build_plant

pytestmark = pytest.mark.django_db
GATEWAYS = "/api/v1/sensing/gateways"
T = 1_785_549_600_123
HEALTH: dict[str, Any] = {
    "since_ms": T - 1000,
    "last_seq": 45,
    "gaps": 2,
    "missing": [[42, 42], [44, 44]],
    "missing_count": 2,
    "skew_ms": -120,
    "messages": {"kept": 40, "repeat": 3, "altered": 1, "signature_bad": 2},
    "readings": {"kept": 400, "late_announced": 7, "late_unannounced": 5, "out_of_order": 4},
    "refused_rows": {"tag_unknown": 6, "value_bad": 1},
    "refused_count": 7,
    "backfills": [
        {"from_ms": T - 9, "to_ms": T - 5, "first_ms": T - 3, "last_ms": T, "readings": 7}
    ],
    "unknown_tags": {"T9": {"first_ms": T - 9, "last_ms": T, "rows": 6}},
    "keys_used": {},
    "quarantine_dropped": 0,
}


@pytest.fixture
def plant() -> Plant:
    made = build_plant(streams=2)
    with unit_of_work(machine("test")):
        equipment.register_gateway(
            organisation_id=made.organisation.id,
            site_id=made.site.id,
            firm_code="demo",
            code="G2",
            name="new",
        )
        note_gateways({made.gateway.id: (T, HEALTH)})
        gateway = made.gateway
        one = Unread(
            door="mqtt", topic="", code="unreadable", reason="", payload=b"?", received_ms=T,
            gateway_id=gateway.id, div=gateway.div, zone=gateway.zone, site=gateway.site,
        )  # fmt: skip
        quarantine([one, one])
    return made


@pytest.fixture
def officer(plant: Plant, acting_as: Callable[[str], None]) -> Client:
    client = signed_in(assemble(site=plant.site.id).duty_officer)
    acting_as("anlan_app")
    return client


def test_facts_without_a_time_of_hearing_leave_the_time_that_stands(plant: Plant) -> None:
    with unit_of_work(machine("test")):
        note_gateways({plant.gateway.id: (0, HEALTH)})
        assert Gateway.objects.get(pk=plant.gateway.id).last_seen_at == from_ms(T)


def test_the_list_says_how_each_gateway_fares(plant: Plant, officer: Client) -> None:
    answer = officer.get(GATEWAYS, {"sort": "-alterations"})
    assert answer.status_code == 200, answer.content
    first, second = answer.json()["items"]
    assert first["code"] == "G1"
    counts = {"last_seq": 45, "gaps": 2, "missing": 2, "skew_ms": -120, "kept": 40, "repeats": 3}
    counts |= {"alterations": 1, "unsigned": 2, "unreadable": 0, "late_announced": 7}
    counts |= {"late_unannounced": 5, "out_of_order": 4, "clock": 0, "refused_rows": 7}
    counts |= {"quarantined": 2, "datastreams_count": 2}
    assert {name: first[name] for name in counts} == counts
    assert (second["code"], second["last_seq"], second["kept"]) == ("G2", None, 0)
    assert second["last_seen_at"] is None
    late = officer.get(GATEWAYS, {"filter": "late_unannounced.gt:0"}).json()["items"]
    assert [row["code"] for row in late] == ["G1"]
    named = officer.get(GATEWAYS, {"filter": "search.like:demo/g2"}).json()["items"]
    assert [row["code"] for row in named] == ["G2"]


def test_the_list_is_a_spreadsheet_too(officer: Client) -> None:
    answer = officer.get(GATEWAYS, headers={"Accept": MEDIA_TYPE})
    assert answer["Content-Type"] == MEDIA_TYPE
    rows = CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    text = "\n".join(str(row) for row in rows)
    assert "未到报文" in text
    assert "G2" in text


def test_the_page_of_one_names_gaps_spans_refusals_and_unknown_tags(
    plant: Plant, officer: Client
) -> None:
    one = officer.get(f"{GATEWAYS}/{plant.gateway.id}").json()
    assert one["missing_spans"] == [{"first": 42, "last": 42}, {"first": 44, "last": 44}]
    assert one["refused_by_code"] == {"tag_unknown": 6, "value_bad": 1}
    [backfill] = one["backfills"]
    assert (backfill["readings"], backfill["from_at"]) == (7, "2026-08-01T02:00:00.114Z")
    assert [(tag["tag"], tag["rows"]) for tag in one["unknown_tags"]] == [("T9", 6)]
    assert len(one["key"]["fingerprint"]) == 16
    assert (one["next_key"], one["may"]) == (None, [])
    assert officer.get(f"{GATEWAYS}/01K3Z00000000000000000000X").status_code == 404
