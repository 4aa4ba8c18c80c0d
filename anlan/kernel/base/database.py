"""Prepare a database for Anlan: roles, extensions, leakproof marks; then who may touch what."""

from dataclasses import dataclass
from importlib import resources

import psycopg
from django.db import connection
from psycopg import sql

ROLES = (
    "anlan_owner",
    "anlan_app",
    "anlan_engine",
    "anlan_relay",
    "anlan_recorder",
    "anlan_worker",
    "anlan_gateway",
    "anlan_live",
)


@dataclass(frozen=True, slots=True)
class Prepared:
    """What `prepare` found or made."""

    database: str
    created: bool
    roles_created: tuple[str, ...]


def prepare(admin_dsn: str, database: str = "anlan") -> Prepared:
    """As superuser: make roles and database, extensions, and mark the index operators leakproof.

    Idempotent. Raises psycopg.OperationalError when the server cannot be reached.
    """
    with psycopg.connect(admin_dsn, autocommit=True) as admin:
        known = {row[0] for row in admin.execute("SELECT rolname FROM pg_roles").fetchall()}
        missing = tuple(role for role in ROLES if role not in known)
        for role in missing:
            admin.execute(sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER").format(sql.Identifier(role)))
        exists = admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
        created = exists.fetchone() is None
        if created:
            statement = "CREATE DATABASE {} OWNER anlan_owner TEMPLATE template0 ENCODING 'UTF8'"
            admin.execute(sql.SQL(statement).format(sql.Identifier(database)))
    with psycopg.connect(admin_dsn, dbname=database, autocommit=True) as inside:
        inside.execute(_script("prepare.sql"))
    return Prepared(database, created, missing)


def grant() -> None:
    """As anlan_owner, after every migrate: give each role the tables it needs and no more."""
    with connection.cursor() as cursor:
        cursor.execute(_script("grants.sql"))


def _script(name: str) -> str:
    """Return one of the SQL scripts beside this module."""
    return resources.files("anlan.kernel.base").joinpath("sql", name).read_text(encoding="utf-8")
