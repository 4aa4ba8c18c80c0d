"""Gateways, instruments and points of measurement over HTTP; a new gateway's credentials are shown once."""

from typing import Any

import pytest
from django.test import Client

from anlan.kernel.base.models import IdempotencyKey, Journal
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.people.models import AdministratorKind
from anlan.kernel.sensing.models import Gateway
from tests import factories
from tests.cast import COUNTY, csrf, signed_in
from tests.plant import build_plant

pytestmark = pytest.mark.django_db


@pytest.fixture
def keeper() -> Client:
    factories.division(COUNTY)
    build_plant("there", streams=1)  # the kinds and the property `level`
    bureau = factories.organisation(territory_code=COUNTY)
    factories.firm("新企业")
    return signed_in(factories.officer(bureau, "data_keeper"))


def post(client: Client, path: str, body: Any, status: int = 200, key: str = "") -> dict[str, Any]:
    answer = client.post(
        f"/api/v1{path}",
        body,
        content_type="application/json",
        headers=csrf(client) | ({"Idempotency-Key": key} if key else {}),
    )
    assert answer.status_code == status, answer.content.decode()
    found: dict[str, Any] = answer.json()
    return found


def test_a_site_is_registered_supervised_and_equipped(keeper: Client) -> None:
    listed = keeper.get("/api/v1/people/organisations").json()["items"]
    ids = {one["name"]: one["id"] for one in listed}
    site = post(
        keeper,
        "/subjects/sites",
        {
            "organisation_id": ids["新企业"],
            "name": "新厂区",
            "code": "xqy",
            "division": "640181100",
        },
    )
    refused = post(
        keeper, "/sensing/gateways", {"site_id": site["id"], "code": "G1", "name": "网关"}, 403
    )
    assert refused["reason"].startswith("out_of_reach")

    with unit_of_work(machine("test")):
        bureau = next(
            one for one in listed if one["territory_code"] == COUNTY and one["kind"] == "bureau"
        )
    security = signed_in(factories.user("feng", administrator=AdministratorKind.SECURITY))
    said = {"organisation_id": bureau["id"], "site": site["id"], "matter": "hazchem"}
    assert post(security, "/people/supervisions", said) == {"is_new": True}
    assert post(security, "/people/supervisions", said) == {"is_new": False}

    made = post(keeper, "/sensing/gateways", {"site_id": site["id"], "code": "G1", "name": "网关"})
    assert (made["user"], len(made["hmac_key"])) == ("xqy.G1", 64)
    tank = post(keeper, "/subjects", {"kind": "tank", "name": "T1", "parent_id": site["id"]})
    at = {"gateway_id": made["id"], "subject_id": tank["id"]}
    post(keeper, "/sensing/devices", at | {"name": "LT1"})
    post(keeper, "/sensing/properties", {"code": "colour", "title": "色度", "unit": "°"})
    stream = {"property_code": "colour", "tag": "T1.C", "name": "色度"}
    post(keeper, "/sensing/datastreams", at | stream)
    [row] = keeper.get(f"/api/v1/sensing/datastreams?filter=site.eq:{site['id']}").json()["items"]
    assert (row["tag"], row["unit"], row["property"]) == ("T1.C", "°", "colour")


def test_the_credentials_are_in_the_answer_and_nowhere_else_to_be_read(keeper: Client) -> None:
    with unit_of_work(machine("test")):
        site = Gateway.objects.get().site
        own = factories.organisation("监管局", territory_code="")
    factories.supervision(own, str(site))
    supervisor = signed_in(factories.officer(own, "data_keeper"))
    body = {"site_id": site, "code": "G2", "name": "第二个网关"}

    made = post(supervisor, "/sensing/gateways", body, key="one")
    again = post(supervisor, "/sensing/gateways", body, key="one")
    anew = post(supervisor, "/sensing/gateways", body, 409, key="two")

    assert again == made
    assert anew["code"] == "sensing.gateway_exists"
    assert made["token"] not in supervisor.get("/api/v1/sensing/gateways").content.decode()
    with unit_of_work(machine("test")):
        kept = str(list(Journal.objects.values_list("data", "change")))
        kept += str(list(IdempotencyKey.objects.values()))
    assert made["token"] not in kept
    assert made["hmac_key"] not in kept
