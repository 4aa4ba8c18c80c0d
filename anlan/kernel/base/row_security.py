"""Row security as migration operations: the second wall under `permissions.decide` (7.6, 7.7).

The settings are read by stable functions inside scalar subqueries, so that PostgreSQL
evaluates them once a query and the range on `div` can use an index.
"""

from django.db import migrations

#: Roles whose rows follow the scope of the unit of work.
SCOPED_ROLES = "anlan_app, anlan_worker, anlan_live"
#: Processes that see every row by their duty; each is granted only the tables it needs.
MACHINE_ROLES = "anlan_owner, anlan_engine, anlan_relay, anlan_recorder, anlan_gateway"

FUNCTIONS = """
CREATE FUNCTION anlan_divs() RETURNS int8multirange LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT coalesce(nullif(current_setting('anlan.divs', true), ''), '{}')::int8multirange $$;
CREATE FUNCTION anlan_div_low() RETURNS int8 LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT coalesce(lower(anlan_divs()), 1) $$;
CREATE FUNCTION anlan_div_high() RETURNS int8 LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT coalesce(upper(anlan_divs()) - 1, 0) $$;
CREATE FUNCTION anlan_zones() RETURNS int8[] LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT coalesce(nullif(current_setting('anlan.zones', true), ''), '{}')::int8[] $$;
CREATE FUNCTION anlan_sites() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT coalesce(nullif(current_setting('anlan.sites', true), ''), '{}')::text[] $$;
CREATE FUNCTION anlan_incidents() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT coalesce(nullif(current_setting('anlan.incidents', true), ''), '{}')::text[] $$;
CREATE FUNCTION anlan_exercise() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT nullif(current_setting('anlan.exercise', true), '') $$;
CREATE FUNCTION anlan_actor() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT coalesce(current_setting('anlan.actor', true), '') $$;
CREATE FUNCTION anlan_ceiling() RETURNS int LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT coalesce(nullif(current_setting('anlan.ceiling', true), ''), '0')::int $$;
CREATE FUNCTION anlan_audit() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT coalesce(current_setting('anlan.audit', true), '') = 'on' $$;
CREATE FUNCTION anlan_require_actor() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_user <> 'anlan_owner' AND anlan_actor() = '' THEN
    RAISE EXCEPTION 'anlan: % on % without an actor', TG_OP, TG_TABLE_NAME
      USING ERRCODE = 'insufficient_privilege', HINT = 'open a unit_of_work(principal)';
  END IF;
  RETURN NULL;
END $$;
"""
DROP_FUNCTIONS = """
DROP FUNCTION anlan_require_actor();
DROP FUNCTION anlan_audit(); DROP FUNCTION anlan_ceiling(); DROP FUNCTION anlan_actor();
DROP FUNCTION anlan_exercise(); DROP FUNCTION anlan_incidents(); DROP FUNCTION anlan_sites();
DROP FUNCTION anlan_zones(); DROP FUNCTION anlan_div_high(); DROP FUNCTION anlan_div_low();
DROP FUNCTION anlan_divs();
"""


#: Of one's own exercise, or real where one acts in none. Said in two halves: of "is not distinct from"
#: PostgreSQL believes that next to nothing will come, and sorts all that somebody reaches.
EXERCISE_SQL = """((exercise_id IS NULL AND (SELECT anlan_exercise() IS NULL))
            OR exercise_id = (SELECT anlan_exercise()))"""


def install_functions() -> migrations.RunSQL:
    """Return the operation that makes the functions all policies read the scope by."""
    return migrations.RunSQL(FUNCTIONS, DROP_FUNCTIONS)


def scope_predicate(
    *, incident: bool = False, exercise: bool = False, ceiling: bool = False
) -> str:
    """Return the SQL condition of 7.6 for the columns that a table has."""
    reached = [
        """(div BETWEEN (SELECT anlan_div_low()) AND (SELECT anlan_div_high())
            AND div <@ (SELECT anlan_divs()))""",
        "zone = ANY ((SELECT anlan_zones())::int8[])",
        "site = ANY ((SELECT anlan_sites())::text[])",
    ]
    if incident:
        reached.append("incident_id = ANY ((SELECT anlan_incidents())::text[])")
    predicate = "(" + " OR ".join(reached) + ")"
    if exercise:
        predicate += f" AND {EXERCISE_SQL}"
    if ceiling:
        predicate += " AND sensitivity <= (SELECT anlan_ceiling())"
    return predicate


def secure(
    table: str,
    *,
    incident: bool = False,
    exercise: bool = False,
    ceiling: bool = False,
    also: str | None = None,
) -> migrations.RunSQL:
    """Return the operation that forces row security on a table.

    `also` widens what may be read (never written) by a further condition.
    """
    predicate = scope_predicate(incident=incident, exercise=exercise, ceiling=ceiling)
    return secure_by(table, predicate, also=also)


def secure_anew(
    table: str, *, incident: bool = False, exercise: bool = False, ceiling: bool = False
) -> migrations.RunSQL:
    """Return the operation that says the same scope of a table in the words of today."""
    predicate = scope_predicate(incident=incident, exercise=exercise, ceiling=ceiling)
    said = f"ALTER POLICY scope ON {table} USING ({predicate}) WITH CHECK ({predicate});"
    return migrations.RunSQL(said, migrations.RunSQL.noop)


def secure_by(table: str, predicate: str, *, also: str | None = None) -> migrations.RunSQL:
    """Return the operation that forces row security by a condition of the table's own."""
    widened = (
        f"CREATE POLICY also ON {table} FOR SELECT TO {SCOPED_ROLES} USING ({also});"
        if also
        else ""
    )
    return migrations.RunSQL(
        f"""
        ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
        ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
        CREATE POLICY scope ON {table} TO {SCOPED_ROLES}
            USING ({predicate}) WITH CHECK ({predicate});
        {widened}
        CREATE POLICY machine ON {table} TO {MACHINE_ROLES} USING (true) WITH CHECK (true);
        CREATE TRIGGER require_actor BEFORE INSERT OR UPDATE OR DELETE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION anlan_require_actor();
        """,
        f"""
        DROP TRIGGER require_actor ON {table};
        DROP POLICY machine ON {table};
        DROP POLICY IF EXISTS also ON {table};
        DROP POLICY scope ON {table};
        ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;
        ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;
        """,
    )
