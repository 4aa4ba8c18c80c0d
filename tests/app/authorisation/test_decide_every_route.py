"""Every operation, for every role, on every side of a row: really called, held against a table written by hand."""

import json
import logging
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from anlan.adapters.parquet_history.store import ParquetHistory
from anlan.app.routes import api
from anlan.kernel.people.catalogue import shipped
from anlan.kernel.people.models import User
from anlan.kernel.people.queries import sessions
from anlan.kernel.people.queries.principals import principal_of
from anlan.kernel.sensing import ports
from anlan.kernel.sensing.catalogue import DjangoCatalogue
from tests.app.authorisation import table, world
from tests.app.authorisation.call import Call
from tests.app.authorisation.calls import CALLS
from tests.app.authorisation.world import Rows, World

PREFIX = "/api/v1"
TABLE = table.read()
#: Ask every role in every column (minutes), even of those that the table treats alike.
WHOLE = bool(os.environ.get("ANLAN_WHOLE_MATRIX"))
Answer = tuple[int, str, str]


def operations() -> set[str]:
    """Return every operation of the OpenAPI document as "METHOD /path"."""
    paths = api.get_openapi_schema(path_prefix=f"{PREFIX}/")["paths"]
    return {
        f"{method.upper()} {path.removeprefix(PREFIX)}"
        for path, methods in paths.items()
        for method in methods
    }


def test_every_operation_has_its_decision_and_no_decision_is_about_nothing() -> None:
    decided = {table.called(name) for name in TABLE.lines}
    assert operations() - decided == set(), "write them into decisions.toml"
    assert decided - operations() == set()
    assert TABLE.lines.keys() == CALLS.keys()


def test_every_role_of_the_catalogue_stands_in_the_table() -> None:
    assert {role.code for role in shipped()} == TABLE.roles


@dataclass(frozen=True, slots=True)
class Unknown:
    """Who asks after a row that never was."""

    operation: str
    column: str
    session: str
    rows: Rows


class Asker:
    """Calls operations by the real handlers, inside a savepoint that is taken back."""

    def __init__(self, versions: dict[str, int]) -> None:
        self.client = Client()
        self.versions = versions
        self.count = 0
        self._unknown: dict[tuple[str, str], Answer] = {}

    def of(self, one: Unknown) -> Answer:
        """Return how a row is answered that never was, asked once a column."""
        key = one.operation, one.column
        if key not in self._unknown:
            call = CALLS[one.operation](one.rows.nowhere())
            self._unknown[key] = self.ask(one.session, one.operation, call)
        return self._unknown[key]

    def ask(self, session: str, operation: str, call: Call) -> Answer:
        """Return (status, code or "", body)."""
        self.count += 1
        self.client.cookies["anlan_session"] = session
        method, path = table.called(operation).split()
        path = PREFIX + (
            path[: path.index("{")] + call.path + path[path.rindex("}") + 1 :]
            if "{" in path
            else path
        )
        sent: dict[str, Any] = {"query_params": call.query}
        if call.form is not None:
            sent |= {"data": call.form}
        elif method != "GET":
            sent |= {"data": json.dumps(call.body or {}), "content_type": "application/json"}
        sent["headers"] = {"If-Match": f'"{self.versions.get(call.path, 1)}"'}
        atomic = transaction.atomic()
        atomic._from_testcase = True  # type: ignore[attr-defined]  # the unit of work is durable
        with atomic:
            answer = getattr(self.client, method.lower())(path, **sent)
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            transaction.set_rollback(True)
        text = body.decode(errors="replace")  # a workbook is no text
        code = ""
        if answer.status_code >= 400:
            problem = answer.json()
            code = f"{problem['code']} {problem.get('reason', '')}".strip()
        return answer.status_code, code, text


def word(answer: Answer, call: Call, expected: str, unknown: Callable[[], Answer]) -> str:
    """Return what an answer is in the words of the table."""
    status, code, text = answer
    if expected.isdigit():
        return str(status)
    if status < 300:
        return "yes" if call.sees in text else "none"
    if status == 403:
        return "gate" if code.endswith("no_post_with_permission") else "no"
    if code != "" and status in {404, 422} and unknown()[:2] == (status, code):
        return "hide"
    return f"{status}"


def alike() -> dict[str, tuple[str, ...]]:
    """Return, of each role, all that every line of the table treats as it."""
    classes: dict[frozenset[str], list[str]] = {}
    for role in sorted(TABLE.roles):
        lines = frozenset(name for name, line in TABLE.lines.items() if role in line.who)
        classes.setdefault(lines, []).append(role)
    return {role: tuple(those) for those in classes.values() for role in those}


def cells(of: World) -> Iterator[tuple[str, str, str, str]]:
    """Yield (operation, role, column, expected).

    Every role is asked for every operation at least once, in another of its seats each time.
    Where the gate is open and the relation matters, every column is asked: by each role, or
    shared between roles that the whole table treats alike.
    """
    those, turn = alike(), 0
    for operation, line in TABLE.lines.items():
        for role in sorted(TABLE.roles):
            turn += 1
            seats = [one for one in TABLE.columns if role in of.seats[one]]
            asked = {seats[turn % len(seats)]}
            if role in line.who and not line.is_uniform:
                mates = [one for one in those[role] if one in of.seats[seats[0]]]
                mine = mates.index(role)
                asked |= {one for n, one in enumerate(seats) if n % len(mates) == mine or WHOLE}
            for column in asked:
                yield operation, role, column, line.cells[column] if role in line.who else "gate"


@pytest.mark.django_db
def test_every_role_may_do_what_the_table_says_and_nothing_else(
    acting_as: Callable[[str], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.ERROR, "django.request")
    ports.install(lambda: ParquetHistory(folder=tmp_path, catalogue=DjangoCatalogue()))
    built = world.build(acting_as)
    # nobody's posts change while the matrix runs: who one is, is read once a person
    known = cache(lambda key: principal_of(User.objects.get(pk=key)))
    monkeypatch.setattr(sessions, "principal_of", lambda user: known(user.pk))
    asker = Asker(world.versions())
    differing: dict[tuple[str, str, str], list[str]] = {}
    for operation, role, column, expected in cells(built):
        call = CALLS[operation](built.rows[column])
        found = asker.ask(built.seats[column][role], operation, call)
        nothing = Unknown(operation, column, built.seats[column][role], built.rows[column])
        if (said := word(found, call, expected, partial(asker.of, nothing))) != expected:
            why = f"{said} ({found[0]} {found[1]}), not {expected}"
            differing.setdefault((operation, column, why), []).append(role)
    assert asker.count > 4_000
    assert not differing, "\n".join(
        f"{operation} {column}: {why}: {', '.join(roles)}"
        for (operation, column, why), roles in differing.items()
    )
