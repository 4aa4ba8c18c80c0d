"""What measures is renamed, taken out of use and up again: by who keeps it, once, and to be read in the journal."""

from typing import Any

import pytest
from django.test import Client

from anlan.kernel.base.clock import now_ms
from anlan.kernel.base.ids import new_ulid
from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.sensing import ports
from anlan.kernel.sensing.control import Retirement
from anlan.kernel.sensing.directory import directory_mark, load_directory
from anlan.kernel.sensing.models import Datastream, Device, ObservedProperty
from anlan.kernel.sensing.services import control, equipment, upkeep
from tests import factories
from tests.cast import assemble, csrf, signed_in
from tests.plant import Plant, build_plant

pytestmark = pytest.mark.django_db
URL = "/api/v1/sensing"


@pytest.fixture
def plant() -> Plant:
    return build_plant(streams=1)


@pytest.fixture
def gauge(plant: Plant) -> Device:
    with unit_of_work(machine("test")):
        return equipment.register_device(
            gateway=plant.gateway, subject_id=plant.tank.id, name="雷达液位计", model="RD-80"
        )


class Store:
    """No reading has come yet."""

    def last(self, numbers: list[int]) -> ports.Newest:
        return ports.Newest(readings={})


@pytest.fixture
def keeper(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr(ports, "observation_store", Store)
    cast = assemble(site=plant.site.id)
    return signed_in(factories.officer(cast.zone_bureau, "data_keeper", "刘数据", "liushuju"))


def ask(client: Client, method: str, path: str, version: int, body: Any = None) -> tuple[int, Any]:
    answer = getattr(client, method)(
        f"{URL}/{path}",
        body or {},
        content_type="application/json",
        headers=csrf(client) | {"If-Match": f'"{version}"'},
    )
    return answer.status_code, answer.json()


def test_a_gateway_is_renamed_once_and_whoever_looked_before_is_told(
    plant: Plant, keeper: Client
) -> None:
    path, said = f"gateways/{plant.gateway.id}", {"name": "罐区网关", "name_en": "Tank farm"}

    status, told = ask(keeper, "patch", path, 1, said)
    stale, problem = ask(keeper, "patch", path, 1, {"name": "别名"})
    same, unchanged = ask(keeper, "patch", path, 2, said)

    assert (status, told["name"], told["name_en"], told["version"]) == (
        200, "罐区网关", "Tank farm", 2,
    )  # fmt: skip
    assert "change" in told["may"]
    assert (stale, problem["code"]) == (412, "base.stale_version")
    assert (same, unchanged["version"]) == (200, 2)
    with unit_of_work(machine("test")):
        [row] = Journal.objects.filter(object=plant.gateway.id, type="sensing.gateway.changed")
    assert row.change == {"name": ["demo 网关", "罐区网关"], "name_en": ["", "Tank farm"]}
    assert row.actor.startswith("user:")


def test_a_stopped_gateway_is_a_stranger_to_the_doors_until_it_is_taken_up_again(
    plant: Plant, keeper: Client
) -> None:
    def known() -> tuple[bool, tuple[int, ...]]:
        with unit_of_work(machine("gateway"), read_only=True):
            return load_directory().find("demo.G1") is not None, directory_mark()

    path, before = f"gateways/{plant.gateway.id}", known()
    assert ask(keeper, "patch", path, 1, {"is_active": False})[1]["is_active"] is False
    stopped = known()
    status, problem = ask(
        keeper, "post", "datastreams", 1,
        {"gateway_id": plant.gateway.id, "subject_id": plant.tank.id, "property_code": "level",
         "tag": "T9", "name": "新"},
    )  # fmt: skip
    assert (status, problem["code"]) == (409, "sensing.gateway_stopped")
    assert ask(keeper, "patch", path, 2, {"is_active": True})[0] == 200

    assert [before[0], stopped[0], known()[0]] == [True, False, True]
    assert len({before[1], stopped[1], known()[1]}) == 3, "the doors look again"
    with unit_of_work(machine("test")):
        types = Journal.objects.filter(object=plant.gateway.id).order_by("id")
        assert [row.type.rpartition(".")[2] for row in types] == [
            "registered", "stopped", "started",
        ]  # fmt: skip


def test_an_instrument_is_not_taken_out_while_something_is_measured_with_it(
    plant: Plant, gauge: Device, keeper: Client
) -> None:
    path = f"devices/{gauge.id}"
    with unit_of_work(machine("test")):
        stream = equipment.register_datastream(
            gateway=plant.gateway,
            subject_id=plant.tank.id,
            observed_property=ObservedProperty.objects.get(code="level"),
            tag="T101.LI9",
            name="液位 9",
            device=gauge,
        )
    renamed = ask(keeper, "patch", path, 1, {"name": "导波雷达", "serial": "S-7"})[1]
    in_use = ask(keeper, "patch", path, 2, {"is_active": False})
    with unit_of_work(machine("test")):
        upkeep.retire_datastream(datastream_id=stream.id)
    out = ask(keeper, "patch", path, 2, {"is_active": False})
    shut = ask(keeper, "post", f"datastreams/{stream.id}/reinstate", 2)
    back = ask(keeper, "patch", path, 3, {"is_active": True})
    again = ask(keeper, "post", f"datastreams/{stream.id}/reinstate", 2)

    assert (renamed["name"], renamed["serial"], renamed["model"]) == ("导波雷达", "S-7", "RD-80")
    assert (in_use[0], in_use[1]["code"]) == (409, "sensing.device_in_use")
    assert (out[0], out[1]["is_active"]) == (200, False)
    assert (shut[0], shut[1]["code"]) == (409, "sensing.device_stopped")
    assert (back[0], again[0]) == (200, 200)


def test_a_datastream_hangs_on_an_instrument_of_its_own_gateway(
    plant: Plant, gauge: Device, keeper: Client
) -> None:
    with unit_of_work(machine("test")):
        other = equipment.register_gateway_at(site_id=plant.site.id, code="G2", name="二号网关")
    body = {
        "gateway_id": plant.gateway.id, "subject_id": plant.tank.id, "property_code": "level",
        "tag": "T9", "name": "新液位", "device_id": gauge.id,
    }  # fmt: skip
    made = ask(keeper, "post", "datastreams", 1, body)[1]
    status, problem = ask(keeper, "post", "datastreams", 1, body | {"gateway_id": other.id})
    assert Datastream.objects.get(pk=made["id"]).device_id == gauge.id
    assert (status, problem["code"], problem["field"]) == (
        422, "sensing.unknown_device", "device_id",
    )  # fmt: skip


def test_two_instruments_behind_a_gateway_have_two_names(
    plant: Plant, gauge: Device, keeper: Client
) -> None:
    body = {"gateway_id": plant.gateway.id, "subject_id": plant.tank.id, "name": gauge.name}
    status, problem = ask(keeper, "post", "devices", 1, body)
    assert (status, problem["code"], problem["field"]) == (409, "sensing.device_exists", "name")
    _, other = ask(keeper, "post", "devices", 1, body | {"name": "差压液位计"})
    status, problem = ask(keeper, "patch", f"devices/{other['id']}", 1, {"name": gauge.name})
    assert (status, problem["code"]) == (409, "sensing.device_exists")


def test_a_datastream_is_taken_up_again_under_its_number_and_the_engine_hears_of_it_once(
    plant: Plant, keeper: Client
) -> None:
    stream, path = plant.streams[0], f"datastreams/{plant.streams[0].id}"
    assert ask(keeper, "patch", path, stream_version(stream), {"name": "甲醇液位"})[1]["may"] == [
        "file_limit", "file_suppression", "take_out", "change", "retire",
    ]  # fmt: skip
    refused = ask(keeper, "post", f"{path}/reinstate", stream_version(stream))
    retired = ask(keeper, "post", f"{path}/retire", stream_version(stream))[1]
    with unit_of_work(machine("test")):
        [out] = control.unpublished_retirements()
        control.place_in_log([(out, 4)], epoch=new_ulid(), at_ms=now_ms())
    told = ask(keeper, "post", f"{path}/reinstate", retired["version"])
    with unit_of_work(machine("test")):
        [back] = control.unpublished_retirements()

    assert (refused[0], refused[1]["code"]) == (409, "sensing.not_retired")
    assert retired["may"] == ["change", "reinstate"]
    assert (told[0], told[1]["number"], told[1]["retired_at"]) == (200, stream.number, None)
    assert [one["condition"] for one in told[1]["limits"]] == ["H", "HH"]
    assert out.control == Retirement(number=stream.number, version=out.control.version)
    assert back.control == Retirement(
        number=stream.number, version=out.control.version + 1, retired=False
    )
    with unit_of_work(machine("test")):
        rows = Journal.objects.filter(object=stream.id).order_by("id")
        assert [row.type.rpartition(".")[2] for row in rows] == [
            "registered", "changed", "retired", "reinstated",
        ]  # fmt: skip
        assert rows[1].change == {"name": ["液位 0", "甲醇液位"]}


def test_a_tag_that_another_datastream_has_by_now_is_not_taken_up_again(
    plant: Plant, keeper: Client
) -> None:
    old = plant.streams[0]
    with unit_of_work(machine("test")):
        gone = upkeep.retire_datastream(datastream_id=old.id)
        equipment.register_datastream(
            gateway=plant.gateway,
            subject_id=plant.tank.id,
            observed_property=ObservedProperty.objects.get(code="level"),
            tag=old.tag,
            name="新液位",
        )
    status, problem = ask(keeper, "post", f"datastreams/{old.id}/reinstate", gone.version)
    assert (status, problem["code"]) == (409, "sensing.tag_taken")


def stream_version(stream: Datastream) -> int:
    return Datastream.objects.get(pk=stream.id).version
