-- Run once a database by a superuser (`anlan db prepare`); safe to run again.
CREATE EXTENSION IF NOT EXISTS postgis;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gist;

-- Under row security an operator that is not leakproof may not use its index (60-437 ms a tile
-- of a million subjects against 1-9 ms). These compare and never raise with the row's content.
ALTER FUNCTION geometry_overlaps(geometry, geometry) LEAKPROOF;
ALTER FUNCTION ts_match_vq(tsvector, tsquery) LEAKPROOF;
ALTER FUNCTION textlike(text, text) LEAKPROOF;
ALTER FUNCTION texticlike(text, text) LEAKPROOF;

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO anlan_owner;
GRANT USAGE ON SCHEMA public TO anlan_app, anlan_engine, anlan_relay, anlan_recorder,
    anlan_worker, anlan_gateway, anlan_live;
-- Migrations touch the journal's rows never: the owner may change tables, not history.
