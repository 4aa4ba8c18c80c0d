"""Requests that the OpenAPI document allows, and mutated ones that it does not: never a 500.

Schemathesis makes them; the real handlers answer over a real database with rows at three sites, asked
by people of many roles, half of the time after rows that are there. `ANLAN_FUZZ_EXAMPLES` asks for
more of each operation than the suite has time for.
"""

import json
import logging
import os
import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import astuple, dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode, openapi
from schemathesis.core import NotSet

from anlan.adapters.parquet_history.store import ParquetHistory
from anlan.app.routes import api
from anlan.kernel.sensing import ports
from anlan.kernel.sensing.catalogue import DjangoCatalogue
from tests.app.authorisation import world
from tests.app.authorisation.world import World

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(0 if "ANLAN_FUZZ_EXAMPLES" in os.environ else 300),
]
EXAMPLES = int(os.environ.get("ANLAN_FUZZ_EXAMPLES", "4"))

#: A `schemathesis.Case` of any operation; its parameters of type are of no use here.
Made = Any


@dataclass
class Asker:
    """Calls operations as one of many, inside a savepoint that is taken back."""

    world: World
    chance: random.Random
    failures: dict[str, str] = field(default_factory=dict)
    statuses: dict[int, int] = field(default_factory=dict)

    def ask(self, case: Made) -> None:
        client = Client()
        column = self.chance.choice(sorted(self.world.seats))
        client.cookies["anlan_session"] = self.chance.choice(
            sorted(self.world.seats[column].values())
        )
        about = f"{case.method.upper()} {case.path}"
        try:
            status, sent = self._answer(client, case)
        except Exception as error:  # noqa: BLE001 - a 500 is what raises through the test client
            self.failures.setdefault(
                f"{about}: {type(error).__name__}: {str(error)[:200]}", _told(case)
            )
            return
        self.statuses[status] = self.statuses.get(status, 0) + 1
        if status >= 500:
            self.failures.setdefault(f"{about}: {status} {sent[:200]}", _told(case))

    def _answer(self, client: Client, case: Made) -> tuple[int, str]:
        path = self._path(case)
        sent: dict[str, Any] = {"headers": _headers(case)}
        query = {k: v for k, v in (case.query or {}).items() if v is not None}
        if query:
            sent["query_params"] = query
        if isinstance(case.body, NotSet):
            sent |= {"data": b"", "content_type": "application/json"}
        elif case.media_type == "application/json":
            raw = case.body if isinstance(case.body, bytes) else json.dumps(case.body)
            sent |= {"data": raw, "content_type": "application/json"}
        else:
            body = case.body if isinstance(case.body, dict) else {"body": case.body}
            plain = {k: v if isinstance(v, bytes | str) else json.dumps(v) for k, v in body.items()}
            return self._rolled_back(lambda: client.post(path, data=plain, **sent))
        return self._rolled_back(lambda: client.generic(case.method.upper(), path, **sent))

    def _rolled_back(self, call: Callable[[], Any]) -> tuple[int, str]:
        atomic = transaction.atomic()
        atomic._from_testcase = True  # type: ignore[attr-defined]  # the unit of work is durable
        with atomic:
            answer = call()
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            transaction.set_rollback(True)
        return answer.status_code, body.decode(errors="replace")

    def _path(self, case: Made) -> str:
        """Fill the path in: half of the time with a row that is there."""
        if case.path_parameters and self.chance.random() < 0.5:
            rows = self.world.rows[self.chance.choice(sorted(self.world.rows))]
            ids = [one for one in astuple(rows) if isinstance(one, str) and one]
            case.path_parameters = dict.fromkeys(case.path_parameters, self.chance.choice(ids))
        return str(case.formatted_path)


def _headers(case: Made) -> dict[str, str]:
    """Return what a client could send: HTTP itself takes nothing else in a header."""
    return {
        name: str(value)
        for name, value in (case.headers or {}).items()
        if str(value).isascii() and str(value).isprintable()
    }


def _told(case: Made) -> str:
    return f"{case.path_parameters} {case.query} {case.headers} {str(case.body)[:300]}"


@pytest.fixture
def asker(acting_as: Callable[[str], None], tmp_path: Path) -> Iterator[Asker]:
    before = ports._installed.make
    ports.install(lambda: ParquetHistory(folder=tmp_path, catalogue=DjangoCatalogue()))
    yield Asker(world.build(acting_as), random.Random(7))  # noqa: S311 - not a secret
    ports._installed.make, ports._installed.store = before, None


@pytest.mark.django_db
def test_no_request_makes_a_500(asker: Asker, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)
    schema = openapi.from_dict(dict(api.get_openapi_schema(path_prefix="/api/v1/")))
    operations = 0
    for found in schema.get_all_operations():
        operation = found.ok()  # type: ignore[union-attr]
        operations += 1
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            _ask_all(operation, mode, asker)
    assert operations > 80
    assert sum(asker.statuses.values()) > operations * EXAMPLES
    assert asker.statuses.keys() >= {200, 403, 404, 422}
    assert not asker.failures, "\n".join(
        f"{what}\n    {how}" for what, how in asker.failures.items()
    )


def _ask_all(operation: Any, mode: GenerationMode, asker: Asker) -> None:
    @seed(7)
    @settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def asked(case: Made) -> None:
        asker.ask(case)

    with suppress(Unsatisfiable):  # nothing that this operation takes can be wrong
        asked()
