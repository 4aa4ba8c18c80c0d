"""Row security: every scoped table is walled, by force, and a new one without a wall is seen."""

import pytest
from django.apps import apps
from django.db import connection

from anlan.kernel.base import row_security
from anlan.kernel.base.database import ROLES
from anlan.kernel.base.fields import Exercisable, Placed

pytestmark = pytest.mark.django_db

#: What machines write and no list of a person's scope shows: the receipts of messages, and what is on its way out of the
#: house, which is the installation's (the system administrator sees to whom and why, never what is said).
MACHINES_OWN = {"sensing_batchreceipt", "messaging_dispatch"}


def scoped_tables(*, are_views: bool = False) -> set[str]:
    """Return every table of ours that has scope columns, or every view."""
    found = set()
    for model in apps.get_models():
        if not model.__module__.startswith("anlan.") or model._meta.managed is are_views:
            continue
        names = {field.name for field in model._meta.get_fields()}
        if issubclass(model, Placed | Exercisable) or {"div", "zone", "site"} <= names:
            found.add(model._meta.db_table)
    return found - MACHINES_OWN


def forced_tables() -> set[str]:
    """Return every table whose rows are walled, for its owner too."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
        return {row[0] for row in cursor.fetchall()}


def test_every_scoped_table_is_walled_by_force() -> None:
    missing = scoped_tables() - forced_tables()
    assert missing == set(), "add row_security.secure(...) in a migration"
    assert len(scoped_tables()) >= 10


def test_every_scoped_view_shows_a_reader_what_the_walls_below_it_show_him() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class"
            " WHERE relkind = 'v' AND 'security_invoker=true' = ANY (reloptions)"
        )
        invokers = {row[0] for row in cursor.fetchall()}
    views = scoped_tables(are_views=True)
    assert views
    assert views - invokers == set()


def test_every_walled_table_has_its_policies_and_its_trigger() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename, array_agg(policyname::text) FROM pg_policies GROUP BY 1")
        policies = dict(cursor.fetchall())
        cursor.execute(
            "SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE t.tgname = 'require_actor'"
        )
        triggered = {row[0] for row in cursor.fetchall()}
    for table in forced_tables():
        assert {"scope", "machine"} <= set(policies[table])
        assert table in triggered


def test_the_web_owns_nothing_and_passes_no_wall() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s) AND (rolsuper OR rolbypassrls)",
            [list(ROLES)],
        )
        assert cursor.fetchall() == []
        cursor.execute(
            "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'"
            " AND tablename LIKE ANY (ARRAY['base_%', 'alerts_%', 'people_%', 'sensing_%'])"
        )
        assert cursor.fetchall() == [("anlan_owner",)]


@pytest.mark.parametrize(
    ("role", "table", "verbs"),
    [
        ("anlan_live", "people_user", ""),
        ("anlan_live", "django_session", ""),
        ("anlan_live", "people_onetimelink", ""),
        ("anlan_live", "documents_document", ""),
        ("anlan_live", "base_journal", "SELECT"),
        ("anlan_relay", "base_journal", "SELECT"),
        ("anlan_relay", "people_user", ""),
        ("anlan_engine", "people_user", ""),
        ("anlan_engine", "django_session", ""),
        ("anlan_engine", "base_journal", "SELECT INSERT"),
        ("anlan_gateway", "alerts_alarm", ""),
        ("anlan_recorder", "base_journal", "INSERT"),
        ("anlan_app", "base_journal", "SELECT INSERT"),
        ("anlan_app", "base_seal", "SELECT"),
        ("anlan_worker", "base_sealed", "SELECT"),
        ("anlan_app", "alerts_engineprogress", "SELECT"),
    ],
)
def test_a_process_may_do_to_a_table_what_its_work_needs(role: str, table: str, verbs: str) -> None:
    found = []
    with connection.cursor() as cursor:
        for verb in ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE"):
            cursor.execute("SELECT has_table_privilege(%s, %s, %s)", [role, table, verb])
            found += [verb] if cursor.fetchone()[0] else []
    assert " ".join(found) == verbs


def test_the_live_process_reads_names_of_sessions_and_not_what_is_in_them() -> None:
    with connection.cursor() as cursor:
        for table, column, expected in (
            ("django_session", "session_key", True),
            ("django_session", "session_data", False),
            ("people_user", "sessions_epoch", True),
            ("people_user", "password", False),
            ("people_user", "name", False),
        ):
            cursor.execute(
                "SELECT has_column_privilege('anlan_live', %s, %s, 'SELECT')", [table, column]
            )
            assert cursor.fetchone() == (expected,), column


def test_a_condition_names_exactly_the_columns_that_a_table_has() -> None:
    plain = row_security.scope_predicate()
    assert "incident_id" not in plain
    assert "exercise_id" not in plain
    assert "sensitivity" not in plain
    full = row_security.scope_predicate(incident=True, exercise=True, ceiling=True)
    for column in ("div", "zone", "site", "incident_id", "exercise_id", "sensitivity"):
        assert column in full
