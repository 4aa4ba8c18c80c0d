"""Health over the API, with a real gateway, bus and database: what stops is seen to have stopped."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test import Client

from anlan.app.health import api
from anlan.app.health.look import Examination
from anlan.app.relay import LOCK
from anlan.app.stack.throw_away import Databases
from anlan.kernel.base.config import config
from tests.app.gateway.house import House, house_in
from tests.cast import Cast, assemble, signed_in
from tests.conftest import DATABASE
from tests.plant import build_plant


@pytest.fixture
def house(
    tmp_path: Path,
    databases: Databases,
    transactional_db: None,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[House]:
    """Return a house whose addresses this process, which answers for health, knows."""
    with house_in(tmp_path, databases.url(DATABASE)) as made:
        for name, value in made.environment.items():
            monkeypatch.setenv(name, value)
        config.cache_clear()
        yield made
    config.cache_clear()


@pytest.fixture
def cast(house: House) -> Cast:
    del house
    return assemble()


def ask(client: Client) -> dict[str, dict[str, Any]]:
    """Look anew and return the checks by name."""
    api._examination = Examination()
    answer = client.get("/api/v1/health")
    assert answer.status_code == 200, answer.content
    said = answer.json()
    return {check["name"]: check for check in said["checks"]} | {"": {"status": said["status"]}}


def test_what_runs_is_well_and_what_stops_is_seen(
    house: House, cast: Cast, databases: Databases
) -> None:
    build_plant(code="F1")
    operator = signed_in(cast.system_administrator)
    house.start()
    with psycopg.connect(databases.dsn("anlan_relay", DATABASE)) as relay:
        relay.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        found = ask(operator)
        assert found["gateway"]["status"] == "ok"
        assert found["gateway"]["figures"]["gateways"] == 1
        assert found["nats"]["status"] == found["postgres"]["status"] == "ok"
        assert found["stream:READINGS"]["status"] == "ok"
        assert found["worker"]["status"] != "down"
        assert found["gateways"]["figures"] == {"gateways": 1, "silent": 0, "never_seen": 1}
        assert found["relay"]["figures"]["pending"] > 0
        # nobody of these was started
        assert found["engine"]["status"] == found["recorder"]["status"] == "down"
        assert found["live"]["status"] == "down"
        assert found[""]["status"] == "down"
    house.kill()
    house.server.stop()
    found = ask(operator)
    assert found["gateway"]["status"] == "down"
    assert found["worker"]["status"] == "down"
    assert found["nats"]["status"] == "down"
    assert found["recorder"]["status"] == "warning"


def test_a_firm_and_a_stranger_do_not_see_how_the_house_is(cast: Cast) -> None:
    assert signed_in(cast.control_room).get("/api/v1/health").status_code == 403
    assert Client().get("/api/v1/health").status_code == 401


def test_the_sign_of_life_is_for_everybody_and_says_nothing() -> None:
    answer = Client().get("/api/v1/health/live")
    assert (answer.status_code, answer.content) == (204, b"")


def test_the_look_is_shared_for_some_seconds(house: House) -> None:
    del house
    examination = Examination()
    assert examination.checks(config()) is examination.checks(config())


def test_without_the_database_the_answer_is_503_and_not_an_error_page(
    cast: Cast, databases: Databases
) -> None:
    client = signed_in(cast.duty_officer)
    with psycopg.connect(databases.dsn("anlan_admin", "postgres"), autocommit=True) as admin:
        admin.execute(f'ALTER DATABASE "{DATABASE}" ALLOW_CONNECTIONS false')
        try:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                [DATABASE],
            )
            answers = [client.get("/api/v1/health") for _ in range(2)]
        finally:
            admin.execute(f'ALTER DATABASE "{DATABASE}" ALLOW_CONNECTIONS true')
    assert [answer.status_code for answer in answers] == [503, 503]
    assert answers[0].json()["code"] == "base.database_away"
    connection.close()  # as Django does before each request of a server, and the test client not
    assert client.get("/api/v1/session").status_code == 200
