"""A key rolls without a gap: both are valid until the box has changed; nobody reads a key afterwards."""

import json
from typing import Any

import pytest
from django.test import Client

from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.sensing.directory import load_directory
from anlan.kernel.sensing.models import Gateway
from anlan.kernel.sensing.rules import key_fingerprint
from anlan.kernel.sensing.services.receipts import note_gateways
from tests import factories
from tests.cast import Cast, csrf, signed_in
from tests.plant import Plant

pytestmark = pytest.mark.django_db
GATEWAYS = "/api/v1/sensing/gateways"
SYSTEM = machine("test")


def send(client: Client, path: str, version: int | None, body: Any = None) -> Any:
    tag = {} if version is None else {"If-Match": f'"{version}"'}
    return client.post(
        f"{GATEWAYS}/{path}",
        body or {},
        content_type="application/json",
        headers=csrf(client) | tag,
    )


def valid_keys(plant: Plant) -> list[str]:
    with unit_of_work(SYSTEM, read_only=True):
        entry = load_directory().find(f"{plant.gateway.firm_code}.{plant.gateway.code}")
    assert entry is not None
    return [key.hex() for key in entry.keys]


def used(gateway_id: str, key: str) -> None:
    """Let the gateway say that a message signed with the key has come."""
    with unit_of_work(SYSTEM):
        seen = {"keys_used": {key_fingerprint(bytes.fromhex(key)): 1_785_549_600_000}}
        note_gateways({gateway_id: (1_785_549_600_000, seen)})


def test_both_keys_are_valid_until_the_change_is_finished(plant: Plant, keeper: Client) -> None:
    old = plant.gateway.hmac_key
    issued = send(keeper, f"{plant.gateway.id}/key", 1)
    assert issued.status_code == 200, issued.content
    new = issued.json()["hmac_key"]
    assert valid_keys(plant) == [old, new]
    told = issued.json()["gateway"]
    assert (told["has_next_key"], told["version"], told["may"]) == (
        True, 2, ["roll_key", "change"],
    )  # fmt: skip
    assert told["next_key"] == {
        "fingerprint": key_fingerprint(bytes.fromhex(new)),
        "last_used_at": None,
    }
    too_early = send(keeper, f"{plant.gateway.id}/key/finish", 2)
    assert (too_early.status_code, too_early.json()["code"]) == (409, "sensing.key_unused")
    used(plant.gateway.id, new)
    finished = send(keeper, f"{plant.gateway.id}/key/finish", 2)
    assert (finished.status_code, finished.json()["next_key"]) == (200, None)
    assert valid_keys(plant) == [new]


def test_a_key_that_got_lost_is_withdrawn_and_the_old_one_stays(
    plant: Plant, keeper: Client
) -> None:
    lost = send(keeper, f"{plant.gateway.id}/key", 1).json()["hmac_key"]
    again = send(keeper, f"{plant.gateway.id}/key", 2)
    assert (again.status_code, again.json()["code"]) == (409, "sensing.key_rolling")
    assert send(keeper, f"{plant.gateway.id}/key/withdraw", 2).status_code == 200
    assert valid_keys(plant) == [plant.gateway.hmac_key]
    next_one = send(keeper, f"{plant.gateway.id}/key", 3).json()["hmac_key"]
    assert next_one != lost
    meant = send(keeper, f"{plant.gateway.id}/key/finish", 4, {"even_if_unused": True})
    assert meant.status_code == 200
    assert valid_keys(plant) == [next_one]
    nothing = send(keeper, f"{plant.gateway.id}/key/finish", 5)
    assert (nothing.status_code, nothing.json()["code"]) == (409, "sensing.no_next_key")


def test_a_key_is_shown_once_and_stands_in_no_journal_row_and_no_answer(
    plant: Plant, keeper: Client
) -> None:
    new = send(keeper, f"{plant.gateway.id}/key", 1).json()["hmac_key"]
    used(plant.gateway.id, new)
    answers = [
        keeper.get(GATEWAYS).content.decode(),
        keeper.get(f"{GATEWAYS}/{plant.gateway.id}").content.decode(),
        send(keeper, f"{plant.gateway.id}/key/finish", 2).content.decode(),
    ]
    with unit_of_work(SYSTEM, read_only=True):
        rows = list(Journal.objects.filter(object=plant.gateway.id).order_by("id"))
        gateway = Gateway.objects.get(pk=plant.gateway.id)
    assert [row.type for row in rows[-2:]] == [
        "sensing.gateway.key_issued",
        "sensing.gateway.key_rolled",
    ]
    told = json.dumps([[row.data, row.change] for row in rows], default=str) + "".join(answers)
    for secret in (plant.gateway.hmac_key, new, gateway.token):
        assert secret not in told


def test_a_change_names_the_version_and_whoever_only_sees_the_gateway_may_not(
    plant: Plant, cast: Cast, keeper: Client
) -> None:
    assert send(keeper, f"{plant.gateway.id}/key", None).status_code == 428
    assert send(keeper, f"{plant.gateway.id}/key", 7).status_code == 412
    sees = signed_in(factories.officer(cast.bureau, "data_keeper", "县数据", "county_keeper"))
    assert sees.get(f"{GATEWAYS}/{plant.gateway.id}").json()["may"] == []
    refused = send(sees, f"{plant.gateway.id}/key", 1)
    assert (refused.status_code, refused.json()["reason"]) == (403, "out_of_reach_in_charge")
    officer = signed_in(cast.duty_officer)
    assert send(officer, f"{plant.gateway.id}/key", 1).status_code == 403
    assert valid_keys(plant) == [plant.gateway.hmac_key]
