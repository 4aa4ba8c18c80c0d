"""Two counties through one pooled connection: what one asked never colours what the other is shown."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy

import pytest
from django.db import connection, connections
from django.db.backends.postgresql.base import DatabaseWrapper
from django.test import Client

from anlan.kernel.places.rules import div_of
from tests import factories
from tests.cast import COUNTY, NEIGHBOUR, signed_in
from tests.plant import build_plant

pytestmark = pytest.mark.django_db(transaction=True)
REQUESTS, THREADS = 200, 8


@pytest.fixture
def pool_of_one() -> Iterator[None]:
    """Let all threads share a psycopg pool of exactly one connection."""
    kept = deepcopy(connections.settings["default"])
    mine = connections.settings["default"]
    connections.close_all()  # an open one would be outside the pool
    mine["CONN_MAX_AGE"] = 0
    mine["OPTIONS"] = mine["OPTIONS"] | {"pool": {"min_size": 1, "max_size": 1, "timeout": 60}}
    yield
    connections.close_all()
    with ThreadPoolExecutor(1) as other:
        # a thread's own connection is the one that knows of the pool
        other.submit(_close_pool).result()
    mine.update(kept)


def _close_pool() -> None:
    here = connections["default"]
    assert isinstance(here, DatabaseWrapper)
    here.close_pool()


def test_200_requests_of_two_counties_over_one_connection_never_mix(pool_of_one: None) -> None:
    clients: dict[str, Client] = {}
    expected: dict[str, set[str]] = {}
    for code in (COUNTY, NEIGHBOUR):
        factories.division(code, boundary=factories.square())
        bureau = factories.organisation(territory_code=code)
        plant = build_plant(f"p{code}", div_of(f"{code}100"), None, streams=1)
        clients[code] = signed_in(factories.officer(bureau, "monitor"))
        expected[code] = {plant.site.id, plant.tank.id}

    def ask(number: int) -> tuple[str, set[str], int, str]:
        code = (COUNTY, NEIGHBOUR)[number % 2]
        asking = Client()
        asking.cookies = clients[code].cookies
        try:
            items = asking.get("/api/v1/subjects").json()["items"]
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_backend_pid(), coalesce(current_setting('anlan.actor', true), '')"
                )
                backend, left_behind = cursor.fetchone()
            return code, {item["id"] for item in items}, backend, left_behind
        finally:
            connection.close()  # back into the pool

    connection.close()  # what this thread holds, nobody else can have
    with ThreadPoolExecutor(THREADS) as threads:
        answers = list(threads.map(ask, range(REQUESTS)))

    assert [found for code, found, _, _ in answers if found != expected[code]] == []
    assert len({backend for _, _, backend, _ in answers}) == 1
    assert {left_behind for _, _, _, left_behind in answers} == {""}
