-- Who may touch which table; run as anlan_owner after every migrate (`anlan db migrate` does).
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM anlan_app, anlan_engine, anlan_relay,
    anlan_recorder, anlan_worker, anlan_gateway, anlan_live;
GRANT SELECT ON TABLE django_migrations TO anlan_app, anlan_worker;

-- The web and the jobs: business tables; the journal may be added to and read, never changed.
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO anlan_app, anlan_worker;
REVOKE UPDATE, DELETE, TRUNCATE ON base_journal, base_journal_pending, base_sealed, base_seal
    FROM anlan_app, anlan_worker;
REVOKE INSERT ON base_sealed, base_seal FROM anlan_app, anlan_worker;
-- A private half may be erased by a job; a trigger lets nothing else through.
GRANT UPDATE (change) ON base_journal TO anlan_worker;
-- What was noted at an alarm stands as it was written.
REVOKE UPDATE, DELETE ON alerts_remark FROM anlan_app, anlan_worker;
REVOKE INSERT, UPDATE, DELETE ON base_relayprogress FROM anlan_app, anlan_worker;
REVOKE INSERT, UPDATE, DELETE ON alerts_engineprogress, alerts_exerciseprogress,
    alerts_waitingmembers, alerts_enginewriter FROM anlan_app, anlan_worker;
REVOKE INSERT, UPDATE, DELETE ON sensing_historyfile FROM anlan_app, anlan_worker;

-- The engine: alarms, their journal and its own progress.
GRANT SELECT ON ALL TABLES IN SCHEMA public TO anlan_engine;
REVOKE ALL ON people_user, people_onetimelink, people_secondfactor, people_recoverycode,
    people_securitykey, people_contact, people_savedview, screens_screen, django_session FROM anlan_engine;
GRANT SELECT, INSERT, UPDATE ON alerts_alarm, alerts_engineprogress, alerts_exerciseprogress,
    alerts_waitingmembers, alerts_enginewriter TO anlan_engine;
GRANT DELETE ON alerts_waitingmembers, alerts_engineprogress, alerts_enginewriter TO anlan_engine;
GRANT INSERT ON base_journal, base_journal_pending TO anlan_engine;

-- The relay: seals, positions, nothing of business.
GRANT SELECT ON base_journal, base_journal_pending, base_sealed, base_seal, base_relayprogress
    TO anlan_relay;
GRANT DELETE ON base_journal_pending TO anlan_relay;
GRANT INSERT ON base_sealed, base_seal TO anlan_relay;
GRANT INSERT, UPDATE ON base_relayprogress TO anlan_relay;

-- The recorder: the catalogue of history files.
GRANT SELECT ON sensing_datastream, sensing_historyfile, alerts_engineprogress,
    alerts_exerciseprogress TO anlan_recorder;
GRANT INSERT, UPDATE, DELETE ON sensing_historyfile TO anlan_recorder;
-- What was let go when its time had run out.
GRANT INSERT ON base_journal, base_journal_pending TO anlan_recorder;
GRANT SELECT (id) ON base_journal TO anlan_recorder;

-- The gateway: directory of tags, receipts, quarantine.
GRANT SELECT ON sensing_gateway, sensing_datastream, sensing_limit, sensing_suppression,
    sensing_retirement, sensing_batchreceipt, sensing_quarantinedmessage, subjects_subject, people_organisation
    TO anlan_gateway;
GRANT INSERT, UPDATE ON sensing_batchreceipt, sensing_quarantinedmessage TO anlan_gateway;
GRANT UPDATE (last_seen_at, health) ON sensing_gateway TO anlan_gateway;
GRANT UPDATE (log_epoch, log_seq, log_at) ON sensing_limit, sensing_suppression, sensing_retirement
    TO anlan_gateway;
-- Where the log has heard of a time that a restored database has lost.
GRANT UPDATE (control_version, updated_at) ON sensing_datastream TO anlan_gateway;
GRANT SELECT ON base_relayprogress TO anlan_gateway;
-- What became of a message that a person sent again.
GRANT INSERT ON base_journal, base_journal_pending TO anlan_gateway;
GRANT SELECT (id) ON base_journal TO anlan_gateway;

-- The live stream: who may see what; positions.
GRANT SELECT ON base_journal, base_sealed, base_seal, base_relayprogress, alerts_engineprogress,
    sensing_datastream, people_postholding, people_post, people_role, people_organisation,
    people_scopegrant, people_sitereach TO anlan_live;
GRANT SELECT (id, is_active, administrator, sessions_epoch, version, updated_at) ON people_user
    TO anlan_live;
GRANT SELECT (session_key, expire_date) ON django_session TO anlan_live;

GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO anlan_app, anlan_worker, anlan_engine,
    anlan_relay, anlan_recorder, anlan_gateway;

-- A wall that somebody took down stands again: every table with a scope has it by force.
DO $$
DECLARE walled name;
BEGIN
  FOR walled IN SELECT DISTINCT tablename FROM pg_policies
      WHERE schemaname = 'public' AND policyname = 'scope' LOOP
    EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', walled);
    EXECUTE format('ALTER TABLE public.%I FORCE ROW LEVEL SECURITY', walled);
  END LOOP;
END $$;
