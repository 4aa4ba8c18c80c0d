"""`anlan export table`: as a person, with his rights and no more, and under his name."""

from io import BytesIO
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from anlan.app.exports import TABLES, export_table
from anlan.kernel.base.errors import InvalidError, NotFoundError, NotPermittedError
from anlan.kernel.base.listing import Ask
from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.people.catalogue import permissions
from tests.cast import Cast, assemble
from tests.plant import build_plant

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return assemble(site=build_plant(streams=2).site.id)


def rows_of(content: bytes) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()[1:]


@pytest.mark.parametrize(("who", "count"), [("monitor", 2), ("leader", 2), ("neighbour", 0)])
def test_a_command_shows_what_its_person_sees(
    cast: Cast, acting_as: object, who: str, count: int
) -> None:
    acting_as("anlan_app")  # type: ignore[operator]
    made = export_table("datastreams", Ask(), who)
    assert (made.rows, len(rows_of(made.content))) == (count, count)
    with unit_of_work(machine("test"), read_only=True):
        acting_as("anlan_relay")  # type: ignore[operator]
        row = Journal.objects.get(type="base.list.exported")
    assert (row.actor, row.data["rows"]) == (f"user:{cast.people[who].id}", count)
    assert row.data["door"].startswith("command:")


def test_who_may_not_read_a_list_may_not_by_command_either(cast: Cast) -> None:
    with pytest.raises(NotPermittedError):
        export_table("alarms", Ask(), cast.system_administrator.username)
    with pytest.raises(NotPermittedError):
        export_table("journal", Ask(), cast.monitor.username)
    assert export_table("journal", Ask(), cast.audit_administrator.username).rows > 0


def test_somebody_who_is_not_there_exports_nothing(cast: Cast) -> None:
    cast.monitor.is_active = False
    cast.monitor.save()
    for name in ("nobody", cast.monitor.username):
        with pytest.raises(NotFoundError):
            export_table("alarms", Ask(), name)
    with pytest.raises(InvalidError):
        export_table("passwords", Ask(), cast.leader.username)


def test_every_table_asks_for_a_permission_that_some_role_has() -> None:
    assert {table.permission for table in TABLES.values()} <= permissions()
