"""Over HTTP: who may file, change and withdraw limits, and what the pages are told about them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from anlan.kernel.alerts.rules import Progress
from anlan.kernel.alerts.services.transitions import apply_transitions
from anlan.kernel.base.clock import now
from anlan.kernel.base.ids import new_ulid
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.sensing.services import control
from tests import factories
from tests.cast import Cast, assemble, csrf, signed_in
from tests.engine_writer import fenced
from tests.plant import Plant, build_plant

pytestmark = pytest.mark.django_db
LIMITS, SUPPRESSIONS = "/api/v1/sensing/limits", "/api/v1/sensing/suppressions"


@pytest.fixture
def plant() -> Plant:
    return build_plant(streams=1)


@pytest.fixture
def cast(plant: Plant) -> Cast:
    return assemble(site=plant.site.id)


@pytest.fixture
def monitor(cast: Cast, acting_as: Callable[[str], None]) -> Client:
    """The monitor of the bureau in charge, whose rows the database itself narrows."""
    client = signed_in(cast.monitor)
    acting_as("anlan_app")
    return client


def send(client: Client, method: str, path: str, body: Any = None, **headers: str) -> Any:
    return getattr(client, method)(
        path, body, content_type="application/json", headers=csrf(client) | headers
    )


def limits_of(client: Client, stream: str) -> dict[str, dict[str, Any]]:
    """Return the limits that stand, by condition."""
    answer = client.get(LIMITS, {"filter": f"datastream_id.eq:{stream}"})
    assert answer.status_code == 200, answer.content
    standing = {"in_force", "waiting"}
    return {one["condition"]: one for one in answer.json()["items"] if one["state"] in standing}


def pass_the_log(acting_as: Callable[[str], None], seq: int = 9) -> None:
    """Let the gateway put every change on the log, and the engine pass it."""
    acting_as("anlan_gateway")
    with unit_of_work(machine("gateway")):
        epoch = new_ulid()
        changes = [*control.unpublished_limits(), *control.unpublished_suppressions()]
        control.place_in_log([(change, seq) for change in changes], epoch=epoch, at_ms=1_000)
    acting_as("anlan_engine")
    with unit_of_work(machine("engine")):
        progress = Progress(shard_group="main", epoch=epoch, after_seq=0, seq=seq)
        apply_transitions([], fenced(progress))


def test_a_new_limit_waits_until_the_engine_has_passed_its_place_on_the_log(
    plant: Plant, monitor: Client, acting_as: Callable[[str], None]
) -> None:
    stream = plant.streams[0].id
    body = {"datastream_id": stream, "condition": "L", "value": 10.0, "standard": "AQ 3035-2010"}
    key = {"Idempotency-Key": "one-intended-act"}
    made = send(monitor, "post", LIMITS, body, **key)
    assert made.status_code == 202, made.content
    assert send(monitor, "post", LIMITS, body, **key).json()["id"] == made.json()["id"]
    waiting = limits_of(monitor, stream)["L"]
    assert (waiting["state"], waiting["in_force_since"]) == ("waiting", None)
    assert (waiting["filed_by_name"], waiting["site_name"]) == ("赵监测", "demo 厂区")
    pass_the_log(acting_as)
    acting_as("anlan_app")
    assert limits_of(monitor, stream)["L"]["state"] == "in_force"
    assert limits_of(monitor, stream)["L"]["in_force_since"] is not None


def test_what_stands_is_changed_with_if_match_and_never_by_filing_over_it(
    plant: Plant, monitor: Client
) -> None:
    stream = plant.streams[0].id
    old = limits_of(monitor, stream)["HH"]
    over = {"datastream_id": stream, "condition": "HH", "value": 95.0}
    refused = send(monitor, "post", LIMITS, over)
    assert (refused.status_code, refused.json()["code"]) == (409, "sensing.limit_stands")
    path, said = f"{LIMITS}/{old['id']}", {"value": 95.0, "deadband": 0.5, "priority": 2}
    assert send(monitor, "put", path, said).status_code == 428
    assert send(monitor, "put", path, said, **{"If-Match": '"9"'}).status_code == 412
    changed = send(monitor, "put", path, said, **{"If-Match": f'"{old["version"]}"'})
    assert changed.status_code == 202, changed.content
    new = limits_of(monitor, stream)["HH"]
    assert (new["value"], new["deadband"], new["priority"]) == (95.0, 0.5, 2)
    again = send(monitor, "put", path, said, **{"If-Match": f'"{old["version"]}"'})
    assert (again.status_code, again.json()["code"]) == (409, "sensing.limit_not_current")


def test_a_change_that_changes_nothing_is_refused_and_makes_no_version(
    plant: Plant, monitor: Client
) -> None:
    stream = plant.streams[0].id
    old = limits_of(monitor, stream)["HH"]
    path, match = f"{LIMITS}/{old['id']}", {"If-Match": f'"{old["version"]}"'}
    names = ("value", "deadband", "on_delay_ms", "off_delay_ms", "priority", "confidence")
    same = {name: old[name] for name in names} | {"reason": "再备一次"}
    refused = send(monitor, "put", path, same, **match)
    assert (refused.status_code, refused.json()["code"]) == (409, "sensing.limit_unchanged")
    assert refused.json()["title_en"].startswith("It says the same")
    assert limits_of(monitor, stream)["HH"] == old
    # One figure beside the value is a change.
    assert send(monitor, "put", path, same | {"on_delay_ms": 500}, **match).status_code == 202
    assert limits_of(monitor, stream)["HH"]["on_delay_ms"] == 500


def test_a_clause_that_stays_keeps_its_english(plant: Plant, monitor: Client) -> None:
    stream = plant.streams[0].id
    made = send(
        monitor,
        "post",
        LIMITS,
        {
            "datastream_id": stream,
            "condition": "L",
            "value": 10.0,
            "clause": "液位高低限",
            "clause_en": "high and low level",
        },
    ).json()
    said = {"value": 11.0, "clause": "液位高低限"}
    send(monitor, "put", f"{LIMITS}/{made['id']}", said, **{"If-Match": '"1"'})
    assert limits_of(monitor, stream)["L"]["clause_en"] == "high and low level"


def test_a_refusal_names_the_field_it_is_about(plant: Plant, monitor: Client) -> None:
    stream = plant.streams[0].id
    old = limits_of(monitor, stream)["H"]
    above = send(
        monitor, "put", f"{LIMITS}/{old['id']}", {"value": 99.0}, **{"If-Match": '"1"'}
    ).json()
    assert (above["code"], above["field"]) == ("sensing.bad_limit", "value")
    odd = send(
        monitor,
        "put",
        f"{LIMITS}/{old['id']}",
        {"value": 70, "deadband": -1},
        **{"If-Match": '"1"'},
    ).json()
    assert odd["errors"][0]["field"].endswith("deadband")


def test_the_county_sees_a_limit_of_the_zones_firm_and_may_not_touch_it(
    plant: Plant, cast: Cast, monitor: Client
) -> None:
    county = signed_in(factories.officer(cast.bureau, "monitor", "郑监测", "county_monitor"))
    stream = plant.streams[0].id
    limit = limits_of(county, stream)["HH"]
    assert limit["may"] == []
    assert limits_of(monitor, stream)["HH"]["may"] == ["change", "withdraw"]
    headers = {"If-Match": '"1"'}
    tries = [
        send(county, "put", f"{LIMITS}/{limit['id']}", {"value": 91.0}, **headers),
        send(county, "post", f"{LIMITS}/{limit['id']}/withdraw", {"reason": "不"}, **headers),
        send(county, "post", SUPPRESSIONS, window(stream)),
    ]
    assert [answer.status_code for answer in tries] == [403, 403, 403]
    seen = county.get(f"/api/v1/sensing/limits?filter=id.eq:{limit['id']}").json()["items"][0]
    assert seen["version"] == limit["version"]


def test_the_firms_safety_officer_keeps_the_firms_own_limits(plant: Plant, cast: Cast) -> None:
    safety = signed_in(factories.officer(cast.firm, "firm_safety", "吴安全", "safety"))
    limit = limits_of(safety, plant.streams[0].id)["HH"]
    path = f"{LIMITS}/{limit['id']}/withdraw"
    answer = send(safety, "post", path, {"reason": "设计变更"}, **{"If-Match": '"1"'})
    assert answer.status_code == 202, answer.content
    ended = answer.json()
    assert (ended["state"], ended["end_reason"], ended["ended_by_name"]) == (
        "ending", "设计变更", "吴安全",
    )  # fmt: skip
    assert ended["may"] == []


def test_a_suppression_can_be_ended_once_by_who_keeps_it(plant: Plant, monitor: Client) -> None:
    made = send(monitor, "post", SUPPRESSIONS, window(plant.streams[0].id))
    assert made.status_code == 202, made.content
    row = made.json()
    assert (row["state"], row["may"]) == ("waiting", ["end"])
    path = f"{SUPPRESSIONS}/{row['id']}/end"
    assert send(monitor, "post", path).status_code == 428
    ended = send(monitor, "post", path, **{"If-Match": '"1"'})
    assert (ended.json()["ended_by_name"], ended.json()["may"]) == ("赵监测", [])
    assert send(monitor, "post", path, **{"If-Match": '"2"'}).status_code == 409


def window(stream: str) -> dict[str, Any]:
    moment = now()
    end = moment + timedelta(hours=2)
    return {
        "datastream_id": stream,
        "starts_at": moment.isoformat(),
        "ends_at": end.isoformat(),
        "reason": "仪表校验，工单 2026-118",
    }
