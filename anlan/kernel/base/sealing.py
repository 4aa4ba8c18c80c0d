"""The chain under the journal, as SQL kept here: what is digested, and how a link is made (7.8).

A row's digest covers its public columns and the digest of its private `change`; a link's head is
SHA-256(previous head, digests in position order). Verification recomputes both from the rows by
these same expressions and trusts nothing that is stored beside them.
"""

#: The head before the first link.
GENESIS = bytes(32)
ALGORITHM = "sha256"

_UTF8 = "pg_catalog.sha256(pg_catalog.convert_to(({text})::text, 'UTF8'))"

#: Digest of the private half of journal row `j`; null when there is none.
CHANGE_DIGEST_SQL = f"CASE WHEN j.change IS NOT NULL THEN {_UTF8.format(text='j.change')} END"

#: Digest of journal row `j`, where `c.change_digest` speaks for its private half. An array of
#: JSON values is unambiguous, and times are whole microseconds whatever the time zone shown.
ROW_DIGEST_SQL = _UTF8.format(
    text="""pg_catalog.jsonb_build_array(
        j.ulid, j.node, j.schema, j.type,
        (EXTRACT(epoch FROM j.occurred_at) * 1000000)::int8,
        (EXTRACT(epoch FROM j.known_at) * 1000000)::int8,
        j.correlation_id, j.causation_id, j.exercise_id, j.actor, j.object, j.object_version,
        j.div, j.zone, j.site, j.data, pg_catalog.encode(c.change_digest, 'hex'))"""
)

#: Take pending rows in id order, give them the next positions and one link of the chain.
#: One statement, so that there is nothing between its parts. Each row is asked for by its key (`ANY`, and
#: `OFFSET 0`, which no planner looks through): in a storm the statistics are older than the tables, and
#: a join planned by them compared every pending row with every row of the journal, for a minute.
SEAL_SQL = f"""
    WITH taken AS (
        DELETE FROM base_journal_pending WHERE journal_id = ANY (ARRAY(
            SELECT journal_id FROM base_journal_pending ORDER BY journal_id LIMIT %(limit)s
        )) RETURNING journal_id
    ), previous AS (
        SELECT last_position, head FROM base_seal ORDER BY last_position DESC LIMIT 1
    ), start AS (
        SELECT coalesce((SELECT last_position FROM previous), 0) AS position,
               coalesce((SELECT head FROM previous), %(genesis)s) AS head
    ), sealed AS (
        INSERT INTO base_sealed (position, journal_id, digest, change_digest)
        SELECT start.position + row_number() OVER (ORDER BY j.id), j.id,
               {ROW_DIGEST_SQL}, c.change_digest
        FROM taken
        CROSS JOIN LATERAL (
            SELECT * FROM base_journal WHERE id = taken.journal_id OFFSET 0) j
        CROSS JOIN start
        CROSS JOIN LATERAL (SELECT {CHANGE_DIGEST_SQL} AS change_digest) c
        RETURNING position, digest
    )
    INSERT INTO base_seal
        (first_position, last_position, previous, head, algorithm, sealed_at)
    SELECT min(sealed.position), max(sealed.position), start.head,
           pg_catalog.sha256(start.head
               || string_agg(sealed.digest, ''::bytea ORDER BY sealed.position)),
           '{ALGORITHM}', clock_timestamp()
    FROM sealed CROSS JOIN start GROUP BY start.head
    RETURNING first_position, last_position
"""  # noqa: S608  put together from the constants above
