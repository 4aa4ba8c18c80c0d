"""A kind gets a new version of its schema where every row fits it; none is edited in place."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from anlan.kernel.base.config import config
from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.subjects.models import KindVersion, Subject, SubjectKind
from anlan.kernel.subjects.services.kinds import define_kind
from tests import factories
from tests.cast import csrf, signed_in
from tests.plant import TANK_SCHEMA, build_plant

pytestmark = pytest.mark.django_db
URL = "/api/v1/subjects/kinds"
ATTRIBUTE = {"type": "number", "title": "设计压力", "unit": "MPa", "minimum": 0}
STANDING: dict[str, Any] = TANK_SCHEMA
WIDER = {**STANDING, "properties": {**STANDING["properties"], "pressure_mpa": ATTRIBUTE}}


@pytest.fixture(autouse=True)
def _node(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("ANLAN_NODE", "n640181")
    config.cache_clear()
    yield
    config.cache_clear()


@pytest.fixture
def tank() -> Subject:
    return build_plant("east").tank


@pytest.fixture
def client(tank: Subject) -> Client:
    factories.division("640181")
    return signed_in(factories.officer(factories.organisation("灵武局"), "data_keeper"))


def send(
    client: Client,
    path: str,
    body: dict[str, Any],
    version: int | None = None,
    method: str = "post",
) -> tuple[int, dict[str, Any]]:
    headers = csrf(client) | ({} if version is None else {"If-Match": f'"{version}"'})
    answer = getattr(client, method)(
        f"{URL}{path}", body, content_type="application/json", headers=headers
    )
    return answer.status_code, answer.json()


def of_tanks() -> SubjectKind:
    return SubjectKind.objects.get(code="tank")


def test_a_version_that_every_row_fits_is_the_next_and_the_one_before_stays(client: Client) -> None:
    kind = of_tanks()
    body = {"schema": WIDER, "reason": "特种设备普查"}

    status, said = send(client, f"/{kind.id}/versions", body, kind.version)

    assert (status, said["schema_version"], said["schema_"]) == (200, 2, WIDER)
    listed = client.get(
        "/api/v1/subjects/kind-versions", {"filter": f"kind_id.eq:{kind.id}"}
    ).json()["items"]
    assert [(one["number"], one["reason"]) for one in listed] == [(2, "特种设备普查"), (1, "")]
    assert listed[1]["schema_"] == TANK_SCHEMA
    with unit_of_work(machine("test"), read_only=True):
        assert Journal.objects.filter(type="subjects.kind.defined", object=kind.id).count() == 2
    assert send(client, f"/{kind.id}/versions", body, kind.version)[0] == 412
    assert send(client, f"/{kind.id}/versions", body, 2)[1]["code"] == "subjects.same_schema"
    back = {"schema": TANK_SCHEMA, "reason": "撤回"}
    assert send(client, f"/{kind.id}/versions", back, 2)[1]["schema_version"] == 3


def test_rows_that_do_not_fit_are_told_one_by_one_and_nothing_is_changed(
    client: Client, tank: Subject
) -> None:
    kind = of_tanks()
    stricter = {**WIDER, "required": ["pressure_mpa"]}

    status, told = send(client, f"/{kind.id}/check", {"schema": stricter})

    assert (status, told["checked"], told["count"]) == (200, 1, 1)
    [row] = told["rows"]
    assert (row["id"], row["name"]) == (tank.id, tank.name)
    assert "pressure_mpa" in row["errors"][0]["error"]
    status, refused = send(
        client, f"/{kind.id}/versions", {"schema": stricter, "reason": "从严"}, kind.version
    )
    assert (status, refused["code"], refused["rows"]) == (
        422,
        "subjects.rows_do_not_fit",
        told["rows"],
    )
    assert (of_tanks().version, KindVersion.objects.filter(kind=kind).count()) == (kind.version, 1)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "properties": {"a": {"$ref": "http://127.0.0.1:9/x"}}},
        {"type": "object", "properties": {"a": {"type": "string", "pattern": "(a+)+$"}}},
        {"$ref": "file:///etc/passwd"},
        {"type": "object", "properties": {"大写": {"type": "string"}}},
        {"type": "object", "properties": {"a": {"type": "object"}}},
        {"type": "string"},
    ],
)
def test_nothing_is_fetched_for_a_schema_and_none_takes_for_ever(
    client: Client, schema: dict[str, Any]
) -> None:
    kind = of_tanks()
    asked: list[tuple[str, dict[str, Any], int | None]] = [
        (f"/{kind.id}/check", {"schema": schema}, None),
        (f"/{kind.id}/versions", {"schema": schema, "reason": "x"}, kind.version),
    ]
    for path, body, version in asked:
        status, said = send(client, path, body, version)
        assert (status, said["code"]) == (422, "subjects.schema_not_plain")


def test_a_kind_is_entered_and_renamed(client: Client) -> None:
    schema = {"type": "object", "properties": {"length_m": {"type": "number", "title": "长度"}}}
    body = {"code": "bridge", "title": "桥梁", "title_en": "Bridge", "schema": schema}

    status, made = send(client, "", body)

    assert (status, made["schema_version"], made["schema_"]) == (200, 1, schema)
    assert send(client, "", body)[1]["code"] == "subjects.kind_code_taken"
    status, named = send(client, f"/{made['id']}", {"title": "公路桥"}, 1, "patch")
    assert (status, named["title"], named["version"], named["schema_version"]) == (
        200,
        "公路桥",
        2,
        1,
    )


def test_the_kinds_are_kept_by_who_keeps_the_whole_node_and_nobody_else(client: Client) -> None:
    kind = of_tanks()
    township = factories.officer(
        factories.organisation("镇", territory_code="640181103"), "data_keeper"
    )
    zone = factories.officer(
        factories.organisation("区", territory_code="", zone=64018101), "data_keeper"
    )
    for other in (township, zone):
        body = {"schema": WIDER, "reason": "x"}
        assert send(signed_in(other), f"/{kind.id}/versions", body, kind.version)[0] == 403
        assert send(signed_in(other), f"/{kind.id}/check", {"schema": WIDER})[0] == 403


def test_an_upgrade_does_not_take_back_what_people_have_filed(client: Client) -> None:
    kind = of_tanks()
    send(client, f"/{kind.id}/versions", {"schema": WIDER, "reason": "普查"}, kind.version)

    with unit_of_work(machine("upgrade")):
        define_kind(code="tank", title="储罐", title_en="Tank", schema=TANK_SCHEMA)

    assert of_tanks().schema == WIDER
