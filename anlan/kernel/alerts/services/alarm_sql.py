# ruff: noqa: S608 - the statements are put together from constants of this module only
"""The statements by which the engine writes alarms, their journal and its progress.

Set operations only: a storm of thousands is a handful of statements.
"""

from anlan.kernel.alerts.rules import LISTED_AT_ONCE

INPUT = """
    t AS MATERIALIZED (
        SELECT * FROM unnest(%(alarm)s::text[], %(number)s::int[], %(condition)s::text[],
            %(at)s::timestamptz[], %(known)s::timestamptz[], %(value)s::float8[],
            %(version)s::int[], %(late)s::bool[], %(default)s::int[], %(exercise)s::text[],
            %(cause)s::text[])
        AS t(alarm, number, condition, at, known, value, version, late, priority, exercise, cause))
"""

_ALARM = """
    INSERT INTO alerts_alarm AS a (id, version, created_at, updated_at, div, zone, site, exercise_id,
        datastream_id, subject_id, condition, priority, instrument_state, raised_at, last_raised_at,
        known_at, value, limit_id, limit_value, limit_version, occurrences, is_late, firm_state,
        confirmed_by, confirmed_occurrence, closed_by, disposition, bureau_state, checked_by,
        check_outcome, check_note, shelved_by, shelve_reason, out_of_service, cause_key, parent_id,
        correlation_id)
"""

_OPEN = "(instrument_state = 'active' OR NOT (firm_state = 'closed'))"

_RAISE = f"""
    {_ALARM}
    SELECT t.alarm, 1, %(now)s, %(now)s, d.div, d.zone, d.site, t.exercise, d.id, d.subject_id,
        t.condition, coalesce(l.priority, t.priority), 'active', t.at, t.at, t.known, t.value, l.id,
        l.value, t.version, 1, t.late, 'new', '', 0, '', '{{}}',
        CASE WHEN coalesce(l.priority, t.priority) <= {LISTED_AT_ONCE} THEN 'listed' ELSE 'none' END,
        '', '', '', '', '', false, t.cause, p.id, t.alarm
    FROM t JOIN sensing_datastream d ON d.number = t.number
    LEFT JOIN LATERAL (
        SELECT id, value, priority FROM sensing_limit
        WHERE datastream_id = d.id AND condition = t.condition AND control_version <= t.version
        ORDER BY control_version DESC LIMIT 1) l ON true
    LEFT JOIN LATERAL (
        SELECT id FROM alerts_alarm
        WHERE t.cause <> '' AND cause_key = t.cause AND datastream_id IS NULL AND {_OPEN}
            AND exercise_id IS NOT DISTINCT FROM t.exercise) p ON true
    ORDER BY t.alarm
    ON CONFLICT (datastream_id, condition, exercise_id) WHERE {_OPEN} AND datastream_id IS NOT NULL
    DO UPDATE SET version = a.version + 1, updated_at = excluded.updated_at,
        instrument_state = 'active', last_raised_at = excluded.raised_at, returned_at = NULL,
        value = excluded.value, limit_id = excluded.limit_id, limit_value = excluded.limit_value,
        limit_version = excluded.limit_version, occurrences = a.occurrences + 1,
        is_late = excluded.is_late, unconfirmed_at = NULL, cause_key = excluded.cause_key,
        parent_id = excluded.parent_id
    RETURNING a.*, a.last_raised_at AS happened_at
"""

#: A group hangs where its cause does: a gateway at its site, an instrument at what it measures.
_RAISE_GROUP = f"""
    {_ALARM}
    SELECT t.alarm, 1, %(now)s, %(now)s, o.div, o.zone, o.site, t.exercise, NULL, o.subject_id,
        t.condition, t.priority, 'active', t.at, t.at, t.known, t.value, NULL, NULL, 0, 1, t.late,
        'new', '', 0, '', '{{}}',
        CASE WHEN t.priority <= {LISTED_AT_ONCE} THEN 'listed' ELSE 'none' END,
        '', '', '', '', '', false, t.cause, NULL, t.alarm
    FROM t JOIN LATERAL (
        SELECT g.div, g.zone, g.site, coalesce(
            (SELECT s.id FROM subjects_subject s WHERE s.id = g.site),
            (SELECT d.subject_id FROM sensing_datastream d WHERE d.gateway_id = g.id
             ORDER BY d.number LIMIT 1)) AS subject_id
        FROM sensing_gateway g
        WHERE t.condition = 'gateway' AND g.id = split_part(t.cause, ':', 2)
        UNION ALL
        SELECT v.div, v.zone, v.site, v.subject_id FROM sensing_device v
        WHERE t.condition = 'device' AND v.id = split_part(t.cause, ':', 2)) o ON true
    ORDER BY t.alarm
    ON CONFLICT (cause_key, exercise_id) WHERE {_OPEN} AND datastream_id IS NULL
    DO UPDATE SET version = a.version + 1, updated_at = excluded.updated_at,
        instrument_state = 'active', last_raised_at = excluded.raised_at, returned_at = NULL,
        value = excluded.value, occurrences = a.occurrences + 1, is_late = excluded.is_late
    RETURNING a.*, a.last_raised_at AS happened_at
"""

_ACTIVE_GROUP = """
    FROM t WHERE a.datastream_id IS NULL AND a.cause_key = t.cause
        AND a.exercise_id IS NOT DISTINCT FROM t.exercise AND a.instrument_state = 'active'
    RETURNING a.*, t.at AS happened_at
"""

_RETURN_GROUP = f"""
    UPDATE alerts_alarm a SET version = a.version + 1, updated_at = %(now)s,
        instrument_state = 'returned', returned_at = t.at
    {_ACTIVE_GROUP}
"""

_GROW = f"""
    UPDATE alerts_alarm a SET version = a.version + 1, updated_at = %(now)s,
        value = coalesce(a.value, 0) + t.value
    {_ACTIVE_GROUP}
"""

_ACTIVE = """
    FROM t JOIN sensing_datastream d ON d.number = t.number
    WHERE a.datastream_id = d.id AND a.condition = t.condition
        AND a.exercise_id IS NOT DISTINCT FROM t.exercise AND a.instrument_state = 'active'
"""

_RETURN = f"""
    UPDATE alerts_alarm a SET version = a.version + 1, updated_at = %(now)s,
        instrument_state = 'returned', returned_at = t.at, unconfirmed_at = NULL
    {_ACTIVE} RETURNING a.*, t.at AS happened_at
"""

_DOUBT = f"""
    UPDATE alerts_alarm a SET version = a.version + 1, updated_at = %(now)s,
        unconfirmed_at = t.at
    {_ACTIVE} AND a.unconfirmed_at IS NULL RETURNING a.*, t.at AS happened_at
"""

_REAFFIRM = f"""
    UPDATE alerts_alarm a SET version = a.version + 1, updated_at = %(now)s,
        unconfirmed_at = NULL
    {_ACTIVE} AND a.unconfirmed_at IS NOT NULL RETURNING a.*, t.at AS happened_at
"""

#: The public state of an alarm as jsonb; a test holds it equal to `events.AlarmState`.
STATE_SQL = """jsonb_build_object('id', a.id, 'version', a.version, 'subject_id', a.subject_id,
    'subject_name', s.name, 'site_name', coalesce(e.name, ''), 'datastream_id', coalesce(a.datastream_id, ''),
    'datastream_name', coalesce(d.name, g.name, v.name),
    'tag', coalesce(d.tag, g.code, v.serial, ''), 'unit', coalesce(d.unit, '个'), 'condition', a.condition, 'priority', a.priority,
    'instrument_state', a.instrument_state, 'firm_state',
    CASE WHEN a.firm_state = 'confirmed' AND a.occurrences > a.confirmed_occurrence
        THEN 'new' ELSE a.firm_state END, 'bureau_state', a.bureau_state,
    'value', a.value, 'limit_id', a.limit_id, 'limit_version', a.limit_version,
    'limit_value', a.limit_value, 'raised_at', a.raised_at,
    'last_raised_at', a.last_raised_at, 'returned_at', a.returned_at,
    'occurrences', a.occurrences, 'is_late', a.is_late,
    'unconfirmed_at', a.unconfirmed_at, 'confirmed_by', a.confirmed_by,
    'confirmed_at', a.confirmed_at, 'closed_by', a.closed_by, 'closed_at', a.closed_at,
    'checked_by', a.checked_by, 'checked_at', a.checked_at) || jsonb_build_object(
    'check_outcome', a.check_outcome, 'shelved_until', a.shelved_until,
    'suppressed_by', a.suppressed_by, 'out_of_service', a.out_of_service,
    'parent_id', a.parent_id, 'cause_key', a.cause_key, 'div', a.div, 'zone', a.zone,
    'site', a.site, 'exercise_id', a.exercise_id,
    'cause', coalesce(a.disposition->>'cause', ''), 'measure', coalesce(a.disposition->>'measure', ''),
    'evidence', coalesce(a.disposition->>'evidence', ''), 'is_false', a.is_false,
    'check_note', a.check_note, 'shelved_by', a.shelved_by, 'shelve_reason', a.shelve_reason,
    'out_of_service_until', a.out_of_service_until, 'out_of_service_by', a.out_of_service_by,
    'out_of_service_reason', a.out_of_service_reason,
    'subject_name_en', s.name_en, 'site_name_en', coalesce(e.name_en, ''),
    'datastream_name_en', coalesce(d.name_en, g.name_en, v.name_en, ''), 'limit_clause_en', coalesce(l.clause_en, ''),
    'limit_standard', coalesce(l.standard, ''), 'limit_clause', coalesce(l.clause, ''),
    'limit_confidence', coalesce(l.confidence, ''), 'matter', k.matter)"""

_JOURNAL = f"""
    placed AS (SELECT c.*, row_number() OVER (ORDER BY c.id) AS place FROM changed c),
    written AS (
        INSERT INTO base_journal (ulid, node, schema, type, occurred_at, known_at, correlation_id,
            exercise_id, actor, object, object_version, div, zone, site, data)
        SELECT (%(ulids)s::text[])[a.place], %(node)s, %(schema)s, %(type)s, a.happened_at, %(now)s, a.correlation_id, a.exercise_id, %(actor)s, a.id, a.version, a.div, a.zone,
            a.site, {STATE_SQL}
        FROM placed a JOIN subjects_subject s ON s.id = a.subject_id
        JOIN subjects_subjectkind k ON k.id = s.kind_id
        LEFT JOIN sensing_datastream d ON d.id = a.datastream_id
        LEFT JOIN sensing_gateway g
            ON a.condition = 'gateway' AND g.id = split_part(a.cause_key, ':', 2)
        LEFT JOIN sensing_device v
            ON a.condition = 'device' AND v.id = split_part(a.cause_key, ':', 2)
        LEFT JOIN sensing_limit l ON l.id = a.limit_id
        LEFT JOIN subjects_subject e ON e.id = a.site ORDER BY a.place
        RETURNING id),
    pending AS (INSERT INTO base_journal_pending (journal_id) SELECT id FROM written)
    SELECT count(*) FROM written
"""


def _told(change: str) -> str:
    """Return the statement of a change with the journal rows of what it changed; returns their number."""
    return f"WITH {INPUT}, changed AS ({change}), {_JOURNAL}"


RAISE = _told(_RAISE)
#: What is written for each kind, in this order within a round.
STATEMENTS = {
    "returned": _told(_RETURN),
    "raised": RAISE,
    "unconfirmed": _told(_DOUBT),
    "reaffirmed": _told(_REAFFIRM),
}
#: The same for groups, whose rows come before those of their members.
GROUP_STATEMENTS = {
    "returned": _told(_RETURN_GROUP),
    "raised": _told(_RAISE_GROUP),
    "grew": _told(_GROW),
}

#: A writer that is stopped in the middle lets go of people's rows, and of the next writer's way.
_HELD = """
    held AS (
        UPDATE alerts_enginewriter SET beat_at = clock_timestamp(),
            backend_pid = pg_backend_pid()
        WHERE shard_group = %(group)s AND fence = %(fence)s
        RETURNING shard_group,
            set_config('idle_in_transaction_session_timeout', %(stopped_ms)s, true))
"""
_MOVE = """
    INSERT INTO {table} AS p
        (shard_group, version, epoch, seq, control_seq, tick_at, updated_at)
    SELECT shard_group, %(deaf)s::int, %(epoch)s::text, %(seq)s::bigint, 0, %(tick)s::timestamptz,
        %(now)s::timestamptz FROM held
    ON CONFLICT (shard_group) DO UPDATE
    SET epoch = excluded.epoch, seq = excluded.seq, version = p.version + %(deaf)s,
        tick_at = coalesce(excluded.tick_at, p.tick_at), updated_at = excluded.updated_at
    WHERE p.epoch <> excluded.epoch OR p.seq = %(after)s
    RETURNING p.version, EXISTS (SELECT FROM alerts_waitingmembers) AS members_wait
"""
_TABLES = {False: "alerts_engineprogress", True: "alerts_exerciseprogress"}
#: Move the progress, of exercises or of what is real; no row where another engine has.
ADVANCE = {apart: f"WITH {_HELD} {_MOVE.format(table=table)}" for apart, table in _TABLES.items()}
#: The same where nobody waits for the answer: it refuses by itself, by a division by zero, also while
#: members of a group wait for their rows.
ADVANCE_ALONE = {
    apart: f"""
        WITH {_HELD}, moved AS ({_MOVE.format(table=table)})
        SELECT 1 / (count(*) FILTER (WHERE NOT members_wait)) FROM moved
    """
    for apart, table in _TABLES.items()
}
