"""Every create sent again makes nothing; every change of what somebody else has changed is refused."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from anlan.adapters.parquet_history.store import ParquetHistory
from anlan.app.routes import api
from anlan.kernel.base.doors import IDEMPOTENCY_KEY, IF_MATCH
from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.sensing import ports
from anlan.kernel.sensing.catalogue import DjangoCatalogue
from tests.app.authorisation import table, world
from tests.app.authorisation.call import Call
from tests.app.authorisation.calls import CALLS
from tests.app.authorisation.world import World

PREFIX = "/api/v1"
TABLE = table.read()
#: Only whoever uploaded a document withdraws it (tests/kernel/documents/test_download_and_withdraw.py), only
#: who drew a sketch changes it (tests/kernel/sketches/test_draw_sketch.py), and only who began an online round finishes it
#: (tests/systems/desk/test_go_the_rounds.py).
#: Fields of free text.
WORDS = ("name", "title", "reason", "note", "text")
OF_ITS_OWNER = {
    "POST /documents/{document_id}/withdraw",
    "POST /desk/rounds/{round_id}/finish",
    "PATCH /sketches/{sketch_id}",
    "POST /sketches/{sketch_id}/withdraw",
    "POST /sketches/{sketch_id}/restore",
}
pytestmark = pytest.mark.django_db


def naming(header: dict[str, Any]) -> list[str]:
    """Return the operations whose description names a header, as "METHOD /path"."""
    paths = api.get_openapi_schema(path_prefix=f"{PREFIX}/")["paths"]
    return [
        f"{method.upper()} {path.removeprefix(PREFIX)}"
        for path, methods in paths.items()
        for method, one in methods.items()
        if header["name"] in {each["name"] for each in one.get("parameters", [])}
    ]


def seat(of: World, operation: str) -> tuple[str, Call]:
    """Return the session of somebody who may, and his call."""
    line = TABLE.lines[operation]
    for column, cell in line.cells.items():
        for role in sorted(line.who & of.seats[column].keys()):
            if cell == "yes":
                return of.seats[column][role], CALLS[operation](of.rows[column])
    raise AssertionError(f"nobody may {operation}")


def send(session: str, operation: str, call: Call, **headers: str) -> tuple[int, Any]:
    """Return status and body of one call."""
    client = Client()
    client.cookies["anlan_session"] = session
    method, path = operation.split()
    if "{" in path:
        path = path[: path.index("{")] + call.path + path[path.index("}") + 1 :]
    sent: dict[str, Any] = {"headers": headers}
    if call.form is not None:
        sent["data"] = call.form
        call.form["file"].seek(0)
    else:
        sent |= {"data": json.dumps(call.body or {}), "content_type": "application/json"}
    answer = getattr(client, method.lower())(PREFIX + path, **sent)
    return answer.status_code, answer.json()


@contextmanager
def taken_back() -> Iterator[None]:
    """Undo what is done inside, so that each operation finds the world as it was built."""
    atomic = transaction.atomic()
    atomic._from_testcase = True  # type: ignore[attr-defined]  # the unit of work is durable
    with atomic:
        yield
        transaction.set_rollback(True)


@pytest.fixture
def written(acting_as: Callable[[str], None]) -> Callable[[], int]:
    """Return how many rows the journal has, whoever may see them."""

    def count() -> int:
        acting_as("anlan_relay")
        with unit_of_work(machine("test"), read_only=True):
            rows = Journal.objects.count()
        acting_as("anlan_app")
        return rows

    return count


def another(body: dict[str, Any]) -> dict[str, Any]:
    """Return a body that says something else in the same shape: another word, another id, else another order."""
    word = next((key for key in WORDS if isinstance(body.get(key), str)), None)
    if word is None and len(body) == 1:
        [(key, one)] = body.items()
        return {key: f"{one[:-1]}{'1' if one[-1] == '0' else '0'}"}
    if word is None:
        return dict(reversed(body.items()))
    return body | {word: f"{body[word]}改"}


def test_every_create_and_every_change_of_the_document_keeps_its_word(
    acting_as: Callable[[str], None], written: Callable[[], int], tmp_path: Path
) -> None:
    ports.install(lambda: ParquetHistory(folder=tmp_path, catalogue=DjangoCatalogue()))
    built, versions = world.build(acting_as), world.versions()
    creates = naming(IDEMPOTENCY_KEY)
    changes = [one for one in naming(IF_MATCH) if one not in OF_ITS_OWNER]
    assert len(creates) >= 17
    assert len(changes) >= 34
    wrong: list[str] = []
    for operation in creates:
        session, call = seat(built, operation)
        with taken_back():
            first = send(session, operation, call, **{"Idempotency-Key": "once"})
            made = written()
            again = send(session, operation, call, **{"Idempotency-Key": "once"})
            if first[0] >= 300 or again != first or written() != made:
                wrong.append(f"{operation}: {first} then {again}, {written() - made} rows more")
            if call.body is not None:
                call = replace(call, body=another(call.body))
                status, said = send(session, operation, call, **{"Idempotency-Key": "once"})
                if (status, said.get("code")) != (422, "base.key_reused"):
                    wrong.append(f"{operation}: another body is {status} {said}")
    for operation in changes:
        session, call = seat(built, operation)
        with taken_back():
            before = written()
            blind = send(session, operation, call)
            stale = send(session, operation, call, **{"If-Match": '"999"'})
            if (blind[0], stale[0], written()) != (428, 412, before):
                wrong.append(f"{operation}: {blind} without a version, {stale} with an old one")
            current = f'"{versions[call.path]}"'
            done = send(session, operation, call, **{"If-Match": current})
            if done[0] >= 300 or written() == before:
                wrong.append(f"{operation}: {done} with the version that it has")
    assert not wrong, "\n".join(wrong)
